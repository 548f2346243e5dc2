"""A pytest plug-in that writes each test's outcome as JSON, for the closing line."""

import json
import os
from pathlib import Path

VARIABLE = "VARIANCE_PYTEST_REPORT"
_outcomes = {}


def pytest_collectreport(report):
    if report.failed:
        _outcomes[report.nodeid] = ("failed", str(report.longrepr)[-4000:])


def pytest_runtest_logreport(report):
    """Setup and teardown count only when they fail or skip."""
    if report.when == "call" or report.outcome != "passed":
        why = str(report.longrepr)[-4000:] if report.failed else ""
        _outcomes[report.nodeid] = (report.outcome, why)


def pytest_sessionfinish(session):
    path = os.environ.get(VARIABLE)
    if path:
        Path(path).write_text(json.dumps(_outcomes))
