from dataclasses import asdict
from datetime import timedelta

from odoo import models

from ..domain import fingerprint, flood, lifecycle, outcomes

DIM_FIELDS = {
    "workorder": "workorder_id",
    "production": "production_id",
    "workcenter": "workcenter_id",
    "operation": "operation_id",
    "product": "product_id",
    "component": "component_id",
    "lot": "lot_id",
    "plant": "plant_id",
}
TIMELINESS = ("live", "late", "historic")


class MfgVarianceEngine(models.AbstractModel):
    """From judged readings to cases: open, merge, reopen, bundle, clear."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    def _assign_cases(self, metric, judged):
        """Give every reading beyond a limit its case.

        Returns a list of ``(case, severity before, reading)`` that have to be reacted
        to; the severity before is None for cases just opened or opened again.
        """
        due = [one for one in judged if one.outcome == outcomes.OPENED]
        inside = [one for one in judged if one.outcome == outcomes.WITHIN]
        for one in due + [one for one in inside if one.verdict.cleared]:
            one.fingerprint = self._get_fingerprint(metric, one)
        known = self._find_cases([one.fingerprint for one in judged if one.fingerprint])
        for one in inside:
            case = known.get(one.fingerprint)
            # what happened before the case says nothing about how it is now
            if case and case.is_open and case.first_event_at <= one.fact.event_at:
                case._clear_unless_chattering(one.fact.event_at)
        react, fresh = [], {}
        for one in due:
            case = known.get(one.fingerprint)
            if one.fingerprint in fresh:
                fresh[one.fingerprint].append(one)
                one.outcome = outcomes.MERGED
            elif case and case.is_open:
                self._merge(one, case, react)
            elif case and not self._follow_up(one, case, react):
                continue
            else:
                fresh[one.fingerprint] = [one]
        self._open_fresh(metric, fresh, react)
        return react

    def _get_fingerprint(self, metric, one):
        dims = one.fact.dims
        values = {key: dims.get(name) for key, name in DIM_FIELDS.items()}
        values["source"] = f"{one.fact.source_model},{one.fact.source_id}"
        return fingerprint.fingerprint(
            dims["company_id"], metric.code, one.version.dims, values
        )

    def _find_cases(self, fingerprints):
        """The newest case of each fingerprint, open or closed."""
        if not fingerprints:
            return {}
        cases = self.env["mfg.variance.exception"].search(
            [("fingerprint", "in", fingerprints)], order="id"
        )
        return {case.fingerprint: case for case in cases}

    def _merge(self, one, case, react):
        one.outcome, one.exception = outcomes.MERGED, case
        if case.cleared_at:
            case._as_system().write({"cleared_at": False})
        before = case.severity
        if case._is_refuted_by(one.fact.event_at) and one.timeliness != "historic":
            # resolved, and here it is again: what was done did not work
            case._reopen_as_regression()
            case._raise_severity(one.verdict.severity)
            react.append((case, None, one))
        elif case.is_historic and one.timeliness != "historic":
            # it happens again, today: from here on it is a case like any other
            case._as_system().write({"is_historic": False})
            case._raise_severity(one.verdict.severity)
            react.append((case, None, one))
        elif case._raise_severity(one.verdict.severity):
            react.append((case, before, one))

    def _follow_up(self, one, case, react):
        """What a repeat after closing is; True if it needs a case of its own."""
        # a window begins anew once its case was closed: beyond again is news
        is_answered = not one.fact.pattern and case in one.replaced.exception_id
        if is_answered and outcomes.rank(one.verdict.severity) <= outcomes.rank(
            case.severity
        ):
            one.outcome, one.exception = outcomes.MERGED, case
            one.detail = self.env._(
                "%(sentence)s It was answered with %(case)s already.",
                sentence=one.verdict.sentence,
                case=case.name,
            )
            return False
        version = one.version
        # what happened before the case began is not that case coming back
        follows = case.first_event_at <= one.fact.event_at
        step = lifecycle.reopening(
            case.closed_at if follows else None,
            one.fact.event_at,
            version.cooldown_minutes,
            version.regression_days,
        )
        if step == "cooldown":
            one.outcome = outcomes.COOLDOWN
            one.detail = self.env._(
                "%(case)s was closed less than %(minutes)s minutes before.",
                case=case.name,
                minutes=round(version.cooldown_minutes),
            )
            return False
        if step == "reopen":
            case._reopen_as_regression()
            one.exception, one.outcome = case, outcomes.MERGED
            case._raise_severity(one.verdict.severity)
            react.append((case, None, one))
            return False
        return True

    def _open_fresh(self, metric, fresh, react):
        """Open the new cases in one insert; a flood joins its bundle instead."""
        vals_list, owners = [], []
        recent = self._get_recent_openings(fresh)
        for group in fresh.values():
            if self._is_flood(group[0], recent):
                self._join_bundle(metric, group, react)
                continue
            worst = max(group, key=lambda one: outcomes.rank(one.verdict.severity))
            timely = self._get_most_timely(group)
            vals_list.append(self._prepare_case_vals(metric, worst, timely))
            owners.append(group)
            key = self._get_flood_key(worst)
            recent.setdefault(key, []).append(worst.fact.event_at)
        if not vals_list:
            return
        cases = self.env["mfg.variance.exception"]._open_cases(vals_list)
        for case, group in zip(cases, owners, strict=True):
            for one in group:
                one.exception = case
            react.append((case, None, self._get_most_timely(group)))

    def _get_most_timely(self, group):
        """One that happens now decides on the reaction, whichever was read first."""
        return min(group, key=lambda one: TIMELINESS.index(one.timeliness))

    def _get_flood_key(self, one):
        return one.version.policy_id, one.fact.dims["company_id"]

    def _get_recent_openings(self, fresh):
        """When cases were opened around these, by policy and company."""
        spans = {}
        for one in (group[0] for group in fresh.values()):
            if one.version.flood_limit:
                reach = timedelta(minutes=one.version.flood_minutes)
                spans.setdefault(self._get_flood_key(one), []).append(
                    (one.fact.event_at - reach, one.fact.event_at)
                )
        recent = {}
        for (policy_id, company_id), pairs in spans.items():
            cases = self.env["mfg.variance.exception"].search_fetch(
                [
                    ("policy_id", "=", policy_id),
                    ("company_id", "=", company_id),
                    ("is_meta", "=", False),
                    ("first_event_at", ">", min(start for start, _end in pairs)),
                    ("first_event_at", "<=", max(end for _start, end in pairs)),
                ],
                ["first_event_at"],
            )
            recent[policy_id, company_id] = cases.mapped("first_event_at")
        return recent

    def _is_flood(self, one, recent):
        """More openings of this version within its window than people can answer."""
        version = one.version
        opened = recent.get(self._get_flood_key(one), [])
        return flood.is_flood(
            opened, one.fact.event_at, version.flood_limit, version.flood_minutes
        )

    def _join_bundle(self, metric, group, react):
        """Attach a flood's readings to the one meta case of the policy."""
        first = group[0]
        mark = f"v1:flood:{first.version.policy_id}:{first.fact.dims['company_id']}"
        bundle = self._find_cases([mark]).get(mark)
        if not bundle or not bundle.is_open:
            vals = self._prepare_case_vals(metric, first, self._get_most_timely(group))
            vals |= {
                "fingerprint": mark,
                "is_meta": True,
                "title": self.env._(
                    "%(policy)s: many at once, see the readings",
                    policy=first.version.policy_name,
                ),
                "workorder_id": False,
                "production_id": False,
            }
            bundle = self.env["mfg.variance.exception"]._open_cases([vals])
            react.append((bundle, None, self._get_most_timely(group)))
        before = bundle.severity
        for one in group:
            if bundle._raise_severity(one.verdict.severity):
                react.append((bundle, before, one))
            one.outcome, one.exception = outcomes.MERGED, bundle
            one.detail = self.env._("Bundled: the flood guard of the policy is on.")

    # --------------------------------------------------------------- new cases

    def _prepare_case_vals(self, metric, one, timely):
        """A new case about one reading; the most timely of its group sets the clock."""
        fact, version, verdict = one.fact, one.version, one.verdict
        record = self.env["mfg.variance.policy.version"].browse(version.id)
        policy = record.policy_id
        plant = self.env["mfg.variance.plant"].browse(fact.dims.get("plant_id"))
        company = self.env["res.company"].browse(fact.dims["company_id"])
        now = self._now()
        return {
            **fact.dims,
            "title": self._get_title(metric, fact),
            "fingerprint": one.fingerprint,
            "severity": verdict.severity,
            "category_id": metric.category_id.id,
            "metric_id": metric.id,
            "policy_id": policy.id,
            "policy_version_id": record.id,
            "playbook_id": record.playbook_id.id,
            "source_model": fact.source_model,
            "source_id": fact.source_id,
            "shift_id": one.shift_id,
            "first_event_at": fact.event_at,
            "detected_at": now,
            "is_historic": timely.timeliness == "historic",
            "planned": fact.planned or 0.0,
            "actual": fact.actual or 0.0,
            "deviation": verdict.deviation,
            "deviation_percent": verdict.deviation_percent or 0.0,
            "unit": fact.unit or metric.unit,
            "currency_id": company.currency_id.id,
            **policy._prepare_owner_vals(plant, company, now),
            "consequence": record.consequence,
            "what_to_do": record.what_to_do,
            "cause_id": fact.cause_id or False,
            "snapshot": self._prepare_snapshot(one, record),
        }

    def _get_title(self, metric, fact):
        workorder = self.env["mrp.workorder"].browse(fact.dims.get("workorder_id"))
        center = self.env["mrp.workcenter"].browse(fact.dims.get("workcenter_id"))
        production = self.env["mrp.production"].browse(fact.dims.get("production_id"))
        component = self.env["product.product"].browse(fact.dims.get("component_id"))
        parts = (
            metric.name,
            component.display_name,
            production.name,
            workorder.name,
            center.name,
        )
        return " · ".join(part for part in parts if part)

    def _prepare_snapshot(self, one, record):
        """Policy, limits, plan and evidence exactly as they were at detection."""
        fact = one.fact
        standard = self.env["mfg.variance.standard"].browse(fact.standard_id or [])
        return {
            "policy": one.version.policy_name,
            "version": record.number,
            "limits": [asdict(limit) for limit in one.verdict.limits],
            "sentence": one.detail or one.verdict.sentence,
            "planned": fact.planned,
            "actual": fact.actual,
            "quantity": fact.quantity,
            "amount": fact.amount,
            "amount_formula": fact.amount_formula,
            "standard": self._prepare_plan(standard) if standard else None,
            "intervals": [
                [str(start), str(end) if end else None] for start, end in fact.intervals
            ],
        }

    def _prepare_plan(self, standard):
        return {
            "source": standard.source,
            "version": standard.version,
            "setup_minutes": standard.setup_minutes,
            "cleanup_minutes": standard.cleanup_minutes,
            "run_minutes": standard.run_minutes,
            "batch_capacity": standard.batch_capacity,
            "rate": standard.rate,
            "sample_size": standard.sample_size,
        }

    def _refresh_listed(self, react):
        """Let lists sort what this transaction opened, raised or reopened at once."""
        cases = self.env["mfg.variance.exception"].union(
            *(case for case, _before, _one in react)
        )
        cases._refresh_listed()

    def _react(self, react):
        """Run the playbooks of opened and worsened cases.

        What is recorded as history has no reaction, what is recorded late no push (D4).
        """
        for case, before, one in react:
            if case.playbook_id and one.timeliness != "historic":
                case.playbook_id._run(case, before, one.timeliness == "live")
