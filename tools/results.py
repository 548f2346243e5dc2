"""Counts of checks and tests, summed into the closing line."""

from collections import Counter
from dataclasses import dataclass, field

OUTCOMES = ("passed", "failed", "skipped")


@dataclass
class Results:
    """What ran, by outcome; failures keep their name and their reason."""

    counts: Counter = field(default_factory=Counter)
    failures: list = field(default_factory=list)

    def add(self, outcome, name="", why="", number=1):
        """Count `number` checks of one outcome."""
        if outcome not in OUTCOMES:
            raise ValueError(f"unknown outcome {outcome!r}")
        self.counts[outcome] += number
        if outcome == "failed":
            self.failures.append((name, why))

    def merge(self, other):
        self.counts.update(other.counts)
        self.failures += other.failures

    @property
    def is_good(self):
        return not self.counts["failed"] and bool(self.counts["passed"])

    def closing_line(self):
        """`N passed, N failed`, then skipped ones when there are any.

        >>> results = Results()
        >>> results.add("passed", number=3)
        >>> results.closing_line()
        '3 passed, 0 failed'
        """
        line = f"{self.counts['passed']} passed, {self.counts['failed']} failed"
        skipped = self.counts["skipped"]
        return f"{line}, {skipped} skipped" if skipped else line
