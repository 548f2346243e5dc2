from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Fact:
    """What a metric's reader found for one source record, before any judgement.

    ``planned`` and ``actual`` are in the metric's unit; None means nobody knows,
    never zero. ``gap`` is the outcome when the reader itself already knows that
    there is nothing to judge, and ``gap_reason`` the sentence that says why.
    ``rate`` is the money one hour of deviation costs; ``dims`` are the dimension
    ids stored on the measurement (company, plant, product, work center, ...).
    Of a share, ``quantity`` is the pieces looked at and ``defects`` the bad ones among
    them: a rate over a window adds up both, never the shares. ``unit`` overrides the
    metric's; a deviation of at most ``step`` is none; below ``money_floor`` no limit
    is reached where the cost is known. ``amount_kind`` is that of the amount, a loss
    unless told; ``cause_id`` the cause somebody named already. ``is_plan_zero`` says
    that a plan of 0 is meant, as for a count difference; ``note`` tells what was found
    where "above the plan" does not.
    """

    source_model: str
    source_id: int
    event_at: datetime
    dims: dict
    planned: float | None = None
    actual: float | None = None
    quantity: float | None = None
    defects: float | None = None
    standard_id: int | None = None
    standard_source: str | None = None
    sample_size: int | None = None
    rate: float | None = None
    amount: float | None = None
    amount_formula: str | None = None
    amount_missing_reason: str | None = None
    amount_kind: str | None = None
    outside_minutes: float = 0.0
    unit: str | None = None
    step: float = 0.0
    money_floor: float = 0.0
    is_plan_zero: bool = False
    note: str | None = None
    gap: str | None = None
    gap_reason: str | None = None
    cause_id: int | None = None
    intervals: list = field(default_factory=list)
    # a window that was judged already, where the fact is one: see pattern.py
    pattern: object = None
