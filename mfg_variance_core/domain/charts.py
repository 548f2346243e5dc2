"""Where the marks of a printed chart lie: readings, their plan, the limits over it."""

from collections.abc import Sequence
from dataclasses import dataclass

# the limits are named in the margin on the right
LEFT, RIGHT, TOP, BOTTOM = 48.0, 60.0, 12.0, 22.0
# air above the highest mark
HEADROOM = 1.08
TICKS = 4
# names closer than this would be printed over each other
NAME_HEIGHT = 12.0


@dataclass(frozen=True)
class Reading:
    """One reading of the series; ``is_case`` for those the case is about."""

    label: str
    planned: float
    actual: float
    severity: str | None = None
    is_case: bool = False


@dataclass(frozen=True)
class Limit:
    """A deviation a severity begins at: percent of the plan, and at least a floor."""

    severity: str
    percent: float
    floor: float


@dataclass(frozen=True)
class Dot:
    """A reading on the paper."""

    x: float
    y: float
    label: str
    value: float
    severity: str | None
    is_case: bool


@dataclass(frozen=True)
class Line:
    """A line through the paper as the points of an SVG polyline, and its name.

    ``end`` is where it ends, ``name_y`` where its name is printed beside that.
    """

    name: str
    points: str
    end: float
    name_y: float


@dataclass(frozen=True)
class Chart:
    """Everything to draw, in the units of the view box."""

    width: float
    height: float
    dots: tuple[Dot, ...]
    plan: Line
    limits: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    left: float = LEFT
    right: float = RIGHT


def border(planned: float, limit: Limit, direction: str = "higher") -> float:
    """Return the value at which a reading of this plan reaches a limit.

    >>> border(100, Limit("warning", 50, 10)), border(100, Limit("warning", 5, 30))
    (150.0, 130.0)
    >>> border(100, Limit("warning", 5, 30), "lower")
    70.0
    """
    away = max(abs(planned) * limit.percent / 100, limit.floor)
    return float(planned - away if direction == "lower" else planned + away)


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return the places moved apart to at least the gap, between low and high.

    Order is kept, and whoever does not collide stays. Too many for the room touch.

    >>> spread([10, 50, 52], 12, 0, 100)
    [10, 50, 62]
    >>> spread([98, 95, 20], 12, 0, 100)
    [100, 88, 20]
    >>> list(map(round, spread([5, 5, 5], 12, 0, 12)))
    [0, 6, 12]
    """
    order = sorted(range(len(places)), key=lambda n: places[n])
    if len(places) > 1:
        gap = min(gap, (high - low) / (len(places) - 1))
    moved = list(places)
    for before, number in zip([None, *order], order, strict=False):
        least = low if before is None else moved[before] + gap
        moved[number] = max(moved[number], least)
    for after, number in zip([None, *order[::-1]], order[::-1], strict=False):
        most = high if after is None else moved[after] - gap
        moved[number] = min(moved[number], most)
    return moved


def layout(
    readings: Sequence[Reading],
    limits: Sequence[Limit] = (),
    direction: str = "higher",
    width: float = 640.0,
    height: float = 220.0,
) -> Chart | None:
    """Return where everything lies, or None when there is nothing to draw.

    >>> chart = layout([Reading("a", 10, 10), Reading("b", 10, 20, "major", True)],
    ...                [Limit("major", 50, 0)])
    >>> [(dot.x, dot.y < 60, dot.is_case) for dot in chart.dots]
    [(48.0, False, False), (580.0, True, True)]
    >>> chart.limits[0].name, len(chart.ticks)
    ('major', 5)
    >>> close = [Limit("info", 5, 0), Limit("major", 6, 0)]
    >>> low, high = layout([Reading("a", 10, 10)], close).limits
    >>> round(low.name_y - high.name_y) >= NAME_HEIGHT
    True
    >>> len(layout([Reading("a", 10, 10)], [Limit("major", 50, 0)], "both").limits)
    2
    >>> layout([]) is None
    True
    """
    if not readings:
        return None
    sides = ("higher", "lower") if direction == "both" else (direction,)
    borders = [
        (limit.severity, [border(one.planned, limit, side) for one in readings])
        for limit in limits
        for side in sides
    ]
    planned = [float(one.planned) for one in readings]
    actual = [float(one.actual) for one in readings]
    values = [*planned, *actual, *(value for _name, row in borders for value in row)]
    low, high = min(0.0, *values), (max(0.0, *values) or 1.0) * HEADROOM
    span = (width - LEFT - RIGHT) / max(1, len(readings) - 1)

    def x_of(number):
        return round(LEFT + number * span, 1)

    def y_of(value):
        share = (value - low) / (high - low)
        return round(height - BOTTOM - share * (height - TOP - BOTTOM), 1)

    def line(name, row, name_y):
        points = " ".join(f"{x_of(n)},{y_of(value)}" for n, value in enumerate(row))
        return Line(name, points, y_of(row[-1]), round(name_y, 1))

    ends = [y_of(row[-1]) for _name, row in borders]
    places = spread(ends, NAME_HEIGHT, TOP, height - BOTTOM)
    steps = [low + (high - low) * number / TICKS for number in range(TICKS + 1)]
    return Chart(
        width,
        height,
        tuple(
            Dot(x_of(n), y_of(one.actual), one.label, one.actual, *_marks(one))
            for n, one in enumerate(readings)
        ),
        line("plan", planned, y_of(planned[-1])),
        tuple(line(*one, place) for one, place in zip(borders, places, strict=True)),
        tuple((y_of(value), _number(value, high - low)) for value in steps),
    )


def _number(value: float, span: float) -> str:
    return f"{value:.0f}" if span >= TICKS * 5 else f"{value:.3g}"


def _marks(reading: Reading) -> tuple[str | None, bool]:
    return reading.severity, reading.is_case
