import base64
import hashlib
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..domain import ledger
from .decision_case import DecisionCase
from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerPurge(DecisionCase, LedgerCase):
    """Old rows leave as a file with proof, and the chain goes on verifying."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Export = cls.env["mfg.variance.ledger.export"]
        cls.manager, cls.quality = (
            new_test_user(cls.env, f"purge_{role}", groups=f"mfg_variance_core.{role}")
            for role in ("group_production_manager", "group_quality_manager")
        )
        companies = cls.env["res.company"].search([])
        (cls.manager | cls.quality).company_ids = companies
        cls.Seal._seal(100000, is_thorough=True)

    def setUp(self):
        super().setUp()
        # as if everything so far had happened years ago, chained as it was then
        self.forge(
            "UPDATE mfg_variance_ledger SET recorded_at = recorded_at - "
            "interval '1000 days'"
        )
        self.forge("DELETE FROM mfg_variance_ledger_seal")
        self.Seal._seal(100000, is_thorough=True)
        self.old = self.Ledger.search_count([])
        self.young = self.append()
        self.seal()

    def export(self, user=None, before=None):
        user = user or self.manager
        with self.signed_in(user):
            return (
                self.Export.with_user(user)
                ._export(before or self.now - timedelta(days=500))
                .with_env(self.env)
            )

    def purge(self, export, user=None):
        user = user or self.quality
        with self.signed_in(user):
            export.with_user(user).action_purge()

    def refuse(self, query, *args):
        with (
            self.assertRaises(psycopg2.errors.RaiseException),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(SQL(query, *args))

    def test_given_export_expected_file_that_verifies_itself(self):
        export = self.export()
        content = base64.b64decode(export.file)
        self.assertEqual(hashlib.sha256(content).hexdigest(), export.sha256)
        pairs = [ledger.from_line(line) for line in content.decode().splitlines()]
        self.assertEqual(len(pairs), self.old)
        rows = {entry.id: entry for _seal, entry in pairs}
        verdict = ledger.verify(rows, [seal for seal, _entry in pairs])
        self.assertIsNone(verdict.broken)
        self.assertEqual(verdict.head, export.through_hash)

    def test_given_parts_expected_the_same_file(self):
        whole = self.export()
        path = "odoo.addons.mfg_variance_core.models.ledger.mfg_variance_ledger_export"
        with patch(f"{path}.BATCH", 2):
            parts = self.export()
        self.assertEqual(parts.sha256, whole.sha256)
        self.assertEqual((parts.first_at, parts.count), (whole.first_at, whole.count))

    def test_given_file_of_an_export_expected_never_changed_or_removed(self):
        export = self.export()
        files = self.env["ir.attachment"].sudo()
        file = files.search([("res_model", "=", export._name), ("res_field", "!=", 0)])
        link = {"res_model": export._name, "res_id": export.id}
        other = files.create({"name": "x", "raw": b"x"})
        for attack in (
            lambda: file.write({"raw": b"forged"}),
            lambda: file.write({"res_id": 0}),
            file.unlink,
            lambda: files.create({"name": "x", "raw": b"x", **link}),
            lambda: files.with_context(default_res_model=export._name).create(
                {"name": "x", "raw": b"x", "res_id": export.id}
            ),
            lambda: other.write(link),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
        content = base64.b64decode(export.file)
        self.assertEqual(hashlib.sha256(content).hexdigest(), export.sha256)

    def test_given_purge_expected_young_rows_and_chain_hold(self):
        export = self.export()
        self.purge(export)
        self.assertTrue(self.young.exists())
        self.assertFalse(
            self.Ledger.search_count(
                [("recorded_at", "<", self.now - timedelta(days=9))]
            )
        )
        self.seal()
        result = self.Ledger._verify()
        self.assertTrue(result["is_intact"], result)
        row = self.told("ledger.purged")
        self.assertEqual(row._get_data()["count"], self.old)
        self.assertEqual(row.actor_ref, self.quality.id)

    def test_given_proof_removed_expected_unproven(self):
        self.purge(self.export())
        self.forge("DELETE FROM mfg_variance_ledger WHERE kind = 'ledger.purged'")
        self.assertEqual(self.Ledger._verify()["reason"], "unproven")

    def test_given_who_exported_expected_no_purge(self):
        export = self.export()
        with self.assertRaises(AccessError):
            self.purge(export, self.manager)

    def test_given_young_rows_expected_not_purged(self):
        export = self.export(before=self.now + timedelta(days=1))
        with self.assertRaises(UserError):
            self.purge(export)

    def test_given_broken_chain_expected_no_export(self):
        row = self.Ledger.search([], limit=1, order="id")
        self.forge(
            "UPDATE mfg_variance_ledger SET actor_ref = 99 WHERE id = %s", row.id
        )
        with self.assertRaises(UserError):
            self.export()

    def test_given_one_company_of_several_expected_no_export(self):
        self.env["res.company"].create({"name": "Other Works"})
        with self.assertRaises(AccessError):
            self.export()

    def test_given_sql_without_export_expected_refused(self):
        last = self.Seal.search([], limit=1)
        text = ledger.content(
            {"kind": "ledger.purged", "at": self.now},
            {"through_seal": last.id, "through_hash": last.hash, "count": 1},
        )
        self.refuse(
            "SELECT mfg_variance_ledger_purge(%s, %s, '')", text, ledger.digest(text)
        )

    def test_given_other_row_than_a_purge_expected_refused(self):
        text = ledger.content({"kind": "test.happened"}, {"through_seal": 9})
        self.refuse(
            "SELECT mfg_variance_ledger_purge(%s, %s, '')", text, ledger.digest(text)
        )

    def test_given_rows_after_the_cut_expected_kept_by_the_database(self):
        self.purge(self.export())
        self.refuse("DELETE FROM mfg_variance_ledger WHERE id = %s", self.young.id)
        boundary = self.Seal.search([], limit=1, order="id")
        self.refuse("DELETE FROM mfg_variance_ledger_seal WHERE id = %s", boundary.id)

    def test_given_export_expected_nobody_writes_or_deletes_it(self):
        export = self.export()
        for attack in (
            lambda: export.write({"sha256": "x"}),
            export.unlink,
            lambda: export.browse().create({"name": "x"}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attack()
