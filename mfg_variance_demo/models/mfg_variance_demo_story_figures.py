from collections import Counter
from datetime import datetime

from odoo import models

from ..domain import story, story_pieces, story_plant

# what counts as found: a case of one of these metrics, or an outcome of this name
FOUND_BY_CASE = {
    story.DRIFT: {"work_order_time"},
    story.SLOW_SHIFT: {"work_order_time"},
    story.SETUP_OVERRUN: {"setup_time"},
    story.RUNNING_OVERRUN: {"work_order_time"},
    story_pieces.BAD_LOT: {"scrap", "material_usage"},
    story_pieces.SCRAP_EPISODE: {"scrap", "scrap_ratio"},
    story_pieces.OVER_CONSUMPTION: {"material_usage"},
    story_pieces.NEGATIVE_STOCK: {"negative_stock"},
}
# what follows from a fault of the pieces of an order and is no noise
PIECE_METRICS = {
    "scrap",
    "scrap_ratio",
    "quality_ratio",
    "first_pass_yield",
    "material_usage",
    "order_cost",
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
        cases, open, closed, noise, noise_percent, governance {what: n}, faults [{kind,
        what, planted, found, shaded, began_at, found_at, after_events, after_hours}],
        noise_per_week [{plant, noise, per_week, worst_week}].
        """
        rows = self._get_readings()
        workorders = self._get_all_workorders(orders)
        events = self._get_events(orders, workorders, rows)
        cases = self.env["mfg.variance.exception"].search(
            [("company_id", "=", self.env.company.id), ("is_meta", "=", False)]
        )
        noise = cases - self._get_explained(events, orders, workorders)
        current = rows.filtered("is_current")
        timed = current.filtered(lambda row: row.metric_code == "work_order_time")
        states = Counter(workorder.state for workorder in workorders.values())
        return {
            "orders": len(orders),
            "work_orders": len(workorders),
            "done": states["done"],
            "running": states["progress"],
            "judged": len(timed),
            "outcomes": dict(Counter(timed.mapped("outcome"))),
            "cases": len(cases),
            "open": len(cases.filtered("is_open")),
            "closed": len(cases.filtered(lambda case: not case.is_open)),
            "noise": len(noise),
            "noise_percent": round(100 * len(noise) / len(cases), 1) if cases else 0,
            "governance": self._get_governance_figures(orders),
            "faults": [
                self._get_fault_figures(kind, events[kind]) for kind in story.FAULTS
            ],
            "noise_per_week": self._get_noise_figures(noise),
        }

    def _get_governance_figures(self, orders):
        """What is held, waits for a decision, and how deadlines were met."""
        ours = [("company_id", "=", self.env.company.id)]
        holds = self.env["mfg.variance.hold"].search([*ours, ("state", "=", "active")])
        waiting = self.env["mfg.variance.approval"].search_count(
            [*ours, ("state", "=", "waiting")]
        )
        deadlines = self.env["mfg.variance.sla.report"].search(ours)
        results = Counter(deadlines.mapped("result"))
        return {
            "holds_open": len(holds),
            "value_held": round(sum(holds.mapped("value")), 2),
            "approvals_waiting": waiting,
            "deadlines_met": results["met"],
            "deadlines_breached": results["breached"],
            "orders_kept_from_the_bad_lot": sum(o.pieces.spared for o in orders),
        }

    def _get_noise_figures(self, noise):
        """Cases nothing planted explains, per plant: on average and at worst a week."""
        plants = self.env["mfg.variance.plant"].search(
            [("company_id", "=", self.env.company.id)], order="id"
        )
        figures = []
        for plant in plants:
            mine = noise.filtered(lambda case, plant=plant: case.plant_id == plant)
            weeks = Counter(case.first_event_at.isocalendar()[:2] for case in mine)
            figures.append(
                {
                    "plant": plant.name,
                    "noise": len(mine),
                    "per_week": round(len(mine) * 7 / story.DAYS, 2),
                    "worst_week": max(weeks.values(), default=0),
                }
            )
        return figures

    def _get_all_workorders(self, orders):
        productions = self._get_productions(orders)
        return {
            (order.number, job.sequence): self._get_workorder(
                productions[str(order.number)], job
            )
            for order in orders
            for job in order.jobs
        }

    def _get_readings(self):
        """All readings of the company, superseded ones too, oldest first."""
        return self.env["mfg.variance.measurement"].search(
            [("company_id", "=", self.env.company.id)], order="event_at, id"
        )

    def _get_events(self, orders, workorders, rows):
        """What was planted and judged: ``{kind: [(moment, readings)]}``, oldest first.

        An event of a work order has the readings of the work order, one of the pieces
        of an order those of the metrics, plant and material or lot it was planted in.
        """
        none = rows.browse()
        by_workorder = rows.grouped("workorder_id")
        events = {kind: [] for kind in story.FAULTS}
        for order in orders:
            for job in order.jobs:
                if job.fault and job.started_at:
                    workorder = workorders[order.number, job.sequence]
                    if mine := by_workorder.get(workorder, none):
                        events[job.fault].append((mine[0].event_at, mine))
        by_order = rows.grouped("production_id")
        for order in orders:
            kind = order.pieces.fault
            if kind and kind != story_pieces.NEGATIVE_STOCK:
                production = workorders[order.number, 1].production_id
                mine = by_order.get(production, none).filtered(
                    lambda row, order=order: self._is_in_place(row, order)
                )
                events[kind].append((self._get_event_moment(order), mine))
        events[story_pieces.NEGATIVE_STOCK] = self._get_shortages(orders, rows)
        return {
            kind: sorted(mine, key=lambda event: event[0])
            for kind, mine in events.items()
        }

    def _get_event_moment(self, order):
        """When the order's fault happened: when it was registered, or made."""
        if order.pieces.fault == story_pieces.OVER_CONSUMPTION:
            return story_pieces.registered_at(order)
        losses = order.pieces.losses
        return min(order.jobs[loss.sequence - 1].recorded_end for loss in losses)

    def _is_in_place(self, row, order):
        """Whether a reading names the place where the order's fault was planted."""
        kind = order.pieces.fault
        if row.metric_code not in PIECE_METRICS:
            return False
        if row.plant_id.code != order.plant.code:
            return False
        if kind == story_pieces.SCRAP_EPISODE:
            return row.workcenter_id.name == story_plant.SCRAP_CENTER
        if kind == story_pieces.OVER_CONSUMPTION:
            return row.shift_id.name == story_plant.OVERUSE_SHIFT.name
        if row.metric_code == "material_usage":
            return row.lot_id.name == order.pieces.lot
        return row.product_id.name == order.part

    def _get_shortages(self, orders, rows):
        """Each order that took what was not there, with the readings until the next."""
        short = [
            order
            for order in orders
            if order.pieces.fault == story_pieces.NEGATIVE_STOCK
        ]
        moments = sorted({story_pieces.closed_at(order) for order in short})
        below = rows.filtered(
            lambda row: (
                row.metric_code == "negative_stock"
                and row.component_id.name == story_plant.SHORT_MATERIAL
            )
        )
        ends = [*moments[1:], datetime.max]
        return [
            (
                moment,
                below.filtered(
                    lambda row, begin=moment, end=end: begin <= row.event_at < end
                ),
            )
            for moment, end in zip(moments, ends, strict=True)
        ]

    def _get_explained(self, events, orders, workorders):
        """Cases that follow from what was planted."""
        explained = self.env["mfg.variance.exception"]
        for mine in events.values():
            for _moment, rows in mine:
                explained |= rows.exception_id
        faulty = self.env["mrp.workorder"].union(
            *(
                workorders[order.number, job.sequence]
                for order in orders
                for job in order.jobs
                if job.fault and job.started_at
            )
        )
        productions = self.env["mrp.production"].union(
            *(
                workorders[order.number, 1].production_id
                for order in orders
                if order.pieces.fault
            )
        )
        cases = explained.search([("company_id", "=", self.env.company.id)])
        planted = {
            row.id for mine in events.values() for _moment, rows in mine for row in rows
        }
        return explained | cases.filtered(
            lambda case: (
                self._is_pattern_of(case, planted)
                or case.workorder_id in faulty
                or case.production_id in productions
                and case.metric_id.code in PIECE_METRICS
            )
        )

    def _is_pattern_of(self, case, planted):
        """Whether most of the readings that a pattern was found in were planted."""
        points = (case.snapshot or {}).get("window", {}).get("points", [])
        return 2 * len(planted.intersection(points)) > len(points)

    def _get_fault_figures(self, kind, events):
        found = [
            (number, rows)
            for number, (_moment, mine) in enumerate(events, start=1)
            if (rows := self._get_finding(kind, mine))
        ]
        shaded = [
            number
            for number, (_moment, mine) in enumerate(events, start=1)
            if "shaded" in mine.mapped("outcome")
        ]
        began_at = events[0][0] if events else False
        found_at = min(found[0][1].mapped("recorded_at")) if found else False
        return {
            "kind": kind,
            "what": self._get_fault_label(kind),
            "planted": len(events),
            "found": len(found),
            "shaded": len(shaded),
            "began_at": str(began_at) if began_at else False,
            "found_at": str(found_at) if found_at else False,
            "after_events": found[0][0] if found else False,
            "after_hours": (
                round((found_at - began_at).total_seconds() / 3600, 1)
                if found
                else False
            ),
            "shaded_after_events": shaded[0] if shaded else False,
        }

    def _get_finding(self, kind, rows):
        """The readings by which an event of the fault was found."""
        if kind in FOUND_BY_OUTCOME:
            return rows.filtered(lambda row: row.outcome == FOUND_BY_OUTCOME[kind])
        return rows.filtered(
            lambda row: row.exception_id and row.metric_code in FOUND_BY_CASE[kind]
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
            story_pieces.BAD_LOT: self.env._(
                "Blocks of lot %(lot)s in the Harbour plant are porous",
                lot=story_pieces.BAD_LOT_NAME,
            ),
            story_pieces.SCRAP_EPISODE: self.env._(
                "Press 2 in the River plant makes far more scrap for a while"
            ),
            story_pieces.OVER_CONSUMPTION: self.env._(
                "The late shift of the North plant uses more bars than planned"
            ),
            story_pieces.NEGATIVE_STOCK: self.env._(
                "Sheets are used in the River plant before their receipt is booked"
            ),
        }[kind]
