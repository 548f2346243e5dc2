from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Raised:
    """One event that is a case by itself: somebody or some rule said so.

    ``record`` is what it happened to, ``mark`` the fingerprint that makes repeats the
    same case; ``detail`` is told by the measurement, ``snapshot`` by the case.
    """

    record: object
    dims: dict
    mark: str
    metric_code: str
    title: str
    detail: str
    severity: str
    category_id: int | bool = False
    playbook_id: int | bool = False
    shift_id: int | bool = False
    happened_at: datetime | None = None
    timeliness: str = "live"
    respond_minutes: float | None = None
    what_to_do: str | bool = False
    snapshot: dict = field(default_factory=dict)
