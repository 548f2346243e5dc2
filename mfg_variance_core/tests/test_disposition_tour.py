from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .disposition_case import DispositionCase


@tagged("-at_install", "post_install")
class TestDispositionTour(DispositionCase, HttpCase):
    """The quality manager's path: a rule holds, one asks, another approves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.playbook = cls.env["mfg.variance.playbook"].create(
            {
                "name": "Hold the lot",
                "step_ids": [
                    Command.create(
                        {
                            "name": "Hold it",
                            "kind": "hold",
                            "minimum_severity": "warning",
                            "hold_target": "lot",
                        }
                    )
                ],
            }
        )
        model_id = cls.env["ir.model"]._get_id("stock.lot")
        cls.rule = cls.env["base.automation"].create(
            {
                "name": "A lot with a complaint",
                "model_id": model_id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [
                    Command.set(cls.env["ir.model.fields"]._get("stock.lot", "ref").ids)
                ],
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Raise",
                            "model_id": model_id,
                            "usage": "base_automation",
                            "state": "variance_raise",
                            "variance_title": "Complaint about %(name)s",
                            "variance_severity": "major",
                            "variance_playbook_id": cls.playbook.id,
                            "variance_category_id": cls.env.ref(
                                "mfg_variance_core.category_reported"
                            ).id,
                        }
                    )
                ],
            }
        )

    def setUp(self):
        # runs after the roll-back: patches follow the rules as they are then
        self.addCleanup(self.env["base.automation"]._update_registry)
        super().setUp()
        self.env.cr.postcommit.run()

    def test_given_rule_expected_from_hold_to_scrap_in_the_browser(self):
        self.lot.ref = "Cracked, says the customer"
        self.judge()
        held = self.Hold.search([("lot_id", "=", self.lot.id)])
        case = held.exception_id
        self.assertEqual((held.state, held.placed_by_id.id), ("active", False))
        self.start_tour(
            f"/odoo/variance-exceptions/{case.id}",
            "mfg_variance_disposition_ask",
            login=self.supervisor.login,
        )
        one = held.disposition_ids
        self.assertEqual((one.state, one.kind, one.quantity), ("waiting", "scrap", 4))
        self.assertEqual(self.in_hand(), 10)
        self.start_tour(
            f"/odoo/mfg.variance.approval/{one.approval_id.id}",
            "mfg_variance_disposition_approve",
            login=self.quality.login,
        )
        self.env.invalidate_all()
        self.assert_done(one)
        self.assertEqual(self.in_hand(), 6)
        self.start_tour(
            f"/odoo/mfg.variance.disposition/{one.id}",
            "mfg_variance_disposition_done",
            login=self.quality.login,
        )
        document = self.url_open(
            f"/report/html/mfg_variance_core.evidence_document/{case.id}"
        )
        for told in (one.name, held.name, self.quality.name, "I have seen the cracks"):
            self.assertIn(told, document.text)
