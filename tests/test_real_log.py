"""The loader's plan of the real log against an independent calculation.

The log's terms forbid redistribution, so it is not part of this repository; the
replay through Odoo is compared with the same calculation in the tests of
``mfg_variance_demo``.
"""

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bare_domain import ROOT, bare_addons
from log_oracle import figures

REAL_LOG = ROOT.parent / "shared" / "data" / "production_log.csv"

pytestmark = pytest.mark.skipif(
    not REAL_LOG.is_file(),
    reason="the real log may not be redistributed and ../shared/data is absent",
)


@pytest.fixture(scope="module")
def expected():
    return figures(REAL_LOG)


@pytest.fixture(scope="module")
def log_and_plan():
    with bare_addons("mfg_variance_core", "mfg_variance_demo") as load:
        log_file = load("mfg_variance_demo.domain.log_file")
        log = log_file.read_log(REAL_LOG.read_bytes())
        yield log, load("mfg_variance_demo.domain.log_plan").build_plan(log.rows)


def test_same_rows_are_kept_and_rejected(log_and_plan, expected):
    log, _plan = log_and_plan
    assert log.rows_read == expected["rows_read"] == 4543
    assert Counter(reject.reason for reject in log.rejects) == expected["rejected"]


def test_same_orders_and_halves(log_and_plan, expected):
    _log, plan = log_and_plan
    assert len(plan.orders) == expected["orders"]
    assert len(plan.history) == expected["history"]
    assert len(plan.judged) == expected["judged"]


def test_same_standards_and_deviations(log_and_plan, expected):
    _log, plan = log_and_plan
    standards = plan.standards()
    excess = {}
    for work_order in plan.judged:
        standard = standards.get(work_order.key)
        if standard and work_order.minutes and work_order.reported:
            planned = standard.minutes_per_unit * work_order.reported
            excess[work_order.key] = 100 * (work_order.minutes - planned) / planned
    assert excess == pytest.approx(expected["excess"])
    for percent in (25, 50, 100):
        over = sum(value > percent for value in excess.values())
        assert over == expected[f"over_{percent}"]
