"""Schema 1: runs, their epochs, and how often test images were looked at. The first labs had no table of looks."""

import sqlalchemy as sa

from core.training.runs.migrations.completing import complete

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make what is missing."""
    complete("meta", sa.Column("key", sa.String, primary_key=True), sa.Column("value", sa.Integer, nullable=False))
    complete(
        "runs",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("created", sa.Float, nullable=False, server_default="0"),
        sa.Column("owner", sa.String, nullable=False, server_default=""),
        sa.Column("status", sa.String, nullable=False, server_default="queued"),
        sa.Column("message", sa.String, nullable=False, server_default=""),
        sa.Column("config", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("facts", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("curve", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("lr_changes", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("best", sa.JSON),
        sa.Column("test", sa.JSON),
        sa.Column("sample_images", sa.LargeBinary),
    )
    complete(
        "epochs",
        sa.Column("run_id", sa.String, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("record", sa.JSON, nullable=False, server_default="{}"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE"),
    )
    complete(
        "looks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("images", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
