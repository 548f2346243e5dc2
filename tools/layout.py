"""Where everything lies: the repository, and the one ignored folder `.var`."""

import hashlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / ".var"

APT = VAR / "apt"
DEBS = VAR / "debs"
ODOO = VAR / "odoo"
VENV = VAR / "venv"
PYTHON = VENV / "bin" / "python"
PG_DATA = VAR / "pg"
DATA = VAR / "data"
FILESTORE = DATA / "filestore"
LOG = VAR / "log"
STAMPS = VAR / "stamps"
RUN = VAR / "run"
CHROMIUM = VAR / "chromium"
BIN = VAR / "bin"
NODE_MODULES = ROOT / "node_modules"
ODOO_CONF = VAR / "odoo.conf"

# "<dir>/.s.PGSQL.65535.lock" must fit into the 107 bytes of a socket address.
SOCKET_NAME_ROOM = 107 - len("/.s.PGSQL.65535.lock")


def clone_id(root=ROOT):
    """Eight hex digits that tell this clone from another one on the machine."""
    return hashlib.sha256(str(root).encode()).hexdigest()[:8]


def socket_dir(var=VAR, temp=None):
    """Folder of the PostgreSQL socket: `.var/sock`, or a short one elsewhere."""
    wanted = var / "sock"
    if len(os.fsencode(wanted)) <= SOCKET_NAME_ROOM:
        return wanted
    return (
        Path(temp or tempfile.gettempdir())
        / f"mfg-variance-{os.getuid()}-{clone_id(var)}"
    )


def addons(root=ROOT):
    """The addons of this repository: sorted folders with a manifest."""
    return sorted(path.parent for path in root.glob("*/__manifest__.py"))


def make_folders():
    """Create the folders every command writes to."""
    for folder in (DATA, FILESTORE, LOG, STAMPS, RUN, BIN):
        folder.mkdir(parents=True, exist_ok=True)
