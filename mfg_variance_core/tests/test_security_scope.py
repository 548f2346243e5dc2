from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .security_case import SecurityFixture

# where a record belongs is asked of another one, or of nobody
RULED_OTHERWISE = {
    # taxonomy shared by all companies: words, no figures
    "mfg.variance.category",
    "mfg.variance.cause",
    "mfg.variance.metric",
    # one row with a number: how far a scheduled pass has read
    "mfg.variance.rollup.progress",
    # numbers in place of links, with rules of their own; seals tell nothing of a place
    "mfg.variance.ledger",
    "mfg.variance.ledger.seal",
    # rows of all companies: its rule asks whether the reader works in all of them
    "mfg.variance.ledger.export",
    # transient: their rule is the creator
    "mfg.variance.break_glass.ask",
    "mfg.variance.break_glass.review",
    "mfg.variance.cause.wizard",
    "mfg.variance.control.sign",
    "mfg.variance.decide",
    "mfg.variance.dispose",
    "mfg.variance.explain",
    "mfg.variance.explain.line",
    "mfg.variance.handover.remark",
    "mfg.variance.hold.ask",
    "mfg.variance.hold.confirm",
    "mfg.variance.hold.wizard",
    "mfg.variance.ledger.check",
    "mfg.variance.ledger.export.ask",
    "mfg.variance.pause",
    "mfg.variance.pin",
    "mfg.variance.shelve",
    "mfg.variance.suspect.wizard",
    "mfg.variance.verify",
}


