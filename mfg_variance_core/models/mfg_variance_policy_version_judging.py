from collections import namedtuple

from odoo import models

from ..domain import tolerances
from ..domain.scope import Candidate, Scope

LiveVersion = namedtuple(
    "LiveVersion",
    "id policy_id policy_name metric_id metric_code state candidate tolerance dims "
    "playbook_id cooldown_minutes regression_days flood_limit flood_minutes "
    "method pattern flap_count flap_minutes",
)


class MfgVariancePolicyVersion(models.Model):
    """A version as the plain values judging works with."""

    _name = "mfg.variance.policy.version"
    _inherit = "mfg.variance.policy.version"

    def _to_tolerance(self):
        self.ensure_one()
        return tolerances.Tolerance(
            limits=tuple(
                limit._to_domain()
                for limit in self.limit_ids.sorted(lambda limit: limit._rank())
            ),
            direction=self.metric_id.direction,
            confirm=self.confirm_minutes,
            minimum_sample=self.minimum_sample,
            clear_percent=self.clear_percent or None,
        )

    def _get_problems(self):
        """What is wrong with the limits; empty when they are sound."""
        return tolerances.check(self._to_tolerance())

    def _get_problem_label(self, problem):
        """The sentence for a problem of :func:`tolerances.check`."""
        labels = dict(
            self.limit_ids._fields["severity"]._description_selection(self.env)
        )
        names = {
            "severity": labels.get(problem.severity, problem.severity),
            "lesser": labels.get(problem.lesser, problem.lesser),
        }
        sentences = {
            "no_limit": self.env._("Give at least one limit."),
            "unknown_severity": self.env._(
                "“%(severity)s” is not a severity.", **names
            ),
            "repeated_severity": self.env._(
                "Give only one limit for %(severity)s.", **names
            ),
            "unknown_direction": self.env._(
                "Say which side is bad: higher, lower or both."
            ),
            "negative_confirm": self.env._("The time to confirm cannot be negative."),
            "negative_sample": self.env._("The minimum sample cannot be negative."),
            "negative_clear": self.env._("The clear limit cannot be negative."),
            "clear_too_high": self.env._(
                "The clear limit must lie below the lowest limit."
            ),
            "negative_figure": self.env._(
                "%(severity)s: no figure of a limit can be negative.", **names
            ),
            "empty_limit": self.env._(
                "%(severity)s: give a percentage, a floor or a cost limit.", **names
            ),
            "critical_without_cost": self.env._(
                "Critical never comes from time or percent alone: give it a cost limit."
            ),
            "order": self.env._(
                "The limits of %(severity)s must lie above those of %(lesser)s.",
                **names,
            ),
        }
        return sentences[problem.code]

    def _to_live(self):
        """This version as plain values; records are not kept in a shared cache."""
        self.ensure_one()
        # the cache is of all languages: names in the source language
        policy = self.policy_id.with_context(lang=None)
        scope = Scope(
            company=self.company_id.id or None,
            plant=self.plant_id.id or None,
            product_category=self.product_categ_id.id or None,
            product=self.product_id.id or None,
            operation=self.operation_id.id or None,
            workcenter=self.workcenter_id.id or None,
            workcenter_tag=self.workcenter_tag_id.id or None,
        )
        return LiveVersion(
            id=self.id,
            policy_id=policy.id,
            policy_name=policy.name,
            metric_id=self.metric_id.id,
            metric_code=self.metric_id.code,
            state=self.state,
            candidate=Candidate(
                version_id=self.id,
                name=policy.name,
                sequence=policy.sequence,
                scope=scope,
            ),
            tolerance=self._to_tolerance(),
            dims=self.fingerprint_dims,
            playbook_id=self.playbook_id.id,
            cooldown_minutes=self.cooldown_minutes,
            regression_days=policy.regression_days,
            flood_limit=self.flood_limit,
            flood_minutes=self.flood_minutes,
            method=self.method,
            pattern=self._to_pattern(),
            flap_count=self.flap_count,
            flap_minutes=self.flap_minutes,
        )
