"""Stamp files: a step is done when its stamp holds the key of its present inputs.

A stamp is written only after the step has succeeded, so a set-up that was cut
off takes up at the step it had reached.
"""

import json

from . import layout


def read(name):
    """The stamp's content ({} when missing or unreadable)."""
    try:
        return json.loads((layout.STAMPS / f"{name}.json").read_text())
    except (OSError, ValueError):
        return {}


def is_current(name, key):
    return read(name).get("key") == key


def write(name, key, **more):
    layout.STAMPS.mkdir(parents=True, exist_ok=True)
    path = layout.STAMPS / f"{name}.json"
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps({"key": key, **more}, indent=1))
    partial.replace(path)


def remove(name):
    (layout.STAMPS / f"{name}.json").unlink(missing_ok=True)
