"""Progress on the terminal: one line per step, alive while the step works.

On a terminal the current line is rewritten four times a second; elsewhere (CI,
a file) a step writes a line when it begins to be long, every 15 s, and at its end.
"""

import contextlib
import sys
import threading
import time

TTY_PERIOD = 0.25
PLAIN_PERIOD = 15.0

_lock = threading.Lock()


def say(text=""):
    """Print a line at once, above a running progress line."""
    with _lock:
        clear = "\r\x1b[K" if sys.stdout.isatty() else ""
        print(f"{clear}{text}", flush=True)


def seconds(value):
    """A duration as people read it: `4.2 s`, `1 min 05 s`."""
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60:02d} s"


class Step:
    """A running step; `update` changes what the line says about its progress."""

    def __init__(self, title):
        self.title = title
        self.started = time.monotonic()
        self.detail = ""

    def update(self, done=None, total=None, text=""):
        share = f"{done}/{total} " if total else ""
        self.detail = f"{share}{text}".strip()

    def elapsed(self):
        return time.monotonic() - self.started

    def line(self):
        detail = f": {self.detail}" if self.detail else ""
        return f"  … {self.title} ({seconds(self.elapsed())}){detail}"


def _tick(step, stop):
    tty = sys.stdout.isatty()
    while not stop.wait(TTY_PERIOD if tty else PLAIN_PERIOD):
        if tty:
            with _lock:
                print(f"\r\x1b[K{step.line()[:118]}", end="", flush=True)
        else:
            say(step.line())


@contextlib.contextmanager
def step(title):
    """Show `title` as running, then as done with its duration, or as failed."""
    current, stop = Step(title), threading.Event()
    ticker = threading.Thread(target=_tick, args=(current, stop), daemon=True)
    ticker.start()
    try:
        yield current
    except BaseException:
        stop.set()
        ticker.join()
        say(f"  ✗ {title} ({seconds(current.elapsed())})")
        raise
    stop.set()
    ticker.join()
    detail = f": {current.detail}" if current.detail else ""
    say(f"  ✓ {title} ({seconds(current.elapsed())}){detail}")
