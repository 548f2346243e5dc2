from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .noise_case import NoiseCase


@tagged("post_install", "-at_install")
class TestShelving(NoiseCase):
    """What is shelved is judged, kept and linked, and bothers nobody until it ends."""

    def later(self, minutes=170, hours=2):
        """The reading of work done later, as long as the clock says so."""
        moment = self.hours(hours)
        with self.at(moment):
            workorder = self.make_workorder()
            return self.finish(workorder, minutes, end=moment - timedelta(minutes=1))

    def test_given_shelved_center_expected_silenced_without_case(self):
        silence = self.shelve_center()
        row = self.later()
        self.assertEqual((row.outcome, row.severity), ("silenced", "warning"))
        self.assertEqual(row.muted_by_silence_id, silence)
        self.assertFalse(row.exception_id)
        self.assertIn(silence.name, row.outcome_detail)
        self.assertEqual((silence.muted_count, silence.muted_amount), (1, 70))

    def test_given_muted_reading_expected_told_on_order_and_work_order(self):
        silence = self.shelve_center()
        row = self.later()
        for record in (row.workorder_id, row.production_id):
            self.assertEqual(record.variance_muted_count, 1)
            self.assertIn(silence.name, record.variance_muted_text)
            action = record.action_open_variance_muted()
            self.assertEqual(self.Measurement.search(action["domain"]), row)
        self.assertFalse(row.production_id.variance_exception_count)

    def test_given_other_center_expected_opened(self):
        self.shelve_center()
        self.bom.operation_ids.workcenter_id = self._make_center("Lathe 2")
        self.assertEqual(self.later().outcome, "opened")

    def test_given_what_happened_before_expected_opened(self):
        self.shelve_center()
        self.assertEqual(self.finish(self.make_workorder(), 170).outcome, "opened")

    def test_given_known_only_after_the_end_expected_still_silenced(self):
        self.shelve_center(until="date", ends_at=self.hours(10))
        silence = self.Silence.search([], limit=1)
        moment = silence.ends_at - timedelta(minutes=5)
        with self.at(silence.ends_at + timedelta(minutes=30)):
            row = self.finish(self.make_workorder(), 170, end=moment)
        self.assertEqual(row.outcome, "silenced")

    def test_given_it_ended_expected_next_event_opens(self):
        self.shelve_center()
        self.later()
        row = self.later(hours=24 * 4)
        self.assertEqual(row.outcome, "opened")
        self.assertEqual(row.exception_id.occurrence_count, 1)

    def test_given_ended_early_expected_next_event_opens(self):
        silence = self.shelve_center()
        silence.with_user(self.supervisor).action_end()
        self.assertEqual(silence.state, "ended")
        self.assertEqual(silence.ended_by_id, self.supervisor)
        self.assertEqual(self.later().outcome, "opened")

    def test_given_replay_of_years_ago_expected_silenced_as_it_was_then(self):
        then = fields.Datetime.to_datetime("2024-03-05 09:00:00")
        with self.at(then):
            silence = self.shelve_center()
        self.env.registry.clear_cache()
        self.later()  # of today: what is kept for it says nothing of then
        moment = then + timedelta(hours=5)
        with self.at(moment):
            workorder = self.make_workorder()
            row = self.finish(workorder, 170, end=moment - timedelta(minutes=1))
        self.assertEqual((row.outcome, row.muted_by_silence_id), ("silenced", silence))

    def test_given_worse_than_may_be_muted_expected_opened(self):
        self.shelve_center(up_to="warning")
        self.assertEqual(self.later(300).outcome, "opened")

    def test_given_new_process_expected_still_silenced(self):
        self.shelve_center()
        self.env.flush_all()
        self.env.invalidate_all()
        self.registry.clear_all_caches()
        self.assertEqual(self.later().outcome, "silenced")

    def test_given_judged_twice_expected_one_row(self):
        self.shelve_center()
        row = self.later()
        with self.at(self.hours(2)):
            self.engine._capture([], row.workorder_id)
            self.judge()
        self.assertEqual(self.rows(row.workorder_id), row)

    def test_given_corrected_to_within_expected_no_longer_muted(self):
        self.shelve_center()
        row = self.later()
        self.assertEqual(self.correct(row.workorder_id, 100).outcome, "within")
        self.assertFalse(row.production_id.variance_muted_count)

    def test_given_shelved_expected_shown_as_running(self):
        silence = self.shelve_center()
        self.assertEqual(silence.state, "running")
        self.assertIn(silence, self.Silence.search([("state", "=", "running")]))
        with self.at(self.hours(24 * 5)):
            silence.invalidate_recordset()
            self.assertEqual(silence.state, "ended")
            self.assertIn(silence, self.Silence.search([("state", "=", "ended")]))


