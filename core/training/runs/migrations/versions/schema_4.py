"""Schema 4: what a run has measured in short, so that a list of many runs reads no histories."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Add the column, which stays empty of runs from before: they are told by their histories."""
    op.add_column("runs", sa.Column("measured", sa.JSON))
