"""Start Odoo in this process on one database and speak to the parent."""

import contextlib
import json
import sys


def speak(**row):
    """Send one row to the parent."""
    print(f"@@ {json.dumps(row, default=str)}", flush=True)


def read_arguments():
    """(configuration file, database, log file, request), from `tools.odoo.ask`."""
    conf, database, log, request = sys.argv[1:5]
    return conf, database, log, json.loads(request)


def configure(conf, database, log, *options):
    """Parse Odoo's configuration; no server and no scheduled action is started."""
    from odoo.tools import config

    config.parse_config(
        [
            *("-c", conf, "-d", database, "--db-filter", f"^{database}$"),
            *("--logfile", log, "--max-cron-threads=0", *options),
        ],
        setup_logging=True,
    )


@contextlib.contextmanager
def environment(database):
    """The superuser's environment on a loaded registry, committed at the end."""
    import odoo.api
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with registry.cursor() as cr:
        yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        cr.commit()
