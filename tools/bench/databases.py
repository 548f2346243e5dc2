"""Working copies of the two databases, one per variant, dropped at the end."""

import contextlib
import os
import shutil
from pathlib import Path

import psycopg2
from psycopg2 import sql

import odoo
from odoo import api
from odoo.modules.registry import Registry
from odoo.sql_db import close_db
from odoo.tools import config

from . import plant, rules

PLAIN = "plain"
SUITE = "suite"
FOUR_RULES = "four_rules"
IDLE_RULES = "idle_rules"

REPOSITORY = Path(__file__).resolve().parents[2]


def configure_odoo():
    """Read the configuration ``./run`` made, else find the addons beside this file."""
    arguments = ["--no-http", "--max-cron-threads=0", "--log-level=error"]
    if os.environ.get("VARIANCE_CONF"):
        arguments.append(f"--config={os.environ['VARIANCE_CONF']}")
    else:
        folders = [Path(next(iter(odoo.__path__))) / "addons", REPOSITORY]
        arguments.append(f"--addons-path={','.join(map(str, folders))}")
    config.parse_config(arguments, setup_logging=False)


@contextlib.contextmanager
def opened_variants(plain, suite):
    """Yield ``{variant: Registry}`` on fresh copies with the same plant in each."""
    sources = {PLAIN: plain, SUITE: suite, FOUR_RULES: plain, IDLE_RULES: plain}
    names = {variant: f"{source}_{variant}" for variant, source in sources.items()}
    try:
        for variant, name in names.items():
            _recreate(name, sources[variant])
        registries = {variant: Registry(name) for variant, name in names.items()}
        shipped = _in_database(registries[SUITE], rules.read_shipped_rules)
        for registry in registries.values():
            _in_database(registry, plant.build)
        _in_database(registries[FOUR_RULES], rules.make_four_rules)
        _in_database(registries[IDLE_RULES], lambda env: rules.make_idle(env, shipped))
        yield registries
    finally:
        for name in names.values():
            _remove(name)


@contextlib.contextmanager
def opened_copy(source, name):
    """Yield the Registry of a fresh copy of one database."""
    name = f"{source}_{name}"
    try:
        _recreate(name, source)
        yield Registry(name)
    finally:
        _remove(name)


def _remove(name):
    Registry.delete(name)
    close_db(name)
    shutil.rmtree(config.filestore(name), ignore_errors=True)
    _administer(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _in_database(registry, work):
    """Run ``work(env)`` as superuser in a transaction of its own."""
    with registry.cursor() as cr:
        return work(api.Environment(cr, api.SUPERUSER_ID, {}))


def _recreate(name, template):
    _administer(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    _administer(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


def _administer(statement):
    """Run a statement that PostgreSQL refuses inside a transaction."""
    # host, port and user come from the environment, as for every PostgreSQL tool
    with contextlib.closing(psycopg2.connect(dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
