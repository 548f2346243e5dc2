"""What people do about held lots: in order, in working days, before the story ends."""

from datetime import datetime, timedelta

import pytest

UNTIL = datetime(2026, 6, 18, 13, 0)


@pytest.fixture(scope="module")
def acts_of(domain):
    def acts(count=60, until=UNTIL, seed=1):
        story = domain.story
        orders = story.tell(count, until, seed)
        found = domain.story_governance.acts(
            orders, until, story.to_local, story.to_utc
        )
        return orders, found

    return acts


def moment(acts, name):
    return next(act.moment for act in acts if act.name == name)


@pytest.mark.parametrize("seed", range(20))
def test_decisions_follow_what_they_decide(acts_of, seed):
    _orders, acts = acts_of(seed=seed)
    names = [act.name for act in acts]
    for before, after in (
        ("answer_hold", "ask_to_use"),
        ("ask_to_use", "grant_use"),
        ("grant_use", "ask_to_sort"),
        ("ask_to_sort", "approve_sort"),
        ("ask_to_scrap", "approve_scrap"),
        ("resolve_case", "verify_case"),
        ("hold_next_lot", "grant_use_next"),
        ("grant_use_next", "ask_to_release_next"),
    ):
        if after in names:
            assert moment(acts, before) < moment(acts, after)


@pytest.mark.parametrize("day", range(7))
def test_nothing_is_done_after_the_end(acts_of, day):
    until = UNTIL + timedelta(days=day, hours=3 * day)
    _orders, acts = acts_of(until=until)
    assert acts[-1].moment < until
    assert "ask_to_release_next" in [act.name for act in acts]


@pytest.mark.parametrize("seed", range(20))
def test_lot_is_used_again_before_what_was_begun_is_closed(acts_of, domain, seed):
    orders, acts = acts_of(count=300, seed=seed)
    pieces = domain.story_pieces
    bad = sorted(
        pieces.closed_at(order)
        for order in orders
        if order.pieces.fault == pieces.BAD_LOT
    )
    for closing in bad[1:]:
        assert moment(acts, "grant_use") < closing < moment(acts, "ask_to_sort")


def test_who_comes_later_is_kept_from_the_bad_lot(acts_of, domain):
    orders, _acts = acts_of(count=300)
    spared = [order for order in orders if order.pieces.spared]
    assert spared
    assert {order.pieces.lot for order in spared} == {domain.story_pieces.NEXT_LOT}
