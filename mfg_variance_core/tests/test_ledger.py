import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..domain import ledger
from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerAppend(LedgerCase):
    """What a row holds, and what it costs to add it."""

    def test_given_record_expected_frozen_as_plain_values(self):
        row = self.append(reason="why")
        self.assertEqual(row.kind, "test.happened")
        self.assertEqual((row.res_model, row.res_id), (self.case._name, self.case.id))
        self.assertEqual(row.res_name, self.case.display_name)
        self.assertEqual(row.company_ref, self.company.id)
        self.assertEqual(row.plant_ref, self.plant.id)
        self.assertEqual(row.case_ref, self.case.id)
        self.assertEqual(row._get_data(), {"reason": "why"})

    def test_given_many_rows_expected_one_query(self):
        rows = [("test.happened", self.case, {"number": n}) for n in range(20)]
        self.Ledger._append_many(rows)
        with self.assertQueryCount(1):
            self.Ledger._append_many(rows)

    def test_given_person_expected_number_and_no_name(self):
        row = self.append(record=self.supervisor, owner=self.supervisor)
        self.assertEqual(row.res_name, "")
        self.assertNotIn(self.supervisor.name, row.content)
        self.assertEqual(row.record_label, self.supervisor.display_name)

    def test_given_erased_name_expected_chain_holds(self):
        row = self.append(record=self.supervisor)
        self.seal()
        self.supervisor.name = "Erased"
        self.env.invalidate_all()
        self.assertEqual(row.record_label, "Erased")
        self.assertFalse(ledger.flaw(row._get_entry()))

    def test_given_deleted_record_expected_row_stays(self):
        playbook = self.make_playbook()
        row = self.append(record=playbook)
        name = playbook.display_name
        playbook.unlink()
        self.env.invalidate_all()
        self.assertEqual(row.record_label, name)

    def test_given_who_acts_expected_actor_and_origin(self):
        mine = self.Ledger.with_user(self.supervisor)
        mine._append("test.happened", self.case)
        mine.sudo()._append("test.happened", self.case)
        self.append()
        rows = self.Ledger.search([], limit=3).sorted("id")
        self.assertEqual(rows.mapped("origin"), ["person", "system", "system"])
        self.assertEqual(rows.mapped("actor_ref")[:2], [self.supervisor.id] * 2)

    def test_given_odd_text_expected_stored(self):
        row = self.append(text="a\x00b\ud800 ä")
        self.assertEqual(row._get_data()["text"], "ab? ä")

    def test_given_every_row_expected_columns_agree_with_content(self):
        row = self.append(at=self.now)
        self.env.invalidate_all()
        self.assertIsNone(ledger.flaw(row._get_entry()))


@tagged("post_install", "-at_install")
class TestLedgerAttacks(LedgerCase):
    """Nobody adds, changes or removes a row but by appending."""

    def refuse_sql(self, query, *args):
        with (
            self.assertRaises(psycopg2.errors.RaiseException),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(SQL(query, *args))

    def test_given_orm_expected_refused_for_all(self):
        row = self.append()
        self.seal()
        for record in (row, self.Seal.search([], limit=1)):
            for env in (self.env, self.env(user=self.supervisor, su=True)):
                mine = record.with_env(env)
                for attack in (
                    lambda mine=mine: mine.create({}),
                    lambda mine=mine: mine.write({"content_hash": "x"}),
                    mine.copy,
                    mine.unlink,
                ):
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        attack()

    def test_given_stored_code_expected_appends_nothing(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Forge",
                "model_id": self.env["ir.model"]._get_id(self.case._name),
                "state": "code",
                "code": "env['mfg.variance.ledger']._append"
                "('approval.decided', record, {})",
            }
        )
        with self.assertRaises(UserError):
            action.with_context(
                active_model=self.case._name, active_id=self.case.id
            ).run()

    def test_given_sql_expected_rows_stay(self):
        self.append()
        self.seal()
        for table in ("mfg_variance_ledger", "mfg_variance_ledger_seal"):
            name = SQL.identifier(table)
            self.refuse_sql("DELETE FROM %s", name)
            self.refuse_sql("TRUNCATE %s", name)
            self.refuse_sql("UPDATE %s SET id = id", name)

    def test_given_wrong_hash_expected_insert_refused(self):
        self.refuse_sql(
            "INSERT INTO mfg_variance_ledger (content, content_hash) VALUES (%s, %s)",
            "{}",
            "0" * 64,
        )

    def test_given_insert_by_sql_expected_moment_of_the_database(self):
        row = self.append()
        text = row.content.replace("test.happened", "approval.decided")
        self.env.cr.execute(
            SQL(
                "INSERT INTO mfg_variance_ledger "
                "(content, content_hash, kind, recorded_at) "
                "VALUES (%s, %s, 'other', '2001-01-01') RETURNING id",
                text,
                ledger.digest(text),
            )
        )
        forged = self.Ledger.browse(self.env.cr.fetchone()[0])
        self.assertEqual(forged.kind, "approval.decided")
        self.assertGreaterEqual(forged.recorded_at, row.recorded_at)


