import operator as operators

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..domain import outcomes, shifts
from .mfg_variance_exception import STATES

# what people sort by, worst and latest step last; the columns hold words
RANKS = {
    "severity": outcomes.SEVERITIES,
    "state": tuple(state for state, _label in STATES),
}
COMPARISONS = {
    "=": (SQL("="), operators.eq),
    "<": (SQL("<"), operators.lt),
    "<=": (SQL("<="), operators.le),
    ">": (SQL(">"), operators.gt),
    ">=": (SQL(">="), operators.ge),
}


class MfgVarianceException(models.Model):
    """How a case is searched, sorted and told; nothing here changes one."""

    _name = "mfg.variance.exception"
    _inherit = "mfg.variance.exception"

    amount = fields.Monetary(search="_search_amount")
    occurrence_count = fields.Integer(search="_search_occurrence_count")
    is_this_shift = fields.Boolean(
        string="This Shift",
        compute="_compute_is_this_shift",
        search="_search_is_this_shift",
        help="Happened in the shift its plant is in now.",
    )
    evidence_text = fields.Html(
        string="Evidence", compute="_compute_evidence_text", sanitize=False
    )

    # ---------------------------------------------------------------- searching

    def _search_amount(self, operator, value):
        return self._search_total("amount", operator, value)

    def _search_occurrence_count(self, operator, value):
        return self._search_total("occurrence_count", operator, value)

    def _search_total(self, name, operator, value):
        """Compare one of the totals, which live in no column, with a number."""
        if operator not in COMPARISONS:
            return NotImplemented
        sign, compare = COMPARISONS[operator]
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s %s %s", model._field_to_sql(alias, name, query), sign, value
            ),
            predicate=lambda case: compare(case[name], value),
        )

    @api.depends("first_event_at", "plant_id")
    def _compute_is_this_shift(self):
        current = self.filtered_domain(self._get_this_shift_domain())
        for case in self:
            case.is_this_shift = case in current

    def _search_is_this_shift(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._get_this_shift_domain()
        return domain if True in value else ~domain

    @api.model
    def _get_this_shift_domain(self):
        """Cases that happened since the current shift of their plant began.

        A plant without shifts, or between two of them, has had its last eight hours.
        """
        now = self.env["mfg.variance.engine"]._now()
        eight_hours_ago = fields.Datetime.subtract(now, hours=8)
        domains = [
            Domain("plant_id", "=", False)
            & Domain("first_event_at", ">=", eight_hours_ago)
        ]
        for plant in self.env["mfg.variance.plant"].search([("active", "=", True)]):
            turn = shifts.shift_at(now, plant.tz, plant.shift_ids._to_domain())
            domains.append(
                Domain("plant_id", "=", plant.id)
                & Domain(
                    "first_event_at", ">=", turn.starts_at if turn else eight_hours_ago
                )
            )
        return Domain.OR(domains)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Sort severities and states by their meaning, not by the alphabet."""
        if field_name not in RANKS:
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        column = self._field_to_sql(alias, field_name, query)
        rank = SQL("array_position(%s::varchar[], %s)", list(RANKS[field_name]), column)
        return SQL("%s %s %s", rank, direction, nulls)

    # ------------------------------------------------------------------ telling

    @api.depends("snapshot")
    def _compute_evidence_text(self):
        for case in self:
            items = Markup("").join(
                Markup("<li>%s</li>") % sentence
                for sentence in case._get_evidence_sentences()
            )
            case.evidence_text = Markup('<ul class="mb-0 ps-3">%s</ul>') % items

    def _get_evidence_sentences(self):
        """The snapshot as sentences: what was known when the case was opened."""
        self.ensure_one()
        snapshot = self.snapshot or {}
        sentences = []
        if snapshot.get("policy"):
            sentences.append(
                self.env._(
                    "Judged by “%(policy)s”, version %(version)s.",
                    policy=snapshot["policy"],
                    version=snapshot.get("version"),
                )
            )
        if snapshot.get("action"):
            sentences.append(
                self.env._(
                    "Raised by the action “%(action)s” on %(record)s.",
                    action=snapshot["action"],
                    record=snapshot.get("record"),
                )
            )
        if snapshot.get("sentence"):
            sentences.append(snapshot["sentence"])
        sentences += self._get_plan_sentences(snapshot)
        sentences += self._get_cost_sentences(snapshot)
        return sentences

    def _get_plan_sentences(self, snapshot):
        plan = snapshot.get("standard")
        # cases of 19.0.2 without a plan hold a name there; evidence is not mended
        if not isinstance(plan, dict):
            return []
        origin = dict(
            self.env["mfg.variance.standard"]
            ._fields["source"]
            ._description_selection(self.env)
        ).get(plan["source"], plan["source"])
        sentences = [
            self.env._(
                "The plan: %(setup)s min set-up, %(run)s min per batch, %(cleanup)s "
                "min clean-up, for %(quantity)s units. It comes from: %(origin)s.",
                setup=f"{plan['setup_minutes']:g}",
                run=f"{plan['run_minutes']:g}",
                cleanup=f"{plan['cleanup_minutes']:g}",
                quantity=f"{snapshot.get('quantity') or 0:g}",
                origin=origin,
            )
        ]
        if plan.get("sample_size"):
            sentences.append(
                self.env._(
                    "The plan comes from %(count)s past orders.",
                    count=plan["sample_size"],
                )
            )
        return sentences

    def _get_cost_sentences(self, snapshot):
        if not snapshot.get("amount_formula"):
            return []
        return [
            self.env._(
                "The cost: %(formula)s %(currency)s.",
                formula=snapshot["amount_formula"],
                currency=self.currency_id.name,
            )
        ]
