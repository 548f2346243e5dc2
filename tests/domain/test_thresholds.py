"""How much is too much, when it opens a case, and when the running work gets there."""

from dataclasses import astuple, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from variance_domain.outcomes import rank
from variance_domain.thresholds import (
    Limit,
    Reading,
    Tolerance,
    check,
    judge,
    next_crossing,
)

PACK = Tolerance(
    (
        Limit("info", 25, 30),
        Limit("warning", 50, 60),
        Limit("major", 100, 120, money_alone=500),
    ),
    minimum_sample=5,
)


def severity(planned, actual, tolerance=PACK, **reading):
    verdict = judge(tolerance, Reading(planned, actual, **reading))
    return verdict.severity, verdict.shade_only


@pytest.mark.parametrize(
    ("planned", "actual", "expected"),
    [
        (120, 149, (None, False)),
        (120, 150, ("info", True)),
        (120, 180, ("warning", False)),
        (120, 240, ("major", False)),
        # percent and floor both: neither 300 % of a minute nor an hour of a week
        (1, 4, (None, False)),
        (10000, 10060, (None, False)),
        (120, 10, (None, False)),
        (120, 120, (None, False)),
    ],
)
def test_the_pack_for_time(planned, actual, expected):
    assert severity(planned, actual) == expected


def test_float_noise_below_a_limit_reaches_it():
    tolerance = Tolerance((Limit("warning", 0, 0.3),))
    assert severity(0.1, 0.1 + 0.1 * 3 - 1e-12, tolerance) == ("warning", False)


def test_a_deviation_below_a_step_is_none():
    verdict = judge(Tolerance((Limit("warning", 0, 1e-9),)), Reading(1, 1 + 1e-8))
    assert (verdict.severity, verdict.deviation) == (None, 0.0)
    assert verdict.sentence == "As planned, 1 min."


def test_money_beside_time_is_asked_for_too():
    tolerance = Tolerance((Limit("warning", 50, 60, money=40),))
    assert severity(100, 200, tolerance, amount=39.0)[0] is None
    assert severity(100, 200, tolerance, amount=40.0)[0] == "warning"
    assert severity(100, 120, tolerance, amount=400.0)[0] is None
    verdict = judge(tolerance, Reading(100, 200))
    assert verdict.severity is None
    assert "the cost is not known" in verdict.limits[0].sentence


def test_a_saving_reaches_no_cost():
    assert severity(120, 125, amount=-900) == (None, False)


def test_money_alone_raises_the_severity():
    assert severity(1000, 1010, amount=500) == ("major", False)
    assert severity(1000, 1010, amount=499)[0] is None
    assert severity(1000, 990, amount=-500)[0] is None


@pytest.mark.parametrize(
    ("source", "sample_size", "shades"),
    [
        ("borrowed", 100, True),
        ("history", 4, True),
        ("history", None, True),
        ("history", 5, False),
        ("engineered", None, False),
        (None, None, False),
    ],
)
def test_a_weak_standard_may_only_shade(source, sample_size, shades):
    found = severity(100, 400, source=source, sample_size=sample_size)
    assert found == ("major", shades)


def test_a_limit_not_yet_confirmed_only_shades():
    tolerance = replace(PACK, confirm=10)
    assert severity(120, 185, tolerance) == ("warning", True)
    assert severity(120, 190, tolerance) == ("warning", False)
    # major is reached but only warning is confirmed
    assert severity(120, 245, tolerance) == ("warning", False)
    assert severity(120, 250, tolerance) == ("major", False)


@pytest.mark.parametrize(
    ("direction", "actual", "expected"),
    [("lower", 40, "warning"), ("lower", 400, None)]
    + [("both", 20, "warning"), ("both", 180, "warning"), ("higher", 20, None)],
)
def test_only_the_bad_side_counts(direction, actual, expected):
    tolerance = Tolerance((Limit("warning", 60, 60),), direction=direction)
    assert severity(100, actual, tolerance)[0] == expected


