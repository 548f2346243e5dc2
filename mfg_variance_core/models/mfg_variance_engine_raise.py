from odoo import models

from ..domain import fingerprint, outcomes
from .raised import Raised


class MfgVarianceEngine(models.AbstractModel):
    """Cases raised by a rule or a person, without a figure to judge."""

    _name = "mfg.variance.engine"
    _inherit = "mfg.variance.engine"

    def _raise(self, action, records):
        """Open or merge one case per record, as the server action describes it.

        The same action on the same record is the same case: a repeat is one more
        event on it. Returns the cases.
        """
        engine = self._clean_engine()
        # in the caller's environment: the company he works in is the last resort
        places = [(record, action._variance_values(record)) for record in records]
        cases = engine._raise_all(
            [
                engine._prepare_raised_by_action(
                    action.with_env(engine.env), record.with_env(engine.env), dims
                )
                for record, dims in places
            ]
        )
        return self.env["mfg.variance.exception"].browse(cases.ids)

    def _prepare_raised_by_action(self, action, record, dims):
        # plain replacement: a title is never evaluated
        title = (action.variance_title or action.name).replace(
            "%(name)s", record.display_name or ""
        )
        return Raised(
            record=record,
            dims=dims,
            mark=self._get_raised_mark(action, record, dims),
            metric_code="raised_condition",
            title=title,
            detail=action.name,
            severity=action.variance_severity,
            category_id=action.variance_category_id.id,
            playbook_id=action.variance_playbook_id.id,
            snapshot={"action": action.name, "record": record.display_name},
        )

    def _get_raised_mark(self, action, record, dims):
        return fingerprint.fingerprint(
            dims["company_id"],
            f"action:{action.id}",
            "workorder",
            {"workorder": f"{record._name},{record.id}"},
        )

    def _raise_all(self, raised):
        """The cases of these events, with their measurements and reactions."""
        known = self._find_cases([one.mark for one in raised])
        cases, react, events = self.env["mfg.variance.exception"], [], []
        for one in raised:
            case, outcome = known.get(one.mark), outcomes.MERGED
            if case and case.is_open:
                before = case.severity
                if case._raise_severity(one.severity):
                    react.append((case, before, one))
            else:
                case = cases._open_cases([self._prepare_raised_vals(one)])
                known[one.mark] = case
                react.append((case, None, one))
                outcome = outcomes.OPENED
            cases |= case
            events.append((one, case, outcome))
        self._store_raised(events)
        for case, before, one in react:
            case.playbook_id._run(case, before, one.timeliness == "live")
        return cases

    def _prepare_raised_vals(self, one):
        now = self._now()
        plant = self.env["mfg.variance.plant"].browse(one.dims.get("plant_id") or [])
        company = self.env["res.company"].browse(one.dims["company_id"])
        return {
            **one.dims,
            "title": one.title,
            "fingerprint": one.mark,
            "severity": one.severity,
            "category_id": one.category_id,
            "playbook_id": one.playbook_id,
            "source_model": one.record._name,
            "source_id": one.record.id,
            "shift_id": one.shift_id,
            "first_event_at": one.happened_at or now,
            "detected_at": now,
            "respond_minutes": one.respond_minutes or 0,
            "currency_id": company.currency_id.id,
            **plant._prepare_owner_vals("supervisor", company, now),
            "what_to_do": one.what_to_do,
            "snapshot": one.snapshot,
        }

    def _store_raised(self, events):
        """Store the events, so that they count and are explained like any other.

        All are of one metric and one model. Every one of them stays an event of its
        case; the newest is the current one.
        """
        metric = events and self._get_metric(events[0][0].metric_code)
        if not metric:
            return
        Measurement = self.env["mfg.variance.measurement"]
        of_records = [
            ("metric_id", "=", metric.id),
            ("source_model", "=", events[0][0].record._name),
            ("source_id", "in", [one.record.id for one, *_rest in events]),
        ]
        revisions = dict(
            Measurement._read_group(of_records, ["source_id"], ["revision:max"])
        )
        Measurement.search([*of_records, ("is_current", "=", True)])._as_system().write(
            {"is_current": False}
        )
        now = self._now()
        Measurement._as_system().create(
            [
                {
                    **one.dims,
                    "metric_id": metric.id,
                    "metric_code": metric.code,
                    "category_id": one.category_id,
                    "source_model": one.record._name,
                    "source_id": one.record.id,
                    "phase": "final",
                    "revision": revisions.get(one.record.id, 0) + 1,
                    "event_at": one.happened_at or now,
                    "recorded_at": now,
                    "timeliness": one.timeliness,
                    "shift_id": one.shift_id,
                    "outcome": outcome,
                    "outcome_detail": one.detail,
                    "severity": one.severity,
                    "exception_id": case.id,
                    "currency_id": case.currency_id.id,
                }
                for one, case, outcome in events
            ]
        )
