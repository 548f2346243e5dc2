from datetime import timedelta

from odoo.fields import Command, Datetime
from odoo.tests import new_test_user

from .decision_case import DecisionCase

ROLES = {
    "viewer": "mfg_variance_core.group_viewer",
    "operator": "mfg_variance_core.group_operator",
    "supervisor": "mfg_variance_core.group_supervisor",
    "production_manager": "mfg_variance_core.group_production_manager",
    "quality_manager": "mfg_variance_core.group_quality_manager",
    "process_engineer": "mfg_variance_core.group_process_engineer",
    "automation_owner": "mfg_variance_core.group_automation_owner",
    "auditor": "mfg_variance_core.group_auditor",
    "administrator": "mfg_variance_core.group_administrator",
    "settings": "base.group_system",
    "internal": "base.group_user",
    "mrp_user": "mrp.group_mrp_user",
}


class SecurityFixture:
    """One user per role, two plants, a second company, and one of each evidence row.

    A mixin, so that the same records serve direct calls and calls over HTTP.
    """

    # taken, not inherited: a test may name the mixin beside this class
    signed_in = vars(DecisionCase)["signed_in"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Case = cls.env["mfg.variance.exception"]
        cls.Version = cls.env["mfg.variance.policy.version"]
        cls.Policy = cls.env["mfg.variance.policy"]
        cls.metric = cls.env.ref("mfg_variance_core.metric_work_order_time")
        cls.cause = cls.env.ref("mfg_variance_core.cause_recording")
        cls.moment = Datetime.now()
        cls._make_places()
        cls.users = {
            role: new_test_user(cls.env, f"attack_{role}", groups=group)
            for role, group in ROLES.items()
        }
        cls.author = new_test_user(
            cls.env,
            "attack_author",
            groups="mfg_variance_core.group_process_engineer",
        )
        cls._make_work()
        cls._make_policy()
        cls._make_evidence()
        cls.env.flush_all()

    @classmethod
    def _make_places(cls):
        cls.company = cls.env.company
        cls.stranger = cls.env["res.company"].create({"name": "Other Works"})
        warehouses = cls.env["stock.warehouse"]
        cls.warehouse = warehouses.search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.far_warehouse = warehouses.create({"name": "Far", "code": "FAR"})
        plants = cls.env["mfg.variance.plant"]
        cls.plant = plants.search([("warehouse_id", "=", cls.warehouse.id)])
        cls.far_plant = plants.search([("warehouse_id", "=", cls.far_warehouse.id)])
        cls.strange_plant = plants.search(
            [("company_id", "=", cls.stranger.id)], limit=1
        ) or plants.create(
            {"name": "Strange", "code": "STR", "company_id": cls.stranger.id}
        )

    @classmethod
    def _make_work(cls):
        cls.workcenter = cls.env["mrp.workcenter"].create(
            {"name": "Press 1", "variance_plant_id": cls.plant.id}
        )
        product = cls.env["product.product"].create({"name": "Lid", "type": "consu"})
        cls.order = cls.env["mrp.production"].create(
            {
                "product_id": product.id,
                "product_qty": 1,
                "workorder_ids": [
                    Command.create(
                        {
                            "name": "Press",
                            "workcenter_id": cls.workcenter.id,
                            "product_uom_id": product.uom_id.id,
                            "duration_expected": 10,
                        }
                    )
                ],
            }
        )
        cls.order.action_confirm()
        cls.workorder = cls.order.workorder_ids

    @classmethod
    def _make_policy(cls):
        """A policy with an active version, and the draft its author works on."""
        cls.policy = cls.Policy.with_user(cls.author).create(
            {
                "name": "Press takes too long",
                "metric_id": cls.metric.id,
                "what_to_do": "Look",
                "limit_ids": [
                    Command.create({"severity": "warning", "percent": 50, "floor": 60})
                ],
            }
        )
        cls.policy = cls.policy.with_env(cls.env)
        cls.live = cls.policy.version_id
        cls.live._as_system().write({"state": "active"})
        cls.policy.with_user(cls.author).action_new_version()
        cls.draft = cls.policy.version_id
        cls.draft.with_user(cls.author).confirm_minutes = 5

    @classmethod
    def _prepare_case(cls, severity="warning", **values):
        return {
            "title": "Press took too long",
            "severity": severity,
            "company_id": cls.company.id,
            "plant_id": cls.plant.id,
            "metric_id": cls.metric.id,
            "category_id": cls.metric.category_id.id,
            "source_model": "mrp.workorder",
            "source_id": cls.workorder.id,
            "production_id": cls.order.id,
            "workorder_id": cls.workorder.id,
            "workcenter_id": cls.workcenter.id,
            "product_id": cls.order.product_id.id,
            "first_event_at": cls.moment,
            "detected_at": cls.moment,
            **values,
        }

    @classmethod
    def _make_case(cls, severity="warning", written=None, **values):
        """A case as the engine opens it, then moved on by the system if asked."""
        case = cls.Case._open_cases([cls._prepare_case(severity, **values)])
        if written:
            case._as_system().write(written)
        return case

    @classmethod
    def _make_evidence(cls):
        cls.light = cls._make_case(written={"cause_id": cls.cause.id})
        cls.full = cls._make_case(
            "major",
            written={"cause_id": cls.cause.id, "resolution": "fixed"},
        )
        cls.far_case = cls._make_case(plant_id=cls.far_plant.id)
        cls.strange_case = cls._make_case(
            company_id=cls.stranger.id, plant_id=cls.strange_plant.id
        )
        cls.measurement = cls._make_measurement(cls.light)
        cls.standard = cls.env["mfg.variance.standard"].search(
            [("workorder_id", "=", cls.workorder.id)]
        ) or cls.env["mfg.variance.standard"]._freeze_workorders(cls.workorder)
        cls.run_row = cls.env["mfg.variance.run"]._log(
            "step",
            "Told",
            exception_id=cls.light.id,
            company_id=cls.company.id,
        )
        cls.watch = (
            cls.env["mfg.variance.watch"]
            ._as_system()
            .create({"workorder_id": cls.workorder.id, "company_id": cls.company.id})
            .with_env(cls.env)
        )
        cls.hit = (
            cls.env["mfg.variance.shadow.hit"]
            ._as_system()
            .create(
                {
                    "version_id": cls.live.id,
                    "measurement_id": cls.measurement.id,
                    "company_id": cls.company.id,
                    "severity": "warning",
                }
            )
            .with_env(cls.env)
        )
        cls.incident = cls.light.incident_id
        cls.silence = cls._make_silence()
        cls.evidence = {
            "incident": cls.incident,
            "silence": cls.silence,
            "exception": cls.light,
            "measurement": cls.measurement,
            "standard": cls.standard,
            "run": cls.run_row,
            "watch": cls.watch,
            "shadow_hit": cls.hit,
        }

    @classmethod
    def _make_silence(cls, **values):
        silence = cls.env["mfg.variance.silence"]._as_system()
        return silence.create(
            {
                "name": "VS/1",
                "kind": "shelve",
                "reason": "Being mended",
                "author_id": cls.users["supervisor"].id,
                "starts_at": cls.moment,
                "ends_at": cls.moment + timedelta(days=1),
                "company_id": cls.company.id,
                "plant_id": cls.plant.id,
                "metric_id": cls.metric.id,
                "up_to": "major",
                **values,
            }
        ).with_env(cls.env)

    @classmethod
    def _make_measurement(cls, case, revision=1):
        row = (
            cls.env["mfg.variance.measurement"]
            ._as_system()
            .create(cls._prepare_measurement(case, revision))
        )
        return row.with_env(cls.env)

    @classmethod
    def _prepare_measurement(cls, case, revision=1):
        return {
            "metric_id": cls.metric.id,
            "metric_code": cls.metric.code,
            "source_model": case.source_model,
            "source_id": case.source_id,
            "phase": "final",
            "revision": revision,
            "planned": 10,
            "actual": 100,
            "event_at": cls.moment,
            "recorded_at": cls.moment,
            "timeliness": "live",
            "company_id": case.company_id.id,
            "plant_id": case.plant_id.id,
            "workorder_id": case.workorder_id.id,
            "outcome": "opened",
            "exception_id": case.id,
        }
