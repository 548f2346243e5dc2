from odoo import api, models
from odoo.fields import Domain

from ..domain import outcomes


class MfgVarianceReadiness(models.AbstractModel):
    """The checks: which records are looked at, what they lack, what that spoils.

    Each is a dict of ``code``, ``title``, ``model``, the domains ``all`` and ``gap``,
    the sentences ``effect`` and ``remedy``, ``spoils`` (see ``domain/readiness.py``)
    and ``blocked``: the readings spoilt by it.
    ``is_reading`` says that the records counted are such readings themselves.
    """

    _name = "mfg.variance.readiness"
    _inherit = "mfg.variance.readiness"

    @api.model
    def _prepare_checks(self, scope):
        """Every check in this scope; an addon with metrics of its own adds to them."""
        return [
            self._prepare_check_operation_time(scope),
            *self._prepare_checks_workcenter(scope),
            *self._prepare_checks_product(scope),
            self._prepare_check_order_bom(scope),
            self._prepare_check_untimed(scope),
            self._prepare_check_backflushed(scope),
            self._prepare_check_late(scope),
            *self._prepare_checks_plant(scope),
        ]

    # ------------------------------------------------------------------ scopes

    @api.model
    def _get_centers_domain(self, scope):
        domain = Domain("company_id", "in", (False, scope.company.id))
        if scope.plants:
            domain &= Domain("variance_plant_id", "in", (False, *scope.plants.ids))
        return domain

    @api.model
    def _get_orders_domain(self, scope, prefix=""):
        """Orders of these plants; ``prefix`` is the way to the order, with its dot."""
        domain = Domain(f"{prefix}company_id", "=", scope.company.id)
        if scope.plants:
            warehouses = scope.plants.warehouse_id.ids
            place = f"{prefix}picking_type_id.warehouse_id"
            domain &= Domain(place, "in", warehouses)
        return domain

    @api.model
    def _get_bom_domain(self, scope):
        return Domain("company_id", "in", (False, scope.company.id))

    # ------------------------------------------------------------------ checks

    @api.model
    def _prepare_check_operation_time(self, scope):
        """Without a time, and without finished orders Odoo could average."""
        untimed = Domain("time_cycle_manual", "<=", 0) & (
            Domain("time_mode", "=", "manual")
            | Domain("workorder_ids", "not any", [("state", "=", "done")])
        )
        used = Domain(
            [
                ("bom_id.active", "=", True),
                ("bom_id.company_id", "in", (False, scope.company.id)),
                ("workcenter_id", "any", list(self._get_centers_domain(scope))),
            ]
        )
        return {
            "code": "operation_time",
            "spoils": "judged",
            "title": self.env._("Operations without a planned time"),
            "effect": self.env._(
                "There is no plan to hold their time against, so no overrun is seen."
            ),
            "remedy": self.env._(
                "Give each a time per cycle, or let Odoo compute it from tracked time."
            ),
            "model": "mrp.routing.workcenter",
            "all": used,
            "gap": untimed,
            "blocked": Domain(
                [
                    ("metric_code", "in", ("work_order_time", "setup_time")),
                    ("outcome", "in", (outcomes.NO_STANDARD, outcomes.UNPLANNED)),
                    ("operation_id", "any", list(untimed)),
                ]
            ),
        }

    @api.model
    def _prepare_checks_workcenter(self, scope):
        centers = self._get_centers_domain(scope)
        base = {"model": "mrp.workcenter", "all": centers}
        no_rate = Domain("costs_hour", "<=", 0)
        no_calendar = Domain("resource_calendar_id", "=", False)
        no_plant = Domain("variance_plant_id", "=", False)
        return [
            {
                **base,
                "code": "workcenter_rate",
                "spoils": "priced",
                "title": self.env._("Work centers without a cost per hour"),
                "effect": self.env._(
                    "What a lost hour costs is unknown: limits in money are never "
                    "reached, and nothing can be ordered by cost."
                ),
                "remedy": self.env._("Enter the cost per hour on the work center."),
                "gap": no_rate,
                "blocked": Domain(
                    [
                        ("amount_missing_reason", "!=", False),
                        ("workcenter_id", "any", list(no_rate)),
                    ]
                ),
            },
            {
                **base,
                "code": "workcenter_calendar",
                "spoils": "weakened",
                "title": self.env._("Work centers without working hours"),
                "effect": self.env._(
                    "A timer left running over night looks like a real overrun."
                ),
                "remedy": self.env._("Choose the working hours of the work center."),
                "gap": no_calendar,
                "blocked": Domain("workcenter_id", "any", list(no_calendar)),
            },
            {
                **base,
                "code": "workcenter_plant",
                "spoils": "weakened",
                "title": self.env._("Work centers without a plant"),
                "effect": self.env._(
                    "Their figures count for the plant of the order's warehouse; "
                    "without one, cases have neither shift nor supervisor."
                ),
                "remedy": self.env._("Choose the plant on the work center."),
                "gap": no_plant,
                "blocked": Domain(
                    [
                        ("plant_id", "=", False),
                        ("workcenter_id", "any", list(no_plant)),
                    ]
                ),
            },
        ]

    @api.model
    def _prepare_checks_product(self, scope):
        """Cost is of a company: the caller looks with the company of the scope."""
        boms = [("active", "=", True), *self._get_bom_domain(scope)]
        no_cost = Domain("standard_price", "<=", 0)
        effect = self.env._(
            "What is lost with it cannot be priced, so limits in money are never "
            "reached."
        )
        base = {
            "model": "product.product",
            "gap": no_cost,
            "effect": effect,
            "remedy": self.env._("Enter a cost, or compute it from the components."),
        }
        # what a work order's time costs hangs on the rate of its work center
        missing = Domain("amount_missing_reason", "!=", False) & Domain(
            "metric_id.source_model", "!=", "mrp.workorder"
        )
        return [
            {
                **base,
                "code": "product_cost",
                "spoils": "priced",
                "title": self.env._("Manufactured products without a cost"),
                "all": Domain("product_tmpl_id.bom_ids", "any", boms),
                "blocked": missing & Domain("product_id", "any", list(no_cost)),
            },
            {
                **base,
                "code": "component_cost",
                "spoils": "priced",
                "title": self.env._("Components without a cost"),
                "all": Domain("bom_line_ids.bom_id", "any", boms),
                "blocked": missing & Domain("component_id", "any", list(no_cost)),
            },
        ]

    @api.model
    def _prepare_check_order_bom(self, scope):
        no_bom = Domain("bom_id", "=", False)
        return {
            "code": "order_bom",
            "spoils": "judged",
            "title": self.env._("Orders without a bill of materials"),
            "effect": self.env._(
                "Neither time nor material is planned, so nothing can be judged."
            ),
            "remedy": self.env._("Give the product a bill of materials."),
            "model": "mrp.production",
            "all": self._get_orders_domain(scope)
            & Domain("state", "not in", ("draft", "cancel"))
            & Domain("date_start", ">=", scope.since),
            "gap": no_bom,
            "blocked": Domain(
                [
                    ("outcome", "in", (outcomes.NO_STANDARD, outcomes.UNPLANNED)),
                    ("production_id", "any", list(no_bom)),
                ]
            ),
        }

    @api.model
    def _prepare_check_untimed(self, scope):
        """Finished, and nobody started a timer: Odoo copied the plan."""
        timed = [
            ("variance_is_estimate", "=", False),
            ("loss_id.loss_type", "in", ("productive", "performance")),
        ]
        finished = self._get_orders_domain(scope, "production_id.")
        return {
            "code": "untimed",
            "spoils": "judged",
            "title": self.env._("Finished work orders nobody timed"),
            "effect": self.env._(
                "Odoo copies the planned time, which says nothing about the real one."
            ),
            "remedy": self.env._(
                "Start and stop the timer at the station, or enter the real minutes."
            ),
            "model": "mrp.workorder",
            "all": finished
            & Domain("state", "=", "done")
            & Domain("date_finished", ">=", scope.since),
            "gap": Domain("time_ids", "not any", timed),
            "blocked": Domain(
                [
                    ("metric_code", "=", "work_order_time"),
                    (
                        "outcome",
                        "in",
                        (outcomes.NOT_RECORDED, outcomes.NOT_ENOUGH_DATA),
                    ),
                ]
            ),
        }

    @api.model
    def _prepare_check_backflushed(self, scope):
        """Components whose quantity nobody entered: Odoo took it from the plan."""
        consumed = self._get_orders_domain(scope, "raw_material_production_id.")
        return {
            "code": "backflushed",
            "spoils": "judged",
            "title": self.env._("Component consumption nobody entered"),
            "effect": self.env._(
                "Odoo books the planned quantity, so over-consumption cannot be seen."
            ),
            "remedy": self.env._(
                "Register what was really used before the order is finished; mark "
                "the component for manual consumption."
            ),
            "model": "stock.move",
            "all": consumed
            & Domain("state", "=", "done")
            & Domain("date", ">=", scope.since)
            & Domain("raw_material_production_id", "!=", False),
            "gap": Domain("variance_is_registered", "=", False),
            "blocked": Domain(
                [
                    ("metric_code", "=", "material_usage"),
                    ("outcome", "=", outcomes.NOT_RECORDED),
                ]
            ),
        }

    @api.model
    def _prepare_check_late(self, scope):
        return {
            "code": "late",
            "spoils": "weakened",
            "title": self.env._("Readings entered late"),
            "effect": self.env._(
                "They are judged, but the case opens after it could have been "
                "contained."
            ),
            "remedy": self.env._("Record at the station, when it happens."),
            "model": "mfg.variance.measurement",
            # where nothing was recorded there is no moment either
            "all": self._get_readings_domain(scope)
            & Domain("outcome", "not in", outcomes.GAPS),
            "gap": Domain("timeliness", "in", ("late", "historic")),
            "is_reading": True,
        }

    @api.model
    def _prepare_checks_plant(self, scope):
        """No supervisor: a case has no owner. No shifts: nobody knows whose it was."""
        plants = Domain("company_id", "=", scope.company.id)
        if scope.plants:
            plants &= Domain("id", "in", scope.plants.ids)
        base = {"model": "mfg.variance.plant", "all": plants}
        no_supervisor = Domain("supervisor_id", "=", False)
        no_shift = Domain("shift_ids", "=", False)
        return [
            {
                **base,
                "code": "plant_supervisor",
                "spoils": "weakened",
                "title": self.env._("Plants without a supervisor"),
                "effect": self.env._("Their cases open without an owner."),
                "remedy": self.env._("Name the supervisor on the plant."),
                "gap": no_supervisor,
                "blocked": Domain(
                    [
                        ("exception_id.owner_id", "=", False),
                        ("exception_id", "!=", False),
                        ("plant_id", "any", list(no_supervisor)),
                    ]
                ),
            },
            {
                **base,
                "code": "plant_shift",
                "spoils": "weakened",
                "title": self.env._("Plants without shifts"),
                "effect": self.env._(
                    "Nobody sees on which shift it happens, and time limits run round "
                    "the clock."
                ),
                "remedy": self.env._("Enter the shifts of the plant."),
                "gap": no_shift,
                "blocked": Domain("plant_id", "any", list(no_shift)),
            },
        ]
