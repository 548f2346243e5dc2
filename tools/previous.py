"""The suite as it landed before, taken from the history of this clone."""

import shutil
import subprocess
import tarfile

from . import layout
from .errors import StepFailed

NAMED_IN = layout.ROOT / "tests" / "previous_landing.txt"
FOLDER = layout.VAR / "previous"
CONF = layout.VAR / "odoo-previous.conf"


def commit(named_in=NAMED_IN):
    """The commit named in the repository."""
    rows = (line.strip() for line in named_in.read_text().splitlines())
    return next(row for row in rows if row and not row.startswith("#"))


def is_known(root=layout.ROOT, named_in=NAMED_IN):
    """Whether the history of this clone holds that commit."""
    done = subprocess.run(
        ["git", "-C", root, "cat-file", "-e", f"{commit(named_in)}^{{commit}}"],
        capture_output=True,
        check=False,
    )
    return not done.returncode


def export(root=layout.ROOT, folder=FOLDER, named_in=NAMED_IN):
    """The folder with the tree of that commit, unpacked when it is not there yet."""
    wanted = commit(named_in)
    target = folder / wanted
    if target.is_dir():
        return target
    shutil.rmtree(folder, ignore_errors=True)
    partial = folder / "part"
    partial.mkdir(parents=True)
    archive = folder / "tree.tar"
    done = subprocess.run(
        ["git", "-C", root, "archive", "--output", archive, wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepFailed(
            "taking the previous landing from the history",
            f"This clone does not hold the commit {wanted}, which "
            f"{named_in.relative_to(root)} names: it is shallow, or no git clone.\n"
            f"{done.stderr.strip()}",
            "Fetch the whole history (`git fetch --unshallow`), then repeat.",
        )
    with tarfile.open(archive) as tree:
        tree.extractall(partial, filter="data")
    partial.rename(target)
    return target
