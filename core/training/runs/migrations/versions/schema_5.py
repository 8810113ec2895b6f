"""Schema 5: the name that somebody gives a run."""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"


def upgrade() -> None:
    """Add the column; runs from before have no name."""
    op.add_column("runs", sa.Column("called", sa.String, nullable=False, server_default=""))
