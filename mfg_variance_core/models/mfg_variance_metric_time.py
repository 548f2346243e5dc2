from odoo import models

from ..domain import clocks, costs, outcomes, standards
from .fact import Fact


class MfgVarianceMetric(models.Model):
    """Readers of the time metrics: machine time of a work order, and its set-up."""

    _name = "mfg.variance.metric"
    _inherit = "mfg.variance.metric"

    def _read_work_order_time(self, records, phase, shared):
        """Machine minutes of each work order against its frozen standard.

        Actual is the union of the productive and performance intervals, so two
        people on one machine count once (D6). Planned is flexed to the quantity.
        """
        return [
            self._fact_work_order_time(data, phase)
            for data in self._get_time_data(records, phase, shared)
            # cancelled before anything was done: nothing happened
            if data["intervals"] or not data["is_cancelled"]
        ]

    def _read_setup_time(self, records, phase, shared):
        """Set-up minutes against planned set-up; only where both are known apart.

        Of what was cancelled without a piece made every minute is unplanned: the
        leaf of the work order prices them all, set-up among them.
        """
        return [
            self._fact_setup_time(data)
            for data in self._get_time_data(records, phase, shared)
            if not data["is_cancelled"]
            or (data["setup_intervals"] and data["quantity"])
        ]

    def _fact_work_order_time(self, data, phase):
        fact = self._prepare_time_fact(data)
        standard, quantity = data["standard"], data["quantity"]
        fact.quantity = quantity
        if standard:
            fact.planned = standards.planned_minutes(standard, quantity)
        if not data["intervals"]:
            fact.gap = (
                outcomes.NOT_ENOUGH_DATA
                if data["has_report"]
                else outcomes.NOT_RECORDED
            )
            fact.gap_reason = self.env._("No time was logged on this work order.")
            if data["is_estimate"]:
                fact.gap_reason = self.env._(
                    "Odoo copied the planned time; nobody measured it."
                )
            return fact
        fact.actual = clocks.union_minutes(data["intervals"], data["now"])
        fact.intervals = data["intervals"]
        if data["is_cancelled"] and fact.actual and not quantity:
            fact.planned = 0.0
            fact.gap = outcomes.UNPLANNED
            fact.gap_reason = self.env._("Time was spent on work that was cancelled.")
            self._take_leaf(
                fact, costs.time_leaf(0.0, fact.actual, data["rate"]), data["rate"]
            )
        elif not quantity or not (fact.actual or phase == "running"):
            fact.gap = outcomes.NOT_ENOUGH_DATA
            fact.gap_reason = self.env._("No minutes or no quantity were reported.")
        elif not standard:
            fact.gap = outcomes.NO_STANDARD
            fact.gap_reason = self.env._("No planned time exists for this operation.")
        elif not fact.planned:
            fact.gap = outcomes.UNPLANNED
            fact.gap_reason = self.env._("Time was spent where none was planned.")
        else:
            self._price_time(fact, data)
        return fact

    def _price_time(self, fact, data):
        """The cost leaf: set-up minutes known apart have a leaf of their own."""
        standard = data["standard"]
        setup = {}
        if data["setup_intervals"] and data["has_setup"]:
            setup = {
                "setup_planned": standard.setup,
                "setup_actual": clocks.union_minutes(
                    data["setup_intervals"], data["now"]
                ),
            }
        leaf = costs.time_leaf(fact.planned, fact.actual, standard.rate, **setup)
        self._take_leaf(fact, leaf, standard.rate)

    def _fact_setup_time(self, data):
        fact = self._prepare_time_fact(data)
        fact.quantity = data["quantity"]
        if not data["setup_intervals"]:
            fact.gap = outcomes.NOT_RECORDED
            fact.gap_reason = self.env._("No set-up time was logged apart.")
            return fact
        fact.intervals = data["setup_intervals"]
        fact.actual = clocks.union_minutes(data["setup_intervals"], data["now"])
        fact.event_at = clocks.latest_end(data["setup_intervals"]) or fact.event_at
        if not data["standard"] or not data["has_setup"]:
            fact.gap = outcomes.NO_STANDARD
            fact.gap_reason = self.env._("The plan does not tell set-up apart.")
            return fact
        fact.planned = data["standard"].setup
        rate = data["standard"].rate
        self._take_leaf(fact, costs.time_leaf(fact.planned, fact.actual, rate), rate)
        return fact

    def _take_leaf(self, fact, leaf, rate):
        fact.rate = rate
        fact.amount = leaf.amount
        fact.amount_formula = leaf.formula
        fact.amount_missing_reason = leaf.missing_reason

    def _prepare_time_fact(self, data):
        return Fact(
            source_model="mrp.workorder",
            source_id=data["workorder"].id,
            event_at=data["event_at"],
            dims=data["dims"],
            standard_id=data["standard_id"],
            standard_source=data["standard_source"],
            sample_size=data["sample_size"],
        )

    # -------------------------------------------------------------- shared rows

    def _get_time_data(self, workorders, phase, shared):
        """Logs, standard, quantity and dimensions of work orders, read once a pass."""
        key = ("time", phase, frozenset(workorders._ids))
        if key not in shared:
            shared[key] = self._collect_time_data(workorders, phase, shared)
        return shared[key]

    def _collect_time_data(self, workorders, phase, shared):
        Standard = self.env["mfg.variance.standard"]
        logs = self._get_time_logs(workorders, shared)
        rows = Standard._find_for_workorders(workorders)
        missing = workorders.filtered(lambda wo: wo.id not in rows)
        if missing and Standard._freeze_workorders(missing, source="late"):
            rows = Standard._find_for_workorders(workorders)
        now = self.env["mfg.variance.engine"]._now()
        return [
            self._prepare_time_data(workorder, phase, logs, rows, now)
            for workorder in workorders
        ]

    def _prepare_time_data(self, workorder, phase, logs, rows, now):
        mine = logs.get(workorder.id, [])
        measured = [log for log in mine if not log["is_estimate"]]
        if phase == "final":
            measured = [log for log in measured if log["end"]]
        intervals = [(log["start"], log["end"]) for log in measured]
        setup = [(log["start"], log["end"]) for log in measured if log["is_setup"]]
        row = rows.get(workorder.id)
        running = phase == "running"
        return {
            "workorder": workorder,
            "now": now if running else None,
            "intervals": intervals,
            "setup_intervals": setup,
            "is_estimate": bool(mine) and not measured,
            "is_cancelled": workorder.state == "cancel",
            "rate": row.rate if row else workorder.workcenter_id.costs_hour,
            "has_report": workorder.variance_is_reported,
            "quantity": workorder._get_variance_quantity(running),
            "standard": row._to_domain() if row else None,
            "standard_id": row.id if row else None,
            "standard_source": row.source if row else None,
            "sample_size": row.sample_size if row else None,
            "has_setup": row.has_setup if row else False,
            "event_at": now if running else clocks.latest_end(intervals) or now,
            "dims": workorder._get_variance_dims(),
        }

    def _get_time_logs(self, workorders, shared):
        """Productive and performance logs by work order, oldest first, read once."""
        key = ("logs", frozenset(workorders._ids))
        if key not in shared:
            shared[key] = self._collect_time_logs(workorders)
        return shared[key]

    def _collect_time_logs(self, workorders):
        logs = {}
        # sudo: time logs are read for anybody's work order, workers are not
        rows = (
            self.env["mrp.workcenter.productivity"]
            .sudo()
            .search_fetch(
                [
                    ("workorder_id", "in", workorders.ids),
                    ("loss_id.loss_type", "in", ("productive", "performance")),
                ],
                [
                    "workorder_id",
                    "date_start",
                    "date_end",
                    "loss_id",
                    "variance_is_estimate",
                ],
                order="date_start, id",
            )
        )
        for row in rows:
            logs.setdefault(row.workorder_id.id, []).append(
                {
                    "start": row.date_start,
                    "end": row.date_end or None,
                    "is_setup": row.loss_id.is_variance_setup,
                    "is_estimate": row.variance_is_estimate,
                }
            )
        return logs
