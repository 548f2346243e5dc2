from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..guard import SYSTEM, TOKEN_KEY
from .security_case import SecurityFixture
from .test_security_guards import ENGINEERS, LEADERS, NOBODY

MANAGERS = ("production_manager",)
ROSTER = ("production_manager", "administrator")
# attack -> who may do just that; everybody else is refused. A role that may shows
# that it is the role, and nothing else, that stops the others
ATTACKS = {
    # whoever leads may ask; it mutes when somebody else has agreed
    "ask_to_shelve_a_month": LEADERS,
    "mute_a_month": NOBODY,
    "shelve_critical": MANAGERS,
    "shelve_a_day": LEADERS,
    "shelve_two_years": NOBODY,
    "shelve_without_end": NOBODY,
    "shelve_a_plant": NOBODY,
    "shelve_another_company": NOBODY,
    "end_a_silence": LEADERS,
    "extend_a_silence": NOBODY,
    "take_incident_apart": LEADERS,
    "move_a_case": NOBODY,
    "answer_for_the_supervisor": LEADERS,
    "hand_over": LEADERS,
    "accept_for_somebody": NOBODY,
    "mute_by_cause": ENGINEERS,
    "mute_by_cause_everywhere": NOBODY,
    "widen_a_cause": NOBODY,
    "put_on_duty": ROSTER,
    "put_on_duty_elsewhere": NOBODY,
    "decide_about_a_standard": ENGINEERS,
    "decide_in_advance": NOBODY,
    "report_in_another_company": NOBODY,
    "offer_a_reason_everywhere": NOBODY,
    "widen_a_reason": NOBODY,
    "change_a_live_method": NOBODY,
    "change_a_live_count": NOBODY,
    "forge_past_orders": NOBODY,
    "put_a_photo": NOBODY,
}
# what only variance control itself writes
SYSTEM_MODELS = (
    "mfg.variance.allotment",
    "mfg.variance.case.step",
    "mfg.variance.case.step.log",
    "mfg.variance.handover",
    "mfg.variance.incident",
    "mfg.variance.measurement.archive",
    "mfg.variance.problem",
    "mfg.variance.rollup",
    "mfg.variance.rollup.month",
    "mfg.variance.rollup.progress",
    "mfg.variance.series",
    "mfg.variance.silence",
    "mfg.variance.standard.review",
    "mfg.variance.watermark",
)
# a Settings administrator's server action; names as in ``_make_code``
STORED = {
    "archive what is at hand": (
        "env['mfg.variance.measurement.archive']"
        "._move(case.company_id, datetime.datetime(2099, 1, 1), 1000)"
    ),
    "mute by cause": (
        "env['mfg.variance.inhibition'].sudo().create("
        "{'name': 'All', 'muted_category_id': case.category_id.id})"
    ),
    "mute by cause as engineer": (
        "env['mfg.variance.inhibition'].with_user(engineer).create("
        "{'name': 'All', 'muted_category_id': case.category_id.id})"
    ),
    "switch a cause on": "cause.sudo().write({'active': True})",
    "delete a cause": "cause.sudo().unlink()",
    "answer": "step.with_user(supervisor).action_answer('done')",
    "sign": "handover.with_user(supervisor).action_sign()",
    "make": "handover._make()",
    "decide": "review.with_user(engineer).action_accept()",
    "shelve": (
        "env['mfg.variance.silence'].with_user(supervisor)._shelve("
        "{'exception_id': case.id, 'company_id': case.company_id.id})"
    ),
    "end a silence": "silence._end('Over')",
    "end as supervisor": "silence.with_user(supervisor).action_end()",
    "merge": "case.incident_id.with_user(supervisor).action_ungroup()",
    "raise an incident": "case.incident_id._raise_to('critical')",
    "series": "series._as_system().write({'is_beyond': False})",
    "due month": "env['mfg.variance.rollup.progress']._take()._as_system()",
}