@tagged("post_install", "-at_install")
class TestSecurityScope(SecurityFixture, TransactionCase):
    """Plant first: what belongs elsewhere does not exist for this user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.far = cls._make_far_rows(cls.far_plant, cls.far_warehouse, cls.far_case)
        cls.env.flush_all()

    @classmethod
    def _make_far_rows(cls, plant, warehouse, case):
        """One row of every model with a plant, all of the other plant."""
        workcenter = cls.env["mrp.workcenter"].create({"name": "Press 2"})
        order = cls.env["mrp.production"].create(
            {
                "product_id": cls.order.product_id.id,
                "picking_type_id": warehouse.manu_type_id.id,
                "workorder_ids": [
                    Command.create(
                        {
                            "name": "Press far",
                            "workcenter_id": workcenter.id,
                            "product_uom_id": cls.order.product_uom_id.id,
                            "duration_expected": 10,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        workorder = order.workorder_ids
        cls.far_workorder = workorder
        case._as_system().write(
            {"workorder_id": workorder.id, "production_id": order.id}
        )
        standards = cls.env["mfg.variance.standard"]
        measurement = cls._make_measurement(case, 2)
        policy = cls.Policy.create(
            {
                "name": "Far only",
                "metric_id": cls.metric.id,
                "plant_id": plant.id,
                "limit_ids": [
                    Command.create({"severity": "warning", "percent": 5, "floor": 5})
                ],
            }
        )
        policy.version_id._as_system().write({"state": "active"})
        shift = cls.env["mfg.variance.plant.shift"].create(
            {"plant_id": plant.id, "name": "Early", "hour_from": 6, "hour_to": 14}
        )
        watch = cls.env["mfg.variance.watch"]._as_system()
        hit = cls.env["mfg.variance.shadow.hit"]._as_system()
        return [
            case,
            cls._make_silence(plant_id=plant.id),
            cls.incident._as_system().copy({"plant_id": plant.id}).with_env(cls.env),
            measurement,
            plant,
            shift,
            policy,
            policy.version_id,
            policy.limit_ids,
            standards.search([("workorder_id", "=", workorder.id)])
            or standards._freeze_workorders(workorder),
            cls.env["mfg.variance.run"]._log("step", "Far", exception_id=case.id),
            watch.create(
                {"workorder_id": workorder.id, "company_id": cls.company.id}
            ).with_env(cls.env),
            hit.create(
                {
                    "version_id": policy.version_id.id,
                    "measurement_id": measurement.id,
                    "company_id": cls.company.id,
                    "severity": "warning",
                }
            ).with_env(cls.env),
        ]

    def _make_strange_rows(self):
        """One row of every model with a company, all of the other company."""
        elsewhere = {"company_id": self.stranger.id}
        measurement = self._make_measurement(self.strange_case, 3)
        policy = self.Policy.create(
            {
                "name": "Strange only",
                "metric_id": self.metric.id,
                "limit_ids": [Command.create({"severity": "warning", "percent": 5})],
                **elsewhere,
            }
        )
        playbook = self.env["mfg.variance.playbook"].create(
            {
                "name": "Strange",
                "step_ids": [Command.create({"name": "x"})],
                **elsewhere,
            }
        )
        self.watch._as_system().write(elsewhere)
        standard = self.standard._as_system().copy({**elsewhere, "workorder_id": False})
        hit = self.hit._as_system().copy(elsewhere)
        return [
            self.strange_case,
            self.strange_case.incident_id,
            self._make_silence(**elsewhere, plant_id=self.strange_plant.id),
            measurement,
            policy,
            policy.version_id,
            policy.limit_ids,
            playbook,
            playbook.step_ids,
            self.strange_plant,
            self.env["mfg.variance.plant.shift"].create(
                {
                    "plant_id": self.strange_plant.id,
                    "name": "Late",
                    "hour_from": 14,
                    "hour_to": 22,
                }
            ),
            self.env["mfg.variance.run"]._log("cron", "Strange", **elsewhere),
            self.watch,
            standard.with_env(self.env),
            hit.with_env(self.env),
        ]

    def _sees(self, user, record):
        model = self.env[record._name].with_user(user).with_context(active_test=False)
        return bool(model.search_count([("id", "in", record.ids)]))

    def _roles_that_read(self, model):
        for role, user in self.users.items():
            if self.env[model].with_user(user).has_access("read"):
                yield role, user

    def test_rows_of_another_plant_are_not_seen(self):
        for record in self.far:
            for role, user in self._roles_that_read(record._name):
                with self.subTest(model=record._name, role=role):
                    self.assertTrue(self._sees(user, record), "no plant, no limit")
                    user.variance_plant_ids = self.plant
                    self.assertFalse(self._sees(user, record))
                    with self.assertRaises(AccessError):
                        record.with_user(user).check_access("read")
                    user.variance_plant_ids = self.far_plant
                    self.assertTrue(self._sees(user, record))
                    user.variance_plant_ids = False

    def test_a_run_that_names_no_case_is_for_users_without_plants_only(self):
        run = self.env["mfg.variance.run"]._log("judge", "Not judged: Press far")
        for role, user in self._roles_that_read(run._name):
            with self.subTest(role=role):
                self.assertTrue(self._sees(user, run))
                user.variance_plant_ids = self.plant
                self.assertFalse(self._sees(user, run))

    def test_rows_of_the_own_plant_are_seen(self):
        for user in self.users.values():
            user.variance_plant_ids = self.plant
        for name, record in self.evidence.items():
            for role, user in self._roles_that_read(record._name):
                with self.subTest(model=name, role=role):
                    self.assertTrue(self._sees(user, record))

    def test_rows_of_another_company_are_not_seen(self):
        for record in self._make_strange_rows():
            for role, user in self._roles_that_read(record._name):
                with self.subTest(model=record._name, role=role):
                    self.assertFalse(self._sees(user, record))

    def test_every_model_with_a_company_or_plant_has_its_rule(self):
        for name, model in self.registry.items():
            if not name.startswith("mfg.variance.") or name in RULED_OTHERWISE:
                continue
            if model._original_module != "mfg_variance_core" or model._abstract:
                continue
            rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
            domains = " ".join(rules.mapped("domain_force"))
            with self.subTest(model=name):
                self.assertIn("company_id", model._fields)
                self.assertIn("company_ids", domains)
                if "plant_id" in model._fields:
                    self.assertIn("variance_plant_ids", domains)
                self.assertFalse(any(rules.mapped("groups")), "for everybody")

    def test_moving_a_user_takes_effect_at_once(self):
        supervisor = self.users["supervisor"]
        self.assertTrue(self._sees(supervisor, self.far_case))
        supervisor.variance_plant_ids = self.plant
        self.assertFalse(self._sees(supervisor, self.far_case))
        self.assertTrue(self._sees(supervisor, self.light))
        supervisor.variance_plant_ids = self.far_plant
        self.assertTrue(self._sees(supervisor, self.far_case))
        self.assertFalse(self._sees(supervisor, self.light))
        supervisor.variance_plant_ids = False
        self.assertTrue(self._sees(supervisor, self.light))

    def test_nobody_gives_himself_a_plant(self):
        for role in ("operator", "supervisor", "administrator", "auditor"):
            user = self.users[role]
            user.variance_plant_ids = self.plant
            with self.subTest(role=role), self.assertRaises(AccessError):
                user.with_user(user).write(
                    {"variance_plant_ids": [Command.set(self.far_plant.ids)]}
                )

    def test_settings_are_not_for_administrators_of_the_app(self):
        for role in ("administrator", "process_engineer", "production_manager"):
            user = self.users[role]
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.env["res.config.settings"].with_user(user).create(
                    {"variance_historic_hours": 0}
                ).execute()
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.company.with_user(user).variance_historic_hours = 0

    def test_buttons_do_not_reach_out_of_scope(self):
        supervisor = self.users["supervisor"]
        supervisor.variance_plant_ids = self.plant
        wizard = self.env["mfg.variance.cause.wizard"].with_user(supervisor)
        for case in (self.far_case, self.strange_case):
            mine = case.with_user(supervisor)
            for attempt in (
                mine.action_take,
                mine.sudo().action_take,
                mine.action_acknowledge,
                mine.action_set_cause,
                lambda case=case: wizard.action_choose(case.ids, self.cause.id),
                lambda case=case: wizard.sudo().action_choose(case.ids, self.cause.id),
                lambda mine=mine: mine.message_post(body="x"),
                lambda mine=mine: mine.activity_schedule(summary="x"),
            ):
                with self.assertRaises(AccessError):
                    attempt()

    def test_an_engineer_of_one_plant_leaves_the_other_alone(self):
        engineer = self.users["process_engineer"]
        policy = self.Policy.search([("name", "=", "Far only")])
        engineer.variance_plant_ids = self.plant
        for attempt in (
            lambda: policy.with_user(engineer).action_archive(),
            lambda: policy.version_id.with_user(engineer).action_retire(),
            lambda: policy.version_id.with_user(engineer).sudo().action_retire(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_a_shared_policy_is_left_alone_by_who_is_not_everywhere(self):
        engineer = self.users["process_engineer"]
        shared = self.env.ref("mfg_variance_core.policy_work_order_time")
        draft = shared.version_id.copy()
        draft._as_system().write({"policy_id": shared.id, "number": 99})
        for plants in (self.plant.browse(), self.plant):
            engineer.variance_plant_ids = plants
            for attempt in (
                lambda: shared.with_user(engineer).action_archive(),
                lambda: shared.version_id.with_user(engineer).action_retire(),
                lambda: shared.version_id.with_user(engineer).sudo().action_retire(),
                lambda: draft.with_user(engineer).write({"confirm_minutes": 1}),
                lambda: draft.limit_ids[0].with_user(engineer).write({"percent": 1}),
                lambda: draft.with_user(engineer).unlink(),
                lambda: self._make_engineer_policy(engineer, company_id=False),
            ):
                with self.assertRaises(AccessError):
                    attempt()
        engineer.variance_plant_ids = False
        engineer.company_ids = self.env["res.company"].search([])
        draft.with_user(engineer).write({"confirm_minutes": 1})
        self.assertTrue(self._make_engineer_policy(engineer, company_id=False))

    def test_an_engineer_of_one_plant_writes_its_policies_only(self):
        engineer = self.users["process_engineer"]
        engineer.variance_plant_ids = self.plant
        with self.assertRaises(AccessError):
            self._make_engineer_policy(engineer)
        policy = self._make_engineer_policy(engineer, plant_id=self.plant.id)
        policy.confirm_minutes = 3
        policy.limit_ids.percent = 60
        with self.assertRaises(AccessError):
            policy.version_id.plant_id = False
        with self.assertRaises(AccessError):
            policy.version_id.write({"plant_id": False, "company_id": False})

    def test_a_new_policy_is_of_the_company_of_who_is_not_everywhere(self):
        engineer = self.users["process_engineer"]
        policy = self._make_engineer_policy(engineer)
        self.assertEqual(policy.company_id, self.company)
        with self.assertRaises(AccessError):
            policy.version_id.company_id = False

    def test_a_shared_playbook_is_left_alone_by_who_is_not_everywhere(self):
        Playbook = self.env["mfg.variance.playbook"]
        step = {"name": "Look", "kind": "flag"}
        values = {"name": "Shared", "step_ids": [Command.create(step)]}
        shared = Playbook.create({**values, "company_id": False})
        engineer = self.users["process_engineer"]
        for attempt in (
            lambda: shared.with_user(engineer).write({"name": "Mine"}),
            lambda: shared.with_user(engineer).action_archive(),
            lambda: shared.with_user(engineer).unlink(),
            lambda: shared.step_ids.with_user(engineer).write({"active": False}),
            lambda: shared.step_ids.with_user(engineer).unlink(),
            lambda: shared.step_ids.with_user(engineer).copy(),
            lambda: Playbook.with_user(engineer).create({**values, "company_id": 0}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        # his own, also one made from it, he writes as ever
        for own in (
            Playbook.with_user(engineer).create(values),
            shared.with_user(engineer).copy(),
        ):
            self.assertEqual(own.company_id, self.company)
            own.step_ids.name = "Look closer"
            with self.assertRaises(AccessError):
                own.company_id = False
        shared.with_user(self.users["administrator"]).name = "Renamed"
        engineer.company_ids = self.env["res.company"].search([])
        shared.with_user(engineer).step_ids.name = "Look closer"
        self.assertFalse(Playbook.with_user(engineer).create(values).company_id)

    def _make_engineer_policy(self, engineer, **values):
        return self.Policy.with_user(engineer).create(
            {
                "name": "Own",
                "metric_id": self.metric.id,
                "limit_ids": [
                    Command.create({"severity": "warning", "percent": 5, "floor": 9})
                ],
                **values,
            }
        )

    def test_portal_and_public_see_nothing(self):
        outsiders = [
            new_test_user(self.env, "attack_portal", groups="base.group_portal"),
            self.env.ref("base.public_user"),
        ]
        for name in self.registry:
            if name.startswith("mfg.variance."):
                for user in outsiders:
                    with self.subTest(model=name, user=user.login):
                        self.assertFalse(
                            self.env[name].with_user(user).has_access("read")
                        )

    def test_plain_users_of_odoo_see_no_case(self):
        for role in ("internal", "mrp_user", "settings"):
            for record in self.evidence.values():
                with self.subTest(role=role, model=record._name):
                    self.assertFalse(
                        record.with_user(self.users[role]).has_access("read")
                    )

    def test_smart_buttons_count_what_the_user_may_see(self):
        product = self.order.product_id
        supervisor = self.users["supervisor"]
        wide = product.with_user(supervisor).variance_exception_count
        supervisor.variance_plant_ids = self.far_plant
        self.env.invalidate_all()
        narrow = product.with_user(supervisor).variance_exception_count
        self.assertEqual((wide, narrow), (3, 1))
        for role in ("mrp_user", "internal"):
            self.env.invalidate_all()
            self.assertEqual(
                product.with_user(self.users[role]).variance_exception_count, 0
            )

    def test_the_explainer_tells_nothing_of_another_plant(self):
        supervisor = self.users["supervisor"]
        supervisor.group_ids += self.env.ref("mrp.group_mrp_user")
        supervisor.variance_plant_ids = self.plant
        for workorder, seen in ((self.far_workorder, False), (self.workorder, True)):
            action = workorder.with_user(supervisor).action_variance_explain()
            lines = self.env[action["res_model"]].browse(action["res_id"]).line_ids
            told = " ".join(f"{line.title} {line.text}" for line in lines)
            with self.subTest(workorder=workorder.name):
                self.assertEqual(bool(lines.measurement_id), seen)
                self.assertNotIn("Far only", told)

    def test_the_explainer_of_one_user_is_not_for_another(self):
        viewer = self.users["viewer"]
        viewer.group_ids += self.env.ref("mrp.group_mrp_user")
        action = self.workorder.with_user(viewer).action_variance_explain()
        explain = self.env[action["res_model"]].browse(action["res_id"])
        other = self.users["operator"]
        with self.assertRaises(AccessError):
            explain.with_user(other).read(["name"])
        with self.assertRaises(AccessError):
            explain.line_ids.with_user(other).read(["title"])

    def test_the_chart_shows_rows_the_user_may_see(self):
        supervisor = self.users["supervisor"]
        supervisor.variance_plant_ids = self.plant
        chart = self.light.with_user(supervisor).chart_data
        self.assertEqual(len(chart["points"]), 1)

    def test_a_title_is_shown_as_text(self):
        evil = "<img src=x onerror=alert(1)>"
        case = self._make_case(
            production_id=self.order.id, title=evil, consequence=evil
        )
        step = self.env["mfg.variance.playbook.step"].new(
            {"name": "Tell", "kind": "post", "message": evil}
        )
        step._run_post(case)
        self.assertNotIn("<img", self.order.message_ids[0].body)
        case._as_system().write(
            {"owner_id": self.users["supervisor"].id, "what_to_do": evil}
        )
        step._run_activity(case)
        self.assertNotIn("<img", case.activity_ids.note)
