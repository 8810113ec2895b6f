"""The tables of a class, in the database of runs: its people, what it must remember, its questions with their answers, its pictures."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.training.runs.tables import Base


class MemberRow(Base):
    """Somebody who has joined the class: `person` is the id in the cookie, `name` what the instructor alone may see."""

    __tablename__ = "class_members"
    person: Mapped[str] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    joined: Mapped[float]  # seconds since 1970, as all times here


class FactRow(Base):
    """Something that the class must remember, by name, as JSON: its code, its limits, whom it follows."""

    __tablename__ = "class_facts"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class PollRow(Base):
    """One time that a question was put to the class: the phase that it is in, and what decided it."""

    __tablename__ = "class_polls"
    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str]
    phase: Mapped[str]
    opened: Mapped[float]
    facts: Mapped[dict] = mapped_column(default=dict)  # the measured truth, the run that decides, who speaks with whom


class BallotRow(Base):
    """What somebody answered in one round of a poll: `round` is 1 before the experiment, 2 after it."""

    __tablename__ = "class_ballots"
    poll: Mapped[int] = mapped_column(ForeignKey("class_polls.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[Any] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(default="")
    created: Mapped[float]


class DrawingRow(Base):
    """A picture that somebody sent to a set of the class. Its file lies in the set's folder, under its id."""

    __tablename__ = "class_drawings"
    id: Mapped[str] = mapped_column(primary_key=True)
    collection: Mapped[str]
    person: Mapped[str]
    label: Mapped[str]
    created: Mapped[float]
    dropped: Mapped[bool] = mapped_column(default=False)
