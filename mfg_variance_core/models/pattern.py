from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WindowReading:
    """A window that was judged, on its way to a measurement and a case.

    ``version`` is the live policy version that judged it and ``judgement`` what it
    said; ``mark`` tells its cases apart from those of single readings of the metric.
    ``timeliness`` is that of the newest reading that counts. ``evidence`` is what the
    snapshot of a case keeps.
    """

    version: object
    judgement: object
    mark: str
    is_shadow: bool
    timeliness: str
    considered: list = field(default_factory=list)
    evidence: dict = field(default_factory=dict)


@dataclass(slots=True)
class Subject:
    """What a window is of: its key, where it may begin and what it was found to hold.

    ``key`` is (company, plant, one value per dimension); ``anchor`` the moment the
    window ends at; readings at or before ``since`` and ``restart_at`` are outside.
    ``series`` and ``case`` are what is kept of it so far, None when there is nothing.
    """

    key: tuple
    anchor: datetime
    since: datetime | None = None
    restart_at: datetime | None = None
    ends_at: datetime | None = None
    fingerprint: str = ""
    series: object = None
    case: object = None
    found: dict | None = None
