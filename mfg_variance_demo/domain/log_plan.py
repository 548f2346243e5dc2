"""From log rows to orders, work orders, history and standards.

One order per case; one work order per (case, resource) met in any kept row, so a
machine that only broke down under a case has one too. Work orders are ranked by
their last completion; the first half is history and teaches the standards by which
the second half is judged.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from odoo.addons.mfg_variance_core.domain.clocks import union_minutes
from odoo.addons.mfg_variance_core.domain.standards import HistoryStandards, PastOrder

from .log_file import BREAKDOWN, SETUP


@dataclass(frozen=True)
class TimeLog:
    """One interval a worker reported, naive UTC."""

    start: datetime
    end: datetime
    worker: str
    is_setup: bool
    line: int


@dataclass(frozen=True)
class Breakdown:
    """One reported standstill of a machine, naive UTC."""

    resource: str
    start: datetime
    end: datetime
    worker: str
    line: int


@dataclass(frozen=True)
class LogWorkOrder:
    """What one machine did for one order."""

    case_id: str
    resource: str
    part: str
    time_logs: tuple
    started_at: datetime
    finished_at: datetime
    reported: float
    rejected: float

    @property
    def key(self):
        return (self.case_id, self.resource)

    @property
    def rank(self):
        """Last completion first, ties by case and resource as text."""
        return (self.finished_at, self.case_id, self.resource)

    @property
    def minutes(self):
        """Machine time: the union of set-up and production intervals."""
        return union_minutes([(log.start, log.end) for log in self.time_logs])


@dataclass(frozen=True)
class LogOrder:
    """One case of the log; its work orders in the order in which they began."""

    case_id: str
    part: str
    quantity: float
    work_orders: tuple

    @property
    def started_at(self):
        return min(work_order.started_at for work_order in self.work_orders)

    @property
    def finished_at(self):
        return max(work_order.finished_at for work_order in self.work_orders)

    @property
    def rejected(self):
        return sum(work_order.rejected for work_order in self.work_orders)


@dataclass(frozen=True)
class LogPlan:
    """Everything a replay does, in its order."""

    orders: tuple
    history: tuple
    judged: tuple
    breakdowns: tuple

    @property
    def work_orders(self):
        return self.history + self.judged

    @property
    def parts(self):
        return sorted({order.part for order in self.orders})

    @property
    def resources(self):
        return sorted({work_order.resource for work_order in self.work_orders})

    @property
    def workers(self):
        reporters = [log for wo in self.work_orders for log in wo.time_logs]
        return sorted({log.worker for log in [*reporters, *self.breakdowns]} - {""})

    def standards(self):
        """Standard of each judged work order by key; those without one are left out."""
        learned = HistoryStandards(
            PastOrder(
                product=work_order.part,
                workcenter=work_order.resource,
                minutes=work_order.minutes,
                quantity=work_order.reported,
            )
            for work_order in self.history
        )
        found = {
            work_order.key: learned.find(work_order.part, work_order.resource)
            for work_order in self.judged
        }
        return {key: standard for key, standard in found.items() if standard}


def _work_order(key, rows):
    case_id, resource = key
    return LogWorkOrder(
        case_id=case_id,
        resource=resource,
        part=rows[0].part,
        time_logs=tuple(
            TimeLog(row.start, row.end, row.worker, row.report_type == SETUP, row.line)
            for row in rows
            if row.report_type != BREAKDOWN
        ),
        started_at=min(row.start for row in rows),
        finished_at=max(row.end for row in rows),
        reported=sum(row.completed for row in rows),
        rejected=sum(row.rejected for row in rows),
    )


def _orders(rows, work_orders):
    """Orders in the sequence in which the log first names them."""
    by_case = defaultdict(list)
    for work_order in work_orders:
        by_case[work_order.case_id].append(work_order)
    first_rows = {}
    for row in rows:
        first_rows.setdefault(row.case_id, row)
    return tuple(
        LogOrder(
            case_id=case_id,
            part=row.part,
            quantity=row.order_quantity,
            work_orders=tuple(
                sorted(
                    by_case[case_id],
                    key=lambda item: (item.started_at, item.finished_at, item.resource),
                )
            ),
        )
        for case_id, row in first_rows.items()
    )


def build_plan(rows):
    """The :class:`LogPlan` of the kept rows; history is the first half, floored."""
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.case_id, row.resource].append(row)
    work_orders = [_work_order(key, group) for key, group in grouped.items()]
    ranked = tuple(sorted(work_orders, key=lambda work_order: work_order.rank))
    half = len(ranked) // 2
    return LogPlan(
        orders=_orders(rows, work_orders),
        history=ranked[:half],
        judged=ranked[half:],
        breakdowns=tuple(
            Breakdown(row.resource, row.start, row.end, row.worker, row.line)
            for row in rows
            if row.report_type == BREAKDOWN
        ),
    )
