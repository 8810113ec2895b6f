"""The first revisions find databases that have some of their tables and columns already: early labs added them without a new schema, and a
lab that was killed while it did so left half of them. From schema 4 on a revision is done whole or not at all, and needs none of this.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, UniqueConstraint, inspect


def complete(table: str, *parts: Column | ForeignKeyConstraint | UniqueConstraint) -> None:
    """Make a table where it is missing, else add those of its columns that are."""
    found = inspect(op.get_bind())
    if not found.has_table(table):
        op.create_table(table, *parts)
        return
    known = {column["name"] for column in found.get_columns(table)}
    for part in parts:
        if isinstance(part, Column) and part.name not in known:
            op.add_column(table, part)
