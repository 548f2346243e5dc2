"""Serving a database on loopback until Ctrl-C or `./run stop`."""

import socket
import time
import urllib.error
import urllib.request

from . import console, layout, odoo, process
from .errors import StepFailed

HOST = "127.0.0.1"
PORT = 8069
PATIENCE = 90


def is_free(port, host=HOST):
    """Whether a server of ours could listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host=HOST):
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def url(port):
    return f"http://{HOST}:{port}"


def require_free(port):
    if not is_free(port):
        raise StepFailed(
            f"port {port} is taken",
            "Another program, or another demo, listens there.",
            "`./run stop` ends a demo of this clone; or choose another --port.",
        )


def start(server, database, port, name="server", options=()):
    """Start an Odoo server and wait until it answers; returns the child."""
    log = layout.LOG / f"{name}.log"
    log.unlink(missing_ok=True)
    more = ["--http-port", str(port), "--http-interface", HOST, *options]
    child = process.start(
        odoo.command(database, log, *more),
        layout.LOG / f"{name}.err",
        odoo.environment(server),
    )
    process.write_pid(name, child.pid, url=url(port), database=database)
    try:
        wait_until_answering(child, port, log)
    except BaseException:
        stop(child, name)
        raise
    return child


def wait_until_answering(child, port, log):
    """Poll the health route; a server that dies or stays silent is a failed step."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(f"{url(port)}/web/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise StepFailed(
        "starting the Odoo server",
        odoo.problems(log),
        "Mend the cause above, then repeat.",
        log,
    )


def stop(child, name="server"):
    process.end(child)
    (layout.RUN / f"{name}.pid").unlink(missing_ok=True)


def until_interrupted(child, name="server"):
    """Wait for Ctrl-C, for `./run stop`, or for the server's own end."""
    try:
        process.finish(child)
    except KeyboardInterrupt:
        console.say("\nStopping.")
    finally:
        stop(child, name)
    console.say("Server stopped.")
