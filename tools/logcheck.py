"""A server log is clean when every warning and error in it is known and explained."""

import re
from pathlib import Path

KNOWN = Path(__file__).with_name("known_warnings.txt")
LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) \S+"
    r" (?P<logger>\S+): (?P<text>.*)$"
)
BAD_LEVELS = {"WARNING", "ERROR", "CRITICAL"}
# A failed test is counted as such; its report in the log is no second failure.
TEST_REPORT = re.compile(
    r"(FAIL|ERROR): (Test|Subtest|setUpClass|tearDownClass|\w+\.test_)"
)


def known_patterns(path=KNOWN):
    """The compiled expressions of the commented list."""
    rows = (line.strip() for line in path.read_text().splitlines())
    return [re.compile(row) for row in rows if row and not row.startswith("#")]


def unexpected(text, known):
    """Bad lines of a log that no known pattern explains, in order, each once."""
    found = {}
    for line in text.splitlines():
        row = LINE.match(line)
        if not row or row["level"] not in BAD_LEVELS:
            continue
        said = f"{row['logger']}: {row['text']}"
        if TEST_REPORT.match(row["text"]) or any(
            pattern.search(said) for pattern in known
        ):
            continue
        found.setdefault(said, f"{row['level']} {said}")
    return list(found.values())


def check_files(paths, known=None):
    """{path: unexpected lines} of the logs that have any."""
    known = known_patterns() if known is None else known
    bad = {}
    for path in paths:
        rows = (
            unexpected(path.read_text(errors="replace"), known) if path.exists() else []
        )
        if rows:
            bad[path] = rows
    return bad
