"""`./run bench`: two databases, one without and one with the suite, for tools.bench."""

import subprocess

from . import console, database, layout, odoo

PLAIN, SUITE = "bench_plain", "bench_suite"


def run(templates, arguments):
    """Copy both templates and hand over to `python -m tools.bench`."""
    server = templates.server
    pairs = ((PLAIN, templates.base()), (SUITE, templates.suite()))
    with console.step("Copying the two databases to measure"):
        for name, template in pairs:
            database.copy(server, template, templates.prefix + name)
    variables = {
        "VARIANCE_CONF": str(layout.ODOO_CONF),
        "VARIANCE_BENCH_PLAIN": templates.prefix + PLAIN,
        "VARIANCE_BENCH_SUITE": templates.prefix + SUITE,
    }
    try:
        return subprocess.call(
            [str(layout.PYTHON), "-m", "tools.bench", *arguments],
            cwd=layout.ROOT,
            env={**odoo.environment(server), **variables},
        )
    finally:
        for name, _template in pairs:
            database.drop(server, templates.prefix + name)
