from odoo import fields, models

from ..domain import patterns
from .mfg_variance_measurement import SEVERITY_SELECTION


class MfgVariancePolicyVersion(models.Model):
    """The methods that look at several readings: counts, rates and budgets."""

    _name = "mfg.variance.policy.version"
    _inherit = "mfg.variance.policy.version"

    method = fields.Selection(
        selection_add=[
            ("count_in_window", "Repeated Events"),
            ("rate_in_window", "Rate of Bad Pieces"),
            ("budget", "Budget"),
        ],
        ondelete={
            "count_in_window": "set default",
            "rate_in_window": "set default",
            "budget": "set default",
        },
        help="Tolerance judges each reading by itself. The others judge the readings "
        "of a window together: how many are beyond a limit, how many pieces are bad, "
        "how much was lost.",
    )
    window_kind = fields.Selection(
        [("orders", "Last orders"), ("time", "Hours"), ("pieces", "Last pieces")],
        string="Window",
        default="orders",
        required=True,
    )
    window_size = fields.Float(
        default=20.0, help="How many orders, hours or pieces the window holds."
    )
    event_severity = fields.Selection(
        SEVERITY_SELECTION,
        string="An Event From",
        default="warning",
        required=True,
        help="An order counts when the policy for single readings gave it this "
        "severity or a worse one.",
    )
    is_consecutive = fields.Boolean(
        string="In a Row", help="Only events without a good order between them count."
    )
    target_percent = fields.Float(
        string="Normal Share (%)",
        digits=(16, 4),
        help="Bad pieces, or defects, per 100 pieces that are normal.",
    )
    distribution = fields.Selection(
        [("binomial", "Bad pieces"), ("poisson", "Defects, several per piece")],
        string="What Is Counted",
        default="binomial",
        required=True,
    )
    minimum_pieces = fields.Float(
        default=50.0, help="With fewer pieces in the window no probability is judged."
    )
    budget_period = fields.Selection(
        [
            ("day", "Day"),
            ("week", "Week"),
            ("month", "Month"),
            ("shift", "Shift"),
            ("rolling", "Last days"),
        ],
        default="month",
        required=True,
    )
    budget_days = fields.Integer(string="Days", default=30)

    def _to_pattern(self):
        """The window of this version as plain values; None for single readings."""
        self.ensure_one()
        if self.method == "tolerance":
            return None
        return patterns.Pattern(
            method=self.method,
            limits=tuple(
                limit._to_pattern_limit()
                for limit in self.limit_ids.sorted(lambda limit: limit._rank())
            ),
            dims=self.fingerprint_dims,
            window=self.window_kind,
            size=self.window_size,
            event_severity=self.event_severity,
            is_consecutive=self.is_consecutive,
            target=self.target_percent / 100.0 or None,
            distribution=self.distribution,
            minimum_pieces=self.minimum_pieces,
            period=self.budget_period,
            rolling_days=self.budget_days,
        )

    def _get_problems(self):
        pattern = self._to_pattern()
        return patterns.check(pattern) if pattern else super()._get_problems()

    def _get_problem_label(self, problem):
        """The sentence for a problem of :func:`patterns.check` too."""
        severities = dict(
            self.limit_ids._fields["severity"]._description_selection(self.env)
        )
        severity = severities.get(problem.severity, problem.severity)
        sentences = {
            "pattern_of_one": self.env._(
                "A window holds several orders: choose one case per work center, "
                "product or plant, not per order."
            ),
            "unknown_window": self.env._("Say what the window counts."),
            "empty_window": self.env._("The window must be larger than 0."),
            "count_of_pieces": self.env._(
                "Events are counted over orders or hours, not over pieces."
            ),
            "unknown_event": self.env._("Say from which severity on an order counts."),
            "unknown_period": self.env._("Choose the period of the budget."),
            "target_range": self.env._(
                "Give the normal share, above 0 % and for bad pieces below 100 %."
            ),
            "empty_count_in_window": self.env._(
                "%(severity)s: give the number of orders.", severity=severity
            ),
            "empty_rate_in_window": self.env._(
                "%(severity)s: give a probability or an amount.", severity=severity
            ),
            "empty_budget": self.env._(
                "%(severity)s: give an amount.", severity=severity
            ),
            "probability_range": self.env._(
                "%(severity)s: the probability must be below 100 %%.",
                severity=severity,
            ),
            "count_beyond_window": self.env._(
                "%(severity)s: the window holds fewer orders than are asked for.",
                severity=severity,
            ),
        }
        return sentences.get(problem.code) or super()._get_problem_label(problem)
