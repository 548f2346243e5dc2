"""The demo's two months, drawn from a seed: who made what when, and what went wrong.

Everything that deviates on purpose carries the name of its fault, so that the
summary can tell what was found from what was missed and from noise. The same seed,
number of orders and end always give the same story.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from . import story_pieces
from .story_pieces import PIECE_FAULTS, Pieces
from .story_plant import (
    DRIFT_CENTER,
    PLANTS,
    SETUP_PART,
    UNTIMED_STEP,
    PlantPlan,
    Step,
)

SEED = 20120102
DAYS = 61

DRIFT = "drift"
SLOW_SHIFT = "slow_shift"
FORGOTTEN_TIMER = "forgotten_timer"
NO_STANDARD = "no_standard"
SETUP_OVERRUN = "setup_overrun"
RUNNING_OVERRUN = "running_overrun"
FAULTS = (
    DRIFT,
    SLOW_SHIFT,
    SETUP_OVERRUN,
    FORGOTTEN_TIMER,
    NO_STANDARD,
    RUNNING_OVERRUN,
    *PIECE_FAULTS,
)

DRIFT_FROM = 0.55  # share of the period after which the machine begins to drift
DRIFT_PER_DAY = 0.05  # of the run time, per working day
NIGHT_FACTOR = 1.85
NIGHT_SHARE = 0.2
ORDINARY_SPREAD = 0.10
OUTLIER_SHARE = 0.012

OPEN_HOUR, CLOSE_HOUR = 6, 22
DAY_HOURS, NIGHT_HOURS = 16, 8
LEFT_RUNNING_UNTIL = timedelta(minutes=25)  # after the next opening


@dataclass(frozen=True)
class Job:
    """One work order's true and recorded times, naive UTC.

    ``recorded_end`` is what the time log says; a forgotten timer makes it later than
    ``ended_at``, and ``corrected_at`` is when somebody noticed. A job without
    ``started_at`` has not begun when the story ends; one without ``ended_at`` is
    still running.
    """

    step: Step
    sequence: int
    planned: float
    started_at: datetime | None = None
    setup_until: datetime | None = None
    ended_at: datetime | None = None
    recorded_end: datetime | None = None
    corrected_at: datetime | None = None
    fault: str | None = None
    worker: int = 1

    @property
    def is_done(self):
        return self.ended_at is not None

    @property
    def is_running(self):
        return self.started_at is not None and self.ended_at is None


@dataclass(frozen=True)
class StoryOrder:
    """One manufacturing order of the story."""

    number: int
    plant: PlantPlan
    part: str
    quantity: int
    released_at: datetime
    jobs: tuple
    pieces: Pieces = Pieces()

    @property
    def is_done(self):
        return all(job.is_done for job in self.jobs)


def planned_minutes(plant, step, quantity):
    """What the plan allows: set-up, clean-up and the cycles; 0 without a cycle."""
    center = plant.center(step.center)
    return center.setup + center.cleanup + step.cycle * quantity if step.cycle else 0.0


def to_utc(local, tz):
    """Naive UTC of a naive local moment."""
    return (
        local.replace(tzinfo=ZoneInfo(tz)).astimezone(timezone.utc).replace(tzinfo=None)
    )


def to_local(moment, tz):
    """Naive local time of a naive UTC moment."""
    return (
        moment.replace(tzinfo=timezone.utc)
        .astimezone(ZoneInfo(tz))
        .replace(tzinfo=None)
    )


def _at(day, hour):
    return day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
        hours=hour
    )


def _fit(local, minutes, is_night):
    """The earliest local start from ``local`` on that ends within the same window.

    Windows are 6-22 on weekdays, or the night from 22 to 6 that begins on one.
    """
    day = local
    while True:
        opens = _at(day, CLOSE_HOUR if is_night else OPEN_HOUR)
        closes = opens + timedelta(hours=NIGHT_HOURS if is_night else DAY_HOURS)
        start = max(local, opens)
        if day.weekday() < 5 and start + timedelta(minutes=minutes) <= closes:
            return start
        day = _at(day, 0) + timedelta(days=1)


def _working_days_between(first, last):
    days = (last.date() - first.date()).days
    return sum(
        (first + timedelta(days=offset)).weekday() < 5 for offset in range(1, days + 1)
    )


class _PlantStory:
    """Draws the orders of one plant; machines are busy with one job at a time."""

    def __init__(self, plant, rng, begin, until):
        self.plant = plant
        self.rng = rng
        self.begin = to_local(begin, plant.tz)
        self.until = to_local(until, plant.tz)
        self.drift_from = self.begin + (self.until - self.begin) * DRIFT_FROM
        self.free = defaultdict(lambda: self.begin)

    def order(self, number, local_release):
        """One order released that morning and worked off operation by operation."""
        rng = self.rng
        part = rng.choice(self.plant.parts)
        is_night = self.plant.has_nights and rng.random() < NIGHT_SHARE
        longest = max(step.cycle for step in part.steps)
        quantity = max(round(rng.uniform(170, 230) / longest), 1)
        ready = local_release + timedelta(minutes=rng.randint(20, 300))
        jobs = []
        for sequence, step in enumerate(part.steps, start=1):
            at_night = is_night and sequence == 1
            job = self._job(part, step, sequence, quantity, ready, at_night)
            jobs.append(self._in_utc(self._cut(job, jobs)))
            ready = job.ended_at + timedelta(minutes=rng.randint(15, 90))
        return StoryOrder(
            number=number,
            plant=self.plant,
            part=part.name,
            quantity=quantity,
            released_at=to_utc(local_release, self.plant.tz),
            jobs=tuple(jobs),
        )

    def _job(self, part, step, sequence, quantity, ready, at_night):
        """The job in local time as if the story never ended."""
        center = self.plant.center(step.center)
        begin = max(ready, self.free[center.name])
        setup, run, fault = self._minutes(part, step, center, quantity, begin, at_night)
        start = _fit(begin, setup + run, at_night)
        end = start + timedelta(minutes=setup + run)
        self.free[center.name] = end + timedelta(minutes=5)
        return Job(
            step=step,
            sequence=sequence,
            planned=planned_minutes(self.plant, step, quantity),
            started_at=start,
            setup_until=start + timedelta(minutes=setup),
            ended_at=end,
            recorded_end=end,
            fault=fault,
            worker=self.rng.randint(1, 4),
        )

    def _minutes(self, part, step, center, quantity, begin, at_night):
        """(set-up, run, fault): the plan, ordinary spread, and what was planted."""
        rng = self.rng
        setup = center.setup * rng.lognormvariate(0, ORDINARY_SPREAD)
        # an operation nobody planned takes its time all the same
        run = (step.cycle or 2.5) * quantity * rng.lognormvariate(0, ORDINARY_SPREAD)
        fault = None
        if step.name == UNTIMED_STEP:
            fault = NO_STANDARD
        elif rng.random() < OUTLIER_SHARE:
            run *= rng.uniform(1.8, 2.2)
        if center.name == DRIFT_CENTER and begin > self.drift_from:
            run *= 1 + DRIFT_PER_DAY * _working_days_between(self.drift_from, begin)
            fault = DRIFT
        if at_night:
            run *= NIGHT_FACTOR
            fault = SLOW_SHIFT
        if part.name == SETUP_PART and center.setup:
            setup *= rng.uniform(2.7, 3.2)
            fault = SETUP_OVERRUN
        # nobody works past the end of the window
        longest = (NIGHT_HOURS if at_night else DAY_HOURS) * 60 - setup
        run = min(run + center.cleanup, longest)
        return float(int(setup)), float(int(run)), fault

    def _cut(self, job, before):
        """What of the job has happened when the story ends."""
        if job.started_at >= self.until or any(not one.is_done for one in before):
            return replace(
                job, started_at=None, setup_until=None, ended_at=None, recorded_end=None
            )
        if job.ended_at > self.until:
            return replace(
                job,
                setup_until=min(job.setup_until, self.until),
                ended_at=None,
                recorded_end=None,
            )
        return job

    def _in_utc(self, job):
        moments = ("started_at", "setup_until", "ended_at", "recorded_end")
        return replace(
            job,
            **{
                name: to_utc(getattr(job, name), self.plant.tz)
                for name in moments
                if getattr(job, name)
            },
        )


def _release_mornings(count, begin, until):
    """``count`` weekday mornings spread evenly over the period, oldest first."""
    span = until - begin
    mornings = []
    for index in range(count):
        morning = _at(begin + span * (index + 0.5) / count, OPEN_HOUR)
        while morning.weekday() > 4:
            morning -= timedelta(days=1)
        mornings.append(max(morning, begin))
    return sorted(mornings)


def _forget_timer(order, corrected):
    """Let the first job's timer run until the next morning; maybe mend it then."""
    job = order.jobs[0]
    local = to_local(job.ended_at, order.plant.tz)
    opening = _at(local + timedelta(days=1), OPEN_HOUR)
    recorded = to_utc(opening + LEFT_RUNNING_UNTIL, order.plant.tz)
    noticed = recorded + timedelta(minutes=95) if corrected else None
    jobs = (
        replace(
            job, recorded_end=recorded, corrected_at=noticed, fault=FORGOTTEN_TIMER
        ),
        *(_not_before(later, recorded) for later in order.jobs[1:]),
    )
    return replace(order, jobs=jobs)


