from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestPolicyForm(VarianceCommon):
    """The form reads the policy back while it is written."""

    def test_given_limits_and_place_expected_read_back(self):
        policy = self.make_policy(
            activate=False,
            limits=(("warning", 50, 60), ("major", 100, 120), ("info", 25, 30)),
            workcenter_id=self.center.id,
        )
        self.assertEqual(
            policy.summary,
            "Opens a case of severity warning when Work Order Time on Lathe 1 is 50 % "
            "and 60 min or more above plan. Major when it is 100 % and 120 min or more "
            "above plan. Only marks the record when it is 25 % and 30 min or more "
            "above plan. Supervisor on duty answers within 8 hours.",
        )

    def test_given_person_and_minutes_expected_named(self):
        policy = self.make_policy(
            activate=False,
            owner_role="user",
            owner_id=self.supervisor.id,
            respond_minutes=45,
        )
        name = self.supervisor.name
        self.assertIn(f"{name} answers within 45 minutes", policy.summary)

    def test_given_money_expected_amount_in_words(self):
        policy = self.make_policy(activate=False)
        policy.limit_ids.write({"percent": 0, "money_alone": 500})
        self.assertRegex(policy.summary, "off plan and costs .*500.* alone")

    def test_given_every_place_expected_all_named(self):
        tag = self.env["mrp.workcenter.tag"].create({"name": "Turning"})
        policy = self.make_policy(
            activate=False,
            product_id=self.gear.id,
            plant_id=self.plant.id,
            workcenter_tag_id=tag.id,
        )
        for name in (tag.name, self.gear.name, self.plant.name):
            self.assertIn(name, policy.summary)

    def test_given_engineer_without_role_in_manufacturing_expected_read_all_the_same(
        self,
    ):
        policy = self.make_policy(activate=False, workcenter_id=self.center.id)
        self.assertFalse(self.engineer_two.has_group("mrp.group_mrp_user"))
        policy.invalidate_recordset()
        self.center.invalidate_recordset()
        self.assertIn("Lathe 1", policy.with_user(self.engineer_two).summary)

    def test_given_form_expected_sentence_follows_each_answer(self):
        form = Form(self.env["mfg.variance.policy"].with_user(self.engineer))
        form.name = "Live"
        self.assertIn("Choose what", form.summary)
        form.metric_id = self.metric
        self.assertIn("Say how much is too much", form.summary)
        with form.limit_ids.new() as limit:
            limit.severity = "warning"
            limit.percent = 40
        self.assertIn("40 % or more above plan", form.summary)
        form.workcenter_id = self.center
        self.assertIn("on Lathe 1", form.summary)

    def test_given_method_without_words_expected_still_a_sentence(self):
        policy = self.make_policy(activate=False)
        self.assertIn("reaches one of the limits (Tolerance)", policy._describe_other())

    def test_given_no_limit_expected_asked_for(self):
        policy = self.make_policy(activate=False)
        policy.limit_ids = [Command.clear()]
        self.assertIn("Say how much is too much", policy.summary)
