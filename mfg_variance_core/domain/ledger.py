"""What a row of the ledger says, how rows are chained, and what a break is.

A writer only adds a row with the hash of its own content, so writers never wait for
each other. One sealing job chains the rows afterwards: each seal hashes the seal before
it together with the row, so what is changed, removed or slipped in later shows.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

VERSION = 1
# what the first seal follows
GENESIS = "0" * 64
# the columns a row's content is the truth of
COLUMNS = (
    "kind",
    "at",
    "actor_ref",
    "origin",
    "res_model",
    "res_id",
    "res_name",
    "company_ref",
    "plant_ref",
    "case_ref",
)

MISSING = "missing"
CONTENT = "content"
COLUMN = "column"
UNSIGNED = "unsigned"
CHAIN = "chain"
SEAL = "seal"
UNPROVEN = "unproven"
ANCHOR = "anchor"


@dataclass(frozen=True)
class Entry:
    """A row of the ledger as it lies in the database."""

    id: int
    content: str
    content_hash: str
    signature: str
    recorded_at: datetime
    columns: Mapping


@dataclass(frozen=True)
class Seal:
    """A link of the chain: it seals one row and follows one seal."""

    id: int
    ledger_id: int
    previous: str
    hash: str


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold, and why."""

    reason: str
    ledger_id: int = 0
    seal_id: int = 0


@dataclass(frozen=True)
class Verdict:
    """How far the chain holds: its head, the rows counted, the first break."""

    head: str
    count: int = 0
    is_signed: bool = False
    broken: Break | None = None


@dataclass(frozen=True)
class Waiting:
    """Rows that no seal covers yet, and since when the oldest of them waits."""

    count: int
    since: datetime | None
    minutes: float


