"""Answers are judged by what was asked; the next step follows from them."""

import math

import pytest
from variance_domain import playbook
from variance_domain.playbook import Option, Question, Refused

YES = Option("o1", "Yes")
NO = Option("o2", "No", playbook.STEP, 30, "major")


def test_an_option_is_found_by_its_key():
    assert playbook.judge(Question("question", (YES, NO)), "o2", None).option == NO


@pytest.mark.parametrize("key", [None, "", "o9", "done", "inside"])
def test_what_was_not_asked_is_no_answer(key):
    with pytest.raises(Refused, match="unknown"):
        playbook.judge(Question("question", (YES, NO)), key, None)


def test_a_question_takes_no_number():
    answer = playbook.judge(Question("question", (YES,)), "o1", 4.0)
    assert answer.value is None


@pytest.mark.parametrize("value", [None, "7", True, math.nan, math.inf])
def test_a_measurement_needs_a_number(value):
    with pytest.raises(Refused, match="number"):
        playbook.judge(Question("measure"), "inside", value)


@pytest.mark.parametrize(
    "value, is_out", [(9.79, True), (9.8, False), (10.2, False), (10.21, True)]
)
def test_the_limits_themselves_are_inside(value, is_out):
    answer = playbook.judge(Question("measure", (), 9.8, 10.2), None, value)
    assert (answer.is_out, answer.value) == (is_out, value)


def test_zero_is_a_limit_and_none_is_not():
    assert playbook.judge(Question("measure", (), 0.0), None, -1).is_out
    assert not playbook.judge(Question("measure"), None, -1).is_out


def test_an_option_for_outside_is_followed():
    outside = Option("outside", "", playbook.STOP, None, "critical")
    answer = playbook.judge(Question("measure", (outside,), 0), None, -1)
    assert answer.option == outside


def test_a_step_taken_away_ends_the_way():
    assert playbook.next_step([10, 20], 15, YES) is None
    assert playbook.next_step([10, 20], 10, NO) is None


def test_the_last_step_has_none_after_it():
    assert playbook.next_step([10, 20], 20, YES) is None


def test_asking_somebody_else_repeats_the_step():
    ask = Option("o3", "?", playbook.ASK)
    assert playbook.next_step([10, 20], 10, ask, [10]) == 10
