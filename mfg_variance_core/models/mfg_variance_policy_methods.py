from odoo import api, models


class MfgVariancePolicy(models.Model):
    """What the form proposes when the method is chosen."""

    _name = "mfg.variance.policy"
    _inherit = "mfg.variance.policy"

    @api.onchange("method")
    def _onchange_method(self):
        """A window holds several orders, so a case is not of one."""
        for policy in self:
            single = policy.fingerprint_dims in ("workorder", "production")
            if policy.method != "tolerance" and single:
                policy.fingerprint_dims = "workcenter"
