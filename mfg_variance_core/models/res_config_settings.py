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
    variance_outside_minutes = fields.Float(
        related="company_id.variance_outside_minutes", readonly=False
    )
    variance_keep_months = fields.Integer(
        related="company_id.variance_keep_months", readonly=False
    )
