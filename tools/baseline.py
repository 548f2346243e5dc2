"""Odoo's own test suites with the suite installed, against what plain Odoo gives.

Some of Odoo's tests fail on plain Odoo in this surrounding (no demo data, Debian's
package); the stored baseline names them. A failure beyond those is ours.
"""

import json

from . import browser, console, layout, testing
from .errors import StepFailed
from .results import Results

PATH = layout.ROOT / "tests" / "odoo_baseline.json"
MODULES = ("mrp", "stock", "base_automation", "mrp_account")


def failed(outcomes):
    return sorted(name for name, outcome in outcomes.items() if outcome == "failed")


def run_suites(templates, template, title):
    browser.ensure()
    outcomes, _logs = testing.Shards(templates, template, MODULES).run(title)
    return outcomes


def measure(templates):
    """Run on plain Odoo and store which tests fail there."""
    outcomes = run_suites(
        templates, templates.base(), "Odoo's own suites on plain Odoo"
    )
    stored = {
        "modules": list(MODULES),
        "tests": len(outcomes),
        "failed": failed(outcomes),
    }
    PATH.write_text(json.dumps(stored, indent=2) + "\n")
    console.say(
        f"{len(outcomes)} tests, {len(stored['failed'])} of them fail on plain Odoo."
    )
    return 0


def judge(outcomes, baseline):
    """Results where only a failure that is not in the baseline counts as one."""
    known, results = set(baseline["failed"]), Results()
    for name, outcome in sorted(outcomes.items()):
        if outcome == "failed" and name in known:
            results.add("skipped")
        else:
            results.add(outcome, name, "fails only with the suite installed")
    return results


def compare(templates):
    """Run with the suite installed and print what fails newly."""
    if not PATH.exists():
        raise StepFailed(
            "there is no baseline",
            todo="Measure it first: `./run test --odoo-baseline`.",
        )
    baseline = json.loads(PATH.read_text())
    outcomes = run_suites(
        templates, templates.suite(), "Odoo's own suites with the suite"
    )
    mended = sorted(set(baseline["failed"]) - set(failed(outcomes)))
    if mended:
        console.say(f"{len(mended)} tests of the baseline pass now or did not run.")
    return testing.close(judge(outcomes, baseline))
