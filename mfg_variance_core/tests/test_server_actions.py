from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.base.models.ir_actions import ServerActionWithWarningsError

from .server_action_case import ServerActionCase


@tagged("post_install", "-at_install")
class TestServerActionEvaluate(ServerActionCase):
    def _captured(self, action, records):
        with self._watch("_capture") as capture:
            self._run(action, records)
        return [call.args[1:] for call in capture.call_args_list]

    def test_given_work_orders_expected_captured_at_once(self):
        workorders = self.order.workorder_ids
        action = self._make_action("mrp.workorder", "variance_evaluate")
        self.assertEqual(
            self._captured(action, workorders), [([], workorders, "final")]
        )

    def test_given_chosen_metric_and_phase_expected_captured_so(self):
        setup = self.env.ref("mfg_variance_core.metric_setup_time")
        action = self._make_action(
            "mrp.workorder",
            "variance_evaluate",
            variance_metric_ids=[Command.set(setup.ids)],
            variance_phase="running",
        )
        workorder = self.order.workorder_ids[0]
        self.assertEqual(
            self._captured(action, workorder), [(["setup_time"], workorder, "running")]
        )

    def test_given_order_expected_its_work_orders_captured_too(self):
        action = self._make_action("mrp.production", "variance_evaluate")
        self.assertEqual(
            self._captured(action, self.order),
            [([], self.order, "final"), ([], self.order.workorder_ids, "final")],
        )

    def test_given_time_log_expected_its_work_order_captured(self):
        workorder = self.order.workorder_ids[0]
        workorder.button_start()
        action = self._make_action("mrp.workcenter.productivity", "variance_evaluate")
        self.assertIn(
            ([], workorder, "final"), self._captured(action, workorder.time_ids)
        )

    def test_given_capture_expected_nothing_judged_yet(self):
        action = self._make_action("mrp.workorder", "variance_evaluate")
        with self._watch("_judge_captured") as judge:
            self._run(action, self.order.workorder_ids)
        judge.assert_not_called()


@tagged("post_install", "-at_install")
class TestServerActionMapping(ServerActionCase):
    """Evaluating a model none of our metrics can read: here the capacity table."""

    MODEL = "mrp.workcenter.capacity"

    def _make_mapped(self, **values):
        return self._make_action(
            self.MODEL,
            "variance_evaluate",
            **{
                "variance_metric_ids": [Command.set(self.metric.ids)],
                "variance_planned_field_id": self._field(self.MODEL, "time_start"),
                "variance_actual_field_id": self._field(self.MODEL, "time_stop"),
                "variance_event_field_id": self._field(self.MODEL, "write_date"),
                **values,
            },
        )

    def _make_capacity(self):
        return self.env["mrp.workcenter.capacity"].create(
            {
                "workcenter_id": self.workcenter.id,
                "product_id": self.order.product_id.id,
                "product_uom_id": self.order.product_uom_id.id,
                "time_start": 10,
                "time_stop": 25,
            }
        )

    def test_given_mapping_expected_figures_and_dimensions_captured(self):
        capacity = self._make_capacity()
        with self._watch("_capture_facts") as capture:
            self._run(self._make_mapped(), capacity)
        _engine, metric, (fact,) = capture.call_args.args
        self.assertEqual(metric, self.metric)
        self.assertEqual((fact.planned, fact.actual), (10, 25))
        self.assertEqual(fact.event_at, capacity.write_date)
        self.assertEqual((fact.source_model, fact.source_id), (self.MODEL, capacity.id))
        self.assertEqual(fact.dims["workcenter_id"], self.workcenter.id)
        self.assertEqual(fact.dims["product_id"], self.order.product_id.id)
        self.assertEqual(fact.dims["plant_id"], self.workcenter.variance_plant_id.id)
        self.assertEqual(fact.dims["company_id"], self.workcenter.company_id.id)

    def test_given_work_order_expected_all_dimensions_found(self):
        workorder = self.order.workorder_ids[0]
        values = self.Action.new({})._variance_values(workorder)
        for name, expected in workorder._get_variance_dims().items():
            self.assertEqual(values[name], expected, name)

    def test_given_order_expected_plant_of_its_warehouse(self):
        values = self.Action.new({})._variance_values(self.order)
        plant = self.env["mfg.variance.plant"].browse(values["plant_id"])
        self.assertEqual(plant.warehouse_id, self.order.picking_type_id.warehouse_id)
        self.assertEqual(values["production_id"], self.order.id)

    def test_given_overriding_field_expected_it_wins(self):
        tag_action = self._make_action(
            "mrp.workorder",
            "variance_evaluate",
            variance_product_field_id=self._field("mrp.workorder", "product_id"),
        )
        values = tag_action._variance_values(self.order.workorder_ids[0])
        self.assertEqual(values["product_id"], self.order.product_id.id)

    def test_given_record_without_links_expected_own_company(self):
        values = self.Action.new({})._variance_values(self.tag)
        self.assertEqual(values.pop("company_id"), self.env.company.id)
        self.assertFalse(any(values.values()))

    def test_given_incomplete_mapping_expected_warning(self):
        action = self._make_mapped(variance_planned_field_id=False)
        self.assertIn("Planned", action.warning)
        with self.assertRaises(ServerActionWithWarningsError):
            self._run(action, self._make_capacity())

    def test_given_wrong_kind_of_field_expected_warning(self):
        wrong = self._field(self.MODEL, "product_id")
        self.assertIn(
            "Actual", self._make_mapped(variance_actual_field_id=wrong).warning
        )
        self.assertIn(
            "Work Center", self._make_mapped(variance_workcenter_field_id=wrong).warning
        )

    def test_given_no_metric_expected_warning(self):
        action = self._make_mapped(variance_metric_ids=False)
        self.assertIn("metric", action.warning)

    def test_given_metric_of_no_measured_model_expected_warning(self):
        action = self._make_action(
            "mrp.workorder",
            "variance_evaluate",
            variance_metric_ids=[Command.set(self.metric.ids)],
        )
        self.assertIn(self.metric.name, action.warning)

    def test_given_good_mapping_expected_no_warning(self):
        self.assertFalse(self._make_mapped().warning)


