"""Schema 2: the version of a run's record, and the home and the machine that have its weights."""

import sqlalchemy as sa

from core.training.runs.migrations.completing import complete

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Add the columns, with what they hold of runs from before."""
    complete(
        "runs",
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("home", sa.String, nullable=False, server_default=""),
        sa.Column("host", sa.String, nullable=False, server_default=""),
    )
