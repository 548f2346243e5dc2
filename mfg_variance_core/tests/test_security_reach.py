from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .security_case import SecurityFixture


@tagged("post_install", "-at_install")
class TestSecurityReach(SecurityFixture, TransactionCase):
    """What lies in other places, and in other times, stays out of reach."""

    def test_what_was_recorded_lately_stays_at_hand_however_old_it_is_said_to_be(self):
        old = self._make_measurement_of(self.moment - timedelta(days=4000), self.moment)
        older = self._make_measurement_of(
            self.moment - timedelta(days=4000), self.moment - timedelta(days=3000)
        )
        self.env["mfg.variance.measurement.archive"]._move(
            self.company, self.moment - timedelta(days=1000), 100
        )
        self.assertTrue(old.exists())
        self.assertFalse(older.exists())

    def _make_measurement_of(self, event_at, recorded_at):
        vals = self._prepare_measurement(self.light, 9 + recorded_at.year)
        vals |= {"event_at": event_at, "recorded_at": recorded_at}
        vals |= {"exception_id": False, "outcome": "within"}
        rows = self.env["mfg.variance.measurement"]._as_system()
        return rows.create(vals).with_env(self.env)

    def _make_planner(self):
        planner = new_test_user(
            self.env,
            "attack_planner",
            groups="mfg_variance_core.group_supervisor,mrp.group_mrp_manager,"
            "stock.group_stock_user",
        )
        planner.variance_plant_ids = self.plant
        return planner

    def test_rework_is_charged_to_no_case_out_of_sight(self):
        order = self.order.with_user(self._make_planner())
        with self.assertRaises(AccessError):
            order.variance_rework_case_id = self.far_case.id
        with self.assertRaises(UserError):
            order.variance_rework_case_id = self.strange_case.id
        order.variance_rework_case_id = self.full.id
        self.assertEqual(self.order.variance_rework_case_id, self.full)

    def test_rework_that_is_charged_elsewhere_is_told(self):
        # what was noted while the order was made is over
        self.env.cr.precommit.run()
        self.order.variance_rework_case_id = self.full
        self.env.cr.precommit.run()
        told = self.order.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertIn("variance_rework_case_id", told)

    def test_a_dialog_tells_nothing_of_a_case_out_of_sight(self):
        planner = self._make_planner()
        Wizard = self.env["mfg.variance.shelve"].with_user(planner)
        peek = {"exception_id": self.far_case.id, "until": "worse"}
        with self.assertRaises(AccessError):
            Wizard.create(peek)
        for name in ("worse_than", "up_to", "unit"):
            self.env.clear()
            with self.subTest(field=name), self.assertRaises(AccessError):
                Wizard.new(peek)[name]
        wizard = Wizard.create({"exception_id": self.light.id})
        with self.assertRaises(AccessError):
            wizard.exception_id = self.far_case.id
        for name, more in (
            ("verify", {"note": "x"}),
            ("pause", {"waits_for_name": "x", "reason": "x"}),
        ):
            Dialog = self.env[f"mfg.variance.{name}"].with_user(planner)
            with self.subTest(dialog=name), self.assertRaises(AccessError):
                Dialog.create({"exception_id": self.far_case.id, **more})
        self.env.clear()
        verify = self.env["mfg.variance.verify"].with_user(planner)
        with self.assertRaises(AccessError):
            verify.new({"exception_id": self.far_case.id})["resolution_note"]
        Explain = self.env["mfg.variance.explain"].with_user(planner)
        line = {"exception_id": self.far_case.id}
        with self.assertRaises(AccessError):
            Explain.create({"line_ids": [Command.create(line)]})
        Remark = self.env["mfg.variance.handover.remark"].with_user(planner)
        handover = self.env["mfg.variance.handover"]._as_system()
        handover = handover.create(
            {
                "name": "Far, Early",
                "shift_name": "Early",
                "day": self.moment.date(),
                "starts_at": self.moment - timedelta(hours=8),
                "ends_at": self.moment,
                "company_id": self.company.id,
                "plant_id": self.far_plant.id,
            }
        )
        with self.assertRaises(AccessError):
            Remark.create({"handover_id": handover.id})

    def test_nothing_has_happened_in_the_future(self):
        tomorrow = self.moment + timedelta(days=1)
        scrap = self.env["stock.scrap"].create(
            {"product_id": self.order.product_id.id, "production_id": self.order.id}
        )
        for record in (scrap, self.order):
            record.variance_occurred_at = self.moment - timedelta(days=1)
            with self.subTest(model=record._name), self.assertRaises(UserError):
                record.variance_occurred_at = tomorrow