def plain(value):
    """Return what JSON can carry of a value; a text PostgreSQL would refuse is mended.

    >>> plain({"at": datetime(2026, 1, 2, 3, 4, 5), 1: ("a", {"b"})})
    {'at': '2026-01-02T03:04:05', '1': ['a', ['b']]}
    >>> plain("a\\x00b")
    'ab'
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value), key=str)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(item) for item in value]
    return plain(str(value))


def canonical(value) -> str:
    """Return the one text of a value: the same keys and values give the same text.

    >>> canonical({"b": 1, "a": "é"})
    '{"a":"\\\\u00e9","b":1}'
    """
    return json.dumps(
        plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal.

    >>> digest("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(text.encode()).hexdigest()


def content(columns: Mapping, data: Mapping) -> str:
    """Return the text of a row: its version, its columns and what happened.

    >>> content({"kind": "x"}, {"n": 1})
    '{"data":{"n":1},"kind":"x","v":1}'
    """
    return canonical({"v": VERSION, **columns, "data": data})


def sign(key: str, text: str) -> str:
    """Return the HMAC by which whoever holds the key knows a text for its own.

    >>> sign("k", "a") == sign("k", "a") != sign("other", "a")
    True
    >>> sign("", "a")
    ''
    """
    if not key:
        return ""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(keys: Iterable[str], text: str, signature: str) -> bool:
    """Return whether one of the keys signed the text.

    >>> is_signed(("new", "old"), "a", sign("old", "a")), is_signed(("new",), "a", "")
    (True, False)
    """
    return any(hmac.compare_digest(sign(key, text), signature or "") for key in keys)


def link(previous: str, entry: Entry) -> str:
    """Return the hash of the seal that follows ``previous`` and seals ``entry``.

    >>> one = Entry(7, "{}", digest("{}"), "", datetime(2026, 1, 2), {})
    >>> link(GENESIS, one) == link(GENESIS, one) != link(link(GENESIS, one), one)
    True
    """
    return digest(
        f"v{VERSION}|{previous}|{entry.id}|{entry.recorded_at:%Y-%m-%dT%H:%M:%S}|"
        f"{entry.content_hash}|{entry.signature}"
    )


def chain(previous: str, entries: Iterable[Entry]) -> list[tuple[int, str, str]]:
    """Return ``(row, seal before, seal)`` for rows sealed one after the other.

    >>> one = Entry(7, "{}", digest("{}"), "", datetime(2026, 1, 2), {})
    >>> [(row, before == GENESIS) for row, before, _seal in chain(GENESIS, (one, one))]
    [(7, True), (7, False)]
    """
    links = []
    for entry in entries:
        following = link(previous, entry)
        links.append((entry.id, previous, following))
        previous = following
    return links


def flaw(entry: Entry) -> str | None:
    """Return what is wrong with a row itself, or None: its hash, then its columns.

    >>> text = content({"kind": "a"}, {})
    >>> flaw(Entry(1, text, digest(text), "", datetime(2026, 1, 2), {"kind": "a"}))
    >>> flaw(Entry(1, text, digest("no"), "", datetime(2026, 1, 2), {"kind": "a"}))
    'content'
    >>> flaw(Entry(1, text, digest(text), "", datetime(2026, 1, 2), {"kind": "b"}))
    'column'
    """
    if digest(entry.content) != entry.content_hash:
        return CONTENT
    try:
        said = json.loads(entry.content)
    except ValueError:
        return CONTENT
    if any(plain(value) != said.get(name) for name, value in entry.columns.items()):
        return COLUMN
    return None


def verify(
    rows: Mapping[int, Entry],
    seals: Iterable[Seal],
    start: Verdict | None = None,
    keys: tuple[str, ...] = (),
) -> Verdict:
    """Follow the chain and return how far it holds and the first break, if any.

    Long chains are read in parts: the verdict of one part is the start of the next.
    With keys, rows have to be signed from the first signed one on. Without, signatures
    are not looked at.

    >>> text = content({"kind": "a"}, {})
    >>> one = Entry(7, text, digest(text), "", datetime(2026, 1, 2), {"kind": "a"})
    >>> seal = Seal(1, 7, GENESIS, link(GENESIS, one))
    >>> verify({7: one}, [seal]).count
    1
    >>> verify({}, [seal]).broken
    Break(reason='missing', ledger_id=7, seal_id=1)
    >>> verify({7: one}, [Seal(1, 7, GENESIS, "f" * 64)]).broken.reason
    'seal'
    >>> verify({7: one}, [Seal(2, 7, "f" * 64, link("f" * 64, one))]).broken.reason
    'chain'
    >>> signed = Entry(8, text, one.content_hash, sign("k", one.content_hash),
    ...                one.recorded_at, one.columns)
    >>> links = chain(GENESIS, [one, signed, one])
    >>> seals = [Seal(number, *parts) for number, parts in enumerate(links, 1)]
    >>> verify({7: one, 8: signed}, seals, keys=("k",)).broken
    Break(reason='unsigned', ledger_id=7, seal_id=3)
    """
    verdict = start or Verdict(GENESIS)
    head, count, signed = verdict.head, verdict.count, verdict.is_signed
    for seal in seals:
        entry = rows.get(seal.ledger_id)
        reason = None
        if seal.previous != head:
            reason = CHAIN
        elif entry is None:
            reason = MISSING
        else:
            reason = flaw(entry)
            if not reason and link(head, entry) != seal.hash:
                reason = SEAL
            if not reason and keys:
                own = is_signed(keys, entry.content_hash, entry.signature)
                reason = UNSIGNED if not own and (signed or entry.signature) else None
                signed = signed or own
        if reason:
            return Verdict(head, count, signed, Break(reason, seal.ledger_id, seal.id))
        head, count = seal.hash, count + 1
    return Verdict(head, count, signed)


def to_line(seal: Seal, entry: Entry) -> str:
    """Return a sealed row as a line of an export, with everything to verify it by.

    >>> text = content({"kind": "a"}, {})
    >>> one = Entry(7, text, digest(text), "", datetime(2026, 1, 2), {"kind": "a"})
    >>> seal = Seal(1, 7, GENESIS, link(GENESIS, one))
    >>> back, entry = from_line(to_line(seal, one))
    >>> back == seal, verify({7: entry}, [back]).count
    (True, 1)
    """
    return canonical(
        {
            "seal": seal.id,
            "row": entry.id,
            "previous": seal.previous,
            "hash": seal.hash,
            "recorded_at": entry.recorded_at,
            "content": entry.content,
            "content_hash": entry.content_hash,
            "signature": entry.signature,
        }
    )


def from_line(line: str) -> tuple[Seal, Entry]:
    """Return the seal and the row of a line of an export; see :func:`to_line`."""
    said = json.loads(line)
    return (
        Seal(said["seal"], said["row"], said["previous"], said["hash"]),
        Entry(
            said["row"],
            said["content"],
            said["content_hash"],
            said["signature"],
            datetime.fromisoformat(said["recorded_at"]),
            {},
        ),
    )


def waiting(count: int, since: datetime | None, now: datetime) -> Waiting:
    """Return how many rows wait for their seal, and for how long the oldest does.

    >>> waiting(2, datetime(2026, 1, 2, 8), datetime(2026, 1, 2, 9)).minutes
    60.0
    >>> waiting(0, None, datetime(2026, 1, 2, 9))
    Waiting(count=0, since=None, minutes=0.0)
    """
    age = (now - since).total_seconds() / 60 if since else 0.0
    return Waiting(count, since, max(0.0, age))


def anchor(key: str, head: str, number: int, moment: datetime, name: str) -> str:
    """Return the line that leaves the database: where the chain stood, and signed.

    >>> anchor("k", "ab", 3, datetime(2026, 1, 2, 3, 4, 5), "plant").split()[:4]
    ['v1', '2026-01-02T03:04:05', 'plant', '3']
    """
    said = f"v{VERSION} {moment:%Y-%m-%dT%H:%M:%S} {name} {number} {head}"
    return f"{said} {sign(key, said)}"


def read_anchor(line: str, keys: Iterable[str]) -> tuple[str, int, str] | None:
    """Return ``(name, seal number, head)`` of a line one of the keys signed, else None.

    >>> line = anchor("k", "ab", 3, datetime(2026, 1, 2, 3, 4, 5), "plant")
    >>> read_anchor(line, ("k",))
    ('plant', 3, 'ab')
    >>> read_anchor(line.replace("3 ab", "4 ab"), ("k",))
    >>> read_anchor("nonsense", ("k",))
    """
    said, _space, signature = line.strip().rpartition(" ")
    parts = said.split(" ")
    if len(parts) != 5 or not parts[3].isdigit():
        return None
    if not is_signed([key for key in keys if key], said, signature):
        return None
    return parts[2], int(parts[3]), parts[4]
