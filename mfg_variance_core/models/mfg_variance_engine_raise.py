from odoo import fields, models

from ..domain import fingerprint, outcomes


class MfgVarianceEngine(models.AbstractModel):
    """Cases raised by a server action on any record, without a figure to judge."""

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
        raised = [
            (
                record.with_env(engine.env),
                dims,
                self._get_raised_mark(action, record, dims),
            )
            for record, dims in places
        ]
        cases = engine._raise_all(action.with_env(engine.env), raised)
        return self.env["mfg.variance.exception"].browse(cases.ids)

    def _get_raised_mark(self, action, record, dims):
        return fingerprint.fingerprint(
            dims["company_id"],
            f"action:{action.id}",
            "workorder",
            {"workorder": f"{record._name},{record.id}"},
        )

    def _raise_all(self, action, raised):
        """Cases for ``(record, dimensions, fingerprint)``, with event and reaction."""
        known = self._find_cases([mark for _record, _dims, mark in raised])
        cases, react, events = self.env["mfg.variance.exception"], [], []
        for record, dims, mark in raised:
            case, outcome = known.get(mark), outcomes.MERGED
            if case and case.is_open:
                before = case.severity
                if case._raise_severity(action.variance_severity):
                    react.append((case, before))
            else:
                vals = self._prepare_raised_vals(action, record, dims, mark)
                case = cases._open_cases([vals])
                react.append((case, None))
                outcome = outcomes.OPENED
            cases |= case
            events.append((record, dims, case, outcome))
        self._store_raised(action, events)
        for case, before in react:
            case.playbook_id._run(case, before)
        return cases

    def _prepare_raised_vals(self, action, record, dims, mark):
        now = self._now()
        plant = self.env["mfg.variance.plant"].browse(dims.get("plant_id") or [])
        company = self.env["res.company"].browse(dims["company_id"])
        # plain replacement: a title is never evaluated
        title = (action.variance_title or action.name).replace(
            "%(name)s", record.display_name or ""
        )
        return {
            **dims,
            "title": title,
            "fingerprint": mark,
            "severity": action.variance_severity,
            "category_id": action.variance_category_id.id,
            "playbook_id": action.variance_playbook_id.id,
            "source_model": record._name,
            "source_id": record.id,
            "first_event_at": now,
            "detected_at": now,
            "respond_by": fields.Datetime.add(now, hours=8),
            "currency_id": company.currency_id.id,
            **plant._prepare_owner_vals("supervisor", company, now),
            "snapshot": {"action": action.name, "record": record.display_name},
        }

    def _store_raised(self, action, events):
        """Store the events, so that they count and are explained like any other.

        Every one of them stays an event of its case; the newest is the current one.
        """
        metric = self._get_metric("raised_condition")
        if not metric or not events:
            return
        Measurement = self.env["mfg.variance.measurement"]
        of_records = [
            ("metric_id", "=", metric.id),
            ("source_model", "=", events[0][0]._name),
            ("source_id", "in", [record.id for record, *_rest in events]),
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
                    **dims,
                    "metric_id": metric.id,
                    "metric_code": metric.code,
                    "category_id": action.variance_category_id.id,
                    "source_model": record._name,
                    "source_id": record.id,
                    "phase": "final",
                    "revision": revisions.get(record.id, 0) + 1,
                    "event_at": now,
                    "recorded_at": now,
                    "timeliness": "live",
                    "outcome": outcome,
                    "outcome_detail": action.name,
                    "severity": action.variance_severity,
                    "exception_id": case.id,
                    "currency_id": case.currency_id.id,
                }
                for record, dims, case, outcome in events
            ]
        )
