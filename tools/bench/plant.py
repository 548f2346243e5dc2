"""The same small plant in every copy: three work centers, one product, stock."""

from odoo.fields import Command

OPERATOR_LOGIN = "bench_operator"
PRODUCT_CODE = "BENCH-PRODUCT"
DELIVERED_CODE = "BENCH-DELIVERED-%02d"
OPERATIONS = 3
COMPONENTS = 4
DELIVERY_LINES = 10
PLANNED_MINUTES = 60
STOCK = 1_000_000


def build(env):
    """Create master data and stock; the suite's plant also gets its supervisor."""
    operator = _make_operator(env)
    stock = env["stock.warehouse"].search([], limit=1).lot_stock_id
    centers = _make_centers(env)
    product, *components = env["product.product"].create(
        [
            {
                "name": code,
                "default_code": code,
                "type": "consu",
                "is_storable": True,
                "standard_price": 10,
            }
            for code in [
                PRODUCT_CODE,
                *(f"BENCH-COMPONENT-{number}" for number in range(COMPONENTS)),
                *(DELIVERED_CODE % number for number in range(DELIVERY_LINES)),
            ]
        ]
    )
    for component in components:
        env["stock.quant"]._update_available_quantity(component, stock, STOCK)
    env["mrp.bom"].create(
        {
            "product_tmpl_id": product.product_tmpl_id.id,
            "bom_line_ids": [
                Command.create({"product_id": component.id, "product_qty": 2})
                for component in components[:COMPONENTS]
            ],
            "operation_ids": [
                Command.create(
                    {
                        "name": f"Operation {number}",
                        "workcenter_id": center.id,
                        "time_mode": "manual",
                        "time_cycle_manual": PLANNED_MINUTES,
                        "sequence": number,
                    }
                )
                for number, center in enumerate(centers)
            ],
        }
    )
    if "mfg.variance.plant" in env:
        # without a supervisor no case has an owner, and the playbook nobody to tell
        env["mfg.variance.plant"].search([]).supervisor_id = operator


def _make_operator(env):
    groups = [env.ref("mrp.group_mrp_user"), env.ref("stock.group_stock_user")]
    return env["res.users"].create(
        {
            "name": "Bench Operator",
            "login": OPERATOR_LOGIN,
            "group_ids": [Command.link(group.id) for group in groups],
        }
    )


def _make_centers(env):
    """Work centers open around the clock: the bench may run at any hour."""
    calendar = env["resource.calendar"].create(
        {
            "name": "Around the clock",
            "tz": "UTC",
            "attendance_ids": [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 0,
                            "hour_to": 24,
                            "day_period": "morning",
                        }
                    )
                    for day in range(7)
                ),
            ],
        }
    )
    return env["mrp.workcenter"].create(
        [
            {
                "name": f"Bench center {number}",
                "resource_calendar_id": calendar.id,
                "costs_hour": 30,
            }
            for number in range(OPERATIONS)
        ]
    )