@tagged("post_install", "-at_install")
class TestShelvingCase(NoiseCase):
    """A shelved case keeps its state and leaves *now*; accepting is until worse."""

    def setUp(self):
        super().setUp()
        self.calling(fingerprint_dims="workcenter_operation")
        self.case = self.open_case(170)

    def repeat(self, minutes=170, hours=2):
        moment = self.hours(hours)
        with self.at(moment):
            workorder = self.make_workorder()
            return self.finish(workorder, minutes, end=moment - timedelta(minutes=1))

    def test_given_shelved_expected_same_state_and_not_now(self):
        silence = self.shelve(self.case)
        case = self.case
        self.assertEqual((case.state, case.is_shelved), ("new", True))
        self.assertFalse(case.is_now)
        self.assertEqual(case.silence_id, silence)
        for name, expected in (("is_shelved", case), ("is_now", self.Case)):
            found = self.Case.search([(name, "=", True), ("id", "=", case.id)])
            self.assertEqual(found, expected, name)
        found = self.Case.search([("is_shelved", "=", False), ("id", "=", case.id)])
        self.assertFalse(found)
        self.assertIn(silence.name, " ".join(case.message_ids.mapped("body")))

    def test_given_shelved_by_scope_expected_case_shows_it(self):
        self.shelve_center()
        self.assertTrue(self.case.is_shelved)

    def test_given_ended_expected_now_again(self):
        self.shelve(self.case)
        self.case.with_user(self.supervisor).action_end_shelving()
        self.case.invalidate_recordset()
        self.assertTrue(self.case.is_now)
        self.assertFalse(self.case.is_shelved)

    def test_given_repeat_expected_on_the_case_but_not_counted(self):
        self.shelve(self.case)
        row = self.repeat()
        self.assertEqual((row.outcome, row.exception_id), ("silenced", self.case))
        self.case.invalidate_recordset()
        self.assertEqual(self.case.occurrence_count, 1)
        self.assertEqual(self.case.muted_count, 1)
        self.assertEqual(self.case.amount, 140)

    def test_given_closed_expected_shelving_over(self):
        silence = self.shelve(self.case)
        self.close(self.case)
        self.assertEqual(silence.state, "ended")
        self.assertIn("closed", silence.end_reason)

    def test_given_accepted_expected_limit_above_the_worst(self):
        self.open_case(180)
        silence = self.shelve(self.case, until="worse")
        self.assertEqual((silence.kind, silence.worse_than), ("accept", 96))

    def test_given_accepted_and_no_worse_expected_silenced(self):
        self.shelve(self.case, until="worse")
        self.assertEqual(self.repeat(180).outcome, "silenced")

    def test_given_accepted_and_worse_expected_over_and_calls(self):
        silence = self.shelve(self.case, until="worse", up_to="major")
        row = self.repeat(190)
        self.assertEqual((row.outcome, row.exception_id), ("merged", self.case))
        self.assertEqual(silence.ended_at, row.event_at)
        self.assertIn("worse", silence.end_reason)
        with self.at(self.hours(3)):
            self.case.invalidate_recordset()
            self.assertFalse(self.case.is_shelved)
        self.assertEqual(self.called(self.case), [("ok", False)] * 2)

    def test_given_accepted_and_closed_expected_still_accepted(self):
        silence = self.shelve(self.case, until="worse")
        self.close(self.case)
        self.assertEqual(silence.state, "running")
        self.assertEqual(self.repeat(175).outcome, "silenced")

    def test_given_wizard_expected_ends_of_shift_and_day(self):
        Wizard = self.env["mfg.variance.shelve"].with_user(self.supervisor)
        moment = fields.Datetime.to_datetime("2026-03-02 07:00:00")
        with self.at(moment):
            wizard = Wizard.create({"exception_id": self.case.id})
            self.assertEqual(wizard.ends_at, moment.replace(hour=14))
            wizard.until = "today"
            self.assertEqual(wizard.ends_at.hour, 0)
            self.assertEqual(wizard.ends_at.day, 3)


