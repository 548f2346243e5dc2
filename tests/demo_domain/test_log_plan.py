"""From rows to orders, halves and standards."""

from datetime import datetime

import pytest


@pytest.fixture
def plan(domain, small_log):
    return domain.log_plan.build_plan(domain.log_file.read_log(small_log).rows)


def test_one_order_per_case_with_its_quantity(plan):
    assert len(plan.orders) == 8
    assert {order.quantity for order in plan.orders} == {10}
    assert plan.parts == ["Bracket", "Cover", "Lever"]
    assert plan.resources == ["Laser", "Mill 1", "Mill 2", "Wash"]
    assert plan.workers == ["W1", "W2", "W3", "W4"]


def test_breakdown_alone_makes_a_work_order_without_minutes(plan):
    (down,) = [wo for wo in plan.judged if wo.key == ("Order 8", "Mill 2")]
    assert (down.minutes, down.time_logs) == (0, ())
    assert len(plan.breakdowns) == 2


def test_breakdown_counts_for_the_last_completion_not_for_minutes(domain):
    heading_and_rows = (
        b"Case ID,Resource,Start Timestamp,Complete Timestamp,Work Order Qty,"
        b"Part Desc.,Worker ID,Report Type,Qty Completed,Qty Rejected\n"
        b"C,M,2012-01-01 08:00,2012-01-01 09:00,5,P,W,D,5,0\n"
        b"C,M,2012-01-01 09:00,2012-01-01 12:00,5,P,W,B,0,0\n"
    )
    rows = domain.log_file.read_log(heading_and_rows).rows
    (work_order,) = domain.log_plan.build_plan(rows).work_orders
    assert work_order.finished_at == datetime(2012, 1, 1, 12)
    assert work_order.minutes == 60


def test_overlapping_workers_count_once(plan):
    (shared,) = [wo for wo in plan.history if wo.key == ("Order 4", "Mill 2")]
    assert shared.minutes == 100
    assert shared.reported == 10


def test_first_half_rounded_down_is_history_in_order_of_last_completion(plan):
    assert (len(plan.history), len(plan.judged)) == (8, 8)
    moments = [work_order.finished_at for work_order in plan.work_orders]
    assert moments == sorted(moments)


def test_ties_go_by_case_then_resource_as_text(domain):
    lines = [
        f"{case},{machine},2012-01-01 08:00,2012-01-01 09:00,5,P,W,D,5,0"
        for case in ("Case 9", "Case 10")
        for machine in ("M2", "M1")
    ]
    heading = (
        "Case ID,Resource,Start Timestamp,Complete Timestamp,Work Order Qty,"
        "Part Desc.,Worker ID,Report Type,Qty Completed,Qty Rejected"
    )
    rows = domain.log_file.read_log("\n".join([heading, *lines]).encode()).rows
    plan = domain.log_plan.build_plan(rows)
    ranked = [work_order.key for work_order in plan.work_orders]
    assert ranked == [
        ("Case 10", "M1"),
        ("Case 10", "M2"),
        ("Case 9", "M1"),
        ("Case 9", "M2"),
    ]


def test_standard_is_own_median_else_the_machines_else_none(plan):
    standards = plan.standards()
    own = standards["Order 5", "Mill 1"]
    assert (own.minutes_per_unit, own.sample_size, own.source) == (6, 3, "history")
    borrowed = standards["Order 7", "Mill 2"]
    assert (borrowed.minutes_per_unit, borrowed.source) == (10, "borrowed")
    assert ("Order 7", "Laser") not in standards


def test_history_learns_nothing_from_the_second_half(plan):
    assert plan.standards()["Order 6", "Mill 1"].minutes_per_unit == 6
