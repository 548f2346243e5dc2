import json
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.json import json_default, scriptsafe

from odoo.addons.web.controllers.utils import clean_action

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestReadiness(VarianceCommon):
    """What the data can carry, counted for a company that starts empty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.people["process_engineer"]

    def report(self, user=None, plant=None):
        Readiness = self.env["mfg.variance.readiness"].with_user(user or self.reader)
        return Readiness.action_read(plant.id if plant else False)

    def find(self, code, **options):
        """The gap of this code, or None when that is in order."""
        checks = self.report(**options)["checks"]
        return next((check for check in checks if check["code"] == code), None)

    def missing(self, code, **options):
        check = self.find(code, **options)
        return check["missing"] if check else 0

    def listed(self, check):
        action = check["action"]
        # as the browser gets it, and sends it back
        domain = json.loads(scriptsafe.dumps(action["domain"], default=json_default))
        Model = self.env[action["res_model"]].with_user(self.reader)
        return Model.search(domain)

    def assert_one_more(self, code, before, record):
        check = self.find(code)
        self.assertEqual(check["missing"], before + 1)
        found = self.listed(check)
        self.assertIn(record, found)
        self.assertEqual(len(found), check["missing"])

    def test_given_operation_without_time_expected_listed(self):
        before = self.missing("operation_time")
        operation = self.bom.operation_ids[0]
        operation.time_cycle_manual = 0
        self.assert_one_more("operation_time", before, operation)

    def test_given_computed_time_without_history_expected_listed(self):
        before = self.missing("operation_time")
        operation = self.bom.operation_ids[0]
        operation.write({"time_cycle_manual": 0, "time_mode": "auto"})
        self.assert_one_more("operation_time", before, operation)

    def test_given_center_without_rate_expected_listed(self):
        before = self.missing("workcenter_rate")
        center = self._make_center("Free", costs_hour=0)
        self.assert_one_more("workcenter_rate", before, center)

    def test_given_center_without_calendar_expected_listed(self):
        before = self.missing("workcenter_calendar")
        center = self._make_center("Always", resource_calendar_id=False)
        self.assert_one_more("workcenter_calendar", before, center)

    def test_given_center_without_plant_expected_listed(self):
        before = self.missing("workcenter_plant")
        center = self._make_center("Homeless", variance_plant_id=False)
        self.assert_one_more("workcenter_plant", before, center)

    def test_given_products_without_cost_expected_both_kinds_listed(self):
        check = self.find("product_cost")
        self.assertIn(self.gear, self.listed(check))
        check = self.find("component_cost")
        self.assertIn(self.blank, self.listed(check))

    def test_given_cost_in_another_company_only_expected_listed(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.gear.with_company(other).standard_price = 7
        self.assertIn(self.gear, self.listed(self.find("product_cost")))
        self.gear.standard_price = 7
        check = self.find("product_cost")
        self.assertNotIn(self.gear, self.listed(check) if check else [])

    def test_given_untimed_work_order_expected_listed_with_its_reading(self):
        before = self.find("untimed") or {"missing": 0, "blocked": 0}
        workorder = self.make_workorder()
        self.finish(workorder)
        self.assert_one_more("untimed", before["missing"], workorder)
        self.assertEqual(self.find("untimed")["blocked"], before["blocked"] + 1)

    def test_given_timed_work_order_expected_not_listed(self):
        before = self.missing("untimed")
        self.finish(self.make_workorder(), 100)
        self.assertEqual(self.missing("untimed"), before)

    def test_given_consumption_from_the_plan_expected_listed(self):
        before = self.missing("backflushed")
        order = self.make_order(1)
        order.qty_producing = 1
        order._set_qty_producing()
        order.button_mark_done()
        self.judge()
        self.assert_one_more("backflushed", before, order.move_raw_ids)

    def test_given_entered_late_expected_listed(self):
        before = self.missing("late")
        row = self.finish(
            self.make_workorder(), 100, end=self.now - timedelta(hours=30)
        )
        self.assertEqual(row.timeliness, "historic")
        self.assert_one_more("late", before, row)

    def test_given_order_without_bom_expected_listed(self):
        before = self.missing("order_bom")
        loose = self.env["product.product"].create({"name": "Loose"})
        order = self.env["mrp.production"].create(
            {"product_id": loose.id, "product_qty": 1}
        )
        order.action_confirm()
        self.assert_one_more("order_bom", before, order)

    def test_given_plant_without_supervisor_and_shifts_expected_listed(self):
        before = self.missing("plant_supervisor"), self.missing("plant_shift")
        self.plant.write({"supervisor_id": False, "shift_ids": [Command.clear()]})
        self.assert_one_more("plant_supervisor", before[0], self.plant)
        self.assert_one_more("plant_shift", before[1], self.plant)

    def test_given_readings_expected_coverage_by_outcome(self):
        before = self.coverage()
        self.finish(self.make_workorder(), 105)
        self.finish(self.make_workorder())
        after = self.coverage()
        self.assertEqual(after["total"], before["total"] + 2)
        self.assertEqual(after["judged"], before["judged"] + 1)
        [gap] = [gap for gap in after["gaps"] if gap["label"] == "Not recorded"]
        self.assertGreaterEqual(gap["count"], 1)

    def coverage(self, **options):
        rows = self.report(**options)["coverage"]
        return next(row for row in rows if row["metric"] == self.metric.name)

    def test_given_losses_expected_money_beside_the_readings(self):
        self.finish(self.make_workorder(), 170)
        self.finish(self.make_workorder())
        self.assertGreater(self.find("untimed")["money"], 0)

    def test_given_enough_orders_expected_spread_of_the_operation(self):
        for minutes in (90, 100, 110, 120, 200):
            self.finish(self.make_workorder(), minutes)
        spread = self.report()["spread"]
        [row] = [row for row in spread["rows"] if row["title"] == "Turn on Lathe 1"]
        self.assertEqual((row["count"], row["median"]), (5, 1.1))
        self.assertAlmostEqual(row["low"], 0.94)
        self.assertAlmostEqual(row["high"], 1.68)

    def test_given_few_orders_expected_left_out_and_counted(self):
        before = self.report()["spread"]["thin"]
        self.finish(self.make_workorder(), 100)
        spread = self.report()["spread"]
        self.assertEqual(spread["thin"], before + 1)
        self.assertNotIn("Turn on Lathe 1", [row["title"] for row in spread["rows"]])

    def test_given_plant_expected_only_its_figures(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        plant = self.env["mfg.variance.plant"].search([("warehouse_id", "=", other.id)])
        self.finish(self.make_workorder(), 105)
        self.assertEqual(self.coverage(plant=plant)["total"], 0)
        self.assertGreater(self.coverage(plant=self.plant)["total"], 0)

    def test_given_user_of_one_plant_expected_others_refused(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        plant = self.env["mfg.variance.plant"].search([("warehouse_id", "=", other.id)])
        self.reader.variance_plant_ids = plant
        self.assertEqual(self.report()["plants"], [{"id": plant.id, "name": "Other"}])
        with self.assertRaises(AccessError):
            self.report(plant=self.plant)

    def test_given_other_company_expected_its_figures_kept_apart(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.reader.company_ids |= other
        self.finish(self.make_workorder(), 105)
        elsewhere = self.reader.with_company(other).env
        Readiness = self.env["mfg.variance.readiness"].with_env(
            elsewhere(user=self.reader)
        )
        report = Readiness.with_company(other).action_read()
        self.assertEqual(sum(row["total"] for row in report["coverage"]), 0)

    def test_given_roles_expected_readers_only(self):
        self.report(self.people["administrator"])
        for group in ("production_manager", "auditor"):
            user = new_test_user(
                self.env, f"reader_{group}", groups=f"mfg_variance_core.group_{group}"
            )
            self.report(user)
        for role in ("viewer", "operator", "supervisor"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.report(self.people[role])

    def test_given_no_right_to_the_records_expected_figures_without_link(self):
        auditor = new_test_user(
            self.env, "only_auditor", groups="mfg_variance_core.group_auditor"
        )
        self._make_center("Free", costs_hour=0)
        check = self.find("workcenter_rate", user=auditor)
        self.assertTrue(check["missing"])
        self.assertFalse(check["action"])

    def test_given_links_expected_actions_the_client_takes(self):
        self.finish(self.make_workorder())
        report = self.report()
        actions = [check["action"] for check in report["checks"]]
        actions += [gap["action"] for row in report["coverage"] for gap in row["gaps"]]
        for action in actions:
            clean_action(dict(action), self.env)
        scriptsafe.dumps(report, default=json_default)

    def test_given_more_records_expected_same_number_of_queries(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.report()
            return self.env.cr.sql_log_count - before

        self.finish(self.make_workorder())
        for _number in range(5):
            self.finish(self.make_workorder(), 105)
        self._make_center("Free 0", costs_hour=0)
        count()
        few = count()
        for number in range(12):
            self._make_center(f"Free {number + 1}", costs_hour=0)
            self.finish(self.make_workorder(), 105)
        many = count()
        self.assertLess(abs(many - few), 3, f"{few} queries for few, {many} for many")
        self.assertLessEqual(many, 90)


@tagged("post_install", "-at_install")
class TestReadinessTour(VarianceCommon, HttpCase):
    def test_engineer_goes_from_gap_to_record(self):
        self._make_center("Free of Charge", costs_hour=0)
        self.finish(self.make_workorder())
        self.start_tour(
            "/odoo/variance-readiness",
            "mfg_variance_readiness",
            login=self.engineer.login,
        )

    def test_operator_asks_why_and_why_not(self):
        self.open_case()
        self.finish(self.make_workorder())
        self.start_tour(
            "/odoo/variance-why", "mfg_variance_why", login=self.operator.login
        )
