"""What the suite costs Odoo, and how it bears a million measurements.

`order`, `buttons`, `cold`, `delivery` and `exception` compare with Odoo alone; `lists`
looks at screens over many cases, `trend` times the scheduled pass over many
measurements.
"""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

from . import databases, lists, report, runner, scenarios, trends

LISTS, TREND = "lists", "trend"


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=30, help="interleaved runs of each variant"
    )
    parser.add_argument(
        "--only",
        choices=[*(scenario.key for scenario in scenarios.SCENARIOS), LISTS, TREND],
        help="measure one scenario",
    )
    parser.add_argument(
        "--measurements",
        type=int,
        default=1_000_000,
        help="how many the trend is measured over (1000000)",
    )
    parser.add_argument(
        "--cases",
        type=int,
        default=100_000,
        help="how many the lists are measured over (100000)",
    )
    parser.add_argument(
        "--json", type=Path, default=Path(".var/bench.json"), help="where figures go"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="fail when a budget of queries, lists or the trend is exceeded (times "
        "against Odoo alone are shown, never judged)",
    )
    return parser.parse_args()


def measure_costs(arguments, plain, suite):
    """The comparison with Odoo alone, as results with a table."""
    wanted = [
        scenario
        for scenario in scenarios.SCENARIOS
        if arguments.only in (None, scenario.key)
    ]
    if not wanted:
        return {}
    with databases.opened_variants(plain, suite) as variants:
        figures = runner.measure(variants, wanted, arguments.runs)
    results = report.summarize(wanted, figures, arguments.runs)
    print(report.to_markdown(results))
    return results


def measure_lists(arguments, suite):
    with databases.opened_copy(suite, LISTS) as registry:
        looks = lists.measure(registry, arguments.cases, runner.show)
    runner.show("\n")
    rows = lists.summarize(looks, arguments.cases)
    print(f"\n{lists.to_markdown(rows, arguments.cases)}")
    return rows


def measure_trend(arguments, suite):
    with databases.opened_copy(suite, TREND) as registry:
        figures = trends.measure(registry, arguments.measurements, runner.show)
    runner.show("\n")
    row = trends.summarize(figures)
    print(f"\n{trends.to_markdown(row)}")
    return row


def main():
    arguments = parse_arguments()
    plain = os.environ.get("VARIANCE_BENCH_PLAIN")
    suite = os.environ.get("VARIANCE_BENCH_SUITE")
    if not plain or not suite:
        sys.exit("Use ./run bench: it prepares the two databases to compare.")
    databases.configure_odoo()
    # what Odoo logs while copies are opened is no result of the benchmark
    logging.disable(logging.WARNING)
    results = measure_costs(arguments, plain, suite)
    if arguments.only in (None, LISTS):
        results[LISTS] = measure_lists(arguments, suite)
    if arguments.only in (None, TREND):
        results[TREND] = measure_trend(arguments, suite)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    if arguments.check and is_over(results):
        sys.exit(1)


def is_over(results):
    """Whether a budget that is judged is exceeded."""
    return (
        any(row["over"] for row in results.get("rows", ()) if row["judged"])
        or any(row["over"] for row in results.get(LISTS, ()))
        or results.get(TREND, {}).get("over", False)
    )


if __name__ == "__main__":
    main()