@tagged("post_install", "-at_install")
class TestLedgerReaders(LedgerCase):
    """Managers and auditors read what concerns their companies and plants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "reader", groups="mfg_variance_core.group_production_manager"
        )
        cls.warehouse_two = cls.env["stock.warehouse"].create(
            {"name": "Two", "code": "TWO"}
        )

    def is_seen(self, row, user=None):
        return bool(
            self.Ledger.with_user(user or self.manager).search([("id", "=", row.id)])
        )

    def test_given_manager_expected_seen(self):
        self.assertTrue(self.is_seen(self.append()))

    def test_given_operator_expected_no_access(self):
        with self.assertRaises(AccessError):
            self.is_seen(self.append(), self.operator)

    def test_given_other_company_expected_unseen(self):
        other = self.env["res.company"].create({"name": "Other Works"})
        self.assertFalse(self.is_seen(self.append(record=other)))

    def test_given_other_plant_expected_unseen(self):
        plants = self.env["mfg.variance.plant"].search([])
        other = plants.filtered(lambda one: one.warehouse_id == self.warehouse_two)
        self.manager.variance_plant_ids = self.plant
        self.assertFalse(self.is_seen(self.append(record=other)))
        self.assertTrue(self.is_seen(self.append()))


@tagged("post_install", "-at_install")
class TestLedgerSeal(LedgerCase):
    """One writer chains the rows afterwards."""

    def test_given_new_rows_expected_chained_once(self):
        self.seal()
        rows = self.append() | self.append()
        self.assertEqual(self.seal(), 2)
        self.assertEqual(self.seal(), 0)
        seals = self.Seal.search([("ledger_id", "in", rows.ids)], order="id")
        self.assertEqual(seals[1].previous, seals[0].hash)

    def test_given_limit_expected_batches(self):
        self.seal()
        for _number in range(5):
            self.append()
        self.assertEqual([self.Seal._seal(2) for _ in range(4)], [2, 2, 1, 0])

    def test_given_row_committed_late_expected_sealed(self):
        self.seal()
        self.env.cr.execute("SELECT nextval('mfg_variance_ledger_id_seq')")
        reserved = self.env.cr.fetchone()[0]
        newer = self.append()
        self.assertEqual(self.seal(), 1)
        self.env.cr.execute(
            SQL(
                "INSERT INTO mfg_variance_ledger (id, content, content_hash) "
                "VALUES (%s, %s, %s)",
                reserved,
                newer.content,
                newer.content_hash,
            )
        )
        self.assertEqual(self.seal(), 1)

    def test_given_two_ends_expected_one_refused_by_the_database(self):
        self.append()
        self.seal()
        last = self.Seal.search([], limit=1)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Seal._as_system().create(
                {
                    "ledger_id": last.ledger_id + 1000,
                    "previous": last.previous,
                    "hash": "0" * 64,
                    "sealed_at": self.now,
                }
            )

    def test_given_cron_twice_expected_same_seals(self):
        cron = self.env.ref("mfg_variance_core.cron_ledger_seal")
        self.append()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            count = self.Seal.search_count([])
            cron.method_direct_trigger()
        self.assertEqual(self.Seal.search_count([]), count)


@tagged("post_install", "-at_install")
class TestLedgerAnchor(LedgerCase):
    """Where the chain stands leaves the database, signed."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(TemporaryDirectory())
        self.file = Path(folder, "anchor.txt")
        self.enterContext(
            patch.dict(
                os.environ,
                {
                    "MFG_VARIANCE_LEDGER_KEY": "new,old",
                    "MFG_VARIANCE_LEDGER_ANCHOR": str(self.file),
                },
            )
        )
        self.append()
        self.seal()

    def test_given_key_expected_signed_line_with_the_head(self):
        self.Seal._tell_anchor()
        last = self.Seal.search([], limit=1)
        line = self.file.read_text()
        self.assertEqual(ledger.read_anchor(line, ("new",))[1:], (last.id, last.hash))
        self.assertIsNone(ledger.read_anchor(line, ("old",)))

    def test_given_key_expected_rows_signed_with_the_first(self):
        row = self.append()
        self.assertTrue(
            ledger.is_signed(("new",), row.content_hash, row.signature), row.signature
        )

    def test_given_key_in_a_file_expected_signed_with_it(self):
        path = self.file.with_name("key")
        path.write_text("of-file\n")
        del os.environ["MFG_VARIANCE_LEDGER_KEY"]
        os.environ["MFG_VARIANCE_LEDGER_KEY_FILE"] = str(path)
        row = self.append()
        self.assertTrue(ledger.is_signed(("of-file",), row.content_hash, row.signature))

    def test_given_neutralized_copy_expected_silence(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("database.is_neutralized", "true")
        self.Seal._tell_anchor()
        self.assertFalse(self.file.exists())

    def test_given_unwritable_file_expected_owner_told_and_no_failure(self):
        os.environ["MFG_VARIANCE_LEDGER_ANCHOR"] = str(self.file.parent)
        self.Seal._tell_anchor()
        run = self.Run.search([], limit=1)
        self.assertEqual((run.name, run.outcome), ("Anchor of the ledger", "failed"))
