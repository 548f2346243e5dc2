from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _name = "res.config.settings"
    _inherit = "res.config.settings"

    variance_automation_owner_id = fields.Many2one(
        related="company_id.variance_automation_owner_id", readonly=False
    )
    variance_late_hours = fields.Float(
        related="company_id.variance_late_hours", readonly=False
    )
    variance_historic_hours = fields.Float(
        related="company_id.variance_historic_hours", readonly=False
    )
    variance_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Money Floor"
    )
    variance_money_floor = fields.Monetary(
        related="company_id.variance_money_floor",
        currency_field="variance_currency_id",
        readonly=False,
    )
    variance_outside_minutes = fields.Float(
        related="company_id.variance_outside_minutes", readonly=False
    )
    variance_incident_hours = fields.Float(
        related="company_id.variance_incident_hours", readonly=False
    )
    variance_shelve_days = fields.Float(
        related="company_id.variance_shelve_days", readonly=False
    )
    variance_glass_hours = fields.Float(
        related="company_id.variance_glass_hours", readonly=False
    )
    variance_glass_quantity = fields.Float(
        related="company_id.variance_glass_quantity", readonly=False
    )
    variance_push_limit = fields.Integer(
        related="company_id.variance_push_limit", readonly=False
    )
    variance_keep_months = fields.Integer(
        related="company_id.variance_keep_months", readonly=False
    )
