"""The way up from an older database of runs: one revision of Alembic for each schema, in `versions/`. Alembic's settings are made here."""

from __future__ import annotations

import threading

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

_one = threading.Lock()  # Alembic keeps the migration that is going on in one place of the whole process


def upgrade(connection: Connection, known: int, to: str = "head") -> None:
    """Run the revisions after the schema `known` up to `to`, in the transaction of `connection`.

    Of a database of schema 1 nobody knows what it has, for early labs added to it: it begins at the beginning, too.
    """
    config = Config()
    config.set_main_option("script_location", "core.training.runs:migrations")  # a package: a path may have signs that mean something
    config.attributes["connection"] = connection
    with _one:
        command.stamp(config, str(known) if known > 1 else "base")
        command.upgrade(config, to)
