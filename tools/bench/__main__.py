"""Entry point of ``./run bench``."""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

from . import databases, report, runner, scenarios


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=30, help="interleaved runs of each variant"
    )
    parser.add_argument(
        "--only",
        choices=[scenario.key for scenario in scenarios.SCENARIOS],
        help="measure one scenario",
    )
    parser.add_argument(
        "--json", type=Path, default=Path(".var/bench.json"), help="where figures go"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="fail when a query budget is exceeded (times are shown, never judged)",
    )
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    plain = os.environ.get("VARIANCE_BENCH_PLAIN")
    suite = os.environ.get("VARIANCE_BENCH_SUITE")
    if not plain or not suite:
        sys.exit("Use ./run bench: it prepares the two databases to compare.")
    wanted = [
        scenario
        for scenario in scenarios.SCENARIOS
        if arguments.only in (None, scenario.key)
    ]
    databases.configure_odoo()
    # what Odoo logs while copies are opened is no result of the benchmark
    logging.disable(logging.WARNING)
    with databases.opened_variants(plain, suite) as variants:
        figures = runner.measure(variants, wanted, arguments.runs)
    results = report.summarize(wanted, figures, arguments.runs)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(report.to_markdown(results))
    if arguments.check and any(row["over"] for row in results["rows"] if row["judged"]):
        sys.exit(1)


if __name__ == "__main__":
    main()
