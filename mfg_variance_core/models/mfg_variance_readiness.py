from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..domain import outcomes, readiness

DAYS = 90
# an operation with fewer finished orders than this tells nothing about its spread
FEW_ORDERS = 5
SHOWN_OPERATIONS = 20
READERS = (
    "group_process_engineer",
    "group_production_manager",
    "group_administrator",
    "group_auditor",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: a company, some of its plants (empty: all), since when."""

    company: object
    plants: object
    since: object


class MfgVarianceReadiness(models.AbstractModel):
    """What the data of a plant can carry today, and what to mend first.

    Counts only, in a number of queries that does not depend on the number of
    records. Each check names its records by a domain, so that the screen opens
    exactly what was counted.
    """

    _name = "mfg.variance.readiness"
    _description = "Data Readiness"

    @api.model
    def action_read(self, plant_id=False):
        """The report on one plant, or on the company worked in, as plain values."""
        self._check_may_read()
        scope = self._get_scope(plant_id)
        counted = self._count_checks(scope)
        return {
            "days": DAYS,
            "few": FEW_ORDERS,
            "company": scope.company.name,
            "currency_id": scope.company.currency_id.id,
            "plant_id": plant_id or False,
            "plants": self._get_plants(scope.company).read(["name"]),
            "coverage": self._get_coverage(scope),
            "checks": [
                self._present_check(check, counted[check.code][1])
                for check in readiness.rank(check for check, _spec in counted.values())
            ],
            "in_order": [
                {"title": spec["title"], "total": check.total}
                for check, spec in counted.values()
                if not check.missing
            ],
            "spread": self._get_spread(scope),
        }

    def _check_may_read(self):
        user = self.env.user
        if not any(user.has_group(f"mfg_variance_core.{name}") for name in READERS):
            raise AccessError(
                self.env._(
                    "Data Readiness is for process engineers, production managers, "
                    "administrators and auditors."
                )
            )

    @api.model
    def _get_scope(self, plant_id):
        """A plant of the user's, or everything he may see of his company."""
        company = self.env.company
        plants = self.env.user.variance_plant_ids.filtered(
            lambda plant: plant.company_id == company
        )
        if self.env.user.variance_plant_ids and not plants:
            raise AccessError(
                self.env._(
                    "None of your plants belongs to %(company)s. Switch the company.",
                    company=company.name,
                )
            )
        if plant_id:
            # record rules: only plants this user may see
            plants = self._get_plants(company).filtered(lambda p: p.id == plant_id)
            if not plants:
                raise AccessError(
                    self.env._("This plant is not yours. Choose another plant.")
                )
        since = self.env["mfg.variance.engine"]._now() - timedelta(days=DAYS)
        return Scope(company, plants, since)

    @api.model
    def _get_plants(self, company):
        return self.env["mfg.variance.plant"].search([("company_id", "=", company.id)])

    # ---------------------------------------------------------------- readings

    @api.model
    def _get_readings_domain(self, scope):
        """Current final readings of the period, in the scope."""
        domain = Domain(
            [
                ("company_id", "=", scope.company.id),
                ("event_at", ">=", scope.since),
                ("is_current", "=", True),
                ("phase", "in", ("final", "window")),
            ]
        )
        if scope.plants:
            domain &= Domain("plant_id", "in", scope.plants.ids)
        return domain

    @api.model
    def _get_coverage(self, scope):
        """Per metric how much was really judged, and why the rest was not."""
        Measurement = self.env["mfg.variance.measurement"]
        domain = self._get_readings_domain(scope)
        counts = {}
        for metric, outcome, count in Measurement._read_group(
            domain, ["metric_id", "outcome"], ["__count"]
        ):
            counts.setdefault(metric, []).append((outcome, count))
        labels = dict(Measurement._fields["outcome"]._description_selection(self.env))
        result = []
        for metric in self.env["mfg.variance.metric"].search(
            [("source_model", "!=", False)]
        ):
            coverage = readiness.cover(counts.get(metric, ()))
            own = domain & Domain("metric_id", "=", metric.id)
            result.append(
                {
                    "metric": metric.name,
                    "total": coverage.total,
                    "judged": coverage.judged,
                    "share": coverage.share,
                    "gaps": [
                        {
                            "label": labels[outcome],
                            "count": count,
                            "action": self._prepare_action(
                                f"{metric.name}: {labels[outcome]}",
                                "mfg.variance.measurement",
                                own & Domain("outcome", "=", outcome),
                            ),
                        }
                        for outcome, count in coverage.gaps
                    ],
                }
            )
        return result

    # ------------------------------------------------------------------ checks

    @api.model
    def _count_checks(self, scope):
        """``{code: (check, its texts and domains)}``, a few queries for each."""
        worth = self._get_worth(scope)
        readings = self._get_readings_domain(scope)
        found = {}
        for spec in self._prepare_checks(scope):
            # sudo: numbers only, of this company and its plants; the lists behind
            # them open with the user's own rights
            Model = self.env[spec["model"]].sudo().with_company(scope.company)
            missing = blocked = 0
            total = Model.search_count(spec["all"])
            if total:
                missing = Model.search_count(spec["all"] & spec["gap"])
            spoilt = spec.get("blocked")
            if missing and spoilt is not None:
                blocked = self._count_spoilt(readings & spoilt, scope)
            found[spec["code"]] = (
                readiness.Check(
                    code=spec["code"],
                    total=total,
                    missing=missing,
                    blocked=missing if spec.get("is_reading") else blocked,
                    worth=worth,
                    spoils=spec["spoils"],
                ),
                spec,
            )
        return found

    def _count_spoilt(self, domain, scope):
        # sudo: the conditions look through work centers and products; a number only
        Measurement = self.env["mfg.variance.measurement"].sudo()
        return Measurement.with_company(scope.company).search_count(domain)

    @api.model
    def _get_worth(self, scope):
        """What an average judged reading of the period brought to light, in money."""
        Measurement = self.env["mfg.variance.measurement"]
        judged = self._get_readings_domain(scope) & Domain(
            "outcome", "in", readiness.VERDICTS
        )
        [(losses,)] = Measurement._read_group(
            judged & Domain("amount", ">", 0) & Domain("amount_kind", "=", "loss"),
            [],
            ["amount:sum"],
        )
        return readiness.worth_of_reading(losses, Measurement.search_count(judged))

    def _present_check(self, check, spec):
        """One gap as the screen shows it, with the list of exactly what was counted."""
        return {
            "code": check.code,
            "title": spec["title"],
            "effect": spec["effect"],
            "remedy": spec["remedy"],
            "total": check.total,
            "missing": check.missing,
            "share": check.share,
            "severity": check.severity,
            "blocked": check.blocked,
            "spoils": check.spoils,
            "money": check.money if check.blocked else None,
            "action": self._prepare_action(
                spec["title"], spec["model"], spec["all"] & spec["gap"]
            ),
        }

    @api.model
    def _prepare_action(self, name, model, domain):
        """The list of these records; nothing for whoever may not read them."""
        if not self.env[model].has_access("read"):
            return False
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": list(domain),
            "context": {"create": False},
            "help": Markup("<p class='o_view_nocontent_smiling_face'>%s</p><p>%s</p>")
            % (
                self.env._("Nothing is missing any more"),
                self.env._("Go back to Data Readiness to see what to mend next."),
            ),
        }

    # ------------------------------------------------------------------ spread

    @api.model
    def _get_spread(self, scope):
        """How far actual time scatters round the plan, per operation, widest first."""
        Measurement = self.env["mfg.variance.measurement"]
        domain = (
            self._get_readings_domain(scope)
            & Domain("metric_code", "=", "work_order_time")
            & Domain("outcome", "in", readiness.VERDICTS + (outcomes.NO_POLICY,))
            & Domain("planned", ">", 0)
        )
        Measurement.flush_model()
        query = Measurement._search(domain)
        column = partial(SQL.identifier, query.table)
        place = SQL("%s, %s", column("workcenter_id"), column("operation_id"))
        ratio = SQL("%s / %s", column("actual"), column("planned"))
        share = "percentile_cont(%s) WITHIN GROUP (ORDER BY %s)"
        query.groupby = place
        query.order = SQL("3 DESC, 1, 2")
        rows = self.env.execute_query(
            query.select(
                place,
                SQL("COUNT(*)"),
                *(SQL(share, part, ratio) for part in (0.1, 0.5, 0.9)),
            )
        )
        enough = [row for row in rows if row[2] >= FEW_ORDERS]
        # the widest first: there a limit in percent raises most noise
        enough.sort(key=lambda row: row[3] - row[5])
        shown = enough[:SHOWN_OPERATIONS]
        return {
            "count": len(rows),
            "thin": len(rows) - len(enough),
            "rows": self._present_spread(shown, domain),
        }

    def _present_spread(self, rows, domain):
        # sudo: names of operations whose readings this user sees
        Center = self.env["mrp.workcenter"].sudo()
        Operation = self.env["mrp.routing.workcenter"].sudo()
        centers = Center.browse({row[0] for row in rows if row[0]})
        operations = Operation.browse({row[1] for row in rows if row[1]})
        names = {
            **{("center", center.id): center.name for center in centers},
            **{("operation", one.id): one.name for one in operations},
        }
        result = []
        for center, operation, count, low, median, high in rows:
            title = self.env._(
                "%(operation)s on %(center)s",
                operation=names.get(("operation", operation), self.env._("Work")),
                center=names.get(("center", center), self.env._("no work center")),
            )
            own = [("workcenter_id", "=", center), ("operation_id", "=", operation)]
            result.append(
                {
                    "title": title,
                    "count": count,
                    "low": low,
                    "median": median,
                    "high": high,
                    "action": self._prepare_action(
                        title, "mfg.variance.measurement", domain & Domain(own)
                    ),
                }
            )
        return result
