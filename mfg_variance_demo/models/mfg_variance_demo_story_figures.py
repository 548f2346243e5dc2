from collections import Counter

from odoo import models

from ..domain import story

# what counts as found: a case of this metric, or an outcome of this name
FOUND_BY_CASE = {
    story.DRIFT: "work_order_time",
    story.SLOW_SHIFT: "work_order_time",
    story.SETUP_OVERRUN: "setup_time",
    story.RUNNING_OVERRUN: "work_order_time",
}
FOUND_BY_OUTCOME = {
    story.FORGOTTEN_TIMER: "recording_suspect",
    story.NO_STANDARD: "no_standard",
}


class MfgVarianceDemoStory(models.AbstractModel):
    """The summary: what was planted, what was found and when, what was noise."""

    _name = "mfg.variance.demo.story"
    _inherit = "mfg.variance.demo.story"

    def _get_figures(self, orders):
        """Figures read back from Odoo.

        Keys: orders, work_orders, done, running, judged, outcomes {outcome: n},
        cases, open, closed, noise, noise_percent, faults [{kind, what, planted,
        found, shaded, began_at, found_at, after_events}].
        """
        rows = self._get_rows_by_workorder()
        workorders = self._get_all_workorders(orders)
        faults = {
            workorders[order.number, job.sequence].id: job.fault
            for order in orders
            for job in order.jobs
            if job.fault and job.started_at
        }
        cases = self.env["mfg.variance.exception"].search(
            [("company_id", "=", self.env.company.id), ("is_meta", "=", False)]
        )
        noise = cases.filtered(lambda case: case.workorder_id.id not in faults)
        current = [row for group in rows.values() for row in group if row.is_current]
        timed = [row for row in current if row.metric_code == "work_order_time"]
        states = Counter(workorder.state for workorder in workorders.values())
        return {
            "orders": len(orders),
            "work_orders": len(workorders),
            "done": states["done"],
            "running": states["progress"],
            "judged": len(timed),
            "outcomes": dict(Counter(row.outcome for row in timed)),
            "cases": len(cases),
            "open": len(cases.filtered("is_open")),
            "closed": len(cases.filtered(lambda case: not case.is_open)),
            "noise": len(noise),
            "noise_percent": round(100 * len(noise) / len(cases), 1) if cases else 0,
            "faults": [
                self._get_fault_figures(kind, faults, rows) for kind in story.FAULTS
            ],
        }

    def _get_all_workorders(self, orders):
        productions = self._get_productions(orders)
        return {
            (order.number, job.sequence): self._get_workorder(
                productions[str(order.number)], job
            )
            for order in orders
            for job in order.jobs
        }

    def _get_rows_by_workorder(self):
        """All readings of the company, superseded ones too, oldest first."""
        rows = self.env["mfg.variance.measurement"].search(
            [("company_id", "=", self.env.company.id)], order="event_at, id"
        )
        return {
            center.id: list(group)
            for center, group in rows.grouped("workorder_id").items()
        }

    def _get_fault_figures(self, kind, faults, rows):
        events = []
        for workorder_id, fault in faults.items():
            if fault == kind and (mine := rows.get(workorder_id)):
                events.append((mine[0].event_at, mine))
        events.sort(key=lambda event: event[0])
        found = [
            (number, moment)
            for number, (moment, mine) in enumerate(events, start=1)
            if self._is_found(kind, mine)
        ]
        shaded = [
            (number, moment)
            for number, (moment, mine) in enumerate(events, start=1)
            if any(row.outcome == "shaded" for row in mine)
        ]
        return {
            "kind": kind,
            "what": self._get_fault_label(kind),
            "planted": len(events),
            "found": len(found),
            "shaded": len(shaded),
            "began_at": str(events[0][0]) if events else False,
            "found_at": str(found[0][1]) if found else False,
            "after_events": found[0][0] if found else False,
            "shaded_after_events": shaded[0][0] if shaded else False,
        }

    def _is_found(self, kind, rows):
        if kind in FOUND_BY_OUTCOME:
            return any(row.outcome == FOUND_BY_OUTCOME[kind] for row in rows)
        return any(
            row.exception_id and row.metric_code == FOUND_BY_CASE[kind] for row in rows
        )

    def _get_fault_label(self, kind):
        return {
            story.DRIFT: self.env._("Lathe 2 in the North plant gets slower every day"),
            story.SLOW_SHIFT: self.env._("The night shift of the River plant is slow"),
            story.SETUP_OVERRUN: self.env._(
                "Setting up for the spindle housing takes three times the plan"
            ),
            story.FORGOTTEN_TIMER: self.env._("A timer is left running overnight"),
            story.NO_STANDARD: self.env._("Nobody planned a time for deburring"),
            story.RUNNING_OVERRUN: self.env._(
                "A work order in the Harbour plant overruns right now"
            ),
        }[kind]
