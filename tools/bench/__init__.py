"""What the suite costs: ratios against the same Odoo without it, in one run.

``./run bench`` names two databases, ``VARIANCE_BENCH_PLAIN`` without and
``VARIANCE_BENCH_SUITE`` with the suite, and the Odoo configuration ``VARIANCE_CONF``;
the benchmark works on copies of them. Figures are ratios, never timed tests: see the
budgets in :mod:`tools.bench.scenarios`.
"""
