"""The states of an exception, the ways between them, and what each way asks for."""

from datetime import datetime, timedelta

from .outcomes import rank

NEW = "new"
ACKNOWLEDGED = "acknowledged"
CONTAINED = "contained"
RESOLVING = "resolving"
RESOLVED = "resolved"
CLOSED = "closed"

LIGHT = "light"
FULL = "full"

# From each state, the states that may follow. A full case need not be contained when
# there is nothing to contain; a closed one that comes back is new again.
LIGHT_TRANSITIONS = {
    NEW: (ACKNOWLEDGED, CLOSED),
    ACKNOWLEDGED: (CLOSED,),
    CLOSED: (NEW,),
}
FULL_TRANSITIONS = {
    NEW: (ACKNOWLEDGED,),
    ACKNOWLEDGED: (CONTAINED, RESOLVING),
    CONTAINED: (RESOLVING,),
    RESOLVING: (RESOLVED,),
    RESOLVED: (RESOLVING, CLOSED),
    CLOSED: (NEW,),
}
TRANSITIONS = {LIGHT: LIGHT_TRANSITIONS, FULL: FULL_TRANSITIONS}


def track_of(severity: str | None) -> str:
    """Return the track a severity asks for: full from major on, else light.

    >>> track_of("warning"), track_of("major")
    ('light', 'full')
    """
    return FULL if rank(severity) >= rank("major") else LIGHT


def allowed(track: str, state: str, to: str, is_cleared: bool = False) -> bool:
    """Return whether a case on a track may go from one state to another.

    What is over needs no reaction any more: a case whose condition cleared may be
    closed from wherever it is.

    >>> allowed("light", "new", "closed"), allowed("full", "new", "closed")
    (True, False)
    >>> allowed("full", "new", "closed", is_cleared=True)
    True
    """
    if is_cleared and to == CLOSED and state != CLOSED:
        return True
    return to in TRANSITIONS[track].get(state, ())


def missing(
    track: str,
    to: str,
    has_cause: bool,
    is_cleared: bool,
    has_resolution: bool = False,
) -> list[str]:
    """Return what a case still needs before it may go to a state, as codes.

    Resolving and closing need a cause. On the full track they need a resolution too,
    unless the condition cleared by itself: then only the cause is asked for.

    >>> missing("light", "closed", has_cause=False, is_cleared=False)
    ['cause']
    >>> missing("full", "resolved", has_cause=True, is_cleared=False)
    ['resolution']
    >>> missing("full", "closed", has_cause=True, is_cleared=True)
    []
    """
    if to not in (RESOLVED, CLOSED):
        return []
    needs = []
    if not has_cause:
        needs.append("cause")
    if track == FULL and not is_cleared and not has_resolution:
        needs.append("resolution")
    return needs


def reopening(
    closed_at: datetime | None,
    event_at: datetime,
    cooldown_minutes: float,
    regression_days: float,
) -> str:
    """Return what a new deviation does to the last closed case of its fingerprint.

    "cooldown": it is too soon after the closing to count; "reopen": the case comes
    back as a regression; "new": a new case is opened. Without a closed case it is new.
    What happened before the closing but is known only now counts as happening at it.

    >>> closed = datetime(2026, 3, 2, 6)
    >>> reopening(closed, datetime(2026, 3, 2, 6, 30), 60, 7)
    'cooldown'
    >>> reopening(closed, datetime(2026, 3, 4), 60, 7)
    'reopen'
    >>> reopening(closed, datetime(2026, 4, 4), 60, 7)
    'new'
    """
    if not closed_at:
        return "new"
    since = max(event_at - closed_at, timedelta())
    if since < timedelta(minutes=cooldown_minutes):
        return "cooldown"
    if regression_days and since <= timedelta(days=regression_days):
        return "reopen"
    return "new"
