from odoo import fields, models

from ..domain import patterns


class MfgVariancePolicyLimit(models.Model):
    """From where on a window has this severity."""

    _name = "mfg.variance.policy.limit"
    _inherit = "mfg.variance.policy.limit"

    count = fields.Integer(string="From This Many", help="Orders that are events.")
    probability = fields.Float(
        string="Chance Below (%)",
        digits=(16, 6),
        help="Reached when chance alone would bring so many bad pieces with a "
        "probability below this.",
    )

    def _to_pattern_limit(self):
        self.ensure_one()
        return patterns.PatternLimit(
            severity=self.severity,
            count=self.count,
            probability=self.probability / 100.0,
            money=self.money_alone,
        )