@tagged("post_install", "-at_install")
class TestSecurityAttacksV2(SecurityFixture, TransactionCase):
    """Shelving, incidents, steps, hand-overs, rosters, figures: who may do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users["portal"] = new_test_user(
            cls.env, "attack_portal", groups="base.group_portal"
        )
        reasons = cls.env["mfg.variance.problem.reason"]
        # room for more: that the number is limited stops nobody here
        reasons.search([], limit=4).active = False
        cls.reason = reasons.create(
            {
                "name": "Leak",
                "company_id": cls.company.id,
                "plant_id": cls.plant.id,
            }
        )
        cls.inhibition = cls.env["mfg.variance.inhibition"].create(
            {
                "name": "Press stands",
                "company_id": cls.company.id,
                "muted_category_id": cls.metric.category_id.id,
                "active": False,
            }
        )
        cls.strange_center = cls.env["mrp.workcenter"].create(
            {
                "name": "Strange press",
                "company_id": cls.stranger.id,
                "resource_calendar_id": False,
            }
        )
        cls._make_rows()
        cls.env.flush_all()

    @classmethod
    def _make_rows(cls):
        place = {"company_id": cls.company.id, "plant_id": cls.plant.id}
        cls.handover = cls._make_row(
            "handover",
            name="Main, Early",
            shift_name="Early",
            day=cls.moment.date(),
            starts_at=cls.moment - timedelta(hours=8),
            ends_at=cls.moment,
            **place,
        )
        cls.step = cls._make_row(
            "case.step",
            exception_id=cls.light.id,
            name="Is it clean?",
            kind="check",
            asked_at=cls.moment,
            who="supervisor",
            user_id=cls.author.id,
            **place,
        )
        cls.series = cls._make_row(
            "series",
            policy_id=cls.policy.id,
            metric_id=cls.metric.id,
            fingerprint="attack",
            **place,
        )
        cls.review = cls._make_row(
            "standard.review",
            metric_id=cls.metric.id,
            state="open",
            reason="Seen",
            since=cls.moment,
            product_id=cls.order.product_id.id,
            **place,
        )
        cls.problem = cls._make_row(
            "problem",
            reason_id=cls.reason.id,
            severity="warning",
            workcenter_id=cls.workcenter.id,
            occurred_at=cls.moment,
            recorded_at=cls.moment,
            **place,
        )

    @classmethod
    def _make_row(cls, of, **values):
        model = cls.env[f"mfg.variance.{of}"]
        return model._as_system().create(values).with_env(cls.env)

    # ----------------------------------------------------------------- attacks

    def _shelve(self, env, **values):
        self.env["mfg.variance.shelve"].with_env(env).create(
            {
                "what": "other",
                "until": "date",
                "reason": "Because",
                "ends_at": self.moment + timedelta(days=1),
                "company_id": self.company.id,
                "metric_id": self.metric.id,
                **values,
            }
        ).action_apply()

    def shelve_a_day(self, env):
        self._shelve(env)

    def ask_to_shelve_a_month(self, env):
        self._shelve(env, ends_at=self.moment + timedelta(days=30))

    def mute_a_month(self, env):
        known = {one.id for one in env["mfg.variance.silence"]._get_live()}
        self.ask_to_shelve_a_month(env)
        if known == {one.id for one in env["mfg.variance.silence"]._get_live()}:
            said = "Nothing is muted."
            raise UserError(said)

    def shelve_critical(self, env):
        self._shelve(env, up_to="critical")

    def shelve_two_years(self, env):
        self._shelve(env, ends_at=self.moment + timedelta(days=730))

    def shelve_without_end(self, env):
        self._shelve(env, ends_at=False)

    def shelve_a_plant(self, env):
        self._shelve(env, metric_id=False, plant_id=self.plant.id)

    def shelve_another_company(self, env):
        self._shelve(env, company_id=self.stranger.id)

    def end_a_silence(self, env):
        self.silence.with_env(env).action_end()

    def extend_a_silence(self, env):
        self.silence.with_env(env).write({"ends_at": self.moment + timedelta(days=9)})

    def take_incident_apart(self, env):
        self.incident.with_env(env).action_ungroup()

    def move_a_case(self, env):
        self.light.with_env(env).write({"incident_id": self.full.incident_id.id})

    def answer_for_the_supervisor(self, env):
        self.step.with_env(env).action_answer("done")

    def hand_over(self, env):
        self.handover.with_env(env).action_sign()

    def accept_for_somebody(self, env):
        self.handover.with_env(env).write(
            {"state": "accepted", "accepted_by_id": self.author.id}
        )

    def mute_by_cause(self, env, **values):
        self.inhibition.with_env(env).create(
            {
                "name": "All",
                "company_id": self.company.id,
                "muted_category_id": self.metric.category_id.id,
                **values,
            }
        )

    def mute_by_cause_everywhere(self, env):
        self.mute_by_cause(env, company_id=False)

    def widen_a_cause(self, env):
        self.inhibition.with_env(env).write({"company_id": False})

    def put_on_duty(self, env, **values):
        env["mfg.variance.duty"].create(
            {"user_id": self.users["supervisor"].id, "plant_id": self.plant.id} | values
        )

    def put_on_duty_elsewhere(self, env):
        self.put_on_duty(env, plant_id=self.strange_plant.id)

    def decide_about_a_standard(self, env):
        self.review.with_env(env).action_accept()

    def decide_in_advance(self, env):
        self.review.with_env(env).write({"state": "accepted"})

    def report_in_another_company(self, env):
        env["mfg.variance.problem"].action_raise(self.reason.id, self.strange_center.id)

    def offer_a_reason_everywhere(self, env):
        env["mfg.variance.problem.reason"].create(
            {"name": "Fire", "category_id": self.metric.category_id.id}
        )

    def widen_a_reason(self, env):
        self.reason.with_env(env).write({"company_id": False, "plant_id": False})

    def change_a_live_method(self, env):
        self.policy.active_version_id.with_env(env).write({"window_size": 9})

    def change_a_live_count(self, env):
        self.live.limit_ids.with_env(env).write({"count": 9, "probability": 99})

    def forge_past_orders(self, env):
        self.standard.with_env(env).write({"baseline_points": []})

    def put_a_photo(self, env):
        env["ir.attachment"].create(
            {
                "name": "photo",
                "res_model": self.problem._name,
                "res_id": self.problem.id,
                "res_field": "photo",
                "raw": b"<svg onload='alert(1)'/>",
                "mimetype": "image/svg+xml",
            }
        )

    # ------------------------------------------------------------------- tests

    @mute_logger("odoo.sql_db", "odoo.models.unlink")
    def test_each_role_is_held_to_what_it_may(self):
        for attack, allowed in ATTACKS.items():
            for role, user in self.users.items():
                with self.subTest(attack=attack, role=role):
                    self._try(attack, self.env(user=user), role in allowed)

    @mute_logger("odoo.sql_db")
    def test_neither_sudo_nor_a_forged_token_helps(self):
        guarded = {
            name: allowed
            for name, allowed in ATTACKS.items()
            # set-up data is guarded by rights and rules
            if "reason" not in name and "duty" not in name and "photo" not in name
        }
        for attack in guarded:
            for forged in ({}, {TOKEN_KEY: True}, {"install_mode": True}):
                with self.subTest(attack=attack, context=forged):
                    user = self.users["viewer"]
                    env = self.env(user=user, su=True, context=forged)
                    self._try(attack, env, False)

    def _try(self, attack, env, may):
        run = getattr(self, attack)
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint() as savepoint:
                run(env)
                env.flush_all()
                savepoint.rollback()
            self.assertTrue(may, "was let through")
        except (AccessError, UserError) as refusal:
            self.assertFalse(may, refusal)
        finally:
            self.env.cr.precommit.clear()
            self.env.clear()

    def test_nobody_adds_system_rows(self):
        for name in SYSTEM_MODELS:
            for role, user in self.users.items():
                for su in (False, True):
                    env = self.env(user=user, su=su, context={TOKEN_KEY: "x"})
                    with self.subTest(model=name, role=role, su=su):
                        with self.assertRaises(AccessError):
                            env[name].create({"company_id": self.company.id})

    @mute_logger("odoo.addons.base.models.ir_actions")
    def test_stored_code_gets_none_of_it(self):
        for name, code in STORED.items():
            for user in (self.users["settings"], self.env.user):
                with self.subTest(attack=name, user=user.login):
                    action = self._make_code(code).with_user(user)
                    with self.assertRaises(AccessError), self.env.cr.savepoint():
                        action.run()
                    self.env.cr.precommit.clear()

    def test_an_action_that_names_a_field_and_a_value_is_stored_too(self):
        self.inhibition.active = True
        for record in (self.policy, self.inhibition):
            action = self.env["ir.actions.server"].create(
                {
                    "name": "Attack",
                    "model_id": self.env["ir.model"]._get_id(record._name),
                    "state": "object_write",
                    "update_path": "active",
                    "update_boolean_value": "false",
                }
            )
            names = {"active_model": record._name, "active_id": record.id}
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                action.with_context(**names, active_ids=record.ids).run()
            self.assertTrue(record.active)

    def _make_code(self, code):
        names = {
            "case": self.light,
            "cause": self.inhibition,
            "step": self.step,
            "handover": self.handover,
            "review": self.review,
            "series": self.series,
            "silence": self.silence,
            "supervisor": self.users["supervisor"],
            "engineer": self.users["process_engineer"],
        }
        lines = [
            f"{name} = env[{record._name!r}].browse({record.id})"
            for name, record in names.items()
        ]
        return self.env["ir.actions.server"].create(
            {
                "name": "Attack",
                "model_id": self.env["ir.model"]._get_id(self.light._name),
                "state": "code",
                "code": "\n".join([*lines, code]),
            }
        )

    def test_the_token_itself_lets_the_system_write(self):
        row = self.series.with_context(**{TOKEN_KEY: SYSTEM}).sudo()
        row.write({"is_beyond": True})
        self.assertTrue(self.series.is_beyond)
