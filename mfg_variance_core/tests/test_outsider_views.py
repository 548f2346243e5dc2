from odoo.tests import Form, new_test_user, tagged

from .common import VarianceCommon


@tagged("-at_install", "post_install")
class TestOutsiderViews(VarianceCommon):
    """Forms open for people who have only one half of the rights behind them."""

    def test_given_access_manager_without_role_expected_user_form_opens(self):
        manager = new_test_user(
            self.env, "access_manager", groups="base.group_erp_manager"
        )
        self.supervisor.variance_plant_ids = self.plant
        form = Form(self.supervisor.with_user(manager), view="base.view_users_form")
        self.assertEqual(form.variance_plant_ids[:], self.plant.with_user(manager))

    def test_given_viewer_without_manufacturing_expected_case_opens(self):
        viewer = new_test_user(
            self.env, "only_viewer", groups="mfg_variance_core.group_viewer"
        )
        case = self.open_case()
        self.env.invalidate_all()
        case = case.with_user(viewer)
        labels = [point["label"] for point in case.chart_data["points"]]
        self.assertIn(case.sudo().production_id.name, labels)
        self.assertTrue(case.measurement_ids.mapped("display_name"))
        self.assertIn("Judged by", case.evidence_text)
