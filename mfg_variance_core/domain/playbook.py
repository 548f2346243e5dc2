"""What an answer to a person step means, and which step comes next."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONTINUE = "continue"
STEP = "step"
STOP = "stop"
ASK = "ask"
# a step that is asked in circles ends after so many times
MOST_TIMES = 5

KEYS = {"check": ("done", "not_done"), "measure": ("inside", "outside")}


class Refused(ValueError):
    """An answer that is none: the code says why."""


@dataclass(frozen=True, slots=True)
class Option:
    """What one answer leads to."""

    key: str
    label: str
    then: str = CONTINUE
    next_step_id: int | None = None
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A step as it was asked; a limit that is None does not exist."""

    kind: str
    options: tuple[Option, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An accepted answer with what follows from it."""

    option: Option
    value: float | None = None
    is_out: bool = False


def is_outside(value: float, minimum: float | None, maximum: float | None) -> bool:
    """Return whether a measured value is beyond one of the limits.

    A value on the limit is inside.

    >>> is_outside(5, 5, None), is_outside(4.9, 5, None), is_outside(7, None, 6)
    (False, True, True)
    """
    return (minimum is not None and value < minimum) or (
        maximum is not None and value > maximum
    )


def judge(question: Question, key: str | None, value: float | None) -> Answer:
    """Return what an answer means; raises :class:`Refused` for none.

    A measurement is judged by its value alone, whatever key comes along. Without an
    option of its own an answer goes on with the next step.

    >>> gauge = Question("measure", (), 9.8, 10.2)
    >>> judge(gauge, None, 10.5).option.key, judge(gauge, "inside", 10.5).is_out
    ('outside', True)
    >>> judge(Question("check"), "maybe", None)
    Traceback (most recent call last):
    ...
    variance_domain.playbook.Refused: unknown
    """
    is_out = False
    if question.kind == "measure":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused("number")
        if not math.isfinite(value):
            raise Refused("number")
        is_out = is_outside(value, question.minimum, question.maximum)
        key = "outside" if is_out else "inside"
    else:
        value = None
    for option in question.options:
        if option.key == key:
            return Answer(option, value, is_out)
    if key not in KEYS.get(question.kind, ()):
        raise Refused("unknown")
    return Answer(Option(key, ""), value, is_out)


def next_step(
    order: Sequence[int],
    current: int,
    option: Option,
    asked: Sequence[int] = (),
) -> int | None:
    """Return the step that follows an answer, None when there is none.

    ``order`` are the steps that may be asked, ``asked`` those that were, once for each
    time. A step named by the answer that may not be asked any more counts as none.

    >>> order = [10, 20, 30]
    >>> next_step(order, 10, Option("yes", "Yes"))
    20
    >>> next_step(order, 10, Option("no", "No", STEP, 30))
    30
    >>> next_step(order, 10, Option("stop", "Stop", STOP)) is None
    True
    >>> next_step(order, 20, Option("again", "Again", STEP, 10), [10, 20] * 5) is None
    True
    """
    if option.then == STOP:
        return None
    if option.then == ASK:
        following = current
    elif option.then == STEP:
        following = option.next_step_id if option.next_step_id in order else None
    else:
        # a step deleted meanwhile ends the way: nobody knows what came after it
        position = order.index(current) + 1 if current in order else len(order)
        following = order[position] if position < len(order) else None
    if following is None or list(asked).count(following) >= MOST_TIMES:
        return None
    return following
