"""Reading one step of a lesson: where it leads, its question, its check."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import parse_qsl

from core.checks import Many, Number, OneOf, Text
from core.classroom.questions.answers import ChoiceAnswer, NumberAnswer
from core.classroom.questions.question import ByProbe, Question, Truth
from core.classroom.questions.table import QUESTIONS
from core.errors import LabError, unknown
from core.lessons.block import Settings, split_block
from core.lessons.checks import ByDoing, ByMeasurement, ByOwnRun, Condition, LessonCheck
from core.lessons.lesson import LessonError, LessonStep
from core.lessons.measurements.table import MEASUREMENTS
from core.lessons.text import blocks_of
from core.text import quoted
from core.training.config import RunConfig

STEP = ("page", "state", "hidden", "question", "check")
QUESTION = ("ask", "choices", "answer", "because")
CONDITION = ("is", "above", "below")
CHECK = ("measure", "run", "set", "changed", "page", *CONDITION)
KEY = re.compile(r"\.?[A-Za-z][\w-]{0,80}")
MOST_STATE, MOST_WORDS, MOST_CHOICES, MOST_HIDDEN = 2_000, 1_000, 8, 40
OWN_NAMES = ("lesson", "step")  # what a link says of a lesson itself


def read_step(lines: Sequence[str], first: int, lesson: str, number: int, part: int, pages: Collection[str] | None) -> LessonStep:
    """The step of some lines, whose first is the title and stands on the file's line `first`. Raises LessonError."""
    file, title = f"{lesson}.md", lines[0].removeprefix("## ").strip()
    if not 0 < len(title) <= 120:
        raise LessonError(file, first, "the title of a step has 1 to 120 letters.")
    at = next((number for number in range(1, len(lines)) if lines[number].strip()), len(lines))
    block, at = split_block(lines, at, file, first)
    text = blocks_of("\n".join(lines[at:]))
    if not text:
        raise LessonError(file, first, "this step has no text: say what there is to see.")
    if block is None:
        return LessonStep(lesson=lesson, number=number, title=title, text=text)
    block.check_names(STEP)
    page = _page(block, pages, "page")
    state = _state(block, "state")
    if state and not page:
        raise block.wrong('a state belongs to a page: say which, such as page = "cell".', "state")
    return LessonStep(
        lesson=lesson,
        number=number,
        title=title,
        text=text,
        page=page,
        state=state,
        hidden=_hidden(block),
        question=_question(block, f"{lesson}.{number}", part, page),
        check=_check(block, page, state, pages),
    )


def _page(block: Settings, pages: Collection[str] | None, *names: str) -> str:
    page = block.get(Text(60), *names, otherwise="")
    if page and pages is not None and page not in pages:
        raise block.wrong(str(unknown("page", page, pages)), *names)
    return page


def _state(block: Settings, *names: str) -> dict[str, str]:
    """What a query string says, by name. Raises LessonError for one that says nothing, or what it cannot say."""
    text = block.get(Text(MOST_STATE), *names, otherwise="")
    try:
        found = dict(parse_qsl(text.removeprefix("?"), keep_blank_values=True, strict_parsing=bool(text)))
    except ValueError as error:
        problem = f'{names[-1]} = {quoted(text)} is no end of a link: write it as the address bar does, such as "patch=4&order=reverse".'
        raise block.wrong(problem, *names) from error
    if taken := [name for name in found if name in OWN_NAMES]:
        raise block.wrong(f"{names[-1]} cannot say {taken[0]!r}: that is the lesson's own.", *names)
    return found


def _hidden(block: Settings) -> tuple[str, ...]:
    found = block.get(Many(Text(80), MOST_HIDDEN), "hidden", otherwise=())
    for key in found:
        if not KEY.fullmatch(key):
            raise block.wrong(
                f'{quoted(key)} is neither the key of a control nor a class, such as "shuffle_patch" or ".lab-try".', "hidden"
            )
    return found