def _not_before(job, moment):
    """The same job, postponed if it began before ``moment``."""
    if not job.started_at or job.started_at >= moment:
        return job
    delay = moment + timedelta(minutes=10) - job.started_at
    names = ("started_at", "setup_until", "ended_at", "recorded_end")
    return replace(
        job,
        **{name: getattr(job, name) + delay for name in names if getattr(job, name)},
    )


def _plant_timers(orders, until):
    """Two forgotten timers: one mended the next morning, one still standing."""
    able = [
        index
        for index, order in enumerate(orders)
        if order.plant.code == "HARBR"
        and order.is_done
        and to_local(order.jobs[0].ended_at, order.plant.tz).weekday() < 4
        and order.jobs[-1].ended_at + timedelta(days=2) < until
    ]
    for position, corrected in ((len(able) * 2 // 3, True), (len(able) - 1, False)):
        index = able[position]
        orders[index] = _forget_timer(orders[index], corrected)


def _plant_running_overrun(orders, number, until):
    """An order of today whose first operation has far outrun its plan."""
    plant = PLANTS[2]
    part = plant.parts[1]
    quantity = 16
    planned = [planned_minutes(plant, step, quantity) for step in part.steps]
    started = until - timedelta(minutes=round(planned[0] * 2.3))
    setup = plant.center(part.steps[0].center).setup
    first = Job(
        step=part.steps[0],
        sequence=1,
        planned=planned[0],
        started_at=started,
        setup_until=started + timedelta(minutes=setup),
        fault=RUNNING_OVERRUN,
    )
    second = Job(step=part.steps[1], sequence=2, planned=planned[1])
    released = started - timedelta(minutes=40)
    orders.append(
        StoryOrder(number, plant, part.name, quantity, released, (first, second))
    )


def tell(orders=300, until=None, seed=SEED):
    """The story's orders, oldest release first.

    :param orders: how many, at least 30
    :param until: the end of the story, naive UTC; it begins two months earlier
    """
    rng = random.Random(seed)
    until = until.replace(second=0, microsecond=0)
    begin = until - timedelta(days=DAYS)
    told = []
    shares = [(orders - 1 + offset) // 3 for offset in range(3)]
    for plant, share in zip(PLANTS, shares, strict=True):
        local = (to_local(begin, plant.tz), to_local(until, plant.tz))
        plant_story = _PlantStory(plant, rng, begin, until)
        for morning in _release_mornings(share, *local):
            told.append(plant_story.order(len(told) + 1, morning))
    _plant_timers(told, until)
    _plant_running_overrun(told, len(told) + 1, until)
    told.sort(key=lambda order: (order.released_at, order.number))
    return story_pieces.plan(told, seed, to_local)
