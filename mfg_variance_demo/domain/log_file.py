"""Read a machine shop's production log (CSV) into typed rows and rejected lines.

The layout is that of the log published by D. Levy (4TU.ResearchData, see the
addon's readme): one report of a worker per line. Each physical line is parsed on
its own, so a damaged line (a stray quote, wrong bytes) never takes its neighbours
with it. Nothing is repaired: a line is either kept as it stands or rejected with
one reason.
"""

import csv
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

WRONG_ENCODING = "wrong_encoding"
WRONG_COLUMNS = "wrong_columns"
MISSING_NAME = "missing_name"
UNKNOWN_TYPE = "unknown_type"
NO_TIME = "no_time"
UNREADABLE_TIME = "unreadable_time"
END_BEFORE_START = "end_before_start"
NOT_A_NUMBER = "not_a_number"
DUPLICATE_ROW = "duplicate_row"
ORDER_MISMATCH = "order_mismatch"

# In order of precedence: a line with several faults is rejected for the first.
REASONS = {
    WRONG_ENCODING: "The line is not valid text in the file's encoding.",
    WRONG_COLUMNS: "The number of cells differs from the heading, or a quote is open.",
    MISSING_NAME: "Case, resource or part is empty.",
    UNKNOWN_TYPE: "The report type is not S, D or B.",
    NO_TIME: "The start or the completion has no time.",
    UNREADABLE_TIME: "The start or the completion is not a date and time.",
    NOT_A_NUMBER: "A quantity is not a number, or the order's quantity is zero.",
    END_BEFORE_START: "The completion lies before the start.",
    DUPLICATE_ROW: "The line is identical to an earlier one.",
    ORDER_MISMATCH: "Part or quantity differ from the first line of the same case.",
}
_PRECEDENCE = {reason: index for index, reason in enumerate(REASONS)}

SETUP, PRODUCTION, BREAKDOWN = "S", "D", "B"

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_MOMENT = re.compile(
    r"(\d{4})[-/](\d{2})[-/](\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?",
    re.ASCII,
)
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


class NotALogError(ValueError):
    """The file as a whole is no production log; ``missing`` names what it lacks."""

    def __init__(self, missing):
        super().__init__("Missing columns: " + ", ".join(missing))
        self.missing = tuple(missing)


def _name(value):
    if not value.strip():
        raise PydanticCustomError(MISSING_NAME, REASONS[MISSING_NAME])
    return " ".join(value.split())


def _report_type(value):
    if value.strip() not in (SETUP, PRODUCTION, BREAKDOWN):
        raise PydanticCustomError(UNKNOWN_TYPE, REASONS[UNKNOWN_TYPE])
    return value.strip()


def _quantity(value):
    if not _NUMBER.fullmatch(value.strip()):
        raise PydanticCustomError(NOT_A_NUMBER, REASONS[NOT_A_NUMBER])
    return float(value)


def _order_quantity(value):
    quantity = _quantity(value)
    if not quantity:
        raise PydanticCustomError(NOT_A_NUMBER, REASONS[NOT_A_NUMBER])
    return quantity


def read_moment(text):
    """The naive UTC datetime written as ``text``, seconds optional.

    >>> read_moment("2012-01-29 23:24:00")
    datetime.datetime(2012, 1, 29, 23, 24)
    >>> read_moment("2012/01/29 23:24:00.000")
    datetime.datetime(2012, 1, 29, 23, 24)
    >>> read_moment("29.01.2012")
    Traceback (most recent call last):
    ...
    ValueError: not a date and time
    """
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError("not a date and time")
    return datetime(*(int(part or 0) for part in match.groups()))


def _moment(value):
    text = value.strip()
    if not text:
        raise PydanticCustomError(NO_TIME, REASONS[NO_TIME])
    try:
        return read_moment(text)
    except ValueError:
        raise PydanticCustomError(UNREADABLE_TIME, REASONS[UNREADABLE_TIME]) from None


Name = Annotated[str, BeforeValidator(_name)]
Quantity = Annotated[float, BeforeValidator(_quantity)]
Moment = Annotated[datetime, BeforeValidator(_moment)]


