"""Running Odoo as a child: its configuration file, its log, its answers."""

import configparser
import json

from . import layout, process, python_env
from .errors import StepFailed, tail

# What a single-process server on loopback sets differently from odoo.conf.
LOCAL_SETTINGS = {
    "http_interface": "127.0.0.1",
    "proxy_mode": "False",
    "workers": "0",
    "max_cron_threads": "1",
    "db_maxconn": "64",
    "limit_memory_soft": "0",
    "limit_memory_hard": "0",
    "limit_time_cpu": "3600",
    "limit_time_real": "3600",
    "limit_time_real_cron": "0",
    # Nothing leaves the machine: no publisher call, no mail server.
    "publisher_warranty_url": "",
    "smtp_server": "localhost.invalid",
}


def settings(source, base=layout.ROOT / "odoo.conf", suite=layout.ROOT):
    """The options of odoo.conf with this clone's paths laid over them.

    `suite` is the folder the addons are read from.
    """
    parser = configparser.RawConfigParser()
    parser.read(base)
    options = dict(parser["options"])
    options.update(LOCAL_SETTINGS)
    addons = [*source.addons_paths, *source.bundled_addons, suite]
    options["addons_path"] = ",".join(str(path) for path in addons)
    options["data_dir"] = str(layout.DATA)
    options["screenshots"] = str(layout.LOG / "screenshots")
    return options


def write_conf(source, path=layout.ODOO_CONF, suite=layout.ROOT):
    """Write the configuration file every child of ours is started with."""
    parser = configparser.RawConfigParser()
    parser["options"] = settings(source, suite=suite)
    with path.open("w") as conf:
        parser.write(conf)
    return path


def environment(server):
    return python_env.environment(**server.variables(), PYTHONDONTWRITEBYTECODE="1")


def command(database, log, *options, conf=layout.ODOO_CONF):
    """The command line of an Odoo server on one database."""
    return [
        *(
            layout.PYTHON,
            "-m",
            "odoo",
            "server",
            "-c",
            conf,
            "-d",
            database,
        ),
        *("--db-filter", f"^{database}$", "--logfile", log),
        *options,
    ]


def install(server, database, modules, what, conf=layout.ODOO_CONF):
    """Install modules and stop; returns the log."""
    return change(server, database, "-i", modules, what, conf)


def upgrade(server, database, modules, what):
    """Upgrade modules to the code of this clone and stop; returns the log."""
    return change(server, database, "-u", modules, what)


def change(server, database, option, modules, what, conf=layout.ODOO_CONF):
    """Install (`-i`) or upgrade (`-u`) modules and stop; returns the log."""
    log = layout.LOG / f"install-{database}.log"
    log.unlink(missing_ok=True)
    options = [
        option,
        ",".join(modules),
        "--stop-after-init",
        "--no-http",
        "--max-cron-threads=0",
    ]
    errors = layout.LOG / f"install-{database}.err"
    try:
        process.run(
            command(database, log, *options, conf=conf),
            what,
            errors,
            env=environment(server),
        )
    except StepFailed as failed:
        why = "\n".join([failed.why, problems(log)]).strip()
        raise StepFailed(
            what, why, "Mend the addon named above, then repeat.", log
        ) from failed
    return log


def problems(log, lines=25):
    """The last error of an Odoo log with its traceback, else the log's tail."""
    try:
        text = log.read_text(errors="replace").splitlines()
    except OSError:
        return "Odoo left no log."
    marks = [
        n for n, line in enumerate(text) if " ERROR " in line or " CRITICAL " in line
    ]
    return "\n".join(text[marks[-1] :][:lines]) if marks else tail(log, lines)


def ask(
    server,
    script,
    database,
    what,
    request=None,
    hear=None,
    todo="",
    conf=layout.ODOO_CONF,
    name="",
):
    """Run `tools.inside.<script>` on a database; returns the answer it printed.

    The script prints `@@ {json}` lines: `progress` rows go to `hear(row)`, the row
    with `answer` is the result. Odoo's own log goes to a file of its own; `name` tells
    several at once apart.
    """
    answers, log = [], layout.LOG / f"{script}{name}-{database}.log"
    log.unlink(missing_ok=True)
    errors = log.with_suffix(".err")
    errors.unlink(missing_ok=True)

    def listen(line):
        if not line.startswith("@@ "):
            return
        row = json.loads(line[3:])
        if "answer" in row:
            answers.append(row["answer"])
        elif hear:
            hear(row)

    arguments = [
        layout.PYTHON,
        "-m",
        f"tools.inside.{script}",
        conf,
        database,
        log,
    ]
    arguments.append(json.dumps(request or {}))
    process.run_speaking(arguments, what, errors, listen, todo, environment(server))
    if not answers:
        raise StepFailed(what, problems(log), todo, log)
    return answers[-1]
