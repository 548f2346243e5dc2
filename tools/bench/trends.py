"""The scheduled pass over windows: what it costs to read only what is new.

A million readings are generated and all of them read once, as after an installation;
then a thousand more arrive. The yardstick is one SQL aggregate over the same rows in
the same database, by work center and operation, as a report would ask for it.
"""

import time
from statistics import median

from odoo import api

from . import population

PASS = "_cron_judge_patterns"
NEW = 1_000
INCREMENT_BUDGET = 0.05
FULL_BUDGET = 2.0
RUNS = 5
PATIENCE = 300

AGGREGATE = """
SELECT workcenter_id, operation_id, COUNT(*),
       COUNT(*) FILTER (WHERE severity IS NOT NULL), SUM(deviation),
       SUM(amount), MIN(event_at), MAX(event_at)
  FROM mfg_variance_measurement
 WHERE metric_id = %s AND phase = 'final' AND is_current
 GROUP BY workcenter_id, operation_id
"""


def measure(registry, rows, show):
    """Return the seconds of the aggregate, the full pass and the pass over the new."""
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        people = population.build(env)
        show(f"making {rows} measurements")
        people.add_measurements(rows)
        people.settle()
        show("one aggregate over all of them")
        aggregate = median(
            timed(lambda: cr.execute(AGGREGATE, [people.values["metric"]]))
            for _number in range(RUNS)
        )
        show("full pass")
        begin_anew(env)
        full = timed(lambda: run_pass(env))
        increments = []
        for number in range(RUNS):
            show(f"pass over {NEW} new ones, {number + 1} of {RUNS}")
            wait_until_settled(env)
            people.add_measurements(NEW, start=newest(cr), step="30 seconds")
            cr.commit()
            increments.append(timed(lambda: run_pass(env)))
        return {
            "rows": rows,
            "new": NEW,
            "aggregate": aggregate,
            "full": full,
            "increment": median(increments),
            "series": env["mfg.variance.series"].search_count([]),
        }


def timed(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def newest(cr):
    cr.execute("SELECT MAX(event_at) FROM mfg_variance_measurement")
    return cr.fetchone()[0]


def begin_anew(env):
    """Let the pass read everything: it begins with the day its policy went live."""
    run_pass(env)
    env.flush_all()
    env.cr.execute("UPDATE mfg_variance_watermark SET settled_id = 0, seen_id = 0")
    if not env.cr.rowcount:
        raise RuntimeError("No shipped policy looks at windows; nothing to measure.")
    env.cr.commit()
    env.invalidate_all()


def wait_until_settled(env):
    """Run passes until the watermark has moved over all that was read.

    It waits for every transaction that ran at the same time, of any database of the
    server; what it reads again until then is no cost of the new readings.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        env.cr.execute(
            "SELECT MIN(settled_id) >= (SELECT MAX(id) FROM mfg_variance_measurement) "
            "FROM mfg_variance_watermark"
        )
        [is_settled] = env.cr.fetchone()
        env.cr.commit()
        if is_settled:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(
                "Other transactions on this server do not end, so that the pass reads "
                "the same again and again; repeat when the server is idle."
            )
        time.sleep(0.5)
        run_pass(env)


def run_pass(env):
    getattr(env["mfg.variance.engine"], PASS)()
    env.cr.commit()
    env.invalidate_all()


def summarize(figures):
    """Seconds and the two ratios with their budgets."""
    increment = figures["increment"] / figures["full"]
    full = figures["full"] / figures["aggregate"]
    return {
        **{
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in figures.items()
        },
        "increment_ratio": round(increment, 4),
        "full_ratio": round(full, 3),
        "over": increment > INCREMENT_BUDGET or full > FULL_BUDGET,
    }


def to_markdown(row):
    """The table of the report."""
    return "\n".join(
        [
            f"| pass over {row['rows']:,} measurements | seconds | ratio | budget |",
            "|---|---|---|---|",
            f"| one SQL aggregate over them | {row['aggregate']:.2f} | 1 | - |",
            f"| full pass | {row['full']:.2f} "
            f"| {row['full_ratio']:.2f} x the aggregate | <= {FULL_BUDGET:.0f} |",
            f"| {row['new']:,} new ones | {row['increment']:.3f} "
            f"| {row['increment_ratio']:.1%} of the full pass "
            f"| <= {INCREMENT_BUDGET:.0%} |",
        ]
    )
