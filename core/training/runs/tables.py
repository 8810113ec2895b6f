"""The tables of the database of runs, and how numbers that JSON does not know are kept in it."""

from __future__ import annotations

import json
import math
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SCHEMA = 5  # each has a revision in `migrations/versions`, which says what is new in it
FLOAT = "$float"  # {"$float": "nan"}: NaN and the infinities are no JSON, and PostgreSQL refuses them


class Base(DeclarativeBase):
    """Base of the tables; dicts and lists are kept as JSON, and numbers as older versions of SQLAlchemy kept them, too (not as Double)."""

    type_annotation_map = {dict: JSON, list: JSON, float: Float}  # noqa: RUF012


class Meta(Base):
    """Facts about the database itself: the version of its tables."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Run(Base):
    """One run: its config, its state, and all that is measured but for the epochs."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    created: Mapped[float] = mapped_column(default=0.0)
    owner: Mapped[str] = mapped_column(default="")
    called: Mapped[str] = mapped_column(default="")  # the name that its owner has given it; "" of most
    status: Mapped[str] = mapped_column(default="queued")
    message: Mapped[str] = mapped_column(default="")
    config: Mapped[dict] = mapped_column(default=dict)
    facts: Mapped[dict] = mapped_column(default=dict)  # classes, sizes, parameters, device, threads, versions, ...
    curve: Mapped[dict] = mapped_column(default=dict)
    lr_changes: Mapped[list] = mapped_column(default=list)
    best: Mapped[dict | None] = mapped_column(default=None)  # epoch, val_top1
    measured: Mapped[dict | None] = mapped_column(default=None)  # in short, a `Measured`; None of runs from before there was this column
    test: Mapped[dict | None] = mapped_column(default=None)
    sample_images: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    version: Mapped[int] = mapped_column(default=0)  # another one after every write: who writes on what he has read names it
    home: Mapped[str] = mapped_column(default="")  # the lab home that has its weights; "" of runs from before there was this column
    host: Mapped[str] = mapped_column(default="")  # the machine of that home, for a message
    epochs: Mapped[list[Epoch]] = relationship(order_by="Epoch.epoch", passive_deletes=True)  # to make a whole run at once


class Epoch(Base):
    """One epoch of a run, an `EpochRecord` as plain data."""

    __tablename__ = "epochs"
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[dict] = mapped_column(default=dict)


class Look(Base):
    """One time that weights met test labels, beside the final test of every run. It stays when the run is deleted."""

    __tablename__ = "looks"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]  # no foreign key: runs that came with the lab have no row
    epoch: Mapped[int]  # from 0
    images: Mapped[str]
    created: Mapped[float]


def to_json(value: Any) -> str:
    """`value` as JSON that every database takes."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_without_nan(value), allow_nan=False)


def from_json(text: str | bytes | float) -> Any:
    """What `to_json` was given; bare NaN and Infinity, as older versions of the lab wrote them, are read too."""
    if isinstance(text, int | float):
        return text  # SQLite keeps a number that stands alone as a number
    text = text if isinstance(text, str) else bytes(text).decode()  # some drivers give bytes
    return json.loads(text, object_hook=_with_nan if FLOAT in text else None)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(v) for name, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(v) for v in value]
    return {FLOAT: repr(float(value))} if isinstance(value, float) and not math.isfinite(value) else value


def _with_nan(found: dict[str, Any]) -> Any:
    return float(found[FLOAT]) if found.keys() == {FLOAT} and found[FLOAT] in ("nan", "inf", "-inf") else found


def plain_text(text: str) -> str:
    """`text` as every database takes it: stand-ins for what is no Unicode (bytes in the name of a folder) and for the zero character."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
