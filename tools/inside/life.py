"""A database lived in: orders made, cases handled, figures told, the suite removed.

What is asked for stands in the request, `{"do": name}`. Only what every landing has is
used, so that the same life can be led with the suite of before.
"""

import contextlib
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from tools.inside import boot

OURS = "mfg_variance_%"
PLANNED, NORMAL, LONG = 60, 63, 300
GUARD = "odoo.addons.mfg_variance_core.guard"
RACE_CENTER = "Race center"
RACE_POLICY = "Race policy"


# ---------------------------------------------------------------------- making


def make_person(env, login, role):
    return env["res.users"].create(
        {
            "name": login,
            "login": login,
            "group_ids": [
                (4, env.ref(f"mfg_variance_core.group_{role}").id),
                (4, env.ref("mrp.group_mrp_user").id),
            ],
        }
    )


def make_product(env, center, name):
    """A product of one operation on a work center that never closes."""
    product = env["product.product"].create({"name": name, "type": "consu"})
    env["mrp.bom"].create(
        {
            "product_tmpl_id": product.product_tmpl_id.id,
            "operation_ids": [
                (
                    0,
                    0,
                    {
                        "name": "Turn",
                        "workcenter_id": center.id,
                        "time_mode": "manual",
                        "time_cycle_manual": PLANNED,
                    },
                )
            ],
        }
    )
    return product


def make_center(env, name):
    days = [(0, 0, day_of(day)) for day in range(7)]
    calendar = env["resource.calendar"].create(
        {"name": name, "tz": "UTC", "attendance_ids": [(5, 0, 0), *days]}
    )
    return env["mrp.workcenter"].create(
        {"name": name, "resource_calendar_id": calendar.id, "costs_hour": 60}
    )


def day_of(day):
    return {
        "name": "Day",
        "dayofweek": str(day),
        "hour_from": 0,
        "hour_to": 24,
        "day_period": "morning",
    }


def make_order(env, product):
    order = env["mrp.production"].create({"product_id": product.id, "product_qty": 1})
    order.action_confirm()
    return order


def log_minutes(order, minutes):
    """Time booked on its work order, ended a while ago."""
    env, workorder = order.env, order.workorder_ids
    end = env.cr.now().replace(microsecond=0) - timedelta(minutes=10)
    env["mrp.workcenter.productivity"].create(
        {
            "workorder_id": workorder.id,
            "workcenter_id": workorder.workcenter_id.id,
            "loss_id": env.ref("mrp.block_reason7").id,
            "date_start": end - timedelta(minutes=minutes),
            "date_end": end,
        }
    )


def finish(order):
    order.qty_producing = order.product_qty
    order._set_qty_producing()
    order.workorder_ids.button_finish()
    order.button_mark_done()
    # a transaction of its own, as a button is: this is when it is judged
    order.env.cr.commit()
    return order.state


def activate(policy, user):
    """Activate a policy as somebody at a web client would."""
    session = SimpleNamespace(uid=user.id, can_save=True)
    request = SimpleNamespace(
        session=session, dispatcher=SimpleNamespace(routing_type="jsonrpc")
    )
    # a landing before the third asks for no session
    with patch(f"{GUARD}.request", request, create=True):
        policy.with_user(user).action_activate()