def _question(block: Settings, name: str, part: int, page: str) -> Question | None:
    """The question of a step: one of the class's, by its name, or one that is written in the file."""
    asked = block.values.get("question")
    if asked is None:
        return None
    if isinstance(asked, str):
        if asked not in QUESTIONS:
            raise block.wrong(str(unknown("question", asked, QUESTIONS)), "question")
        question = QUESTIONS[asked]
        if not isinstance(question.decides, ByProbe) or not isinstance(question.answer, ChoiceAnswer | NumberAnswer):
            raise block.wrong(f"the question {asked!r} is decided by runs of a class: ask it on the page Vote.", "question")
        return question
    block.check_names(QUESTION, "question")
    choices = block.need(Many(Text(MOST_WORDS), MOST_CHOICES, least=2), "question", "choices")
    answer = block.need(OneOf(choices), "question", "answer")
    because = block.need(Text(MOST_WORDS), "question", "because")
    return Question(
        id=name,
        part=part,
        claim=f"{answer}. {because}",
        text=block.need(Text(MOST_WORDS), "question", "ask"),
        answer=ChoiceAnswer({choice: choice for choice in choices}),
        decides=ByProbe(lambda: Truth(answer), recorded=True),
        because=because.replace("{", "{{").replace("}", "}}"),
        page=page,
    )


# ---- what is checked ----


def _check(block: Settings, page: str, state: Mapping[str, str], pages: Collection[str] | None) -> LessonCheck | None:
    if "check" not in block.values:
        return None
    block.check_names(CHECK, "check")
    said = block.at("check")
    kinds = [kind for kind in (("measure",), ("run",), ("set", "changed", "page")) if any(name in said for name in kind)]
    if len(kinds) != 1:
        raise block.wrong(
            "a check has one of: measure (a measurement), run (a run of the reader's own), or set, changed and page.", "check"
        )
    match kinds[0][0]:
        case "measure":
            return _measured(block)
        case "run":
            return _run(block)
        case _:
            return _doing(block, page, state, pages)


def _measured(block: Settings) -> ByMeasurement:
    name = block.need(Text(60), "check", "measure")
    if name not in MEASUREMENTS:
        raise block.wrong(str(unknown("measurement", name, MEASUREMENTS)), "check", "measure")
    said, options = block.at("check"), MEASUREMENTS[name].options
    if not any(condition in said for condition in CONDITION):
        raise block.wrong("a measurement needs a condition: is, above or below.", "check", "measure")
    if options and "is" not in said:
        raise block.wrong(f"this measurement says one of: {', '.join(options)}. Its condition is “is”.", "check", "measure")
    if "is" in said and ("above" in said or "below" in said):
        raise block.wrong("a condition is either “is”, or “above” and “below”.", "check", "is")
    equals = block.get(OneOf(options) if options else Number(), "check", "is")
    ends = {end: block.get(Number(), "check", end) for end in ("above", "below")}
    return ByMeasurement(name, Condition(equals=equals, **ends))


def _run(block: Settings) -> ByOwnRun:
    """A run, with hyperparameters that it must have. Raises LessonError for those that no run can have."""
    config = block.at("check", "run")
    try:
        flat = RunConfig.of(**config).flat()
    except LabError as error:
        raise block.wrong(f"no run can be set up so: {error}", "check", "run") from error
    return ByOwnRun(block.need(Number(0, 1), "check", "above"), {name: flat[name] for name in config})


def _doing(block: Settings, page: str, state: Mapping[str, str], pages: Collection[str] | None) -> ByDoing:
    values = _state(block, "check", "set")
    changed = block.get(Many(Text(60), 10), "check", "changed", otherwise=())
    where = _page(block, pages, "check", "page") or page
    if not where:
        raise block.wrong('say on which page this is to be done, such as page = "cell".', "check")
    done = ByDoing(where, values, changed, state)
    if done.done(page, state):
        raise block.wrong("this is so before the reader has done anything: check what he is to change.", "check")
    return done
