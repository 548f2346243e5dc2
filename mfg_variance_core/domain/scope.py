"""What a policy is for, and which of several policies wins.

The most specific scope wins. The order is total and reads like a dictionary: first
the operation counts, among equals the work center, then product, work center tag,
product category (a deeper one beats its ancestor), plant, company. So a combined scope
beats each of its parts (work center and product beat the work center alone), while no
sum of wide scopes beats a narrow one (plant and category do not beat the operation).
What is then still equal goes by the policy's sequence, and last by the version's id:
the older one wins.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# From the most specific to the least; the order of the rank in ``Match.specificity``.
_PARTS = (
    ("operation", "operation"),
    ("workcenter", "work center"),
    ("product", "product"),
    ("workcenter_tag", "work center tag"),
    ("product_category", "product category"),
    ("plant", "plant"),
    ("company", "company"),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a policy is limited to, as ids; empty means not limited by it."""

    plant: int | None = None
    product_category: int | None = None
    product: int | None = None
    operation: int | None = None
    workcenter: int | None = None
    workcenter_tag: int | None = None
    company: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What was measured, as ids; empty means the record has none.

    ``product_categories`` is the product's own category and then its ancestors,
    nearest first.
    """

    company: int | None
    plant: int | None
    product_categories: tuple[int, ...]
    product: int | None
    operation: int | None
    workcenter: int | None
    workcenter_tags: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a scope covers a subject, how closely, and why in a sentence.

    ``specificity`` compares with that of other scopes matched to the same subject: the
    greater is the more specific. It is empty when the scope does not match.
    """

    matches: bool
    specificity: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy version that may judge; ``specificity`` is that of its match."""

    version_id: int
    name: str
    sequence: int
    scope: Scope
    specificity: tuple[int, ...] | None = None


def match(scope: Scope, subject: Subject) -> Match:
    """Return whether a scope covers a subject, how closely and why.

    >>> milled = Subject(1, 2, (31, 30), 40, None, 50, (6,))
    >>> match(Scope(workcenter=50, company=1), milled)
    Match(matches=True, specificity=(0, 1, 0, 0, 0, 0, 1), reason='It is for this \
work center and company.')
    >>> match(Scope(product=41), milled).reason
    'It is for another product.'
    >>> match(Scope(operation=9), milled).reason
    'It is for one operation, and the record has none.'
    """
    ranks = []
    for field, label in _PARTS:
        wanted = getattr(scope, field)
        depth = _depth(field, wanted, subject) if wanted else 0
        if wanted and not depth:
            return Match(False, (), _refusal(field, label, subject))
        ranks.append(depth)
    return Match(True, tuple(ranks), _covering(scope))


def pick(
    candidates: Iterable[Candidate], subject: Subject | None = None
) -> tuple[Candidate | None, tuple[tuple[Candidate, str], ...]]:
    """Return the winner and the losers, each loser with the sentence why.

    With a subject, candidates that do not match it lose with the reason of the match.
    Without one all candidates are taken as matching, ranked by the specificity they
    carry, and those that carry none by their scope alone (then an ancestor category
    ranks like its descendant).

    >>> winner, losers = pick([
    ...     Candidate(1, "All time", 10, Scope()),
    ...     Candidate(2, "The mill", 10, Scope(workcenter=50)),
    ... ])
    >>> winner.name
    'The mill'
    >>> [(loser.name, sentence) for loser, sentence in losers]
    [('All time', '“The mill” is more specific: it is for this work center.')]
    """
    ranked, losers = [], []
    for candidate in candidates:
        if subject is None:
            specificity = candidate.specificity or _own_specificity(candidate.scope)
        else:
            matched = match(candidate.scope, subject)
            if not matched.matches:
                losers.append((candidate, matched.reason))
                continue
            specificity = matched.specificity
        key = (
            tuple(-rank for rank in specificity),
            candidate.sequence,
            candidate.version_id,
        )
        ranked.append((key, candidate))
    ranked.sort(key=lambda pair: pair[0])
    if not ranked:
        return None, tuple(losers)
    (best, winner), *rest = ranked
    beaten = [(loser, _lost(best, winner, key)) for key, loser in rest]
    return winner, tuple(beaten + losers)


def _depth(field: str, wanted: int, subject: Subject) -> int:
    """Return 0 when the subject lacks what is wanted, else how deep it was found."""
    if field == "product_category":
        chain = subject.product_categories
        return len(chain) - chain.index(wanted) if wanted in chain else 0
    if field == "workcenter_tag":
        return int(wanted in subject.workcenter_tags)
    return int(getattr(subject, field) == wanted)


def _refusal(field: str, label: str, subject: Subject) -> str:
    plural = {
        "product_category": "product_categories",
        "workcenter_tag": "workcenter_tags",
    }
    if getattr(subject, plural.get(field, field)):
        return f"It is for another {label}."
    return f"It is for one {label}, and the record has none."


def _covering(scope: Scope) -> str:
    labels = [label for field, label in _PARTS if getattr(scope, field)]
    if not labels:
        return "It is for everything."
    *first, last = labels
    named = f"{', '.join(first)} and {last}" if first else last
    return f"It is for this {named}."


def _own_specificity(scope: Scope) -> tuple[int, ...]:
    return tuple(int(bool(getattr(scope, field))) for field, _label in _PARTS)


def _lost(best: tuple, winner: Candidate, key: tuple) -> str:
    """Return why a candidate with a key lost to the winner, as a sentence."""
    if key[0] != best[0]:
        reason = _covering(winner.scope)
        reason = reason[0].lower() + reason[1:]
        return f"“{winner.name}” is more specific: {reason}"
    if key[1] != best[1]:
        return f"“{winner.name}” is as specific and comes first in the sequence."
    return f"“{winner.name}” is as specific and comes first because it is older."
