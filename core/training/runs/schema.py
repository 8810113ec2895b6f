"""The schema of the database of runs: which one a database has, making a new one, bringing an older one up. Alembic does the last.

The table `meta` says which schema a database has, as it always has: an older lab refuses a newer database by it. Alembic, which has a table
of its own, is told, and is imported when there is something to bring up, not before.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, inspect, select, text

from core.errors import StoreError
from core.training.runs import class_tables  # noqa: F401 - a new database has them, too
from core.training.runs.tables import SCHEMA, Base, Meta

LOCK = 7_105_130  # the number of the lock that a PostgreSQL hands to one lab at a time


def open_schema(connection: Connection, before: Callable[[int], object]) -> None:
    """Make the tables of a new database, or bring those of an older lab up, in the transaction of `connection`.

    `before` is called with the schema that was found, before anything is changed. Raises StoreError when a newer lab wrote the database.
    """
    if schema_of(connection) == SCHEMA:  # nothing is locked at an ordinary start: others may write
        return
    lock(connection)
    known = schema_of(connection)  # who had the lock before may have brought it up
    if known is None:
        make_tables(connection)
    elif known > SCHEMA:
        raise StoreError(
            f"The lab's database was written by a newer version of the lab (schema {known}, this one knows "
            f"{SCHEMA}). Update the lab, or set LAB_HOME (or --home) to another folder; nothing was changed."
        )
    elif known < SCHEMA:
        before(known)
        bring_up(connection, known)


def schema_of(connection: Connection) -> int | None:
    """The schema of a database: None of one without tables, 0 of one that does not say."""
    if not inspect(connection).has_table(Meta.__tablename__):
        return None
    return connection.scalar(select(Meta.value).where(Meta.key == "schema")) or 0


def lock(connection: Connection) -> None:
    """Let no other lab change the schema until the transaction ends. SQLite's changes of tables are part of it from now on."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


def make_tables(connection: Connection) -> None:
    """Make all tables, as the last revision leaves them."""
    Base.metadata.create_all(connection)
    _say(connection)


def bring_up(connection: Connection, known: int) -> None:
    """Let Alembic's revisions bring the tables from the schema `known` to the newest one."""
    from core.training.runs.migrations import upgrade

    upgrade(connection, known)
    _say(connection)


def _say(connection: Connection) -> None:
    connection.execute(delete(Meta).where(Meta.key == "schema"))
    connection.execute(insert(Meta).values(key="schema", value=SCHEMA))
