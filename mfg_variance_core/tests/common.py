from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from .decision_case import DecisionCase

ROLES = (
    "viewer",
    "operator",
    "supervisor",
    "process_engineer",
    "automation_owner",
    "administrator",
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class VarianceCommon(TransactionCase):
    """A work center that never closes, at one money unit a minute, and a gear.

    A gear takes 10 minutes of turning and 5 of grinding, so the plan of a quantity
    is plain to see; time is logged closed, ending an hour ago unless told otherwise.
    """

    # taken, not inherited: a test may name the mixin beside this class
    signed_in = vars(DecisionCase)["signed_in"]
    decide = DecisionCase.decide

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine = cls.env["mfg.variance.engine"]
        cls.Case = cls.env["mfg.variance.exception"]
        cls.Measurement = cls.env["mfg.variance.measurement"]
        cls.Standard = cls.env["mfg.variance.standard"]
        cls.Run = cls.env["mfg.variance.run"]
        cls.company = cls.env.company
        cls.now = fields.Datetime.now()
        cls._make_people()
        cls._make_plant()
        cls._make_gear()
        cls._quiet_shipped_limits()
        cls.env.flush_all()

    @classmethod
    def _make_people(cls):
        cls.people = {
            role: new_test_user(
                cls.env,
                f"variance_{role}",
                groups=f"mfg_variance_core.group_{role},mrp.group_mrp_user",
            )
            for role in ROLES
        }
        cls.supervisor = cls.people["supervisor"]
        cls.operator = cls.people["operator"]
        cls.engineer = cls.people["process_engineer"]
        cls.engineer_two = new_test_user(
            cls.env,
            "variance_engineer_two",
            groups="mfg_variance_core.group_process_engineer",
        )
        cls.company.variance_automation_owner_id = cls.people["automation_owner"]

    @classmethod
    def _make_plant(cls):
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.plant = cls.env["mfg.variance.plant"].search(
            [("warehouse_id", "=", cls.warehouse.id)]
        )
        cls.plant.write(
            {
                "tz": "UTC",
                "supervisor_id": cls.supervisor.id,
                "shift_ids": [
                    Command.create(
                        {
                            "name": name,
                            "hour_from": start,
                            "hour_to": end,
                            "saturday": True,
                            "sunday": True,
                        }
                    )
                    for name, start, end in (
                        ("Early", 6, 14),
                        ("Late", 14, 22),
                        ("Night", 22, 6),
                    )
                ],
            }
        )
        cls.calendar = cls._make_calendar("Around the clock", 0, 24)
        cls.center = cls._make_center("Lathe 1")

    @classmethod
    def _make_calendar(cls, name, start, end):
        return cls.env["resource.calendar"].create(
            {
                "name": name,
                "tz": "UTC",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": day,
                                "dayofweek": str(number),
                                "hour_from": start,
                                "hour_to": end,
                                "day_period": "morning",
                            }
                        )
                        for number, day in enumerate(DAYS)
                    ),
                ],
            }
        )

    @classmethod
    def _make_center(cls, name, **values):
        return cls.env["mrp.workcenter"].create(
            {
                "name": name,
                "resource_calendar_id": cls.calendar.id,
                "costs_hour": 60.0,
                "time_start": 0,
                "time_stop": 0,
                "variance_plant_id": cls.plant.id,
                **values,
            }
        )

    @classmethod
    def _make_gear(cls):
        cls.gear, cls.blank = cls.env["product.product"].create(
            [
                {"name": "Gear", "type": "consu"},
                {"name": "Blank", "type": "consu"},
            ]
        )
        cls.bom = cls._make_bom(cls.gear, (("Turn", 10), ("Grind", 5)))

    @classmethod
    def _make_bom(cls, product, operations, center=None, **values):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_qty": 1,
                "bom_line_ids": [Command.create({"product_id": cls.blank.id})],
                "operation_ids": [
                    Command.create(
                        {
                            "name": name,
                            "workcenter_id": (center or cls.center).id,
                            "time_mode": "manual",
                            "time_cycle_manual": minutes,
                        }
                    )
                    for name, minutes in operations
                ],
                **values,
            }
        )

    @classmethod
    def _quiet_shipped_limits(cls):
        """The shipped pack as installed: what the tests expect of its limits."""
        cls.policy = cls.env.ref("mfg_variance_core.policy_work_order_time")
        cls.metric = cls.env.ref("mfg_variance_core.metric_work_order_time")
        cls.productive = cls.env.ref("mrp.block_reason7")
        cls.performance = cls.env.ref("mrp.block_reason4")
        cls.setup_loss = cls.env.ref("mfg_variance_core.loss_setup")

    # ---------------------------------------------------------------- helpers

    def judge(self):
        """End the transaction as far as a test may: flush, then what waits for it."""
        self.env.cr.flush()

    def make_order(self, quantity=10, bom=None, confirm=True, **values):
        bom = bom or self.bom
        order = self.env["mrp.production"].create(
            {
                "product_id": bom.product_tmpl_id.product_variant_id.id,
                "bom_id": bom.id,
                "product_qty": quantity,
                **values,
            }
        )
        if confirm:
            order.action_confirm()
            self.judge()
        return order

    def make_workorder(self, quantity=10, **values):
        """The first work order, Turn, of a confirmed order."""
        return self.make_order(quantity, **values).workorder_ids[0]

    def log_time(self, workorder, minutes, end=None, loss=None, user=None):
        """A closed time log; by default it ended an hour ago."""
        end = end or self.now - timedelta(hours=1)
        return self.env["mrp.workcenter.productivity"].create(
            {
                "workorder_id": workorder.id,
                "workcenter_id": workorder.workcenter_id.id,
                "company_id": workorder.company_id.id,
                "loss_id": (loss or self.productive).id,
                "user_id": (user or self.env.user).id,
                "date_start": end - timedelta(minutes=minutes),
                "date_end": end,
            }
        )

    def finish(self, workorder, minutes=None, **log_values):
        """Log the minutes, finish the work order and judge it."""
        if minutes is not None:
            self.log_time(workorder, minutes, **log_values)
        workorder.button_finish()
        self.judge()
        return self.measured(workorder)

    def measured(self, workorder, code="work_order_time", phase="final"):
        """The current measurement of a work order."""
        return self.Measurement.search(
            [
                ("workorder_id", "in", workorder.ids),
                ("metric_code", "=", code),
                ("phase", "=", phase),
                ("is_current", "=", True),
            ]
        )

    def rows(self, workorder, code="work_order_time"):
        """Every measurement of a work order ever taken, oldest first."""
        return self.Measurement.search(
            [("workorder_id", "in", workorder.ids), ("metric_code", "=", code)],
            order="id",
        )

    def open_case(self, minutes=170, quantity=10, **values):
        """The case of a fresh work order that took so long (100 were planned)."""
        workorder = self.make_workorder(quantity)
        return self.finish(workorder, minutes, **values).exception_id

    def at(self, moment):
        """Make the engine believe it is then; open timers are read at that moment."""
        return patch.object(
            type(self.engine), "_now", autospec=True, side_effect=lambda _self: moment
        )

    def make_policy(self, activate=True, limits=None, state=None, **values):
        """A policy on machine time written by one engineer and activated by another."""
        limits = limits or (("warning", 50, 0),)
        Policy = self.env["mfg.variance.policy"].with_user(self.engineer)
        policy = Policy.create(
            {
                "name": "Special",
                "metric_id": self.metric.id,
                "limit_ids": [
                    Command.create(
                        {"severity": severity, "percent": percent, "floor": floor}
                    )
                    for severity, percent, floor in limits
                ],
                **values,
            }
        )
        if state == "shadow":
            policy.action_shadow()
        elif activate:
            self.activate(policy)
        return policy.with_env(self.env)

    @classmethod
    def activate(cls, policy, user=None):
        """Activate a policy or version as the second engineer, in his own session."""
        user = user or cls.engineer_two
        with cls.signed_in(user):
            return policy.with_user(user).action_activate()

    def make_playbook(self, *steps):
        """A playbook of ``(kind, minimum severity, values)`` steps."""
        return self.env["mfg.variance.playbook"].create(
            {
                "name": "Test",
                "step_ids": [
                    Command.create(
                        {
                            "name": f"Step {kind}",
                            "kind": kind,
                            "minimum_severity": severity,
                            **values,
                        }
                    )
                    for kind, severity, values in steps
                ],
            }
        )

    @staticmethod
    def moment(text):
        return datetime.fromisoformat(text)
