from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .pattern_case import PatternCase

PASS = "odoo.addons.mfg_variance_core.models.mfg_variance_engine_pass"


@tagged("post_install", "-at_install")
class TestPatternPass(PatternCase):
    """What the scheduled pass reads, when it is woken, and what it survives."""

    def test_given_reading_within_limits_expected_nobody_woken(self):
        self.triggers().unlink()
        self.take(100)
        self.assertFalse(self.triggers())

    def test_given_readings_beyond_expected_woken_once(self):
        self.triggers().unlink()
        self.take_all(170, 170, 170)
        self.assertEqual(len(self.triggers()), 1)

    def triggers(self):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])

    def test_given_no_new_readings_expected_nothing_summed_up(self):
        self.take_all(170, 170, 170)
        live = self.live(self.pattern)
        mark = self.env["mfg.variance.watermark"]._ensure([live])
        engine = self.engine._clean_engine()
        newest = self.Measurement.search([], order="id desc", limit=1).id
        # nobody else writes, so that all that was read is settled
        quiet = patch.object(
            type(mark), "_get_snapshot", autospec=True, return_value=(newest, 9, 9)
        )
        with quiet:
            self.assertEqual(engine._judge_marks(mark, [live]), (mark, 1))
            with patch.object(type(engine), "_get_touched_sql") as touched_sql:
                self.assertEqual(engine._judge_marks(mark, [live]), (mark, 0))
            touched_sql.assert_not_called()

    def test_given_more_subjects_expected_same_number_of_queries(self):
        def measure(count):
            centers = [self._make_center(f"Centre {n}") for n in range(count)]
            for center in centers:
                self.take_all(170, 170, center=center)
            self.env.flush_all()
            live = self.live(self.pattern)
            mark = self.env["mfg.variance.watermark"]._ensure([live])
            before = self.env.cr.sql_log_count
            self.engine._clean_engine()._judge_marks(mark, [live])
            return self.env.cr.sql_log_count - before

        measure(1)
        few, many = measure(2), measure(12)
        self.assertLess(abs(many - few), 3)

    def test_given_policies_with_nothing_new_expected_no_queries_of_their_own(self):
        def measure():
            self.run_pass()  # what it does the first time
            self.take(100)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.run_pass()
            return self.env.cr.sql_log_count - before

        measure()  # caches are warm from here on
        one = measure()
        others = [self._make_center(f"Idle {number}") for number in range(3)]
        for center in others:
            self.make_pattern({"count": 9}, workcenter_id=center.id)
        self.assertEqual(measure(), one)

    def test_given_policy_in_other_hands_expected_the_others_judged(self):
        other = self.make_pattern({"count": 2}, fingerprint_dims="product")
        self.take_all(170, 170, 170)

        def lock(marks):
            return marks.filtered(lambda mark: mark.policy_id != other)

        Watermark = type(self.env["mfg.variance.watermark"])
        with patch.object(Watermark, "try_lock_for_update", lock):
            self.run_pass()
        self.assertTrue(self.patterns())
        self.assertFalse(self.patterns(other))
        self.run_pass()
        self.assertTrue(self.patterns(other))

    def test_given_much_to_judge_expected_committed_in_between(self):
        other = self.make_pattern({"count": 2}, fingerprint_dims="product")
        self.take_all(170, 170, 170)
        commits = []
        cron = type(self.env["ir.cron"])
        whole = cron._commit_progress

        def commit(*args, **values):
            commits.append(values["remaining"])
            return whole(*args, **values)

        with (
            patch.object(cron, "_commit_progress", commit),
            patch(f"{PASS}.ENOUGH", 1),
        ):
            self.run_pass()
        self.assertGreaterEqual(len(commits), 2)
        self.assertEqual(commits[-1], 0)
        self.assertTrue(self.patterns() and self.patterns(other))

    def live(self, policy):
        lives = self.env["mfg.variance.policy"]._get_live_versions()
        return next(live for live in lives if live.policy_id == policy.id)

    def test_given_poison_subject_expected_the_others_judged(self):
        other = self._make_center("Poison")
        self.take_all(170, 170, 170)
        self.take_all(170, 170, 170, center=other)
        self.env.flush_all()
        whole = type(self.engine)._get_judgement

        def fail(engine, live, subject):
            if other.id in subject.key:
                raise ValueError("poison")
            return whole(engine, live, subject)

        with (
            patch.object(type(self.engine), "_get_judgement", fail),
            mute_logger(PASS),
            self.at(self.now + timedelta(minutes=1)),
        ):
            self.run_pass()
        self.assertEqual(self.patterns().workcenter_id, self.center)
        run = self.Run.search([("outcome", "=", "failed")], limit=1)
        self.assertIn("poison", run.error)
        # set aside: the next pass goes on behind it
        mark = self.env["mfg.variance.watermark"].search(
            [("policy_id", "=", self.pattern.id)]
        )
        self.assertEqual(mark.passed_at, self.now + timedelta(minutes=1))

    def test_given_poison_policy_expected_the_others_judged(self):
        poison = self.make_pattern({"count": 2}, fingerprint_dims="product")
        self.take_all(170, 170, 170)
        whole = type(self.engine)._find_touched

        def fail(engine, spans, newest_id):
            if poison.id in [live.policy_id for live, _after in spans]:
                raise ValueError("poison")
            return whole(engine, spans, newest_id)

        with (
            patch.object(type(self.engine), "_find_touched", fail),
            mute_logger(PASS),
        ):
            self.run_pass()
        self.assertTrue(self.patterns())
        run = self.Run.search([("outcome", "=", "failed")], limit=1)
        self.assertEqual((run.res_model, run.res_id), (poison._name, poison.id))

    def test_given_policy_activated_later_expected_older_readings_counted(self):
        self.pattern.active = False
        with self.at(self.now - timedelta(minutes=5)):
            self.take_all(170, 170)
        policy = self.make_pattern({"count": 3})
        self.run_pass()
        self.assertFalse(self.series(policy))
        self.take(170, minutes_ago=1)
        self.run_pass()
        self.assertEqual(self.series(policy).event_count, 3)

    def test_given_person_expected_series_refused(self):
        self.take_all(170, 170)
        self.run_pass()
        series = self.series().with_user(self.people["administrator"])
        with self.assertRaises(AccessError):
            series.write({"event_count": 0})
        with self.assertRaises(AccessError):
            series.sudo().write({"event_count": 0})
        with self.assertRaises(AccessError):
            series.sudo().unlink()
