"""What is measured: the buttons people press, and the budget of each scenario."""

from dataclasses import dataclass
from functools import partial

from odoo.fields import Command
from odoo.tools import SQL

from . import plant
from .databases import FOUR_RULES, IDLE_RULES, PLAIN, SUITE

EVERYTHING = (PLAIN, SUITE, FOUR_RULES, IDLE_RULES)


@dataclass(frozen=True)
class Scenario:
    """A named list of steps with its budgets (ratios to Odoo alone).

    Each step is called as ``step(env, state, meter)``; ``state`` carries ids from one
    step to the next, so that a step may run in a transaction of its own.
    """

    key: str
    title: str
    steps: tuple
    own_transactions: bool = False
    cold_caches: bool = False
    variants: tuple = EVERYTHING
    query_budget: float | None = None
    time_budget: float | None = None
    opens_cases: bool = False


def create_order(env, state, meter):
    product = env["product.product"].search([("default_code", "=", plant.PRODUCT_CODE)])
    order = env["mrp.production"].create({"product_id": product.id, "product_qty": 1})
    state["order"] = order.id
    state["workorders"] = order.workorder_ids.ids


def confirm_order(env, state, meter):
    order = env["mrp.production"].browse(state["order"])
    order.action_confirm()
    order.action_assign()


def start_work(number, env, state, meter):
    env["mrp.workorder"].browse(state["workorders"][number]).button_start()


def finish_work(number, minutes, env, state, meter):
    workorder = env["mrp.workorder"].browse(state["workorders"][number])
    env.flush_all()
    with meter.paused():
        _let_time_pass(env, workorder, minutes)
    workorder.button_finish()


def _let_time_pass(env, workorder, minutes):
    """Move the running timer back: the benchmark cannot wait for an hour of work."""
    env.cr.execute(
        SQL(
            """UPDATE mrp_workcenter_productivity
                  SET date_start = date_start - %s * interval '1 minute'
                WHERE workorder_id = %s AND date_end IS NULL""",
            minutes,
            workorder.id,
        )
    )
    env["mrp.workcenter.productivity"].invalidate_model(["date_start"])


def finish_order(env, state, meter):
    order = env["mrp.production"].browse(state["order"])
    order.qty_producing = order.product_qty
    order._set_qty_producing()
    order.button_mark_done()
    if order.state != "done":
        raise RuntimeError("The order of the benchmark was not closed.")


def create_delivery(env, state, meter):
    warehouse = env["stock.warehouse"].search([], limit=1)
    products = env["product.product"].search(
        [("default_code", "=like", "BENCH-DELIVERED-%")]
    )
    customers = env.ref("stock.stock_location_customers")
    places = {
        "location_id": warehouse.lot_stock_id.id,
        "location_dest_id": customers.id,
    }
    picking = env["stock.picking"].create(
        {
            "picking_type_id": warehouse.out_type_id.id,
            **places,
            "move_ids": [
                Command.create(
                    {"product_id": product.id, "product_uom_qty": 1, **places}
                )
                for product in products
            ],
        }
    )
    state["picking"] = picking.id


def validate_delivery(env, state, meter):
    picking = env["stock.picking"].browse(state["picking"])
    picking.action_confirm()
    picking.action_assign()
    picking.move_ids.picked = True
    picking.button_validate()
    if picking.state != "done":
        raise RuntimeError("The delivery of the benchmark was not validated.")


def _order_steps(minutes):
    work = []
    for number in range(plant.OPERATIONS):
        work.append(partial(start_work, number))
        work.append(partial(finish_work, number, minutes))
    return (create_order, confirm_order, *work, finish_order)


# not a second beyond the plan: Odoo would split the time log, now and then
NORMAL = _order_steps(plant.PLANNED_MINUTES - 5)
OVERRUN = _order_steps(plant.PLANNED_MINUTES * 5)

SCENARIOS = (
    Scenario(
        "order",
        "order life cycle, one transaction",
        NORMAL,
        query_budget=1.15,
        time_budget=1.25,
    ),
    Scenario(
        "buttons",
        "order life cycle, each button its own transaction",
        NORMAL,
        own_transactions=True,
        query_budget=1.25,
        time_budget=1.25,
    ),
    Scenario(
        "cold",
        "order life cycle, each button its own transaction on an empty registry cache",
        NORMAL,
        own_transactions=True,
        cold_caches=True,
        query_budget=1.25,
        time_budget=1.25,
    ),
    Scenario(
        "delivery",
        "delivery of 10 lines",
        (create_delivery, validate_delivery),
        query_budget=1.05,
        time_budget=1.05,
    ),
    Scenario(
        "exception",
        "order life cycle with exceptions opened",
        OVERRUN,
        variants=(PLAIN, SUITE),
        query_budget=1.6,
        opens_cases=True,
    ),
)
