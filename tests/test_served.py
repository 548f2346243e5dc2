"""The served demo as a stranger and as its people meet it."""

import pytest
import requests

TIMEOUT = 60


def log_in(served, login, password):
    """The session information Odoo answers a log-in with, or its error."""
    parameters = {"db": served.database, "login": login, "password": password}
    answer = requests.post(
        f"{served.url}/web/session/authenticate",
        json={"jsonrpc": "2.0", "method": "call", "params": parameters},
        timeout=TIMEOUT,
    )
    return answer.json()


def test_the_login_page_answers(served):
    answer = requests.get(f"{served.url}/web/login", timeout=TIMEOUT)
    assert answer.status_code == 200
    assert 'name="password"' in answer.text


def test_every_printed_login_works(served):
    assert served.logins
    for role, (login, password) in served.logins.items():
        told = log_in(served, login, password)
        assert "error" not in told, f"{role} ({login}) cannot log in"
        assert told["result"]["username"] == login


def test_a_wrong_password_is_refused(served):
    login, password = next(iter(served.logins.values()))
    assert "error" in log_in(served, login, f"{password}?")


@pytest.mark.parametrize("path", ["web/database/manager", "web/database/selector"])
def test_databases_are_not_shown_to_strangers(served, path):
    answer = requests.get(f"{served.url}/{path}", timeout=TIMEOUT)
    assert served.database not in answer.text


def test_nobody_reads_exceptions_without_logging_in(served):
    answer = requests.post(
        f"{served.url}/json/2/mfg.variance.exception/search_read",
        json={"domain": []},
        timeout=TIMEOUT,
    )
    assert answer.status_code == 401
