"""The most specific policy wins, and every loser hears why it lost."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from variance_domain.scope import Candidate, Scope, Subject, match, pick

SUBJECT = Subject(
    company=1,
    plant=2,
    product_categories=(33, 32, 31),
    product=4,
    operation=5,
    workcenter=6,
    workcenter_tags=(7, 8),
)
# From the most specific to the least.
LADDER = (
    Scope(operation=5),
    Scope(workcenter=6, product=4),
    Scope(workcenter=6),
    Scope(product=4, plant=2),
    Scope(product=4),
    Scope(workcenter_tag=8, plant=2, company=1),
    Scope(workcenter_tag=7),
    Scope(product_category=33),
    Scope(product_category=32, plant=2),
    Scope(product_category=32),
    Scope(product_category=31),
    Scope(plant=2, company=1),
    Scope(plant=2),
    Scope(company=1),
    Scope(),
)


def candidates(scopes, sequence=10):
    return [
        Candidate(number, f"P{number}", sequence, scope)
        for number, scope in enumerate(scopes, start=1)
    ]


def test_the_ladder_of_scopes_is_strictly_falling():
    ranks = [match(scope, SUBJECT).specificity for scope in LADDER]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == len(ranks)


@given(st.lists(st.sampled_from(LADDER), min_size=1, unique=True), st.randoms())
def test_the_most_specific_wins_in_whatever_order(scopes, rng: random.Random):
    given_in_order = candidates(scopes)
    rng.shuffle(given_in_order)
    winner, losers = pick(given_in_order, SUBJECT)
    assert winner.scope == min(scopes, key=LADDER.index)
    assert {loser.version_id for loser, _ in losers} | {winner.version_id} == set(
        range(1, len(scopes) + 1)
    )
    assert all(sentence.endswith(".") for _, sentence in losers)


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        (Scope(company=9), "It is for another company."),
        (Scope(plant=2, operation=9), "It is for another operation."),
        (Scope(product_category=30), "It is for another product category."),
        (Scope(workcenter_tag=9), "It is for another work center tag."),
    ],
)
def test_a_scope_that_does_not_match_says_which_part(scope, reason):
    found = match(scope, SUBJECT)
    assert (found.matches, found.specificity, found.reason) == (False, (), reason)


def test_a_record_without_the_part_is_told_so():
    bare = Subject(1, None, (), None, None, None, ())
    reason = match(Scope(workcenter_tag=7), bare).reason
    assert reason == "It is for one work center tag, and the record has none."


def test_an_empty_scope_matches_a_bare_record():
    assert match(Scope(), Subject(None, None, (), None, None, None, ())).matches


def test_a_match_names_its_parts():
    assert match(Scope(), SUBJECT).reason == "It is for everything."
    assert match(Scope(product=4, plant=2, company=1), SUBJECT).reason == (
        "It is for this product, plant and company."
    )


def test_equal_scopes_go_by_sequence_and_then_by_age():
    first, second, third = (
        Candidate(3, "New", 5, Scope(plant=2)),
        Candidate(1, "Oldest", 10, Scope(plant=2)),
        Candidate(2, "Older", 10, Scope(plant=2)),
    )
    winner, losers = pick([third, second, first], SUBJECT)
    assert winner is first
    assert [loser for loser, _ in losers] == [second, third]
    assert "comes first in the sequence" in losers[0][1]
    winner, losers = pick([third, second], SUBJECT)
    assert winner is second
    assert "it is older" in losers[0][1]


def test_candidates_that_do_not_match_lose_with_the_reason():
    winner, losers = pick(candidates([Scope(plant=9), Scope()]), SUBJECT)
    assert winner.scope == Scope()
    assert [sentence for _, sentence in losers] == ["It is for another plant."]


def test_without_a_candidate_nobody_wins():
    assert pick([], SUBJECT) == (None, ())
    winner, losers = pick(candidates([Scope(plant=9)]), SUBJECT)
    assert winner is None
    assert len(losers) == 1


def test_without_a_subject_the_specificity_carried_decides():
    carried = [
        Candidate(n, f"P{n}", 10, scope, match(scope, SUBJECT).specificity)
        for n, scope in enumerate((Scope(product_category=31), LADDER[7]), start=1)
    ]
    assert pick(carried)[0].version_id == 2
    assert pick(candidates([Scope(), Scope(plant=2)]))[0].version_id == 2