def work(env, _request):
    """A few weeks in small: normal, late, open and running orders, cases handled."""
    engineer, second = (make_person(env, f"life_{n}", "process_engineer") for n in "ab")
    supervisor = make_person(env, "life_supervisor", "supervisor")
    env["mfg.variance.plant"].search([]).supervisor_id = supervisor
    center = make_center(env, "Life center")
    product = make_product(env, center, "Life product")
    policy = (
        env["mfg.variance.policy"]
        .with_user(engineer)
        .create(
            {
                "name": "Life policy",
                "metric_id": env.ref("mfg_variance_core.metric_work_order_time").id,
                "workcenter_id": center.id,
                "limit_ids": [
                    (0, 0, {"severity": "warning", "percent": 50, "floor": 10})
                ],
            }
        )
    )
    activate(policy, second)
    env.cr.commit()
    for minutes in (NORMAL, LONG, NORMAL, 2 * LONG, NORMAL, LONG):
        order = make_order(env, product)
        log_minutes(order, minutes)
        finish(order)
    make_order(env, product)
    make_order(env, product).workorder_ids.button_start()
    env.cr.commit()
    cases = env["mfg.variance.exception"].search(
        [("workcenter_id", "=", center.id)], order="id"
    )
    cases[0].with_user(supervisor).action_take()
    closing = cases[1].with_user(supervisor)
    env["mfg.variance.cause.wizard"].with_user(supervisor).action_choose(
        closing.ids, env.ref("mfg_variance_core.cause_tool").id
    )
    return {"cases": len(cases)}


# --------------------------------------------------------------------- telling


def tell(env, _request):
    """Figures, cases and policies, in an order that does not change."""
    cases = env["mfg.variance.exception"].search([], order="id")
    rows = env["mfg.variance.measurement"].search([], order="id")
    policies = env["mfg.variance.policy"].with_context(active_test=False).search([])
    return {
        "cases": [
            [
                case.name,
                case.title,
                case.state,
                case.severity,
                case.amount,
                case.occurrence_count,
                case.cause_id.name,
                case.owner_id.login,
            ]
            for case in cases
        ],
        "measurements": [
            [
                row.id,
                row.metric_code,
                row.source_id,
                row.planned,
                row.actual,
                row.amount,
                row.outcome,
                row.exception_id.name,
                row.superseded_by_id.id,
            ]
            for row in rows
        ],
        "policies": {
            policy.name: [
                [
                    version.number,
                    version.state,
                    sorted(
                        [limit.severity, limit.percent, limit.floor]
                        for limit in version.limit_ids
                    ),
                ]
                for version in policy.version_ids.sorted("number")
            ]
            for policy in policies
        },
        "standards": env["mfg.variance.standard"].search_count([]),
        "usual": {
            name: bool(field in record and record[field])
            for name, field in (
                ("cause_recording", "resolution"),
                ("category_work", "playbook_id"),
                ("category_work_order_time", "cause_ids"),
            )
            for record in [env.ref(f"mfg_variance_core.{name}")]
        },
        "listed": sum(env["mfg.variance.exception"].search([]).mapped("amount")),
    }


# -------------------------------------------------------------------- removing


def uninstall(env, _request):
    """As the Apps list does it: every addon of ours, in one go."""
    modules = env["ir.module.module"].search(
        [("name", "=like", OURS), ("state", "=", "installed")]
    )
    modules.button_immediate_uninstall()
    return {}


def produce(env, _request):
    """An order with everything Manufacturing alone offers; its last state."""
    center = make_center(env, "Plain center")
    order = make_order(env, make_product(env, center, "Plain product"))
    order.workorder_ids.button_start()
    env.cr.commit()
    return {"state": finish(order)}


# --------------------------------------------------------------------- racing


def prepare_race(env, request):
    """Late orders on one center, all of which belong to one case; their ids."""
    center = make_center(env, RACE_CENTER)
    product = make_product(env, center, "Race product")
    supervisor = make_person(env, "race_supervisor", "supervisor")
    env["mfg.variance.plant"].search([]).supervisor_id = supervisor
    writer, other = (make_person(env, f"race_{n}", "process_engineer") for n in "ab")
    policy = (
        env["mfg.variance.policy"]
        .with_user(writer)
        .create(
            {
                "name": RACE_POLICY,
                "metric_id": env.ref("mfg_variance_core.metric_work_order_time").id,
                "workcenter_id": center.id,
                "fingerprint_dims": "workcenter_operation",
                "limit_ids": [
                    (0, 0, {"severity": "warning", "percent": 50, "floor": 10})
                ],
            }
        )
    )
    activate(policy, other)
    orders = [make_order(env, product) for _number in range(request["orders"])]
    for order in orders:
        log_minutes(order, LONG)
    return {"orders": [order.id for order in orders]}


