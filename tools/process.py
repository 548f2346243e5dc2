"""Child processes: logged, without stdin, ended with us, and known by pid file."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time

from . import console, layout
from .errors import StepFailed, tail

_children = set()


def start(command, log=None, env=None, cwd=layout.ROOT, stdout=None):
    """Start a child in a session of its own (a terminal's Ctrl-C reaches us alone)."""
    with contextlib.ExitStack() as stack:
        sink = subprocess.DEVNULL
        if log:
            log.parent.mkdir(parents=True, exist_ok=True)
            sink = stack.enter_context(log.open("ab"))
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=stdout or sink,
            stderr=sink,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )
    _children.add(child)
    return child


def finish(child):
    """Wait for a child's own end and forget it; returns its exit code."""
    try:
        return child.wait()
    finally:
        if child.poll() is not None:
            _children.discard(child)


def end(child, patience=20):
    """Ask a child's process group to end, then insist."""
    for sign, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
        if child.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(wait)
    _children.discard(child)


def end_all():
    """End every child still running; called once when the command leaves."""
    for child in list(_children):
        end(child)


def run(command, what, log, todo="", env=None, cwd=layout.ROOT, lines=15):
    """Run to the end, output into `log`; a non-zero exit raises StepFailed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    try:
        code = finish(start(command, log, env, cwd))
    except OSError as error:
        raise StepFailed(what, error, todo) from error
    if code:
        raise StepFailed(what, tail(log, lines), todo, log)


def run_speaking(command, what, log, hear, todo="", env=None):
    """As `run`, but each stdout line goes to `hear(line)`; stderr goes to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    child = start(command, log, env, stdout=subprocess.PIPE)
    with child.stdout:
        for raw in child.stdout:
            hear(raw.decode(errors="replace").rstrip("\n"))
    if finish(child):
        raise StepFailed(what, tail(log, 25), todo, log)


def started_at(pid):
    """When a process started, in clock ticks since boot; None when there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def write_pid(name, pid, **more):
    """Remember a process of ours with its start, which no later process shares."""
    layout.RUN.mkdir(parents=True, exist_ok=True)
    row = {"pid": pid, "started": started_at(pid), **more}
    (layout.RUN / f"{name}.pid").write_text(json.dumps(row))


def read_pid(name):
    """The remembered process while it really runs, else None; stale files go."""
    path = layout.RUN / f"{name}.pid"
    try:
        row = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    if row["started"] is not None and started_at(row["pid"]) == row["started"]:
        return row
    path.unlink(missing_ok=True)
    return None


def remembered():
    """Names and rows of all our processes that run."""
    names = sorted(path.stem for path in layout.RUN.glob("*.pid"))
    return [(name, row) for name in names if (row := read_pid(name))]


def stop_remembered(name, sign=signal.SIGTERM, patience=20):
    """End a remembered process; True when it ran and has ended."""
    row = read_pid(name)
    if not row:
        return False
    deadline = time.monotonic() + patience
    with contextlib.suppress(ProcessLookupError):
        os.kill(row["pid"], sign)
    while read_pid(name) and time.monotonic() < deadline:
        time.sleep(0.1)
    if read_pid(name):
        with contextlib.suppress(ProcessLookupError):
            os.kill(row["pid"], signal.SIGKILL)
    (layout.RUN / f"{name}.pid").unlink(missing_ok=True)
    return True


@contextlib.contextmanager
def exclusive(name):
    """Hold a lock between commands of this clone (two terminals at once)."""
    layout.RUN.mkdir(parents=True, exist_ok=True)
    with open(layout.RUN / f"{name}.lock", "w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say(f"  … waiting: {name} is going on in this clone already")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
