"""Data made by the class: for some minutes everybody may send pictures of named classes, which become a data set (`core.data.made`).

The row of a picture says who sent it and whether it was dropped; its file is the picture. Both are there before the sender is told so, and
what a killed server has left of one without the other is put right at the next start.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, update

from core.classroom.drawing_files import DrawingFiles
from core.classroom.drawn import Drawn, Opened, healed, write_rows
from core.classroom.facts import Facts
from core.classroom.pace import Pace
from core.data.made_sets import checked_name, made_sets
from core.data.uploads import read_upload
from core.errors import ConfigError, DataError
from core.text import quoted
from core.training.runs.class_tables import DrawingRow
from core.training.runs.database import Database

FEWEST_CLASSES, MOST_CLASSES = 2, 20
FEWEST_SECONDS, MOST_SECONDS = 10, 3600
MOST_OF_ONE, MOST_PICTURES, MOST_SETS = 60, 2_000, 100  # pictures of one person in a set, of a set; sets
GRACE_SECONDS = 3.0  # for which a picture is still taken that was on its way when the time was over
OPENED = "drawings"  # the fact: which set is open, for which classes, until when


class Drawings:
    """All sets of a home, and the one that is open. May be used from any thread. `version` grows with all that changes."""

    def __init__(self, database: Database, facts: Facts, home: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._database, self._facts, self._files, self._clock = database, facts, DrawingFiles(home), clock
        self._lock = threading.RLock()
        self._pace = Pace(10, 20.0)
        self._told: tuple[int, dict[str, int]] = (0, {})  # the counts of the set that is open, in a version
        self.version, self._turns = 1, 0
        self._sets: dict[str, dict[str, Drawn]] = {name: {} for name in made_sets(home)}
        for known in healed(database, self._files, self._clock()):
            self._put(replace(known, changed=self.version + 1))

    # -- collecting -------------------------------------------------------------------------------------------------

    @property
    def now(self) -> Opened | None:
        """The set that is open; None while nothing is collected."""
        known = self._facts.get(OPENED)
        opened = known and Opened(known["name"], tuple(known["classes"]), known["until"])
        return opened if opened and opened.until > self._clock() else None

    @property
    def seconds_left(self) -> float:
        """How long pictures are taken yet; 0 while nothing is collected."""
        return max(0.0, opened.until - self._clock()) if (opened := self.now) else 0.0

    @property
    def turn(self) -> int:
        """Another number whenever a set is opened, is closed, or its time is over."""
        return 2 * self._turns + (self.now is not None)

    def told(self) -> dict[str, Any]:
        """What everybody may know of the set that is open, in a few bytes; it is asked for by thirty pages a second."""
        opened, version = self.now, self.version
        if opened and self._told[0] != version:
            self._told = version, self.counts(opened.name)
        return {"version": version, "left": round(self.seconds_left, 1), "counts": [*self._told[1].values()] if opened else []}

    def open(self, name: str, classes: Iterable[str], seconds: float) -> Opened:
        """Collect pictures of some classes for so many seconds: for a new set, or for one with the same classes that is there.

        Raises ConfigError for names that can be none, classes that are too few or too many, and while another set is open.
        """
        name, classes = checked_name(name, "a set"), [checked_name(label, "a class") for label in classes]
        if not FEWEST_CLASSES <= len(classes) <= MOST_CLASSES:
            raise ConfigError(f"A set has {FEWEST_CLASSES} to {MOST_CLASSES} classes, and {len(classes)} are named: change the list.")
        if len({label.casefold() for label in classes}) < len(classes):
            raise ConfigError("Two classes have the same name: change one of them.")
        if not FEWEST_SECONDS <= seconds <= MOST_SECONDS:
            raise ConfigError(f"Pictures are collected for {FEWEST_SECONDS} to {MOST_SECONDS:,} seconds: choose a time between them.")
        with self._lock:
            if other := self.now:
                raise ConfigError(f"The set {quoted(other.name)} is open: close it before another one is opened.")
            self._check_free(name, sorted(classes))
            self._files.make(name, classes)
            self._sets.setdefault(name, {})
            opened = Opened(name, tuple(classes), self._clock() + seconds)
            self._facts.put(OPENED, {"name": name, "classes": classes, "until": opened.until})
            self._begin_turn()
            return opened

    def close(self) -> None:
        """Take no more pictures."""
        with self._lock:
            self._facts.drop(OPENED)
            self._begin_turn()

    def _begin_turn(self) -> None:
        self.version += 1
        self._turns += 1

    def add(self, person: str, label: str, content: bytes) -> Drawn:
        """Put a picture that somebody has sent into the set that is open, as 32 x 32 pixels and nothing else.

        Raises ConfigError while nothing is collected, for another class and when there are enough pictures, BusyError when they come too
        fast, DataError for what is no picture, or one of a single color.
        """
        opened = self._taking(label)
        self._check_room(opened.name, person)
        self._pace.take(person)
        pixels = read_upload(content).pixels
        if (pixels == pixels[:, :1, :1]).all():
            raise DataError("There is nothing in this picture but one colour: draw something, then send it.")
        with self._lock:
            self._check_room(opened.name, person)  # others have sent theirs meanwhile
            made = Drawn(uuid.uuid4().hex, opened.name, person, label, self._clock(), False, self.version + 1)
            self._files.write(opened.name, label, made.id, pixels)
            write_rows(self._database, [made])
            self._put(made)
            return made

    def _taking(self, label: str) -> Opened:
        """The set that is open, or was a moment ago."""
        known = self._facts.get(OPENED)
        if not known or known["until"] + GRACE_SECONDS < self._clock():
            raise ConfigError("No pictures are collected now: wait until your instructor opens a set.")
        if label not in known["classes"]:
            raise ConfigError(f"There is no class {quoted(label)} in this set: choose one of the buttons.")
        return Opened(known["name"], tuple(known["classes"]), known["until"])

    def _check_room(self, name: str, person: str) -> None:
        with self._lock:
            pictures = self._sets.get(name)
            if pictures is None:
                raise ConfigError("The set was closed meanwhile: wait until your instructor opens another one.")
            if len(pictures) >= MOST_PICTURES:
                raise ConfigError(f"This set has {MOST_PICTURES:,} pictures, and takes no more.")
            if sum(drawing.person == person for drawing in pictures.values()) >= MOST_OF_ONE:
                raise ConfigError(f"You have sent {MOST_OF_ONE} pictures for this set: that is enough, and thank you.")

    # -- the instructor's ------------------------------------------------------------------------------------------

    def drop(self, picture: str, *, dropped: bool = True) -> None:
        """Take a picture out of its set, or put it back. Raises ConfigError for one that is not there."""
        with self._lock:
            known = self._find(picture)
            if known.dropped != dropped:
                with self._database.transaction() as session:
                    session.execute(update(DrawingRow).where(DrawingRow.id == picture).values(dropped=dropped))
                self._put(replace(known, dropped=dropped, changed=self.version + 1))
            self._files.hide(known.collection, known.label, picture, hidden=dropped)

    def rename(self, name: str, new: str) -> str:
        """Give a set another name, and return it. Raises ConfigError for one that is taken or can be none, and for a set that is open."""
        new = checked_name(new, "a set")
        with self._lock:
            self._check_closed(name)
            if new != name:
                self._check_free(new, None, besides=name)
                with self._database.transaction() as session:
                    session.execute(update(DrawingRow).where(DrawingRow.collection == name).values(collection=new))
                    self._files.rename(name, new)
                pictures = self._sets.pop(name)
                self._sets[new] = {drawing.id: replace(drawing, collection=new) for drawing in pictures.values()}
                self.version += 1
            return new

    def delete(self, name: str) -> None:
        """Delete a set. Raises ConfigError while it is open, or when there is none."""
        with self._lock:
            self._check_closed(name)
            self._files.delete(name)
            with self._database.transaction() as session:
                session.execute(delete(DrawingRow).where(DrawingRow.collection == name))
            del self._sets[name]
            self.version += 1

    def remove(self, name: str) -> None:
        """Delete a set, if there is one, open or not."""
        with self._lock:
            if (opened := self.now) and opened.name == name:
                self.close()
            if name in self._sets:
                self.delete(name)

    def _check_closed(self, name: str) -> None:
        if name not in self._sets:
            raise ConfigError(f"There is no set of drawings {quoted(name)}: choose another one.")
        if (opened := self.now) and opened.name == name:
            raise ConfigError(f"The set {quoted(name)} is open: close it first.")

    def _check_free(self, name: str, classes: list[str] | None, *, besides: str = "") -> None:
        """Raise ConfigError when there is another set of this name, or of the same name in other letters, which is one folder on some
        systems."""
        taken = [other for other in made_sets(self._files.home) if other.casefold() == name.casefold() and other != besides]
        if taken and (taken != [name] or self._files.classes(name) != classes):
            raise ConfigError(f"There is a set of drawings {quoted(taken[0])} already, with classes of its own: choose another name.")
        if not taken and len(self._sets) >= MOST_SETS:
            raise ConfigError(f"There are {MOST_SETS} sets of drawings, and room for no more: delete one.")

    def _find(self, picture: str) -> Drawn:
        for pictures in self._sets.values():
            if picture in pictures:
                return pictures[picture]
        raise ConfigError("This picture is not there any more.")

    # -- what is there ----------------------------------------------------------------------------------------------

    def sets(self) -> dict[str, int]:
        """How many pictures each set has, by its name, sorted."""
        with self._lock:
            return {name: sum(not drawing.dropped for drawing in self._sets[name].values()) for name in sorted(self._sets)}

    def newest_first(self) -> list[str]:
        """The names of all sets, the one that got a picture last at first."""
        with self._lock:
            return sorted(self._sets, key=lambda name: max((d.created for d in self._sets[name].values()), default=0.0), reverse=True)

    def classes(self, name: str) -> list[str]:
        """The classes of a set: of the one that is open as they were named, else sorted, as the data set has them."""
        opened = self.now
        return [*opened.classes] if opened and opened.name == name else self._files.classes(name)

    def counts(self, name: str) -> dict[str, int]:
        """How many pictures each class of a set has."""
        with self._lock:
            found = Counter(drawing.label for drawing in self._sets.get(name, {}).values() if not drawing.dropped)
        return {label: found[label] for label in self.classes(name)}

    def sent_by(self, person: str, name: str) -> int:
        """How many pictures somebody has sent for a set, those that were dropped among them."""
        with self._lock:
            return sum(drawing.person == person for drawing in self._sets.get(name, {}).values())

    def recent(self, name: str, since: int = 0) -> list[Drawn]:
        """What has come to a set, or was dropped or put back, after the version `since`, in that order."""
        with self._lock:
            return sorted((d for d in self._sets.get(name, {}).values() if d.changed > since), key=lambda drawing: drawing.changed)

    def picture(self, drawing: Drawn) -> bytes:
        """The PNG of a picture; nothing of one that has been dropped."""
        return self._files.read(drawing.collection, drawing.label, drawing.id)

    def export(self, name: str) -> bytes:
        """A zip of the class folders of a set. Raises ConfigError when there is none."""
        if name not in self._sets:
            raise ConfigError(f"There is no set of drawings {quoted(name)}: choose another one.")
        return self._files.archive(name)

    def _put(self, drawing: Drawn) -> None:
        self.version = drawing.changed
        self._sets.setdefault(drawing.collection, {})[drawing.id] = drawing
