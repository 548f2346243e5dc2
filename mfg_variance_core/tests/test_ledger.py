import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..domain import ledger
from .common import VarianceCommon


class LedgerCase(VarianceCommon):
    """A case to tell of, and the means of whoever owns the database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Ledger = cls.env["mfg.variance.ledger"]
        cls.Seal = cls.env["mfg.variance.ledger.seal"]
        cls.Seal._seal(100000, is_thorough=True)
        cls.case = cls.Case._open_cases(
            [
                {
                    "title": "Turning took too long",
                    "severity": "warning",
                    "company_id": cls.company.id,
                    "plant_id": cls.plant.id,
                    "first_event_at": cls.now,
                    "detected_at": cls.now,
                }
            ]
        )

    def append(self, kind="test.happened", record=None, **data):
        """A row, as it can be read."""
        self.Ledger._append(kind, record or self.case, data)
        return self.Ledger.search([], limit=1)

    def seal(self):
        return self.Seal._seal(1000)

    def forge(self, query, *args):
        """Change what triggers keep, as the owner of the tables can."""
        self.env.flush_all()
        for table in ("mfg_variance_ledger", "mfg_variance_ledger_seal"):
            self.env.cr.execute(
                SQL("ALTER TABLE %s DISABLE TRIGGER USER", SQL.identifier(table))
            )
        self.env.cr.execute(SQL(query, *args))
        for table in ("mfg_variance_ledger", "mfg_variance_ledger_seal"):
            self.env.cr.execute(
                SQL("ALTER TABLE %s ENABLE TRIGGER USER", SQL.identifier(table))
            )
        self.env.invalidate_all()

    def refuse_sql(self, query, *args):
        with (
            self.assertRaises(psycopg2.errors.RaiseException),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(SQL(query, *args))


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
