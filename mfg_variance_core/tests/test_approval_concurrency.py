import uuid

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .decision_case import DecisionCase


@tagged("post_install", "-at_install")
class TestApprovalConcurrency(DecisionCase, TransactionCase):
    """Two approvers at once, each on a connection of his own: one decision counts."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger("odoo.sql_db"))
        self.addCleanup(self._remove)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            users = env["res.users"]
            for name in ("one", "two"):
                users |= new_test_user(
                    env,
                    # archived afterwards: the next test needs others
                    f"races_{name}_{uuid.uuid4().hex}",
                    groups="mfg_variance_core.group_quality_manager",
                )
            self.user_ids = users.ids
            plant = env["mfg.variance.plant"].search([], limit=1)
            approval = env["mfg.variance.approval"]._request(
                "hold_release", plant, "Race"
            )
            self.approval_id = approval.id

    def _remove(self):
        """Evidence refuses to be deleted: the triggers are off for its owner only."""
        tables = ("decision", "step", "res_users_rel")
        with self.registry.cursor() as cr:
            cr.execute("SET LOCAL session_replication_role = replica")
            for table in tables:
                cr.execute(
                    f"DELETE FROM mfg_variance_approval_{table} WHERE "
                    f"{'mfg_variance_approval_id' if 'rel' in table else 'approval_id'}"
                    " = %s",
                    [self.approval_id],
                )
            cr.execute(
                "DELETE FROM mfg_variance_approval WHERE id = %s", [self.approval_id]
            )
            cr.execute(
                "DELETE FROM mail_activity WHERE res_model = 'mfg.variance.approval' "
                "AND res_id = %s",
                [self.approval_id],
            )
            cr.execute("SET LOCAL session_replication_role = DEFAULT")
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["res.users"].browse(self.user_ids).active = False

    def _decide(self, cr, user_id):
        env = api.Environment(cr, user_id, {})
        with self.signed_in(env.user):
            env["mfg.variance.approval"].browse(self.approval_id)._decide("approved")

    def _count(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT COUNT(*) FROM mfg_variance_approval_decision "
                "WHERE approval_id = %s",
                [self.approval_id],
            )
            return cr.fetchone()[0]

    def _race(self, first_id, second_id):
        """The second began before the first committed, and decides after it."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            second.execute("SELECT 1")  # its snapshot is taken
            self._decide(first, first_id)
            with self.assertRaises(UserError):
                self._decide(second, second_id)  # while the first holds the row
            second.rollback()
            second.execute("SELECT 1")
            first.commit()
            with self.assertRaises(OperationalError):
                self._decide(second, second_id)
            second.rollback()
            # the repeated request sees what was decided
            with self.assertRaisesRegex(UserError, "already"):
                self._decide(second, second_id)

    def test_two_approvers_at_once_decide_once(self):
        self._race(*self.user_ids)
        self.assertEqual(self._count(), 1)

    def test_one_approver_twice_at_once_decides_once(self):
        self._race(self.user_ids[0], self.user_ids[0])
        self.assertEqual(self._count(), 1)
