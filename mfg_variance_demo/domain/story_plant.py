"""The demo's plant group: plants, machines, parts and how long they should take.

Plain data, all minutes, hours in the plant's own time. Nothing here is random.
"""

from dataclasses import dataclass

WEEKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class ShiftPlan:
    """A shift of the plant; an end at or before its start lies on the next day."""

    name: str
    hour_from: int
    hour_to: int


@dataclass(frozen=True)
class Center:
    """A work center with its planned set-up and clean-up and its hourly cost."""

    name: str
    setup: float
    cleanup: float
    rate: float


@dataclass(frozen=True)
class Step:
    """An operation of a part: planned minutes per unit, 0 where nobody entered any."""

    name: str
    center: str
    cycle: float


@dataclass(frozen=True)
class Part:
    """A finished part, what it is made from, and its routing."""

    name: str
    material: str
    steps: tuple


@dataclass(frozen=True)
class PlantPlan:
    """One site."""

    name: str
    code: str
    tz: str
    shifts: tuple
    centers: tuple
    parts: tuple

    @property
    def has_nights(self):
        return any(shift.hour_to <= shift.hour_from for shift in self.shifts)

    def center(self, name):
        return next(center for center in self.centers if center.name == name)


EARLY = ShiftPlan("Early", 6, 14)
LATE = ShiftPlan("Late", 14, 22)
NIGHT = ShiftPlan("Night", 22, 6)

NORTH = PlantPlan(
    name="North plant",
    code="NORTH",
    tz="Europe/Berlin",
    shifts=(EARLY, LATE),
    centers=(
        Center("Lathe 1", 40, 10, 72),
        Center("Lathe 2", 40, 10, 72),
        Center("Mill 1", 45, 10, 85),
        Center("Washing", 0, 5, 38),
    ),
    parts=(
        Part(
            "Drive shaft",
            "Round bar 40",
            (Step("Turning", "Lathe 2", 8), Step("Washing", "Washing", 4)),
        ),
        Part(
            "Bearing sleeve",
            "Round bar 60",
            (Step("Turning", "Lathe 1", 6), Step("Washing", "Washing", 3)),
        ),
        Part(
            "Spindle housing",
            "Cast block",
            (Step("Milling", "Mill 1", 12), Step("Washing", "Washing", 5)),
        ),
    ),
)

RIVER = PlantPlan(
    name="River plant",
    code="RIVER",
    tz="America/New_York",
    shifts=(EARLY, LATE, NIGHT),
    centers=(
        Center("Press 1", 50, 10, 64),
        Center("Press 2", 50, 10, 64),
        Center("Assembly", 0, 10, 46),
    ),
    parts=(
        Part(
            "Pump cover",
            "Sheet 3 mm",
            (Step("Pressing", "Press 1", 5), Step("Assembly", "Assembly", 6)),
        ),
        Part(
            "Motor plate",
            "Sheet 5 mm",
            (Step("Pressing", "Press 2", 6), Step("Assembly", "Assembly", 5)),
        ),
    ),
)

HARBOUR = PlantPlan(
    name="Harbour plant",
    code="HARBR",
    tz="Asia/Singapore",
    shifts=(EARLY, LATE),
    centers=(
        Center("Machining center", 35, 10, 95),
        Center("Deburring bench", 0, 0, 40),
        Center("Test bench", 20, 5, 58),
    ),
    parts=(
        Part(
            "Valve block",
            "Aluminium block",
            (
                Step("Machining", "Machining center", 9),
                Step("Deburring", "Deburring bench", 0),
                Step("Pressure test", "Test bench", 5),
            ),
        ),
        Part(
            "Manifold",
            "Steel block",
            (
                Step("Machining", "Machining center", 11),
                Step("Pressure test", "Test bench", 6),
            ),
        ),
    ),
)

PLANTS = (NORTH, RIVER, HARBOUR)

DRIFT_CENTER = "Lathe 2"
SETUP_PART = "Spindle housing"
UNTIMED_STEP = "Deburring"
LOT_MATERIAL = "Steel block"
SCRAP_CENTER = "Press 2"
OVERUSE_PLANT, OVERUSE_SHIFT = NORTH.code, LATE
SHORT_MATERIAL = "Sheet 3 mm"
