from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestExplain(VarianceCommon):
    """Why did it fire, and why not: answered from what was stored."""

    def explain(self, record, user=None):
        """The lines of the explainer as ``{kind: [line, ...]}``."""
        record = record.with_user(user or self.people["viewer"])
        action = record.action_variance_explain()
        explain = self.env["mfg.variance.explain"].browse(action["res_id"])
        return explain.line_ids.grouped("kind")

    def heads(self, lines):
        return {line.title.rsplit(": ", 1)[1]: line for line in lines["measurement"]}

    def test_given_opened_expected_reading_limits_and_winner(self):
        workorder = self.make_workorder()
        case = self.finish(workorder, 170).exception_id
        lines = self.explain(workorder)
        head = self.heads(lines)["Work Order Time"]
        self.assertEqual((head.outcome, head.exception_id), ("Exception opened", case))
        self.assertEqual((head.planned, head.actual), (100, 170))
        self.assertEqual(
            lines["limit"].mapped(lambda line: (line.severity, line.is_hit)),
            [("info", True), ("warning", True), ("major", False)],
        )
        winner = lines["policy"].filtered("is_hit")
        self.assertEqual(winner.title, self.policy.name)

    def test_given_within_expected_says_so_with_limits(self):
        workorder = self.make_workorder()
        self.finish(workorder, 105)
        lines = self.explain(workorder)
        self.assertEqual(self.heads(lines)["Work Order Time"].outcome, "Within limits")
        self.assertFalse(lines["limit"].filtered("is_hit"))

    def test_given_losing_candidates_expected_reasons(self):
        special = self.make_policy(workcenter_id=self.center.id)
        other = self.make_policy(
            name="Elsewhere", workcenter_id=self._make_center("Lathe 2").id
        )
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        policies = {line.title: line for line in self.explain(workorder)["policy"]}
        self.assertTrue(policies[special.name].is_hit)
        self.assertIn("more specific", policies[self.policy.name].text)
        self.assertIn("another work center", policies[other.name].text)

    def test_given_untimed_expected_not_recorded_and_policy_named(self):
        workorder = self.make_workorder()
        workorder.action_mark_as_done()
        self.judge()
        lines = self.explain(workorder)
        head = self.heads(lines)["Work Order Time"]
        self.assertEqual(head.outcome, "Not recorded")
        self.assertIn("copied", head.text)
        policy = lines["policy"].filtered(lambda line: line.title == self.policy.name)
        self.assertIn("nothing to judge", policy.text)

    def test_given_rule_switched_off_expected_told(self):
        self.env.ref("mfg_variance_core.rule_workorder_done").active = False
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn("rule was off", head.text)

    def test_given_waiting_and_running_expected_told(self):
        workorder = self.make_workorder()
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn("Not started", head.text)
        workorder.button_start()
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn("within its limits so far", head.text)

    def test_given_policy_activated_later_expected_told(self):
        workorder = self.make_workorder()
        self.finish(workorder, 105)
        later = self.make_policy(workcenter_id=self.center.id)
        policies = {line.title: line for line in self.explain(workorder)["policy"]}
        self.assertIn("after this was judged", policies[later.name].text)

    def test_given_cooldown_expected_case_named(self):
        self.make_policy(
            workcenter_id=self.center.id,
            cooldown_minutes=600,
            fingerprint_dims="workcenter_operation",
        )
        case = self.open_case()
        self.env["mfg.variance.cause.wizard"].with_user(self.operator).action_choose(
            case.ids, self.env.ref("mfg_variance_core.cause_tool").id
        )
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertEqual(head.outcome, "Cooling down")
        self.assertIn(case.name, head.text)

    def test_given_order_expected_every_workorder_and_metric(self):
        order = self.make_order()
        titles = self.explain(order)["measurement"].mapped("title")
        for operation in ("Turn", "Grind"):
            for metric in ("Work Order Time", "Set-up Time"):
                self.assertIn(f"{operation}: {metric}", titles)

    def test_given_metric_switched_off_expected_told(self):
        metric = self.env["mfg.variance.metric"].create(
            {
                "name": "Idle",
                "code": "idle_test",
                "category_id": self.metric.category_id.id,
                "source_model": "mrp.workorder",
                "active": False,
            }
        )
        workorder = self.make_workorder()
        self.finish(workorder, 105)
        head = self.heads(self.explain(workorder))[metric.name]
        self.assertIn("switched off", head.text)

    def test_given_rule_switched_off_expected_its_name_and_moment(self):
        rule = self.env.ref("mfg_variance_core.rule_workorder_done")
        rule.active = False
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn(rule.name, head.text)

    def test_given_judging_failed_expected_its_error(self):
        self.env.ref("mfg_variance_core.rule_workorder_done").active = False
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        self.Run._log(
            "judge",
            "Not judged",
            "failed",
            error="ValueError: wrong figure",
            res_model="mrp.workorder",
            res_id=workorder.id,
        )
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn("wrong figure", head.text)

    def test_given_finished_before_installation_expected_told(self):
        self.env.ref("mfg_variance_core.rule_workorder_done").active = False
        workorder = self.make_workorder()
        self.finish(workorder, 170)
        # long ago, and the addon only since now
        cron = self.env.ref("mfg_variance_core.cron_dead_man")
        self.env.cr.execute(
            "UPDATE ir_cron SET create_date = %s WHERE id = %s",
            [workorder.date_finished + timedelta(days=1), cron.id],
        )
        cron.invalidate_recordset()
        head = self.heads(self.explain(workorder))["Work Order Time"]
        self.assertIn("before variance control was installed", head.text)

    def test_given_center_expected_readings_and_what_was_not_measured(self):
        measured, silent = self.make_workorder(), self.make_workorder()
        self.finish(measured, 170)
        self.env.ref("mfg_variance_core.rule_workorder_done").active = False
        self.finish(silent, 170)
        lines = self.explain(self.center)
        texts = "".join(lines["measurement"].mapped(lambda one: one.text or ""))
        self.assertIn("rule was off", texts)
        found = lines["measurement"].filtered("measurement_id")
        self.assertEqual(found.measurement_id.workorder_id, measured)

    def test_given_day_expected_that_day_only(self):
        early = self.finish(
            self.make_workorder(), 105, end=self.now - timedelta(days=3)
        )
        late = self.finish(self.make_workorder(), 105)
        rows = self.ask(self.center, day=early.event_at.date())
        self.assertIn(early, rows)
        self.assertNotIn(late, rows)

    def test_given_metric_expected_that_metric_only(self):
        self.finish(self.make_workorder(), 105)
        rows = self.ask(self.center, metric_id=self.metric.id)
        self.assertEqual(rows.metric_id, self.metric)

    def ask(self, record, user=None, **values):
        """The readings the search-like entry answers with."""
        Explain = self.env["mfg.variance.explain"].with_user(user or self.operator)
        explain = Explain.create({"reference": f"{record._name},{record.id}", **values})
        explain.action_explain()
        return explain.line_ids.measurement_id

    def test_given_second_question_expected_first_answer_gone(self):
        row = self.finish(self.make_workorder(), 105)
        Explain = self.env["mfg.variance.explain"].with_user(self.operator)
        reference = f"mrp.workorder,{row.workorder_id.id}"
        explain = Explain.create({"reference": reference})
        explain.action_explain()
        once = len(explain.line_ids)
        explain.action_explain()
        self.assertEqual(len(explain.line_ids), once)

    def test_given_product_and_component_expected_readings_of_either(self):
        row = self.finish(self.make_workorder(), 105)
        self.assertIn(row, self.ask(self.gear))
        order = row.production_id
        order.move_raw_ids.write(
            {"quantity": 30, "picked": True, "manual_consumption": True}
        )
        order.consumption = "flexible"
        order.qty_producing = 10
        order.with_context(skip_backorder=True).button_mark_done()
        self.judge()
        found = self.ask(self.blank)
        self.assertEqual(found.component_id, self.blank)
        self.assertEqual(self.ask(order.move_raw_ids), found)

    def test_given_case_expected_its_readings(self):
        case = self.open_case()
        lines = self.explain(case)
        self.assertIn(case, lines["measurement"].exception_id)

    def test_given_scrap_expected_an_answer(self):
        scrap = self.env["stock.scrap"].create(
            {"product_id": self.blank.id, "scrap_qty": 1}
        )
        scrap.do_scrap()
        lines = self.explain(scrap, self.operator)
        self.assertTrue(lines["measurement"])

    def test_given_nothing_in_that_time_expected_told(self):
        lot = self.env["stock.lot"].create({"name": "L-1", "product_id": self.blank.id})
        lines = self.explain(lot, self.operator)
        self.assertIn("Nothing was measured here", lines["measurement"].text)

    def test_given_reading_of_another_plant_expected_not_shown(self):
        row = self.finish(self.make_workorder(), 105)
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        plant = self.env["mfg.variance.plant"].search([("warehouse_id", "=", other.id)])
        self.operator.variance_plant_ids = plant
        self.assertNotIn(row, self.ask(self.gear))

    def test_given_more_readings_expected_same_number_of_queries(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ask(self.center)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        for _number in range(2):
            self.finish(self.make_workorder(), 105)
        count()
        few = count()
        for _number in range(10):
            self.finish(self.make_workorder(), 105)
        many = count()
        # the lines themselves are inserted and read in batches
        self.assertLess(many - few, 5, f"{few} queries for few, {many} for many")

    def test_given_stranger_expected_refused(self):
        stranger = new_test_user(self.env, "variance_stranger")
        with self.assertRaises(AccessError):
            self.explain(self.make_workorder(), stranger)
