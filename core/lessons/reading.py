"""Reading a lesson's file. `docs/lessons.md` says how one is written; whatever is wrong with it is a LessonError with the line.

+++
title = "Task 3.1: the shuffle test"
minutes = 8
+++
What this lesson is about.

## The title of its first step
+++
page = "shuffle"
state = "order=random"
+++
The text of its first step.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from core.checks import Text, Whole
from core.lessons.block import FENCE, Settings, split_block
from core.lessons.lesson import Lesson, LessonError
from core.lessons.steps import read_step
from core.lessons.text import blocks_of
from core.text import quoted

ENDING = ".md"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MOST_BYTES = 200_000  # of a file
MOST_STEPS = 60
MOST_TITLE, MOST_ROW = 120, 300  # letters
MOST_MINUTES = 600
HEAD = ("title", "task", "row", "part", "minutes", "order", "lessons")
TAKEN = re.compile(r"(?P<lesson>[a-z0-9-]+)(?::(?P<first>[0-9]{1,2})(?:-(?P<last>[0-9]{1,2}))?)?")


def read_file(path: Path, pages: Collection[str] | None) -> Lesson:
    """The lesson of a file. `pages` are the addresses that a step can name, None for any. Raises LessonError."""
    if not NAME.fullmatch(path.stem) or len(path.stem) > 60:
        raise LessonError(
            path.name, 1, "name the file with small letters, digits and single hyphens, such as week-3.md: links use its name."
        )
    try:
        if path.stat().st_size > MOST_BYTES:
            raise LessonError(path.name, 1, f"a lesson has {MOST_BYTES:,} bytes at most: make two of it.")
        whole = path.read_bytes()
    except OSError as error:
        raise LessonError(path.name, 1, f"the file cannot be read ({error.strerror}): give the lab the right to read it.") from error
    try:
        return read_lesson(whole.decode("utf-8-sig"), path.stem, pages)
    except UnicodeDecodeError as error:
        line = whole[: error.start].count(b"\n") + 1
        raise LessonError(path.name, line, "this is no UTF-8: save the file with that encoding.") from error


def read_lesson(text: str, name: str, pages: Collection[str] | None) -> Lesson:
    """The lesson of a text. Raises LessonError."""
    file, lines = name + ENDING, text.replace("\r\n", "\n").split("\n")
    head, at = split_block(lines, 0, file)
    if head is None:
        raise LessonError(file, 1, f"a lesson begins with a line {FENCE}, its settings (title and minutes), and another line {FENCE}.")
    head.check_names(HEAD)
    starts = [number for number in range(at, len(lines)) if lines[number].startswith("## ")]
    about = blocks_of("\n".join(lines[at : starts[0] if starts else len(lines)]))
    lesson = Lesson(
        name=name,
        title=head.need(Text(MOST_TITLE), "title"),
        minutes=head.need(Whole(1, MOST_MINUTES), "minutes"),
        task=head.get(Text(20), "task", otherwise=""),
        row=head.get(Text(MOST_ROW), "row", otherwise=""),
        part=head.get(Whole(0, 4), "part"),
        order=head.get(Whole(0, 100_000), "order", otherwise=1_000),
        about=about,
        steps=(),
        taken_from=_taken(head),
    )
    if lesson.taken_from and starts:
        raise LessonError(file, starts[0] + 1, "a playlist (lessons = [...]) has no steps of its own: take this out, or take out lessons.")
    if not lesson.taken_from and not starts:
        raise LessonError(file, len(lines), "there is no step: each begins with a line ## and its title.")
    if len(starts) > MOST_STEPS:
        raise LessonError(file, starts[MOST_STEPS] + 1, f"a lesson has {MOST_STEPS} steps at most: make two of it.")
    ends = [*starts, len(lines)][1:]
    steps = tuple(
        read_step(lines[start:end], start + 1, name, number, lesson.part or 0, pages)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    )
    return replace(lesson, steps=steps)


def _taken(head: Settings) -> tuple[tuple[str, int], ...]:
    """What a playlist takes, each with its line; nothing of a lesson that is none."""
    if "lessons" not in head.values:
        return ()
    named = head.values["lessons"]
    if not isinstance(named, list) or not named or not all(isinstance(one, str) and TAKEN.fullmatch(one) for one in named):
        raise head.wrong(
            'lessons is a list of names of lessons, such as ["task-1-1", "task-3-1:2-4"]: those after ":" are its steps.', "lessons"
        )
    first = head.line("lessons") - head.start
    lines = [
        next((at for at in range(first, len(head.lines)) if f'"{one}"' in head.lines[at] or f"'{one}'" in head.lines[at]), first)
        for one in named
    ]
    return tuple((one, head.start + line) for one, line in zip(named, lines, strict=True))


def played(playlist: Lesson, lessons: dict[str, Lesson]) -> Lesson:
    """A playlist with the steps that it takes from `lessons`. Raises LessonError for what is not there."""
    steps = []
    for named, line in playlist.taken_from:
        wanted = TAKEN.fullmatch(named)
        lesson = lessons.get(wanted["lesson"])
        if lesson is None:
            raise LessonError(playlist.name + ENDING, line, f"there is no lesson {quoted(wanted['lesson'])} to take, or it is broken.")
        first = int(wanted["first"] or 1)
        last = int(wanted["last"] or (first if wanted["first"] else len(lesson.steps)))
        if not 1 <= first <= last <= len(lesson.steps):
            problem = f"{quoted(named)} cannot be taken: that lesson has the steps 1 to {len(lesson.steps)}."
            raise LessonError(playlist.name + ENDING, line, problem)
        steps += lesson.steps[first - 1 : last]
    return replace(playlist, steps=tuple(steps))
