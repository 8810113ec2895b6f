"""Schema 3: the tables of a class."""

import sqlalchemy as sa

from core.training.runs.migrations.completing import complete

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Make the tables."""
    complete(
        "class_members",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("pseudonym", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("joined", sa.Float, nullable=False),
        sa.UniqueConstraint("pseudonym"),
    )
    complete("class_facts", sa.Column("name", sa.String, primary_key=True), sa.Column("value", sa.JSON, nullable=False))
    complete(
        "class_polls",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("opened", sa.Float, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    complete(
        "class_ballots",
        sa.Column("poll", sa.Integer, primary_key=True),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True),
        sa.Column("answer", sa.JSON, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.ForeignKeyConstraint(["poll"], ["class_polls.id"], ondelete="CASCADE"),
    )
    complete(
        "class_drawings",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("collection", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("dropped", sa.Boolean, nullable=False),
    )