@tagged("post_install", "-at_install")
class TestShelvingRights(NoiseCase):
    """Who may shelve what for how long; nobody else, by no other way."""

    def test_given_operator_and_light_case_expected_a_shift(self):
        silence = self.shelve(self.open_case(170), self.operator, until="shift")
        self.assertEqual(silence.author_id, self.operator)

    def test_given_operator_beyond_his_limit_expected_refused(self):
        case = self.open_case(170)
        for values in (
            {"until": "days"},
            {"until": "date", "ends_at": self.hours(13)},
            {"until": "worse"},
            {"until": "shift", "what": "workcenter"},
            {"until": "shift", "what": "policy"},
        ):
            with self.assertRaises(AccessError, msg=values):
                self.shelve(case, self.operator, **values)

    def offered(self, case, user, moment, **values):
        Wizard = self.env["mfg.variance.shelve"].with_user(user)
        with self.at(moment):
            wizard = Wizard.create({"exception_id": case.id, **values})
            quick = ("shift", "today", "days")
            return {n for n in quick if wizard[f"is_{n}_offered"]}, wizard.refusal

    def test_given_operator_expected_offered_what_he_may(self):
        case = self.open_case(170)
        midnight = fields.Datetime.to_datetime("2026-03-02 00:00:00")
        for hour, expected in ((7, {"shift"}), (13, {"shift", "today"})):
            moment = midnight + timedelta(hours=hour)
            found, refusal = self.offered(case, self.operator, moment)
            self.assertEqual(found, expected, hour)
            self.assertIn("12 hours", refusal)

    def test_given_operator_and_major_case_expected_nothing_offered(self):
        found, refusal = self.offered(self.open_case(300), self.operator, self.now)
        self.assertFalse(found)
        self.assertIn("supervisor", refusal)

    def test_given_supervisor_expected_all_offered_but_the_critical(self):
        case, every = self.open_case(170), {"shift", "today", "days"}
        for user, up_to, expected in (
            (self.supervisor, "major", every),
            (self.supervisor, "critical", set()),
            (self.manager, "critical", every),
        ):
            found, refusal = self.offered(case, user, self.now, up_to=up_to)
            self.assertEqual((found, bool(refusal)), (expected, not expected))

    def test_given_dialog_left_open_expected_end_counted_from_the_answer(self):
        case = self.open_case(170)
        Wizard = self.env["mfg.variance.shelve"].with_user(self.operator)
        moment = fields.Datetime.to_datetime("2099-03-02 13:55:00")
        with self.at(moment):
            wizard = Wizard.create({"exception_id": case.id, "reason": "Ground"})
        with self.at(moment + timedelta(minutes=10)):
            wizard.action_shift()
        silence = self.Silence.search([])
        self.assertEqual(silence.ends_at, moment.replace(hour=22, minute=0))

    def test_given_operator_and_major_case_expected_refused(self):
        with self.assertRaises(AccessError):
            self.shelve(self.open_case(300), self.operator, until="shift")

    def _shelve_long(self, user):
        case = self.open_case(170)
        values = {"until": "date", "ends_at": self.hours(24 * 8)}
        return case, self.shelve(case, user, **values)

    def test_given_longer_than_the_setting_expected_muting_when_approved(self):
        case, silence = self._shelve_long(self.supervisor)
        self.assertEqual(silence.state, "waiting")
        self.assertFalse(case.is_shelved)
        self.decide(silence.approval_id, self.manager)
        self.assertEqual(silence.state, "running")
        self.assertTrue(case.is_shelved)

    def test_given_longer_than_the_setting_expected_no_own_approval(self):
        _case, silence = self._shelve_long(self.manager)
        with self.assertRaises(AccessError):
            self.decide(silence.approval_id, self.manager)

    def test_given_rejected_expected_ended_without_muting(self):
        case, silence = self._shelve_long(self.supervisor)
        self.decide(silence.approval_id, self.manager, "rejected")
        self.assertEqual(silence.state, "ended")
        self.assertFalse(case.is_shelved)

    def test_given_approved_at_without_decision_expected_nothing_muted(self):
        case, silence = self._shelve_long(self.supervisor)
        silence._as_system().write({"approved_at": self.now})
        silence._forget()
        self.assertFalse(case.is_shelved)

    def test_given_supervisor_and_critical_expected_manager_asked(self):
        case = self.open_case(170)
        with self.assertRaises(AccessError):
            self.shelve(case, self.supervisor, up_to="critical")

    def test_given_no_reason_expected_refused(self):
        with self.assertRaises(UserError):
            self.shelve(self.open_case(170), reason=" ")

    def test_given_no_end_expected_refused(self):
        case = self.open_case(170)
        with self.assertRaises(UserError):
            self.shelve(case, until="date", ends_at=False)
        with self.assertRaises(ValidationError):
            self.shelve(case, self.manager, until="date", ends_at=self.hours(24 * 400))
        with self.assertRaises(ValidationError):
            self.shelve(case, until="date", ends_at=self.hours(-1))

    def test_given_whole_plant_expected_refused(self):
        with self.assertRaises(ValidationError):
            self.shelve(what="other", plant_id=self.plant.id, user=self.manager)

    def test_given_viewer_or_engineer_expected_refused(self):
        case = self.open_case(170)
        for user in (self.people["viewer"], self.engineer):
            with self.assertRaises(AccessError):
                self.shelve(case, user)
            with self.assertRaises(AccessError):
                self.Silence.with_user(user)._shelve(self.plain(case))

    def plain(self, case, **values):
        return {
            "kind": "shelve",
            "reason": "Forged",
            "ends_at": self.hours(24),
            "company_id": case.company_id.id,
            "plant_id": case.plant_id.id,
            "metric_id": case.metric_id.id,
            "up_to": "major",
            **values,
        }

    def test_given_author_of_another_plant_expected_refused(self):
        case = self.open_case(170)
        far = self.env["mfg.variance.plant"].create({"name": "Far", "code": "FA2"})
        self.supervisor.variance_plant_ids = far
        with self.assertRaises(AccessError):
            self.shelve(case)
        for plant in (self.plant.id, False):
            with self.assertRaises(AccessError):
                self.shelve(what="other", metric_id=self.metric.id, plant_id=plant)
        self.assertTrue(
            self.shelve(what="other", metric_id=self.metric.id, plant_id=far.id)
        )

    def test_given_other_company_expected_refused(self):
        stranger = self.env["res.company"].create({"name": "Other Works"})
        with self.assertRaises(AccessError):
            self.shelve(what="other", metric_id=self.metric.id, company_id=stranger.id)

    def test_given_superuser_or_stored_code_expected_refused(self):
        case = self.open_case(170)
        with self.assertRaises(AccessError):
            self.Silence._shelve(self.plain(case))
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mute it",
                "model_id": self.env["ir.model"]._get_id("mfg.variance.exception"),
                "state": "code",
                "code": f"env['mfg.variance.shelve'].with_user({self.supervisor.id})"
                ".create({'exception_id': record.id, 'reason': 'x', "
                "'until': 'today'}).action_apply()",
            }
        )
        with self.assertRaises(AccessError):
            action.with_context(
                active_model=case._name, active_id=case.id, active_ids=case.ids
            ).run()
        self.assertFalse(self.Silence.search_count([]))

    def test_given_rows_written_by_hand_expected_refused(self):
        case = self.open_case(170)
        silence = self.shelve(case)
        vals = {**self.plain(case), "name": "X", "author_id": self.supervisor.id}
        vals["starts_at"] = self.now
        context = {"mfg_variance_token": True, "default_ends_at": "2099-01-01"}
        for user in (self.operator, self.supervisor, self.manager, self.env.user):
            forged = silence.with_user(user).with_context(**context)
            with self.assertRaises(AccessError):
                forged.create(vals)
            with self.assertRaises(AccessError):
                forged.write({"ends_at": self.hours(900)})
            with self.assertRaises(AccessError):
                forged.sudo().write({"ended_at": self.now})
            with self.assertRaises(AccessError):
                forged.unlink()
            with self.assertRaises(AccessError):
                forged.sudo().unlink()

    def test_given_import_expected_refused(self):
        self.shelve(self.open_case(170))
        result = self.Silence.with_user(self.manager).load(
            ["name", "reason", "ends_at"], [["X", "Forged", "2099-01-01 00:00:00"]]
        )
        self.assertFalse(result["ids"])

    def test_given_another_operator_expected_may_not_end_it(self):
        silence = self.shelve_center()
        with self.assertRaises(AccessError):
            silence.with_user(self.operator).action_end()

    def test_given_log_expected_kept(self):
        silence = self.shelve_center()
        message = silence.message_ids[-1:]
        with self.assertRaises(AccessError):
            message.with_user(self.supervisor).unlink()


@tagged("post_install", "-at_install")
class TestShelvingOnTheFloor(NoiseCase):
    """My shift shows what is off, not what somebody decided to leave alone."""

    def off_now(self):
        floor = self.env["mfg.variance.floor"].with_user(self.operator)
        (_key, _title, _empty, domain), *_rest = floor._get_sections()
        return self.Case.with_user(self.operator).search(domain)

    def test_given_shelved_expected_gone_until_it_ends(self):
        case = self.open_case(170)
        self.assertIn(case, self.off_now())
        silence = self.shelve(case)
        self.assertNotIn(case, self.off_now())
        silence.with_user(self.supervisor).action_end()
        self.assertIn(case, self.off_now())
