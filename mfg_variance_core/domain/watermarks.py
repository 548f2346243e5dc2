"""How far a scheduled pass has got in rows that other transactions still write.

Ids are drawn when a row is written and seen when its transaction commits: a lower id
may appear after a higher one was read. So what was read counts as done only when every
transaction has ended that was running at the time. Transactions are told apart by
PostgreSQL's snapshot: all numbers below ``oldest_running`` have ended, none from
``next_number`` on had begun.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watermark:
    """Up to ``settled`` nothing new can appear; ``seen`` was read when the next
    transaction was ``seen_at``, and is settled as soon as all before that have ended.
    """

    settled: int = 0
    seen: int = 0
    seen_at: int = 0


def advance(
    mark: Watermark, newest: int, oldest_running: int, next_number: int
) -> Watermark:
    """Return the mark after a pass that read up to ``newest``.

    ``oldest_running`` and ``next_number`` are those of the snapshot the pass read by.

    >>> advance(Watermark(), 50, oldest_running=900, next_number=900)
    Watermark(settled=50, seen=50, seen_at=900)
    >>> busy = advance(Watermark(), 50, oldest_running=880, next_number=900)
    >>> busy
    Watermark(settled=0, seen=50, seen_at=900)
    >>> advance(busy, 70, oldest_running=890, next_number=930)
    Watermark(settled=0, seen=50, seen_at=900)
    >>> advance(busy, 70, oldest_running=910, next_number=930)
    Watermark(settled=50, seen=70, seen_at=930)
    """
    newest = max(newest, mark.settled)
    if oldest_running >= next_number:
        return Watermark(newest, newest, next_number)
    # a restored database counts its transactions anew: all of before have ended
    is_over = mark.seen_at <= oldest_running or mark.seen_at > next_number
    if is_over:
        return Watermark(max(mark.settled, mark.seen), newest, next_number)
    return mark
