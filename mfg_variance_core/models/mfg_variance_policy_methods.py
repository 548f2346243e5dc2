from odoo import api, models
from odoo.tools import format_amount


class MfgVariancePolicy(models.Model):
    """What the form proposes and reads back when a policy looks at several readings."""

    _name = "mfg.variance.policy"
    _inherit = "mfg.variance.policy"

    @api.onchange("method")
    def _onchange_method(self):
        """A window holds several orders, so a case is not of one."""
        for policy in self:
            single = policy.fingerprint_dims in ("workorder", "production", "source")
            if policy.method != "tolerance" and single:
                policy.fingerprint_dims = "workcenter"

    @api.depends(
        "window_kind",
        "window_size",
        "is_consecutive",
        "target_percent",
        "budget_period",
        "budget_days",
        "limit_ids.count",
        "limit_ids.probability",
    )
    def _compute_summary(self):
        return super()._compute_summary()

    def _describe_steps(self, name, describe):
        """The limits by one of their figures, as in ``major from 3 on``."""
        labels = dict(
            self.limit_ids._fields["severity"]._description_selection(self.env)
        )
        return ", ".join(
            self.env._(
                "%(severity)s %(figure)s",
                severity=labels[limit.severity].lower(),
                figure=describe(limit[name]),
            )
            for limit in self.limit_ids.sorted(lambda limit: limit._rank())
            if limit[name]
        )

    def _describe_count_in_window(self):
        steps = self._describe_steps(
            "count", lambda count: self.env._("from %(count)s on", count=count)
        )
        if not steps:
            return ""
        what = self._get_subject()
        if self.is_consecutive:
            return self.env._(
                "Counts the orders in a row beyond the limit of %(what)s: %(steps)s.",
                what=what,
                steps=steps,
            )
        if self.window_kind == "time":
            return self.env._(
                "Counts the orders beyond the limit of %(what)s within %(size)s hours: "
                "%(steps)s.",
                what=what,
                size=f"{self.window_size:g}",
                steps=steps,
            )
        return self.env._(
            "Counts the orders beyond the limit of %(what)s among the last %(size)s: "
            "%(steps)s.",
            what=what,
            size=f"{self.window_size:g}",
            steps=steps,
        )

    def _describe_rate_in_window(self):
        steps = self._describe_steps(
            "probability",
            lambda share: self.env._("below %(share)s %%", share=f"{share:g}"),
        )
        if not steps:
            return self._describe_other()
        return self.env._(
            "Compares the bad pieces of %(what)s with the %(target)s %% that are "
            "normal, by the probability of chance: %(steps)s.",
            what=self._get_subject(),
            target=f"{self.target_percent:g}",
            steps=steps,
        )

    def _describe_budget(self):
        currency = self.company_id.currency_id or self.env.company.currency_id
        steps = self._describe_steps(
            "money_alone",
            lambda amount: self.env._(
                "from %(amount)s on", amount=format_amount(self.env, amount, currency)
            ),
        )
        if not steps:
            return ""
        periods = dict(self._fields["budget_period"]._description_selection(self.env))
        return self.env._(
            "Adds up what %(what)s costs (%(period)s): %(steps)s.",
            what=self._get_subject(),
            period=periods[self.budget_period].lower(),
            steps=steps,
        )
