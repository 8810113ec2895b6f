"""The rows of what a class has drawn, and how rows and files that a killed server has left apart come together again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import delete, select

from core.classroom.drawing_files import DrawingFiles
from core.data.made_sets import made_sets
from core.training.runs.class_tables import DrawingRow
from core.training.runs.database import Database


@dataclass(frozen=True)
class Opened:
    """The set that pictures are collected for. `until` is the time of its end in seconds since 1970."""

    name: str
    classes: tuple[str, ...]
    until: float


@dataclass(frozen=True)
class Drawn:
    """A picture of a set. `person` is the id in the cookie, "" of nobody known; `changed` the version in which it came or was dropped."""

    id: str
    collection: str
    person: str
    label: str
    created: float
    dropped: bool
    changed: int


def write_rows(database: Database, drawings: Iterable[Drawn]) -> None:
    """Write the rows of some pictures."""
    with database.transaction() as session:
        for d in drawings:
            session.merge(
                DrawingRow(id=d.id, collection=d.collection, person=d.person, label=d.label, created=d.created, dropped=d.dropped)
            )


def healed(database: Database, files: DrawingFiles, now: float) -> Iterator[Drawn]:
    """The pictures of all sets in a home. A file without a row gets one, of nobody; a row without a file goes; a file lies where its row
    says.

    Rows of sets that are not in this home are left alone: another home may share the database.
    """
    for name in made_sets(files.home):
        with database.transaction() as session:
            rows = session.scalars(select(DrawingRow).where(DrawingRow.collection == name).order_by(DrawingRow.created)).all()
            known = [Drawn(r.id, r.collection, r.person, r.label, r.created, r.dropped, 0) for r in rows]
        found = files.found(name)
        kept = [d for d in known if found.get(d.id, ("",))[0] == d.label]
        for drawing in kept:
            if found[drawing.id][1] != drawing.dropped:
                files.hide(name, drawing.label, drawing.id, hidden=drawing.dropped)
        ids = {drawing.id for drawing in kept}
        new = [Drawn(i, name, "", label, now, dropped, 0) for i, (label, dropped) in found.items() if i not in ids]
        write_rows(database, new)
        with database.transaction() as session:
            session.execute(delete(DrawingRow).where(DrawingRow.id.in_([d.id for d in known if d.id not in found])))
        yield from (*kept, *new)
