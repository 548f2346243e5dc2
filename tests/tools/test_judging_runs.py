"""Counting, choosing and judging: results, selections, logs, baselines, lint rules."""

import re

import pytest

from tools import baseline, cli, demo, lint, logcheck, selection, testing, translations
from tools.errors import StepFailed
from tools.results import Results

STAMP = "2026-01-02 03:04:05,678 99"


def test_closing_line_sums_and_names_skips_only_when_there_are():
    results = Results()
    results.add("passed", number=4)
    assert results.closing_line() == "4 passed, 0 failed"
    other = Results()
    other.add("failed", "x", "why")
    other.add("skipped")
    results.merge(other)
    assert results.closing_line() == "4 passed, 1 failed, 1 skipped"
    assert not results.is_good


def test_a_run_without_any_test_is_not_good():
    assert not Results().is_good


def test_unknown_outcomes_are_refused():
    with pytest.raises(ValueError, match="unknown outcome"):
        Results().add("xpassed")


def test_unexplained_lines_of_a_log_are_found_once_each():
    text = "\n".join(
        [
            f"{STAMP} INFO db odoo.x: fine",
            f"{STAMP} WARNING db odoo.x: strange",
            f"{STAMP} WARNING db odoo.x: strange",
            f"{STAMP} ERROR db odoo.y: broken",
            "Traceback (most recent call last):",
            f"{STAMP} WARNING ? py.warnings: known thing",
        ]
    )
    found = logcheck.unexpected(text, [re.compile("known thing")])
    assert found == ["WARNING odoo.x: strange", "ERROR odoo.y: broken"]


def test_the_report_of_a_failed_test_is_no_second_failure():
    lines = [
        "FAIL: TestA.test_b",
        "ERROR: setUpClass (a.TestA)",
        "FAIL: Subtest TestA.x",
    ]
    text = "\n".join(f"{STAMP} ERROR db odoo.addons.a.tests: {line}" for line in lines)
    assert logcheck.unexpected(text, []) == []


def test_every_known_warning_has_its_reason():
    rows = logcheck.KNOWN.read_text().splitlines()
    for before, row in zip([""] + rows, rows, strict=False):
        if row and not row.startswith("#"):
            re.compile(row)
            assert before.startswith("#"), f"no reason above {row}"


def test_failure_reports_are_read_from_the_log():
    text = "\n".join(
        [
            f"{STAMP} ERROR db odoo.addons.a.tests.test_a: FAIL: TestA.test_b",
            "Traceback (most recent call last):",
            "AssertionError: 1 != 2",
            f"{STAMP} INFO db odoo: next",
        ]
    )
    found = testing.reports(text)
    assert found["FAIL: TestA.test_b"][-1] == "AssertionError: 1 != 2"


@pytest.fixture
def repository(tmp_path):
    files = {
        "addon/__manifest__.py": "{}",
        "addon/tests/test_orders.py": "class TestOrders:\n    def test_late(self): 0\n",
        "addon/domain/clocks.py": "",
        "tests/domain/test_clocks.py": "def test_union(): 0\n",
        "tests/test_compose.py": "def test_ports(): 0\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("word", "odoo", "pytest_paths"),
    [
        ("addon", ["addon"], []),
        ("addon/tests/test_orders.py", ["addon.tests.test_orders"], []),
        (
            "./addon/tests/test_orders.py::TestOrders::test_late",
            ["addon.tests.test_orders.TestOrders.test_late"],
            [],
        ),
        ("addon/domain/clocks.py", [], ["tests/domain"]),
        ("tests/test_compose.py", [], ["tests/test_compose.py"]),
        ("test_late", ["test_late"], []),
        ("compose", [], ["tests/test_compose.py"]),
        ("test_union", [], ["tests/domain/test_clocks.py::test_union"]),
    ],
)
def test_words_choose_tests(repository, word, odoo, pytest_paths):
    chosen = selection.select([word], repository)
    assert chosen.odoo == odoo
    assert chosen.pytest == pytest_paths


@pytest.mark.parametrize(
    "word", ["nothing_like_this", "/no/such/place", "../elsewhere"]
)
def test_a_word_that_finds_nothing_is_told(repository, word):
    with pytest.raises(StepFailed, match="no test matches"):
        selection.select(["test_late", word], repository)


def test_only_failures_beyond_the_baseline_count():
    outcomes = {"a": "passed", "b": "failed", "c": "failed", "d": "skipped"}
    results = baseline.judge(outcomes, {"failed": ["b", "gone"]})
    assert results.closing_line() == "1 passed, 1 failed, 2 skipped"
    assert results.failures[0][0] == "c"


@pytest.mark.parametrize(
    ("line", "is_unwelcome"),
    [
        ("see /" + "home/someone/project", True),
        ("path = '/" + "work/x'", True),
        ("pip install --index https://pypi." + "org/simple", True),
        ("/web/health and ../shared/data", False),
        ("src/" + "work/orders.py", False),
        ("a workorder/home page", False),
    ],
)
def test_machine_paths_and_registry_hosts_are_unwelcome(line, is_unwelcome):
    assert bool(lint.unwelcome(line)) is is_unwelcome


def test_export_dates_do_not_make_a_template_stale():
    one = '"POT-Creation-Date: 2026-01-01 10:00+0000\\n"\nmsgid "Cause"\n'
    two = '"POT-Creation-Date: 2026-02-02 10:00+0000\\n"\nmsgid "Cause"\n'
    assert translations.comparable(one) == translations.comparable(two)
    assert translations.comparable(one) != translations.comparable(one + 'msgid "x"\n')


def test_summary_shows_nested_figures_line_by_line():
    weeks = [{"week": 1, "opened": 10}, {"week": 12, "opened": None}]
    figures = {"orders": 3, "found": {"slow_shift": 1}, "weeks": weeks, "none": []}
    assert demo.lines(figures, "") == [
        "orders: 3",
        "found:",
        "  slow shift: 1",
        "weeks:",
        "  week  opened",
        "  1     10    ",
        "  12    -     ",
        "none:",
        "  none",
    ]


def test_command_line_of_the_demo():
    options = cli.read(["demo", "--no-serve", "--log", "a.csv"])
    assert options.no_serve
    assert options.log.name == "a.csv"
    assert options.port == 8069


def test_bench_options_are_passed_on_and_others_are_refused():
    assert cli.read(["bench", "--runs", "3"]).rest == ["--runs", "3"]
    with pytest.raises(SystemExit):
        cli.read(["demo", "--prot", "80"])
