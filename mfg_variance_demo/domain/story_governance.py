"""When the story's people hold, decide, verify and close: acts with a moment each.

Of a bad lot the whole way is gone, from the hold a rule places to a closed case; of
the lot after it the way is gone half, and pieces of another plant are only held.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from . import story_pieces
from .story_plant import HARBOUR, RIVER

WEEKEND = 5

# what is done about the bad lot, in working days after it was held and local hours
ON_THE_LOT = (
    ("answer_hold", 0, 9.0),
    ("ask_to_use", 0, 22.5),
    ("grant_use", 0, 23.5),
)
# the same, after the last order that took it was closed
AFTER_THE_LOT = (
    ("add_task", 0, 9.0),
    ("ask_to_sort", 0, 9.5),
    ("approve_sort", 0, 10.5),
    ("ask_to_scrap", 0, 11.5),
    ("do_task", 0, 13.0),
    ("approve_scrap", 0, 14.0),
    ("verify_task", 0, 15.0),
    ("resolve_case", 0, 16.0),
    ("verify_case", 1, 9.0),
)
# the lot after it, an evening and the morning that follows; and pieces of River
ON_THE_NEXT_LOT = (
    ("hold_next_lot", 20.0),
    ("ask_to_use_next", 22.5),
    ("grant_use_next", 23.5),
)
NEXT_MORNING = ("ask_to_release_next", 8.0)
HOLD_AT_RIVER = ("hold_pieces", 10.0)
CLOSING_HOUR = 17.0


@dataclass(frozen=True)
class Act:
    """Something a person does at a moment (naive UTC)."""

    moment: datetime
    name: str


def acts(orders, until, to_local, to_utc):
    """Everything that happens before ``until``, oldest first."""
    story = _Acts(to_local, to_utc)
    found = [*story.on_bad_lot(orders, until), *story.on_next_lot(until)]
    found.append(story.at_river(until))
    return sorted(
        (act for act in found if act.moment < until), key=lambda act: act.moment
    )


class _Acts:
    def __init__(self, to_local, to_utc):
        self.to_local = to_local
        self.to_utc = to_utc

    def on_bad_lot(self, orders, until):
        """From the hold to the closed case."""
        bad = [
            story_pieces.closed_at(order)
            for order in orders
            if order.pieces.fault == story_pieces.BAD_LOT
        ]
        held = self._workday(self._morning(HARBOUR, min(bad)))
        after = self._days_on(max(held, self._morning(HARBOUR, max(bad))), 1)
        found = [
            self._at(HARBOUR, self._days_on(day, days), hour, name)
            for day, acts in ((held, ON_THE_LOT), (after, AFTER_THE_LOT))
            for name, days, hour in acts
        ]
        # the detector proves it in its own time
        day = self._days_on(after, 1)
        while (
            act := self._at(HARBOUR, day, CLOSING_HOUR, "close_case")
        ).moment < until:
            found.append(act)
            day = self._days_on(day, 1)
        return found

    def on_next_lot(self, until):
        """The last evening whose morning after is over."""
        name, hour = NEXT_MORNING
        day = self._morning(HARBOUR, until)
        while True:
            after = self._at(HARBOUR, day + timedelta(days=1), hour, name)
            if day.weekday() < WEEKEND and after.moment < until:
                break
            day -= timedelta(days=1)
        evening = [self._at(HARBOUR, day, at, act) for act, at in ON_THE_NEXT_LOT]
        return [*evening, after]

    def at_river(self, until):
        name, hour = HOLD_AT_RIVER
        day = self._morning(RIVER, until) - timedelta(days=2)
        while day.weekday() >= WEEKEND:
            day -= timedelta(days=1)
        return self._at(RIVER, day, hour, name)

    def _morning(self, plant, moment):
        """Midnight of the local day of a moment."""
        return self.to_local(moment, plant.tz).replace(
            hour=0, minute=0, second=0, microsecond=0
        )

    def _workday(self, day):
        while day.weekday() >= WEEKEND:
            day += timedelta(days=1)
        return day

    def _days_on(self, day, days):
        for _each in range(days):
            day = self._workday(day + timedelta(days=1))
        return day

    def _at(self, plant, day, hour, name):
        return Act(self.to_utc(day + timedelta(hours=hour), plant.tz), name)
