from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .approval_case import ApprovalCase
from .common import VarianceCommon


@tagged("post_install", "-at_install")
class TestSigningTour(ApprovalCase, VarianceCommon, HttpCase):
    """A PIN is set and used in the browser, where secrets are typed and not stored."""

    def test_given_badge_expected_own_pin_signs_on_a_shared_device(self):
        self.enterContext(mute_logger("odoo.addons.base.models.res_users"))
        self.quality.write({"variance_badge": "B-7", "password": "variance-signs"})
        self.start_tour("/odoo", "mfg_variance_set_pin", login=self.quality.login)
        approval = self.ask()
        self.start_tour(
            f"/odoo/mfg.variance.approval/{approval.id}",
            "mfg_variance_sign_on_device",
            login=self.operator.login,
        )
        self.env.invalidate_all()
        row = approval.decision_ids
        self.assertEqual(
            (row.user_id, row.device_user_id, row.way),
            (self.quality, self.operator, "badge"),
        )
