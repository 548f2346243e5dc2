from odoo.tests import new_test_user, tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestGovernance(LedgerCase):
    """The sheet of a process area says what holds at this moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.area = cls.metric.category_id
        while cls.area.parent_id:
            cls.area = cls.area.parent_id
        cls.manager = new_test_user(
            cls.env, "sheet", groups="mfg_variance_core.group_production_manager"
        )

    def section(self, key, user=None):
        area = self.area.with_user(user or self.manager)
        return next(one for one in area._get_governance_sections() if one["key"] == key)

    def words(self, key, user=None):
        return " ".join(
            str(cell) for row in self.section(key, user)["rows"] for cell in row
        )

    def test_given_live_policy_expected_its_limits_and_owner(self):
        self.assertIn(self.policy.name, self.words("watched"))
        self.assertIn("%", self.words("watched"))

    def test_given_pattern_expected_when_it_opens_and_no_limit_of_nothing(self):
        policy = self.env.ref("mfg_variance_core.policy_repeated_overruns")
        self.assertEqual(policy.version_id.state, "active")
        words = self.words("watched")
        self.assertIn(policy.with_user(self.manager).summary, words)
        self.assertNotIn(" 0 % and at least 0", words)

    def test_given_retired_policy_expected_metric_not_watched(self):
        self.assertNotIn(self.metric.name, self.words("unwatched"))
        versions = self.env["mfg.variance.policy.version"].search(
            [("metric_id", "=", self.metric.id), ("state", "=", "active")]
        )
        versions._as_system().write({"state": "retired"})
        self.assertIn(self.metric.name, self.words("unwatched"))

    def test_given_response_times_expected_by_severity(self):
        self.assertIn("Critical", self.words("deadlines"))

    def test_given_matrix_expected_who_decides_and_who_never(self):
        self.assertIn("Quality Manager", self.words("segregation"))
        self.assertIn("who placed the hold", self.words("segregation"))

    def test_given_change_expected_listed_for_who_may_read_the_ledger(self):
        self.policy.regression_days = 3
        self.env.flush_all()
        self.assertIn(self.policy.name, self.words("changes"))
        self.assertEqual(self.section("changes", self.engineer)["rows"], [])

    def test_given_sheet_expected_on_screen_and_on_paper(self):
        area = self.area.with_user(self.manager)
        self.assertIn("What Is Watched", area.governance_html)
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.manager)
            ._render_qweb_html("mfg_variance_core.report_governance", area.ids)
        )
        self.assertIn(self.policy.name, content.decode())