@tagged("post_install", "-at_install")
class TestServerActionReact(ServerActionCase):
    def test_given_raise_expected_engine_asked(self):
        action = self._make_raise()
        with self._watch("_raise") as raised:
            self._run(action, self.tag)
        self.assertEqual(raised.call_args.args[1:], (action, self.tag))

    def test_given_raise_expected_open_case_with_plain_title(self):
        self.tag.name = "%(danger)s {0}"
        self._run(self._make_raise(variance_title="Look at %(name)s"), self.tag)
        case = self.env["mfg.variance.exception"].search(
            [
                ("source_model", "=", self.tag._name),
                ("source_id", "=", self.tag.id),
            ]
        )
        self.assertEqual(case.title, "Look at %(danger)s {0}")
        self.assertEqual(case.category_id, self.category)
        self.assertEqual(case.severity, "warning")

    def test_given_raised_again_expected_each_counted_and_newest_current(self):
        action = self._make_raise()
        rows = self.env["mfg.variance.measurement"]
        for _time in range(3):
            self._run(action, self.tag)
        case = self.env["mfg.variance.exception"].search(
            [("source_model", "=", self.tag._name), ("source_id", "=", self.tag.id)]
        )
        rows = case.measurement_ids.sorted("revision")
        self.assertEqual(rows.mapped("is_current"), [False, False, True])
        self.assertEqual(rows.mapped("revision"), [1, 2, 3])
        self.assertEqual(case.occurrence_count, 3)

    def test_given_raise_of_many_expected_one_case_each(self):
        others = self.tag.create([{"name": "A", "color": 2}, {"name": "B", "color": 3}])
        action = self._make_raise()
        self._run(action, self.tag)
        cases = self.env["mfg.variance.engine"]._raise(action, self.tag | others)
        self.assertEqual(len(cases), 3)
        self.assertEqual(cases.mapped("occurrence_count"), [2, 1, 1])

    def test_given_raise_in_another_company_expected_case_of_that_company(self):
        other = self.env["res.company"].create({"name": "Other Works"})
        engine = self.env["mfg.variance.engine"].with_company(other)
        case = engine._raise(self._make_raise().with_company(other), self.tag)
        self.assertEqual(case.company_id, other)

    def test_given_raise_without_category_expected_warning(self):
        self.assertIn("category", self._make_raise(variance_category_id=False).warning)

    def test_given_playbook_expected_its_steps_run(self):
        playbook = self.env["mfg.variance.playbook"].create({"name": "Look"})
        action = self._make_action(
            "mfg.variance.exception",
            "variance_playbook",
            variance_playbook_id=playbook.id,
        )
        self.assertFalse(action.warning)
        cases = self.env["mfg.variance.exception"]
        with patch.object(type(playbook), "_run", autospec=True) as run:
            self._run(action, cases)
        self.assertEqual(run.call_args.args, (playbook, cases))

    def test_given_playbook_on_other_model_expected_warning(self):
        action = self._make_action("mrp.workorder", "variance_playbook")
        self.assertIn("exception", action.warning)
        self.assertIn("playbook", action.warning)

    def test_given_types_expected_telling_names(self):
        action = self.Action.new(
            {"state": "variance_raise", "variance_category_id": self.category.id}
        )
        self.assertIn(self.category.name, action.name)

    def test_given_types_expected_in_the_selector(self):
        allowed = self._make_raise().allowed_states
        for state in ("variance_evaluate", "variance_raise", "variance_playbook"):
            self.assertIn(state, allowed)

    def test_given_form_expected_required_fields_asked(self):
        form = Form(
            self.Action.with_context(
                default_model_id=self.env["ir.model"]._get_id("mrp.workcenter.tag")
            )
        )
        form.state = "variance_raise"
        with self.assertRaisesRegex(AssertionError, "variance_category_id"):
            form.save()
        form.variance_category_id = self.category
        self.assertEqual(form.save().variance_severity, "warning")
