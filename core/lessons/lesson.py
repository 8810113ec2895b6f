"""A lesson and its steps, as `core.lessons.reading` makes them of a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from core.classroom.questions.question import Question
from core.errors import ConfigError
from core.lessons.checks import LessonCheck
from core.lessons.text import Block


class LessonError(ConfigError):
    """A lesson's file that cannot be used: "lesson.md, line 12: ..."."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}, line {line}: {problem}")
        self.file, self.line = file, line


@dataclass(frozen=True, kw_only=True)
class LessonStep:
    """One step. Without a `page` it leaves the reader where he is. `state` is what a link to the page says, by name."""

    lesson: str  # the name of the lesson that it was written for: a playlist has steps of several
    number: int  # in that lesson, from 1
    title: str
    text: tuple[Block, ...]
    page: str = ""
    state: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()  # keys of controls, or classes with a dot before them
    question: Question | None = None
    check: LessonCheck | None = None

    @property
    def asks(self) -> bool:
        """Whether there is something to answer or to check in it."""
        return self.question is not None or self.check is not None


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson, or a playlist: steps of other lessons, one after the other."""

    name: str  # of its file, and in links
    title: str
    minutes: int
    about: tuple[Block, ...]  # what stands before its first step
    steps: tuple[LessonStep, ...]
    task: str = ""  # of the unit, such as "1.2"
    row: str = ""  # of the unit, in its words
    part: int | None = None  # of the unit, from 0
    order: int = 1_000  # among all lessons
    taken_from: tuple[
        tuple[str, int], ...
    ] = ()  # of a playlist: names of lessons, with their first and last step, and the line in its file
    own: bool = False  # whether it lies in the lab's home

    @property
    def to_do(self) -> frozenset[tuple[str, int]]:
        """The steps, by lesson and number, that must be passed before it is done."""
        return frozenset((step.lesson, step.number) for step in self.steps if step.asks)

    def passed(self, passed: Collection[tuple[str, int]]) -> bool:
        """Whether all that must be passed is."""
        return self.to_do <= {*passed}


def share(lesson: Lesson, steps: Sequence[LessonStep]) -> float:
    """The minutes of some steps of a lesson: all of them take as long."""
    return lesson.minutes * len(steps) / len(lesson.steps)
