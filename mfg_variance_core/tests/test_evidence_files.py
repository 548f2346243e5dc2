import base64
import hashlib

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestEvidenceFiles(LedgerCase):
    """Files of a case are hashed when they come and locked when it is closed."""

    def attach(self, record=None, **values):
        record = record or self.case
        return self.env["ir.attachment"].create(
            {
                "name": "photo.txt",
                "raw": b"as it was",
                "res_model": record._name,
                "res_id": record.id,
                **values,
            }
        )

    def close(self, case=None):
        cause = self.env.ref("mfg_variance_core.cause_recording")
        case = case or self.case
        case._as_system().write({"cause_id": cause.id, "state": "closed"})

    def assert_locked(self, attack):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            attack()

    def test_given_file_added_expected_hash_in_the_ledger(self):
        file = self.attach()
        row = self.told("evidence.added", self.case)
        self.assertEqual(
            row._get_data()["sha256"], hashlib.sha256(b"as it was").hexdigest()
        )
        self.assertEqual(row._get_data()["file"], file.id)

    def test_given_file_of_another_model_expected_silence(self):
        count = self.Ledger.search_count([])
        file = self.attach(self.company.partner_id)
        file.raw = b"else"
        file.unlink()
        self.assertEqual(self.Ledger.search_count([]), count)

    def test_given_open_case_expected_changes_told(self):
        file = self.attach()
        file.raw = b"another"
        row = self.told("evidence.changed", self.case)
        self.assertEqual(
            row._get_data()["before_sha256"], hashlib.sha256(b"as it was").hexdigest()
        )
        file.unlink()
        self.assertTrue(self.told("evidence.removed", self.case))

    def test_given_file_moved_to_the_case_expected_told(self):
        file = self.attach(self.company.partner_id)
        file.write({"res_model": self.case._name, "res_id": self.case.id})
        self.assertTrue(self.told("evidence.added", self.case))

    def test_given_closed_case_expected_locked_on_every_way(self):
        file = self.attach()
        self.close()
        partner = self.company.partner_id
        for env in (self.env, self.env(user=self.supervisor, su=True)):
            mine = file.with_env(env)
            for attack in (
                mine.unlink,
                lambda mine=mine: mine.write({"raw": b"forged"}),
                lambda mine=mine: mine.write(
                    {"datas": base64.b64encode(b"forged").decode()}
                ),
                lambda mine=mine: mine.write({"name": "other.txt"}),
                lambda mine=mine: mine.write({"store_fname": "aa/bb"}),
                lambda mine=mine: mine.write(
                    {"res_model": partner._name, "res_id": partner.id}
                ),
                lambda mine=mine: mine.with_context(
                    active_test=False, mfg_variance_token=True
                ).unlink(),
            ):
                self.assert_locked(attack)

    def test_given_sudo_in_stored_code_expected_locked(self):
        file = self.attach()
        self.close()
        for code in (
            "record.sudo().unlink()",
            "record.sudo().write({'raw': b'forged'})",
            "env['ir.attachment'].sudo().browse(record.id).write({'res_id': 0})",
        ):
            action = self.env["ir.actions.server"].create(
                {
                    "name": "Clean up",
                    "model_id": self.env["ir.model"]._get_id("ir.attachment"),
                    "state": "code",
                    "code": code,
                }
            )
            self.assert_locked(
                lambda action=action: action.with_context(
                    active_model="ir.attachment", active_id=file.id
                ).run()
            )

    def test_given_import_expected_locked(self):
        file = self.attach()
        self.close()
        try:
            result = self.env["ir.attachment"].load(
                [".id", "name"], [[str(file.id), "other.txt"]]
            )
        except AccessError:
            result = {"ids": False}
        self.assertFalse(result["ids"])
        self.assertEqual(file.name, "photo.txt")

    def test_given_message_deleted_expected_its_file_stays(self):
        message = self.case.message_post(
            body="See", attachments=[("a.txt", b"as it was")]
        )
        self.close()
        self.assert_locked(message.attachment_ids.unlink)

    def test_given_same_content_stored_elsewhere_expected_allowed(self):
        file = self.attach()
        self.close()
        file.write({"raw": b"as it was", "mimetype": file.mimetype})
        self.assertEqual(file.raw, b"as it was")

    def test_given_reopened_case_expected_unlocked(self):
        file = self.attach()
        self.close()
        self.case._as_system().write({"state": "new"})
        file.unlink()
        self.assertFalse(file.exists())

    def test_given_closing_expected_list_of_files_in_the_row(self):
        file = self.attach()
        cause = self.env.ref("mfg_variance_core.cause_recording")
        case = self.case.with_user(self.supervisor)
        case._transition("closed", cause_id=cause.id)
        files = self.told("exception.moved", self.case)[-1:]._get_data()["files"]
        self.assertEqual([one["file"] for one in files], [file.id])
