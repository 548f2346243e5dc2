from odoo import api, fields, models

from ..domain import outcomes, tolerances
from .cache import forget
from .mfg_variance_measurement import SEVERITY_SELECTION


class MfgVariancePolicyLimit(models.Model):
    """From which deviation on a reading has this severity."""

    _name = "mfg.variance.policy.limit"
    _description = "Policy Limit"
    _order = "version_id, id"

    version_id = fields.Many2one(
        "mfg.variance.policy.version", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="version_id.company_id", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    severity = fields.Selection(SEVERITY_SELECTION, required=True, default="warning")
    percent = fields.Float(string="Deviation (%)")
    floor = fields.Float(
        string="And at Least", help="In the unit of the metric, beside the percent."
    )
    money = fields.Monetary(
        string="And at Least (Money)", help="0 means the amount does not matter."
    )
    money_alone = fields.Monetary(
        string="Or Money Alone", help="This amount is enough by itself; 0 means never."
    )

    _severity_unique = models.Constraint(
        "UNIQUE(version_id, severity)", "Each severity has one limit."
    )

    @api.depends("version_id.company_id")
    def _compute_currency_id(self):
        for limit in self:
            company = limit.version_id.company_id or self.env.company
            limit.currency_id = company.currency_id

    @api.model_create_multi
    def create(self, vals_list):
        limits = super().create(vals_list)
        limits.version_id._check_is_draft()
        limits.version_id._note_author()
        forget(self.env)
        return limits

    def write(self, vals):
        self.version_id._check_is_draft()
        result = super().write(vals)
        self.version_id._check_is_draft()
        self.version_id._note_author()
        forget(self.env)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.version_id._check_is_draft()
        self.version_id._note_author()

    def _rank(self):
        return outcomes.rank(self.severity)

    def _to_domain(self):
        self.ensure_one()
        return tolerances.Limit(
            severity=self.severity,
            percent=self.percent,
            floor=self.floor,
            money=self.money,
            money_alone=self.money_alone,
        )
