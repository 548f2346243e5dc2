from odoo.tests import tagged

from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestPolicyDefaults(VarianceCommon):
    """What a short policy leaves open comes from its category; causes likewise."""

    def test_given_policy_without_reaction_expected_that_of_its_category(self):
        category = self.metric.category_id.parent_id
        policy = self.make_policy(activate=False)
        self.assertEqual(policy.playbook_id, category.playbook_id)
        self.assertEqual(policy.what_to_do, category.what_to_do)
        self.assertEqual(policy.consequence, category.consequence)

    def test_given_nearer_category_expected_before_the_one_above(self):
        self.metric.category_id.what_to_do = "Look here first"
        self.assertEqual(self.make_policy(activate=False).what_to_do, "Look here first")

    def test_given_own_reaction_expected_kept(self):
        book = self.make_playbook(("flag", "warning", {}))
        policy = self.make_policy(
            activate=False, playbook_id=book.id, what_to_do="Mine", consequence="Mine"
        )
        self.assertEqual(policy.playbook_id, book)
        self.assertEqual((policy.what_to_do, policy.consequence), ("Mine", "Mine"))

    def test_given_policy_expected_its_time_on_the_case(self):
        self.make_policy(workcenter_id=self.center.id, respond_minutes=90)
        # whatever the hour: no shift ends before that
        self.env.ref("mfg_variance_core.sla_warning").active = False
        self.assertEqual(self.open_case().time_to_respond, "90 minutes")
        case = self.Case.new({"acknowledge_by": self.now, "clock_started_at": self.now})
        self.assertFalse(case.time_to_respond)

    def choose(self, cause):
        case = self.open_case()
        self.env["mfg.variance.cause.wizard"].with_user(self.operator).action_choose(
            case.ids, self.env.ref(f"mfg_variance_core.cause_{cause}").id
        )
        return case.resolution

    def test_given_cause_with_usual_resolution_expected_that(self):
        self.assertEqual(self.choose("recording"), "recording_error")
        self.assertEqual(self.choose("plan"), "master_data_error")

    def test_given_cause_without_expected_fixed(self):
        self.assertEqual(self.choose("tool"), "fixed")
