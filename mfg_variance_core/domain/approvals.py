"""What decisions on the steps of an approval add up to.

Steps with the same sequence are open at once; the next sequence opens when all of them
are passed. The answer is always computed from the decisions, never kept.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .segregation import Only

APPROVED = "approved"
REJECTED = "rejected"

WAITING = "waiting"
GRANTED = "granted"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an approval: one decision passes it, or one of each person named."""

    id: int
    sequence: int
    everyone: frozenset[int] = frozenset()
    # whom it escalated to: one of them suffices
    instead: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided on one step, maybe in place of another one."""

    step_id: int
    user_id: int
    verdict: str
    in_place_of: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an approval stands, and the steps that wait for a decision now."""

    state: str
    open_steps: tuple[int, ...] = ()


def is_passed(step: Step, decisions: Iterable[Decision]) -> bool:
    """Return whether a step has the approvals it needs.

    >>> is_passed(Step(1, 10), [Decision(1, 7, "approved")])
    True
    >>> is_passed(Step(1, 10, frozenset({7, 8})), [Decision(1, 7, "approved")])
    False
    >>> escalated = Step(1, 10, frozenset({7, 8}), instead=frozenset({9}))
    >>> is_passed(escalated, [Decision(1, 9, "approved")])
    True
    """
    approvers = {
        one.in_place_of or one.user_id
        for one in decisions
        if one.step_id == step.id and one.verdict == APPROVED
    }
    if step.instead & approvers:
        return True
    return step.everyone <= approvers if step.everyone else bool(approvers)


def outcome(steps: Collection[Step], decisions: Collection[Decision]) -> Outcome:
    """Return where an approval stands by its steps and the decisions on them.

    One rejection ends it. A person's second decision counts for nothing: two steps
    need two people. Without a step nothing is ever granted.

    >>> steps = [Step(1, 10), Step(2, 20)]
    >>> outcome(steps, [])
    Outcome(state='waiting', open_steps=(1,))
    >>> one = Decision(1, 7, "approved")
    >>> outcome(steps, [one]).open_steps
    (2,)
    >>> outcome(steps, [one, Decision(2, 7, "approved")]).state
    'waiting'
    >>> outcome(steps, [one, Decision(2, 8, "approved")]).state
    'granted'
    >>> outcome(steps, [one, Decision(2, 8, "rejected")]).state
    'rejected'
    >>> outcome([], []).state
    'waiting'
    """
    first = {}
    for one in decisions:
        first.setdefault(one.user_id, one)
    counted = tuple(first.values())
    if any(one.verdict == REJECTED for one in counted):
        return Outcome(REJECTED)
    left = [step for step in steps if not is_passed(step, counted)]
    if not left:
        return Outcome(GRANTED if steps else WAITING)
    turn = min(step.sequence for step in left)
    return Outcome(WAITING, tuple(s.id for s in left if s.sequence == turn))


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the approval rules; None means whatever."""

    id: int
    kind: str
    sequence: int = 10
    company: int | None = None
    plant: int | None = None
    categories: frozenset[int] = frozenset()
    severity: int = 0
    amount_from: float = 0.0
    amount_to: float | None = None
    # whom its steps ask
    asks: tuple[Only, ...] = ()


def whom_it_may_ask(
    rules: Iterable[Rule], kind: str, company: int | None, plant: int | None
) -> tuple[Only, ...]:
    """Return whom some rule for a kind asks in a place, each once, the first first.

    >>> boss, other = Only(user_ids=frozenset({7})), Only(user_ids=frozenset({8}))
    >>> everywhere = Rule(1, "scrap", asks=(boss,))
    >>> there = Rule(2, "scrap", plant=9, asks=(boss, other))
    >>> whom_it_may_ask([everywhere, there], "scrap", 1, 9) == (boss, other)
    True
    >>> whom_it_may_ask([there], "scrap", 1, 4)
    ()
    """
    found = (
        only
        for rule in rules
        if rule.kind == kind
        and rule.company in (None, company)
        and rule.plant in (None, plant)
        for only in rule.asks
    )
    return tuple(dict.fromkeys(found))


def choose_rule(
    rules: Iterable[Rule],
    kind: str,
    company: int | None,
    plant: int | None,
    category: int | None,
    severity: int,
    amount: float | None,
) -> Rule | None:
    """Return the rule that holds, the most specific one: plant, company, category,
    severity, the higher amount; of two alike the lower sequence.

    ``severity`` is a rank; a rule holds from its own upwards. A rule for amounts below
    a limit does not hold for an amount that nobody knows.

    >>> small = Rule(1, "scrap", amount_to=500)
    >>> large = Rule(2, "scrap", amount_from=500)
    >>> choose_rule([small, large], "scrap", 1, None, None, 0, 499.99).id
    1
    >>> choose_rule([small, large], "scrap", 1, None, None, 0, 500).id
    2
    >>> choose_rule([small, large], "scrap", 1, None, None, 0, None).id
    2
    >>> choose_rule([Rule(3, "scrap", plant=9), large], "scrap", 1, 9, None, 0, 600).id
    3
    """
    fitting = [
        rule
        for rule in rules
        if rule.kind == kind
        and rule.company in (None, company)
        and rule.plant in (None, plant)
        and (not rule.categories or category in rule.categories)
        and rule.severity <= severity
        and _fits_amount(rule, amount)
    ]
    return min(
        fitting,
        key=lambda rule: (
            rule.plant is None,
            rule.company is None,
            not rule.categories,
            -rule.severity,
            -rule.amount_from,
            rule.sequence,
            rule.id,
        ),
        default=None,
    )


def _fits_amount(rule: Rule, amount: float | None) -> bool:
    if amount is None:
        return rule.amount_to is None
    return rule.amount_from <= amount and (
        rule.amount_to is None or amount < rule.amount_to
    )


def due_at(opened_at: datetime, timeout_minutes: int) -> datetime | None:
    """Return when a step that stays undecided goes to the next role; None for never.

    >>> due_at(datetime(2026, 3, 2, 6), 30)
    datetime.datetime(2026, 3, 2, 6, 30)
    >>> due_at(datetime(2026, 3, 2, 6), 0) is None
    True
    """
    if timeout_minutes <= 0:
        return None
    return opened_at + timedelta(minutes=timeout_minutes)


def content_hash(values: Mapping[str, object]) -> str:
    """Return the hash of a decision's own content, whatever the order of its names.

    >>> content_hash({"a": 1, "b": "x"}) == content_hash({"b": "x", "a": 1})
    True
    """
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"v1:{text}".encode()).hexdigest()
