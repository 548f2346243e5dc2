from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.bus.models.bus import BusBus

from ..models.mfg_variance_exception_live import FLOOR_CHANNEL
from .floor_case import FloorCase


@tagged("-at_install", "post_install")
class TestMyShift(FloorCase):
    """What each person sees first, in which order, and at what price."""

    def make_cases(self, count, severity="warning", **values):
        return self.Case._open_cases(
            [
                {
                    "title": f"Case {number}",
                    "severity": severity,
                    "company_id": self.company.id,
                    "plant_id": self.plant.id,
                    "category_id": self.metric.category_id.id,
                    "workcenter_id": self.center.id,
                    "currency_id": self.company.currency_id.id,
                    "first_event_at": self.now,
                    "detected_at": self.now,
                    "respond_by": self.now + timedelta(minutes=number),
                    **values,
                }
                for number in range(count)
            ]
        )

    # ----------------------------------------------------------- the sections

    def test_new_case_is_off_now_and_taken_case_is_mine(self):
        case = self.make_cases(1)
        sections, _found = self.read_shift()
        self.assertEqual(self.ids_of(sections["now"]), case.ids)
        case.with_user(self.operator).action_take()
        sections, _found = self.read_shift()
        self.assertEqual(self.ids_of(sections["now"]), [])
        self.assertEqual(self.ids_of(sections["mine"]), case.ids)

    def test_what_somebody_else_took_is_still_off_now(self):
        case = self.make_cases(1)
        case.with_user(self.supervisor).action_take()
        sections, _found = self.read_shift()
        card = sections["now"]["cards"][0]
        self.assertEqual(card["owner"], self.supervisor.name)

    def test_cleared_case_leaves_now_and_waits_with_its_owner(self):
        case = self.make_cases(1, owner_id=self.supervisor.id)
        case._clear(self.now)
        sections, _found = self.read_shift(self.supervisor)
        self.assertEqual(self.ids_of(sections["now"]), [])
        self.assertEqual(self.ids_of(sections["mine"]), case.ids)

    def test_closed_case_is_nowhere(self):
        case = self.make_cases(1)
        case._as_system().write({"state": "closed"})
        sections, _found = self.read_shift()
        self.assertFalse([key for key in sections if sections[key]["cards"]])

    def test_unanswered_cases_come_before_those_somebody_took(self):
        taken, overdue, later = cases = self.make_cases(3)
        taken.with_user(self.supervisor).action_take()
        sections, _found = self.read_shift()
        self.assertEqual(self.ids_of(sections["now"]), [overdue.id, later.id, taken.id])
        self.assertEqual(sections["now"]["count"], len(cases))

    def test_first_page_counts_answered_cases_too(self):
        cases = self.make_cases(6)
        cases[:3].with_user(self.supervisor).action_take()
        found = self.Floor.with_user(self.operator).action_get_my_shift(
            limits={"now": 4}
        )
        now = next(one for one in found["sections"] if one["key"] == "now")
        self.assertEqual((len(now["cards"]), now["count"]), (4, 6))
        self.assertEqual(self.ids_of(now)[:3], cases[3:].ids)

    def test_least_minutes_come_first_then_most_money(self):
        late, soon, cheap, dear = cases = self.make_cases(4)
        cases._as_system().write({"respond_by": self.now + timedelta(hours=1)})
        late._as_system().write({"respond_by": self.now + timedelta(hours=9)})
        soon._as_system().write({"respond_by": self.now - timedelta(hours=1)})
        row = self.finish(self.make_workorder(), 120)
        values = {
            "metric_id": self.metric.id,
            "metric_code": self.metric.code,
            "source_model": "mrp.workorder",
            "phase": "final",
            "event_at": self.now,
            "recorded_at": self.now,
            "timeliness": "live",
            "company_id": self.company.id,
            "outcome": "opened",
            "amount_kind": "loss",
        }
        self.assertFalse(row.exception_id)
        self.Measurement._as_system().create(
            [
                {**values, "source_id": 1, "amount": 5, "exception_id": cheap.id},
                {**values, "source_id": 2, "amount": 900, "exception_id": dear.id},
            ]
        )
        sections, _found = self.read_shift()
        self.assertEqual(
            self.ids_of(sections["now"]), [soon.id, dear.id, cheap.id, late.id]
        )

    def test_operator_sees_light_cases_and_his_own(self):
        self.make_cases(1, "major")
        own = self.make_cases(1, "major", owner_id=self.operator.id)
        light = self.make_cases(1)
        sections, _found = self.read_shift()
        self.assertEqual(set(self.ids_of(sections["now"])), {own.id, light.id})

    def test_supervisor_sees_all_of_his_plants_and_no_other(self):
        mine = self.make_cases(1, "major")
        self.make_cases(1, "major", plant_id=self.far_plant.id)
        self.supervisor.variance_plant_ids = self.plant
        sections, _found = self.read_shift(self.supervisor)
        self.assertEqual(self.ids_of(sections["now"]), mine.ids)

    def test_each_card_has_the_step_that_is_next(self):
        light, full = self.make_cases(1), self.make_cases(1, "major")
        sections, found = self.read_shift(self.supervisor)
        steps = {card["id"]: card["step"] for card in sections["now"]["cards"]}
        self.assertEqual(steps, {light.id: "done", full.id: "take"})
        category = self.metric.category_id
        self.assertEqual(len(found["causes"][category.id]), len(category.cause_ids))

    def test_activity_is_told_on_its_card_and_waits_when_there_is_none(self):
        shown = self.make_cases(1)
        resolved = self.make_cases(1, "major")
        resolved._as_system().write({"state": "resolved"})
        for case in shown | resolved:
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                summary="Check the chuck",
                user_id=self.supervisor.id,
            )
        sections, _found = self.read_shift(self.supervisor)
        self.assertEqual(sections["now"]["cards"][0]["todo"], "Check the chuck")
        self.assertEqual(self.ids_of(sections["waiting"]), resolved.ids)

    def test_viewer_has_no_shift(self):
        with self.assertRaises(AccessError):
            self.read_shift(self.people["viewer"])

    # ------------------------------------------------------------- the places

    def test_center_chosen_shows_its_cases_only(self):
        other = self._make_center("Lathe 2")
        self.make_cases(1)
        there = self.make_cases(1, workcenter_id=other.id)
        sections, _found = self.read_shift(workcenter_id=other.id)
        self.assertEqual(self.ids_of(sections["now"]), there.ids)

    def test_scan_finds_order_work_order_center_and_lot(self):
        workorder = self.make_workorder()
        self.center.code = "L1-CODE"
        lot = self.env["stock.lot"].create(
            {"name": "LOT-7", "product_id": self.gear.id}
        )
        floor = self.Floor.with_user(self.local)
        for code, record in (
            (workorder.production_id.name, workorder.production_id),
            (workorder.barcode, workorder),
            ("L1-CODE", self.center),
            ("LOT-7", lot),
        ):
            found = floor.action_find(code)
            self.assertEqual((found["model"], found["id"]), (record._name, record.id))

    def test_scan_finds_nothing_of_another_plant_or_by_a_pattern(self):
        self.far_center.code = "FAR-CODE"
        case = self.make_cases(1, plant_id=self.far_plant.id)
        floor = self.Floor.with_user(self.local)
        for code in ("FAR-CODE", "Far 1", case.name, "%", "", None, {"a": 1}):
            self.assertFalse(floor.action_find(code), code)

    def test_focus_shows_what_concerns_the_order(self):
        case = self.open_case()
        self.make_cases(1)
        found = self.Floor.with_user(self.operator).action_find(case.production_id.name)
        sections, _found = self.read_shift(focus=found)
        self.assertEqual(self.ids_of(sections["now"]), case.ids)

    def test_forged_focus_reveals_nothing(self):
        far = self.make_cases(1, plant_id=self.far_plant.id)
        for focus in (
            {"model": "mfg.variance.exception", "id": far.id},
            {"model": "mrp.workcenter", "id": self.far_center.id},
            {"model": "res.users", "id": self.env.uid},
            "mrp.workcenter",
        ):
            sections, _found = self.read_shift(self.local, focus=focus)
            self.assertNotIn(far.id, self.ids_of(sections["now"]))

    # ---------------------------------------------------------------- the size

    def test_page_is_bounded_and_counts_the_rest(self):
        self.make_cases(60)
        sections, _found = self.read_shift()
        self.assertEqual(len(sections["now"]["cards"]), 50)
        self.assertEqual(sections["now"]["count"], 60)
        sections, _found = self.read_shift(limits={"now": 100})
        self.assertEqual(len(sections["now"]["cards"]), 60)

    def test_queries_do_not_grow_with_the_cases(self):
        self.make_cases(5)
        few = self.count_queries()
        self.make_cases(45, workcenter_id=self._make_center("Lathe 2").id)
        self.assertLessEqual(self.count_queries(), few)

    def count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        sections, _found = self.read_shift()
        self.assertTrue(sections["now"]["cards"])
        return self.env.cr.sql_log_count - before

    # -------------------------------------------------------------------- live

    def collect(self, work):
        """The messages sent to the floor while the work is done."""
        sent = []

        def note(_self, target, kind, message):
            if kind == FLOOR_CHANNEL:
                sent.append((target, message))

        self.env.cr.precommit.data.pop("mfg_variance_core.told", None)
        with patch.object(BusBus, "_sendone", note):
            work()
        return sent

    def test_opening_tells_the_plant_once_and_nothing_else(self):
        sent = self.collect(lambda: self.make_cases(3))
        self.assertEqual(sent, [((self.plant, FLOOR_CHANNEL), {})])

    def test_taking_and_a_further_event_tell_the_plant(self):
        case = self.make_cases(1)
        sent = self.collect(lambda: case.with_user(self.operator).action_take())
        self.assertEqual(len(sent), 1)
        self.report()
        self.assertEqual(len(self.collect(self.report)), 1)

    def test_screen_is_given_the_plants_of_its_user_only(self):
        channels = self.get_channels(self.local, [FLOOR_CHANNEL])
        self.assertIn(("mfg.variance.plant", self.plant.id), channels)
        self.assertNotIn(("mfg.variance.plant", self.far_plant.id), channels)

    def test_who_is_no_operator_is_given_no_plant(self):
        channels = self.get_channels(self.people["viewer"], [FLOOR_CHANNEL])
        self.assertFalse(channels)

    def test_who_does_not_ask_is_given_no_plant(self):
        channels = self.get_channels(self.operator, [])
        self.assertFalse(channels)

    def get_channels(self, user, asked):
        class Request:
            class session:
                uid = user.id

        with patch("odoo.addons.bus.models.ir_websocket.wsrequest", Request):
            websocket = self.env["ir.websocket"].with_user(user)
            channels = websocket._build_bus_channel_list(asked)
        # the word alone, which any client can ask for, is no channel
        self.assertFalse(
            [one for one in channels if isinstance(one, str) and one in asked]
        )
        return {
            (one[0]._name, one[0].id)
            for one in channels
            if isinstance(one, tuple) and one[1] == FLOOR_CHANNEL
        }
