"""Four workers and two nodes at once: one case, every event, no failed request (D9)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tools import database, odoo

WORKERS, NODES, EACH = 4, 2, 4
ORDERS = WORKERS * EACH


@pytest.fixture(scope="module")
def raced(templates, tmp_path_factory):
    """``(answers of the processes, what they left in the database)``."""
    name = f"{templates.prefix}race"
    server = templates.server
    database.copy(server, templates.suite(), name)

    def ask(what, **request):
        label = f"-{what}-{request.get('worker', 0)}"
        return odoo.ask(server, "life", name, what, {"do": what, **request}, name=label)

    orders = ask("prepare_race", orders=ORDERS)["orders"]
    common = {
        "folder": str(tmp_path_factory.mktemp("race")),
        "workers": WORKERS + NODES,
    }
    with ThreadPoolExecutor(WORKERS + NODES) as pool:
        jobs = [
            pool.submit(
                *(ask, "race"),
                worker=number,
                orders=orders[number::WORKERS],
                **common,
            )
            for number in range(WORKERS)
        ]
        jobs += [
            pool.submit(ask, "run_crons", worker=WORKERS + number, rounds=2, **common)
            for number in range(NODES)
        ]
        answers = [job.result() for job in jobs]
    yield answers, ask("tell_race")
    database.drop(server, name)


def test_no_request_and_no_scheduled_action_failed(raced):
    answers, left = raced
    assert [answer["failures"] for answer in answers] == [[]] * (WORKERS + NODES)
    assert left["runs"] == []


def test_several_nodes_seal_one_chain(raced):
    assert raced[1]["ledger"] == ""


def test_one_case_has_every_event(raced):
    left = raced[1]
    assert (left["cases"], left["events"]) == (1, ORDERS)


def test_repeated_overruns_are_at_most_one_case(raced):
    assert raced[1]["patterns"] <= 1


def test_each_order_is_judged_once(raced):
    left = raced[1]
    assert left["outcomes"] == ["merged"] * (ORDERS - 1) + ["opened"]


def test_money_counts_once(raced):
    # an hour was planned and five were worked, at one money unit a minute
    assert raced[1]["amount"] == pytest.approx(ORDERS * 240)