class LogRow(BaseModel):
    """One kept report: who did what on which machine for which order, and when."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    line: int
    case_id: Name
    resource: Name
    part: Name
    worker: str
    report_type: Annotated[str, BeforeValidator(_report_type)]
    start: Moment
    end: Moment
    order_quantity: Annotated[float, BeforeValidator(_order_quantity)]
    completed: Quantity
    rejected: Quantity

    @model_validator(mode="after")
    def _check_order_of_times(self):
        if self.end < self.start:
            raise PydanticCustomError(END_BEFORE_START, REASONS[END_BEFORE_START])
        return self


# The published file writes "Work Order  Qty" with two spaces; headings are compared
# with runs of white space and letter case ignored.
_COLUMNS = {
    "case_id": "Case ID",
    "resource": "Resource",
    "start": "Start Timestamp",
    "end": "Complete Timestamp",
    "order_quantity": "Work Order Qty",
    "part": "Part Desc.",
    "worker": "Worker ID",
    "report_type": "Report Type",
    "completed": "Qty Completed",
    "rejected": "Qty Rejected",
}


@dataclass(frozen=True)
class Reject:
    """One line left out, as it stood in the file."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class LogFile:
    """What a file contained; ``rows_read`` counts kept and rejected lines."""

    rows: tuple
    rejects: tuple

    @property
    def rows_read(self):
        return len(self.rows) + len(self.rejects)


def decode(content):
    """Text of the file; bytes foreign to its encoding stay as lone surrogates.

    UTF-8 is assumed unless a byte order mark says otherwise. The surrogates let the
    reader reject exactly the lines that hold such bytes.

    >>> decode(b"Case 1,M\\xfcller") == "Case 1,M\\udcfcller"
    True
    """
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
            return content.decode(encoding, errors=errors)
    return content.decode("utf-8", errors="surrogateescape")


def _is_foreign(line):
    return any("\ud800" <= char <= "\udfff" or char in "\x00\ufffd" for char in line)


def _cells(line):
    """Cells of one physical line, None when a quote is left open."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return None


def _heading_key(heading):
    return " ".join(heading.split()).casefold()


def _positions(heading):
    """Where each column stands; raise :class:`NotALogError` when one is missing."""
    found = {}
    for index, cell in enumerate(heading or []):
        found.setdefault(_heading_key(cell), index)
    missing = [name for name in _COLUMNS.values() if _heading_key(name) not in found]
    if missing:
        raise NotALogError(missing)
    return {field: found[_heading_key(name)] for field, name in _COLUMNS.items()}


def _reason(error):
    """The fault that comes first in :data:`REASONS`."""
    return min((item["type"] for item in error.errors()), key=_PRECEDENCE.__getitem__)


class _Reader:
    """Judges line after line, knowing what stood above."""

    def __init__(self, heading):
        self.positions = _positions(heading)
        self.width = len(heading)
        self.seen = set()
        self.orders = {}

    def judge(self, number, line):
        """The :class:`LogRow` of one line, or its :class:`Reject`."""
        result = self._row_or_reason(number, line)
        if isinstance(result, LogRow):
            return result
        text = line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return Reject(number, result, text)

    def _row_or_reason(self, number, line):
        if _is_foreign(line):
            return WRONG_ENCODING
        cells = _cells(line)
        if cells is None or len(cells) != self.width:
            return WRONG_COLUMNS
        values = {field: cells[index] for field, index in self.positions.items()}
        try:
            row = LogRow(line=number, **values)
        except ValidationError as error:
            return _reason(error)
        if tuple(cells) in self.seen:
            return DUPLICATE_ROW
        order = (row.part, row.order_quantity)
        if self.orders.setdefault(row.case_id, order) != order:
            return ORDER_MISMATCH
        self.seen.add(tuple(cells))
        return row


def read_log(content):
    """Rows and rejects of the file's bytes; blank lines count as nothing.

    Raise :class:`NotALogError` when the first line is not the log's heading.
    """
    lines = re.split(r"\r\n|\n|\r", decode(content))
    reader = _Reader(_cells(lines[0]))
    rows, rejects = [], []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        result = reader.judge(number, line)
        (rows if isinstance(result, LogRow) else rejects).append(result)
    return LogFile(tuple(rows), tuple(rejects))


def rejects_csv(rejects):
    """Lines of the rejects file: line number, reason and the line as it stood."""
    yield ("Line", "Reason", "Explanation", "Text")
    for reject in rejects:
        yield (reject.line, reject.reason, REASONS[reject.reason], reject.text)
