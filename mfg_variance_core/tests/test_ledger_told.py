from odoo.fields import Datetime
from odoo.tests import tagged

from ..domain import ledger
from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestLedgerTold(LedgerCase):
    """What moves a case, a policy, a silence or a hand-over is told."""

    def test_given_opened_case_expected_row_with_its_snapshot(self):
        case = self.open_case(170)
        row = self.told("exception.opened", case)
        self.assertEqual(row.case_ref, case.id)
        self.assertEqual(
            row._get_data()["snapshot_sha256"],
            ledger.digest(ledger.canonical(case.snapshot)),
        )

    def test_given_row_expected_called_by_event_and_record(self):
        row = self.told("exception.opened", self.case)
        self.assertEqual(row.display_name, f"Opened: {self.case.display_name}")

    def test_given_many_openings_expected_one_query(self):
        vals_list = [self._prepare_case_vals() for _number in range(2)]
        before = self.Ledger.search_count([])
        cases = self.Case._open_cases(vals_list)
        self.assertEqual(self.Ledger.search_count([]), before + 2)
        with self.assertQueryCount(1):
            cases._tell_ledger("exception.opened")

    def test_given_normal_order_expected_no_row(self):
        before = self.Ledger.search_count([])
        workorder = self.make_workorder()
        self.finish(workorder, 100)
        self.assertEqual(self.Ledger.search_count([]), before)

    def test_given_move_expected_before_after_and_person(self):
        self.case.with_user(self.supervisor).action_take()
        row = self.told("exception.moved", self.case)
        self.assertEqual(row._get_data()["changes"], {"state": ["new", "acknowledged"]})
        self.assertEqual((row.actor_ref, row.origin), (self.supervisor.id, "person"))

    def test_given_higher_severity_expected_told(self):
        self.case._raise_severity("major")
        row = self.told("exception.raised", self.case)
        self.assertEqual(row._get_data()["changes"], {"severity": ["warning", "major"]})

    def test_given_full_track_expected_told_once(self):
        self.case._make_full()
        self.case._make_full()
        self.assertEqual(len(self.told("exception.moved", self.case)), 1)

    def test_given_cleared_expected_told(self):
        self.case._clear(self.now)
        self.assertTrue(self.told("exception.cleared", self.case))

    def test_given_policy_activated_expected_change_of_a_control(self):
        policy = self.make_policy()
        row = self.told("control.changed", policy.version_id)
        self.assertEqual(row._get_data()["changes"]["state"], ["draft", "active"])
        self.assertEqual(row.actor_ref, self.engineer_two.id)

    def test_given_silence_expected_placed_and_ended(self):
        silence = (
            self.env["mfg.variance.silence"]
            .with_user(self.supervisor)
            ._shelve(
                {
                    "kind": "shelve",
                    "company_id": self.company.id,
                    "plant_id": self.plant.id,
                    "metric_id": self.metric.id,
                    "reason": "Being mended",
                    "ends_at": Datetime.add(self.now, hours=4),
                    "up_to": "major",
                }
            )
        )
        silence.action_end()
        self.assertEqual(
            self.told("silence.placed", silence)._get_data()["reason"], "Being mended"
        )
        self.assertTrue(self.told("silence.ended", silence))

    def test_given_signed_hand_over_expected_its_fingerprint(self):
        handovers = self.env["mfg.variance.handover"].with_user(self.supervisor)
        handovers.action_prepare_handover(self.plant.id)
        handover = handovers.search([], limit=1)
        handover.action_sign()
        row = self.told("handover.signed", handover)
        self.assertEqual(
            row._get_data()["snapshot_sha256"],
            ledger.digest(ledger.canonical(handover.snapshot)),
        )

    def test_given_answered_step_expected_told_of_the_person(self):
        playbook = self.make_playbook(("check", "info", {"who": "station"}))
        step = playbook.step_ids
        row = self.env["mfg.variance.case.step"]._ask(self.case, step, "station")
        row.with_user(self.operator).action_answer(key=row.options[0]["key"])
        told = self.told("step.answered", row)
        self.assertEqual((told.actor_ref, told.origin), (self.operator.id, "person"))
        self.assertEqual(told.case_ref, self.case.id)