def wait_for_start(request):
    """All workers begin at the same moment: when everybody has said to be ready."""
    folder = Path(request["folder"])
    (folder / f"ready-{request['worker']}").touch()
    deadline = time.monotonic() + 60
    while len(list(folder.glob("ready-*"))) < request["workers"]:
        if time.monotonic() > deadline:
            raise TimeoutError("The other workers did not get ready.")
        time.sleep(0.02)


def serve(env, work):
    """One request as Odoo serves it: repeated when a race is lost; its tries."""
    from odoo.service.model import retrying

    tries = []

    def counted():
        tries.append(True)
        return work()

    retrying(counted, env)
    return len(tries)


def race(env, request):
    """Finish the work orders of these orders, each in a request of its own."""
    from odoo import api
    from odoo.modules.registry import Registry

    wait_for_start(request)
    failures, tries = [], 0
    for order_id in request["orders"]:
        with contextlib.closing(Registry(env.cr.dbname).cursor()) as cr:
            own = api.Environment(cr, env.uid, {})
            order = own["mrp.production"].browse(order_id)
            try:
                tries += serve(own, order.workorder_ids.button_finish)
            except Exception as exc:
                failures.append(f"{type(exc).__name__}: {exc}")
    return {"failures": failures, "tries": tries}


def run_crons(env, request):
    """Every scheduled action of ours, as a node with nothing else to do runs them."""
    from odoo import api
    from odoo.modules.registry import Registry

    crons = env["ir.model.data"].search(
        [("model", "=", "ir.cron"), ("module", "=", "mfg_variance_core")]
    )
    wait_for_start(request)
    failures = []
    for cron_id in crons.mapped("res_id") * request["rounds"]:
        with contextlib.closing(Registry(env.cr.dbname).cursor()) as cr:
            own = api.Environment(cr, env.uid, {})
            cron = own["ir.cron"].browse(cron_id)
            name = cron.name
            try:
                serve(own, cron.ir_actions_server_id.run)
            except Exception as exc:
                failures.append(f"{name}: {type(exc).__name__}: {exc}")
    return {"failures": failures, "tries": len(crons)}


def tell_race(env, _request):
    """What the race left: cases, their events, and the rows behind them."""
    place = [("workcenter_id.name", "=", RACE_CENTER)]
    everything = env["mfg.variance.exception"].search(place)
    cases = everything.filtered(lambda case: case.policy_id.name == RACE_POLICY)
    rows = env["mfg.variance.measurement"].search(
        [
            *place,
            ("metric_code", "=", "work_order_time"),
            ("phase", "=", "final"),
            ("is_current", "=", True),
        ]
    )
    failed = env["mfg.variance.run"].search([("outcome", "=", "failed")])
    return {
        "cases": len(cases),
        # the scheduled pass may look before the last order is finished, or after
        "patterns": len(everything - cases),
        "events": sum(cases.mapped("occurrence_count")),
        "amount": sum(cases.mapped("amount")),
        "outcomes": sorted(rows.mapped("outcome")),
        "runs": [f"{run.name}: {run.error}" for run in failed],
        "ledger": env["mfg.variance.ledger"]._verify()["sentence"],
    }


def seal(env, _request):
    """Chain what the ledger holds, as the scheduled action does."""
    return {"count": env["mfg.variance.ledger.seal"]._seal(1_000_000)}


DEEDS = {
    "work": work,
    "seal": seal,
    "tell": tell,
    "uninstall": uninstall,
    "produce": produce,
    "prepare_race": prepare_race,
    "race": race,
    "run_crons": run_crons,
    "tell_race": tell_race,
}


def main():
    conf, database, log, request = boot.read_arguments()
    boot.configure(conf, database, log)
    with boot.environment(database) as env:
        answer = DEEDS[request["do"]](env, request)
    boot.speak(answer=answer)


if __name__ == "__main__":
    main()
