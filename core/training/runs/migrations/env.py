"""What Alembic runs for each of its commands, on the connection that `core.training.runs.migrations.upgrade` was given."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
