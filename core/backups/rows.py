"""The rows of the database of runs, out of one database into another, of whatever kind both are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, delete, func, insert, select, text

from core.training.runs.class_tables import DrawingRow, MemberRow
from core.training.runs.tables import Base, Epoch, Meta, Run

AT_ONCE = 100  # rows in memory: a run's may have a curve of 100 kB
TABLES = [table for table in Base.metadata.sorted_tables if table is not Meta.__table__]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as it is at one moment, whatever others write meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def copy_rows(source: Connection, target: Connection) -> None:
    """Put all rows of `source` in the place of those in `target`, whose tables are there."""
    for table in reversed(TABLES):
        target.execute(delete(table))
    for table in TABLES:
        for rows in source.execute(select(table), execution_options={"yield_per": AT_ONCE}).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])
    if target.dialect.name == "postgresql":
        count_on(target)


def count_on(target: Connection) -> None:
    """Let a PostgreSQL, which counts beside its tables, go on after the numbers that were put into them."""
    for table in TABLES:
        if (column := table.autoincrement_column) is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            target.execute(select(func.setval(sequence, select(func.coalesce(func.max(column), 0) + 1).scalar_subquery(), text("false"))))


def copy_run(source: Connection, target: Connection, run_id: str) -> bool:
    """Put the rows of a run in the place of those in `target`; False when it has been deleted, and so it is there, too."""
    target.execute(delete(Epoch).where(Epoch.run_id == run_id))
    target.execute(delete(Run).where(Run.id == run_id))
    runs, epochs = Run.__table__, Epoch.__table__
    row = source.execute(select(runs).where(runs.c.id == run_id)).mappings().one_or_none()
    if row is None:
        return False
    target.execute(insert(runs), [dict(row)])
    if found := source.execute(select(epochs).where(epochs.c.run_id == run_id)).mappings().all():
        target.execute(insert(epochs), [dict(one) for one in found])
    return True


def has_runs(connection: Connection) -> bool:
    """Whether there is something that a restore may not overwrite: runs, people of a class, their drawings."""
    return any(connection.scalar(select(func.count()).select_from(table)) for table in (Run, MemberRow, DrawingRow))
