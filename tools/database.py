"""Databases as units: made, copied and dropped together with their filestore."""

import contextlib
import os
import shutil

from . import layout
from .errors import StepFailed


def connect(server, name="postgres"):
    """An autocommit connection; the driver exists only inside the environment."""
    import psycopg2

    try:
        connection = psycopg2.connect(dbname=name, **server.arguments())
    except psycopg2.OperationalError as error:
        raise StepFailed(
            f"connecting to PostgreSQL at {server.host or 'the default socket'}",
            error,
            "Check the PG* variables, or unset PGHOST to use the embedded server.",
        ) from error
    connection.autocommit = True
    return connection


@contextlib.contextmanager
def cursor(server, name="postgres"):
    connection = connect(server, name)
    try:
        with connection.cursor() as cr:
            yield cr
    finally:
        connection.close()


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def names(server, prefix):
    """Databases whose name begins with `prefix`."""
    with cursor(server) as cr:
        cr.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
        )
        return sorted(row[0] for row in cr.fetchall())


def exists(server, name):
    return name in names(server, name)


def drop(server, name):
    """Drop a database, its connections and its filestore; nothing there is fine."""
    with cursor(server) as cr:
        cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
        cr.execute(f"DROP DATABASE IF EXISTS {identifier(name)}")
    shutil.rmtree(layout.FILESTORE / name, ignore_errors=True)


def create(server, name):
    """An empty database for Odoo."""
    drop(server, name)
    with cursor(server) as cr:
        cr.execute(
            f"CREATE DATABASE {identifier(name)} ENCODING 'unicode'"
            " LC_COLLATE 'C' TEMPLATE template0"
        )


def copy(server, source, name):
    """Make `name` a copy of `source`; stored files, never rewritten, are linked."""
    drop(server, name)
    with cursor(server) as cr:
        cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            [source],
        )
        cr.execute(f"CREATE DATABASE {identifier(name)} TEMPLATE {identifier(source)}")
    copy_filestore(source, name)


def keep_unvacuumed(server, name):
    """Let nobody vacuum the tables of a database in which nothing is committed.

    A table that tests filled and emptied again counts as empty once it was vacuumed.
    PostgreSQL then reads all of it, again and again, while the next test fills it.
    """
    with cursor(server, name) as cr:
        cr.execute(
            "SELECT format('ALTER TABLE %I SET (autovacuum_enabled = off)', tablename)"
            " FROM pg_tables WHERE schemaname = 'public'"
        )
        cr.execute(";".join(command for (command,) in cr.fetchall()))


def copy_filestore(source, name):
    if (layout.FILESTORE / source).is_dir():
        shutil.copytree(
            layout.FILESTORE / source, layout.FILESTORE / name, copy_function=os.link
        )


def rename(server, name, new_name):
    """Give a finished database its final name, which marks it as finished."""
    drop(server, new_name)
    with cursor(server) as cr:
        cr.execute(
            f"ALTER DATABASE {identifier(name)} RENAME TO {identifier(new_name)}"
        )
    if (layout.FILESTORE / name).is_dir():
        (layout.FILESTORE / name).rename(layout.FILESTORE / new_name)


def module_states(server, name, modules):
    """{module: state} of the given modules in a database."""
    with cursor(server, name) as cr:
        cr.execute(
            "SELECT name, state FROM ir_module_module WHERE name = ANY(%s)",
            [list(modules)],
        )
        return dict(cr.fetchall())
