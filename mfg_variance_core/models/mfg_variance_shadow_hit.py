from odoo import fields, models

from .mfg_variance_measurement import SEVERITY_SELECTION


class MfgVarianceShadowHit(models.Model):
    """What a policy version in shadow would have raised, had it been active."""

    _name = "mfg.variance.shadow.hit"
    _description = "Shadow Result"
    _inherit = ["mfg.variance.guarded"]
    _append_only_columns = (
        "version_id",
        "measurement_id",
        "company_id",
        "severity",
        "sentence",
    )
    _order = "id desc"

    version_id = fields.Many2one(
        "mfg.variance.policy.version", required=True, index=True, ondelete="restrict"
    )
    measurement_id = fields.Many2one(
        "mfg.variance.measurement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    severity = fields.Selection(SEVERITY_SELECTION, required=True)
    sentence = fields.Char()
