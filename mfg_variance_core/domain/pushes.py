"""Whether a case may call somebody, or only joins the list he reads anyway."""

from dataclasses import dataclass

from .outcomes import rank

PUSH = "push"
LATE = "late"
SHELVED = "shelved"
CHATTERING = "chattering"
TOLD = "told"
BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class Call:
    """What decides whether a case calls its owner.

    ``told`` is the severity the incident has called for already; ``count`` how many
    cases have called this person in this shift, of at most ``limit``.
    """

    severity: str
    is_timely: bool = True
    is_shelved: bool = False
    is_chattering: bool = False
    told: str | None = None
    count: int = 0
    limit: int = 0


def decide(call: Call) -> str:
    """Return what becomes of a call: "push", or the reason why nobody is called.

    What is critical is bundled with nothing and held back by no chatter; a limit of 0
    means there is none.

    >>> decide(Call("major"))
    'push'
    >>> decide(Call("major", told="major"))
    'told'
    >>> [decide(Call(one, count=6, limit=6)) for one in ("major", "critical")]
    ['bundled', 'push']
    """
    is_critical = rank(call.severity) >= rank("critical")
    if not call.is_timely:
        return LATE
    if call.is_shelved:
        return SHELVED
    if call.is_chattering and not is_critical:
        return CHATTERING
    if rank(call.told) >= rank(call.severity):
        return TOLD
    if call.limit and call.count >= call.limit and not is_critical:
        return BUNDLED
    return PUSH


def is_bundle_told(held_back: int, limit: int) -> bool:
    """Return whether a held back call is told in one line: the first, then every few.

    ``held_back`` counts the calls held back in this shift, this one included.

    >>> [n for n in range(1, 20) if is_bundle_told(n, 6)]
    [1, 7, 13, 19]
    """
    return bool(limit) and (held_back - 1) % limit == 0
