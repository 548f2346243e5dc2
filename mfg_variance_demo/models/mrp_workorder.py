from odoo import fields, models


class MrpWorkorder(models.Model):
    """Work orders made from a production log keep their resource."""

    _name = "mrp.workorder"
    _inherit = "mrp.workorder"

    variance_log_key = fields.Char(
        string="Resource in the Log", readonly=True, copy=False
    )

    _variance_log_key_unique = models.UniqueIndex(
        "(production_id, variance_log_key) WHERE variance_log_key IS NOT NULL",
        "This resource has a work order for the case already.",
    )
