"""All lessons of a lab: those that came with it, and those that its instructor has put into the folder `lessons` of the lab's home."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from core.home import named_home
from core.lessons.lesson import Lesson, LessonError
from core.lessons.reading import ENDING, played, read_file

SHIPPED = Path(__file__).with_name("shipped")
OWN = "lessons"  # the folder in the lab's home
MOST = 200  # files of an instructor


@dataclass(frozen=True)
class Shelf:
    """Lessons by name, in their order, and what is wrong with the files that cannot be used."""

    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    broken: tuple[LessonError, ...] = ()


def own_folder(home: str | Path | None = None) -> Path:
    """Where an instructor puts lessons. It need not be there."""
    return named_home(home) / OWN


def shelf(pages: Collection[str] | None = None, home: str | Path | None = None) -> Shelf:
    """The lessons that can be used. `pages` are the addresses that a step can name, None for any. A file is read again when it has changed.

    A lesson of the instructor's takes the place of one of the same name that came with the lab, unless it is broken.
    """
    found: dict[str, Lesson] = {}
    broken: list[LessonError] = []
    named = None if pages is None else frozenset(pages)
    for folder, own in ((SHIPPED, False), (own_folder(home), True)):
        for path in _files(folder):
            try:
                stamp = path.stat()
                lesson = _read(path, stamp.st_mtime_ns, stamp.st_size, named)
                found[lesson.name] = replace(lesson, own=own)
            except LessonError as error:
                broken.append(error)
            except OSError:  # it has just been taken away
                continue
    whole: dict[str, Lesson] = {}
    for lesson in sorted(found.values(), key=lambda lesson: (lesson.order, lesson.name)):
        try:
            whole[lesson.name] = played(lesson, found) if lesson.taken_from else lesson
        except LessonError as error:
            broken.append(error)
    return Shelf(whole, tuple(broken))


def _files(folder: Path) -> list[Path]:
    """The lessons of a folder, in the order of their names; what is hidden is none."""
    return sorted(path for path in folder.glob(f"*{ENDING}") if not path.name.startswith("."))[:MOST]


@lru_cache(maxsize=2 * MOST)
def _read(path: Path, changed: int, size: int, pages: frozenset[str] | None) -> Lesson:
    return read_file(path, pages)
