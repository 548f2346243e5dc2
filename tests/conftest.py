"""What tests from outside share: the repository, and a server on the demo story.

These tests see the suite as people and other programs do. Those that need no
database run by `pytest tests` alone; a server exists only below `./run test`.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Served:
    """A running Odoo: its address, its database, and one login per role."""

    url: str
    database: str
    logins: dict


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def templates():
    """The template databases of this clone."""
    if "VARIANCE_RUN" not in os.environ:
        pytest.skip("needs the databases of `./run test`")
    from tools import odoo_source, postgres
    from tools.templates import Templates

    return Templates(odoo_source.ensure(), postgres.given_server())


@pytest.fixture(scope="session")
def story_database(templates):
    """A copy of the database with the demo plant's story; dropped at the end."""
    from tools import database

    name = f"{templates.prefix}outside"
    database.copy(templates.server, templates.story(), name)
    yield name
    database.drop(templates.server, name)


@pytest.fixture(scope="session")
def served(templates, story_database):
    """A server on that copy, without scheduled actions."""
    from tools import serve, stamps

    port = serve.free_port()
    options = ["--max-cron-threads=0"]
    child = serve.start(
        templates.server, story_database, port, "server-outside", options
    )
    rows = stamps.read("story")["logins"]
    logins = {role: (login, password) for role, login, password in rows}
    yield Served(serve.url(port), story_database, logins)
    serve.stop(child, "server-outside")
