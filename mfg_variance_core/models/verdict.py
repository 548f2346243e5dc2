from dataclasses import dataclass, field

from .fact import Fact


@dataclass(slots=True)
class Judged:
    """A fact on its way to a measurement: which version judged it, and the outcome."""

    fact: Fact
    timeliness: str
    shift_id: int | bool = False
    version: object = None
    verdict: object = None
    outcome: str | None = None
    detail: str | None = None
    considered: list = field(default_factory=list)
    shadow_hits: list = field(default_factory=list)
    exception: object = None
    fingerprint: str | None = None
    # the measurements this one takes the place of, an empty recordset if none
    replaced: object = None
    # what mutes it, as values of the measurement; empty if nothing does
    muted_by: dict = field(default_factory=dict)
    # the accepted deviations it has outgrown: silences that end with it
    outgrown: tuple = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """The readings of one metric, judged and with their cases, not yet stored.

    ``earlier`` are the current measurements by source; ``opened`` what
    ``_assign_cases`` says has to be reacted to.
    """

    metric: object
    judged: list
    earlier: dict
    opened: list
