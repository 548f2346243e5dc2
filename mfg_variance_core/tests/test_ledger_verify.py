import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..domain import ledger
from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerVerify(LedgerCase):
    """What the owner of the database changes shows, and which row it was."""

    def setUp(self):
        super().setUp()
        self.rows = [self.append(number=n) for n in range(3)]
        self.seal()
        self.row = self.rows[1]

    def verify(self):
        return self.Ledger._verify()

    def assert_broken(self, reason, row=None):
        result = self.verify()
        self.assertFalse(result["is_intact"])
        self.assertEqual(
            (result["reason"], result["ledger_id"]), (reason, (row or self.row).id)
        )
        self.assertTrue(result["sentence"])

    def test_given_untouched_expected_intact(self):
        result = self.verify()
        self.assertTrue(result["is_intact"], result)
        self.assertEqual(result["count"], self.Ledger.search_count([]))
        self.assertEqual(result["waiting_count"], 0)

    def test_given_changed_content_expected_row_named(self):
        self.forge(
            "UPDATE mfg_variance_ledger SET content = %s WHERE id = %s",
            "{}",
            self.row.id,
        )
        self.assert_broken("content")

    def test_given_changed_content_and_hash_expected_row_named(self):
        text = self.row.content.replace('"number":1', '"number":7')
        self.forge(
            "UPDATE mfg_variance_ledger SET content = %s, content_hash = %s "
            "WHERE id = %s",
            text,
            ledger.digest(text),
            self.row.id,
        )
        self.assert_broken("seal")

    def test_given_changed_column_expected_row_named(self):
        self.forge(
            "UPDATE mfg_variance_ledger SET actor_ref = 99 WHERE id = %s", self.row.id
        )
        self.assert_broken("column")

    def test_given_changed_moment_expected_row_named(self):
        self.forge(
            "UPDATE mfg_variance_ledger SET recorded_at = '2001-01-01' WHERE id = %s",
            self.row.id,
        )
        self.assert_broken("seal")

    def test_given_removed_row_expected_row_named(self):
        number = self.row.id
        self.forge("DELETE FROM mfg_variance_ledger WHERE id = %s", number)
        self.assert_broken("missing", self.Ledger.browse(number))

    def test_given_removed_row_and_seal_expected_next_seal_named(self):
        number = self.row.id
        self.forge("DELETE FROM mfg_variance_ledger WHERE id = %s", number)
        self.forge("DELETE FROM mfg_variance_ledger_seal WHERE ledger_id = %s", number)
        self.assert_broken("chain", self.rows[2])

    def test_given_beginning_removed_expected_unproven(self):
        first = self.Seal.search([], limit=1, order="id")
        self.forge("DELETE FROM mfg_variance_ledger_seal WHERE id = %s", first.id)
        self.assertEqual(self.verify()["reason"], "unproven")

    def test_given_unsealed_rows_expected_counted_with_age(self):
        self.append()
        row = self.append()
        self.forge(
            "UPDATE mfg_variance_ledger SET recorded_at = recorded_at - interval "
            "'2 hours' WHERE id = %s",
            row.id,
        )
        result = self.verify()
        self.assertTrue(result["is_intact"])
        self.assertEqual(result["waiting_count"], 2)
        self.assertAlmostEqual(result["waiting_minutes"], 120, delta=2)

    def test_given_parts_expected_the_same_result(self):
        whole = self.verify()
        path = "odoo.addons.mfg_variance_core.models.ledger.mfg_variance_ledger_verify"
        with patch(f"{path}.BATCH", 2):
            self.assertEqual(self.verify(), whole)

    def test_given_key_expected_row_past_variance_control_named(self):
        with patch.dict(os.environ, {"MFG_VARIANCE_LEDGER_KEY": "k"}):
            self.append()
            text = self.row.content
            self.env.cr.execute(
                SQL(
                    "INSERT INTO mfg_variance_ledger (content, content_hash) "
                    "VALUES (%s, %s) RETURNING id",
                    text,
                    ledger.digest(text),
                )
            )
            forged = self.Ledger.browse(self.env.cr.fetchone()[0])
            self.seal()
            self.assert_broken("unsigned", forged)

    def test_given_chain_written_anew_expected_anchor_tells(self):
        folder = self.enterContext(TemporaryDirectory())
        settings = {
            "MFG_VARIANCE_LEDGER_KEY": "k",
            "MFG_VARIANCE_LEDGER_ANCHOR": str(Path(folder, "anchor")),
        }
        with patch.dict(os.environ, settings):
            self.Seal._tell_anchor()
            self.assertEqual(self.verify()["anchor"], "match")
            self.forge("DELETE FROM mfg_variance_ledger_seal")
            self.Seal._seal(1000, is_thorough=True)
            result = self.verify()
        self.assertEqual((result["reason"], result["anchor"]), ("anchor", "broken"))

    def test_given_break_expected_scheduled_check_tells(self):
        self.forge(
            "UPDATE mfg_variance_ledger SET actor_ref = 99 WHERE id = %s", self.row.id
        )
        with self.enter_registry_test_mode():
            self.env.ref("mfg_variance_core.cron_ledger_verify").method_direct_trigger()
        run = self.Run.search([("name", "=", "Verification of the ledger")], limit=1)
        self.assertEqual(run.outcome, "failed")
        self.assertEqual((run.res_model, run.res_id), (self.row._name, self.row.id))
        self.assertIn(str(self.row.id), run.error)

    def test_given_button_expected_result_and_row_of_who_asked(self):
        auditor = new_test_user(
            self.env, "asks", groups="mfg_variance_core.group_auditor"
        )
        check = self.env["mfg.variance.ledger.check"].with_user(auditor).create({})
        check.action_verify()
        self.assertEqual(check.state, "intact")
        row = self.Ledger.search([("kind", "=", "ledger.verified")], limit=1)
        self.assertEqual(row.actor_ref, auditor.id)

    def test_given_operator_expected_no_verification(self):
        with self.assertRaises(AccessError):
            self.env["mfg.variance.ledger.check"].with_user(self.operator).create({})
