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
        cases = engine.env["mfg.variance.exception"]
        for record in records.with_env(engine.env):
            cases |= engine._raise_one(action.with_env(engine.env), record)
        return self.env["mfg.variance.exception"].browse(cases.ids)

    def _raise_one(self, action, record):
        dims = action._variance_values(record)
        mark = fingerprint.fingerprint(
            dims["company_id"],
            f"action:{action.id}",
            "workorder",
            {"workorder": f"{record._name},{record.id}"},
        )
        case = self._find_cases([mark]).get(mark, self.env["mfg.variance.exception"])
        react, outcome = [], outcomes.MERGED
        if case and case.is_open:
            before = case.severity
            if case._raise_severity(action.variance_severity):
                react.append(before)
        else:
            vals = self._prepare_raised_vals(action, record, dims, mark)
            case = self.env["mfg.variance.exception"]._open_cases([vals])
            react.append(None)
            outcome = outcomes.OPENED
        self._store_raised(action, record, dims, case, outcome)
        for before in react:
            case.playbook_id._run(case, before)
        return case

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
            "owner_id": plant.supervisor_id.id,
            "snapshot": {"action": action.name, "record": record.display_name},
        }

    def _store_raised(self, action, record, dims, case, outcome):
        """Store the event, so that it counts and can be explained like any other."""
        metric = self._get_metric("raised_condition")
        if not metric:
            return
        Measurement = self.env["mfg.variance.measurement"]
        earlier = Measurement.search_count(
            [
                ("metric_id", "=", metric.id),
                ("source_model", "=", record._name),
                ("source_id", "=", record.id),
            ]
        )
        now = self._now()
        Measurement._as_system().create(
            {
                **dims,
                "metric_id": metric.id,
                "metric_code": metric.code,
                "category_id": action.variance_category_id.id,
                "source_model": record._name,
                "source_id": record.id,
                "phase": "final",
                "revision": earlier + 1,
                "event_at": now,
                "recorded_at": now,
                "timeliness": "live",
                "outcome": outcome,
                "outcome_detail": action.name,
                "severity": action.variance_severity,
                "exception_id": case.id,
                "currency_id": case.currency_id.id,
            }
        )