def test_without_a_plan_only_the_cost_is_judged():
    assert severity(0, 400)[0] is None
    assert severity(0, 400, amount=600)[0] == "major"
    verdict = judge(PACK, Reading(0, 400))
    assert verdict.deviation_percent is None
    assert "nothing was planned" in verdict.sentence


@pytest.mark.parametrize(
    ("clear_percent", "actual", "cleared"),
    [
        (None, 124, True),
        (None, 125, False),
        (10, 111, False),
        (10, 110, True),
        (10, 50, True),
    ],
)
def test_a_condition_clears_below_its_clear_limit(clear_percent, actual, cleared):
    limits = (Limit("info", 25), Limit("warning", 50))
    tolerance = Tolerance(limits, clear_percent=clear_percent)
    assert judge(tolerance, Reading(100, actual)).cleared is cleared


def test_every_limit_says_how_the_reading_stands():
    verdict = judge(PACK, Reading(120, 190, unit="pieces"))
    assert [result.sentence for result in verdict.limits] == [
        "Info from 25 % and 30 pieces: reached.",
        "Warning from 50 % and 60 pieces: reached.",
        "Major from 100 % and 120 pieces or a cost of 500.00 alone:"
        " not reached, the cost is not known.",
    ]


@pytest.mark.parametrize(
    ("reading", "sentence"),
    [
        (Reading(120, 100), "20 min below the plan of 120 min (16.7 %): within"),
        (Reading(120, 160), "only shaded because info never opens an exception."),
        (Reading(120, 300, source="borrowed"), "borrowed from other products."),
        (Reading(120, 300, source="history", sample_size=3), "on 3 past orders and 5"),
    ],
)
def test_the_verdict_says_why(reading, sentence):
    assert sentence in judge(PACK, reading).sentence


def test_running_work_is_woken_for_the_next_severity():
    assert next_crossing(PACK, 120) == ("warning", 180)
    assert next_crossing(PACK, 120, "info") == ("warning", 180)
    assert next_crossing(PACK, 120, "warning") == ("major", 240)
    assert next_crossing(PACK, 120, "major") is None


def test_running_work_reaches_a_cost_by_its_rate():
    # 500 at 1000 an hour are 30 minutes, before the 60 of the warning
    assert next_crossing(PACK, 120, rate=1000) == ("major", 150)


def test_running_work_with_a_weak_standard_is_not_woken_for():
    assert next_crossing(PACK, 120, source="borrowed") is None
    assert next_crossing(PACK, 120, source="history", sample_size=4) is None


def test_time_alone_never_reaches_a_cost_without_a_rate():
    tolerance = Tolerance((Limit("major", money=100),))
    assert next_crossing(tolerance, 120) is None
    assert next_crossing(tolerance, 120, rate=60) == ("major", 220)
    assert next_crossing(replace(tolerance, direction="lower"), 120, rate=60) is None


def test_a_sound_pack_has_no_complaint():
    assert check(PACK) == []
    critical = Limit("critical", 200, 240, money=1000)
    assert check(replace(PACK, limits=(*PACK.limits, critical))) == []


@pytest.mark.parametrize(
    ("tolerance", "complaint"),
    [
        (Tolerance(()), ("no_limit", None, None)),
        (Tolerance((Limit("fatal", 50),)), ("unknown_severity", "fatal", None)),
        (Tolerance((Limit("warning"),)), ("empty_limit", "warning", None)),
        (Tolerance((Limit("warning", -5, 60),)), ("negative_figure", "warning", None)),
        (
            Tolerance((Limit("warning", 50), Limit("warning", 60))),
            ("repeated_severity", "warning", None),
        ),
        (
            Tolerance((Limit("warning", 100, 60), Limit("major", 50, 120))),
            ("order", "major", "warning"),
        ),
        (
            Tolerance((Limit("info", 50, 60), Limit("warning", money_alone=5))),
            None,
        ),
        (
            Tolerance((Limit("warning", 50, 60), Limit("major", 50, 60))),
            ("order", "major", "warning"),
        ),
        (
            Tolerance((Limit("warning", money_alone=500), Limit("major", money=500))),
            ("order", "major", "warning"),
        ),
        (
            Tolerance(
                (Limit("info", 90), Limit("warning", money=9), Limit("major", 80))
            ),
            ("order", "major", "info"),
        ),
        (
            Tolerance((Limit("critical", 300, 600),)),
            ("critical_without_cost", "critical", None),
        ),
        (replace(PACK, direction="up"), ("unknown_direction", None, None)),
        (replace(PACK, confirm=-1), ("negative_confirm", None, None)),
        (replace(PACK, minimum_sample=-1), ("negative_sample", None, None)),
        (replace(PACK, clear_percent=-1), ("negative_clear", None, None)),
        (replace(PACK, clear_percent=25), ("clear_too_high", None, None)),
    ],
)
def test_a_tolerance_that_makes_no_sense_is_refused(tolerance, complaint):
    problems = check(tolerance)
    if complaint is None:
        assert problems == []
    else:
        assert [astuple(problem) for problem in problems] == [complaint]


figures = st.sampled_from((0, 10, 25, 50, 100.5, 300))
limit_sets = st.lists(
    st.builds(
        Limit,
        st.sampled_from(("info", "warning", "major", "critical")),
        figures,
        figures,
        figures,
        figures,
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda limit: limit.severity,
).map(tuple)
tolerances = st.builds(Tolerance, limit_sets, confirm=st.sampled_from((0, 2.5, 20)))
plans = st.just(0) | st.floats(1, 5000)
rates = st.none() | st.floats(1, 500)


def read(planned, actual, rate):
    amount = None if rate is None else (actual - planned) / 60 * rate
    return Reading(planned, actual, amount)


def badness(verdict):
    return verdict.severity is not None and not verdict.shade_only, rank(
        verdict.severity
    )


@given(tolerances, plans, rates, st.floats(0, 9000), st.floats(0, 9000))
def test_more_of_the_bad_is_never_judged_milder(tolerance, planned, rate, one, other):
    less, more = sorted((one, other))
    mild = judge(tolerance, read(planned, less, rate))
    harsh = judge(tolerance, read(planned, more, rate))
    assert badness(mild) <= badness(harsh)
    if mild.severity is None and not mild.cleared:
        assert not harsh.cleared


@given(tolerances, plans, rates, st.floats(0, 9000))
def test_a_verdict_is_one_of_its_limits(tolerance, planned, rate, actual):
    verdict = judge(tolerance, read(planned, actual, rate))
    exceeded = {result.severity for result in verdict.limits if result.exceeded}
    assert verdict.severity in (exceeded or {None})
    assert all(r.exceeded for r in verdict.limits if r.confirmed)
    assert verdict.cleared is not bool(exceeded)


@given(tolerances, plans, rates, st.sampled_from((None, "info", "warning", "major")))
def test_the_next_crossing_is_where_the_verdict_turns(
    tolerance, planned, rate, current
):
    crossing = next_crossing(tolerance, planned, current, rate)
    far = judge(tolerance, read(planned, 1e7, rate))
    if crossing is None:
        assert far.shade_only or rank(far.severity) <= rank(current)
        return
    name, minutes = crossing
    assume(minutes - planned > 0.01)
    reached = judge(tolerance, read(planned, minutes, rate))
    assert (reached.severity, reached.shade_only) == (name, False)
    before = judge(tolerance, read(planned, minutes - 0.005, rate))
    worse = rank(before.severity) > max(rank(current), rank("info"))
    assert before.shade_only or not worse


@given(tolerances)
def test_checking_never_fails_itself(tolerance):
    assert all(problem.code for problem in check(tolerance))


sound = st.tuples(limit_sets, plans, st.floats(0, 9000))


@given(sound)
def test_in_a_sound_tolerance_time_meets_the_lesser_severity_first(case):
    limits, planned, actual = case
    limits = tuple(replace(limit, money=0, money_alone=0) for limit in limits)
    assume(not check(Tolerance(limits)))
    verdict = judge(Tolerance(limits), Reading(planned, actual))
    reached = [result.exceeded for result in verdict.limits]
    assert reached == sorted(reached, reverse=True)
