"""Every lesson that came with the lab, from its first step to its last: its pages open in its states, and what it says is measured."""

import json
import re
from functools import cache
from pathlib import Path

import pytest

from core.classroom.questions.question import PARTS
from core.classroom.questions.table import QUESTIONS
from core.lessons.checks import ByDoing, ByMeasurement
from core.lessons.lesson import share
from core.lessons.measurements.table import MEASUREMENTS
from core.lessons.shelf import SHIPPED, shelf
from dashboard import navigation
from dashboard.shell import state
from tests.pages.support import open_page, texts

PAGES = {page.url_path: page for page in navigation.PAGES}
ALL = shelf(PAGES).lessons
OWN = {name: lesson for name, lesson in ALL.items() if not lesson.taken_from}
STEPS = [step for lesson in OWN.values() for step in lesson.steps]
OLD_LINKS = json.loads(Path(__file__).parents[1].joinpath("old_links.json").read_text("utf-8"))
TASKS = {"1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "4"}
LONGEST = 32  # words of a sentence


def opened_elsewhere(page: str, query: dict[str, str]) -> bool:
    """Whether another test opens a page with these words in its link, and finds that the page understands them."""
    return query in (*PAGES[page].about.experiments.values(), *(link for link, _ in OLD_LINKS.get(page, ())))


def states(page: str) -> list[tuple[dict[str, str], set[str]]]:
    """The states in which lessons open a page, each with the controls that are hidden there."""
    found = {}
    for step in STEPS:
        if step.page == page:
            found.setdefault(tuple(step.state.items()), set()).update(step.hidden)
    return [(dict(query), hidden) for query, hidden in found.items() if hidden or not opened_elsewhere(page, dict(query))]


@cache
def measured(name: str):
    return MEASUREMENTS[name].measure()


def test_no_file_is_broken_and_every_part_and_task_of_the_unit_has_one():
    assert not shelf(PAGES).broken and len(list(SHIPPED.glob("*.md"))) == len(ALL) > 25
    assert {lesson.task for lesson in ALL.values()} - {""} == TASKS
    assert all(lesson.task or lesson.row for lesson in OWN.values() if lesson.part is not None)
    assert {lesson.part for lesson in OWN.values()} - {None} == {*range(len(PARTS))}
    assert [lesson.minutes for lesson in ALL.values() if lesson.taken_from] == [90, 45]
    parts = [lesson.part for lesson in OWN.values() if lesson.part is not None]
    assert parts == sorted(parts), "they stand in the order of the unit"


def test_the_tour_has_ten_stops_with_one_thing_to_do_at_each():
    steps = ALL["tour"].steps
    assert len(steps) == 10 == len({step.page for step in steps}) and all(step.check and not step.question for step in steps)


def test_a_lecture_takes_as_long_as_what_it_is_made_of():
    minutes = {(name, step.number): share(lesson, [step]) for name, lesson in OWN.items() for step in lesson.steps}
    for lesson in ALL.values():
        if lesson.taken_from:
            taken = sum(minutes[step.lesson, step.number] for step in lesson.steps)
            assert taken == pytest.approx(lesson.minutes, rel=0.15), lesson.name


@pytest.mark.parametrize("page", [page for page in PAGES if states(page)])
def test_a_page_understands_every_state_that_a_lesson_opens_it_in(page, monkeypatch):
    linked, asked = state.linked, set()
    monkeypatch.setattr(state, "linked", lambda name, *most: asked.add(name) or linked(name, *most))
    for query, hidden in states(page):
        asked.clear()
        app = open_page(PAGES[page].path.parent.name, **query)
        assert not query.keys() - asked, f"the page never looks at a part of {query}"
        assert "cannot be used" not in texts(app) and "There is no " not in texts(app), query
        missing = {key for key in hidden if not key.startswith(".") and key not in app.session_state}
        assert not missing, f"{missing} cannot be hidden: the page has no such control"


@pytest.mark.parametrize("step", [s for s in STEPS if isinstance(s.check, ByDoing)], ids=lambda s: f"{s.lesson}-{s.number}")
def test_what_is_to_be_done_is_done_with_a_control_of_the_page_and_by_nobody_else(step):
    names = {*step.check.values, *step.check.changed}
    folder = PAGES[step.check.page].path.parent
    source = "".join(file.read_text("utf-8") for file in folder.rglob("*.py"))
    assert all(f'"{name}"' in source for name in names) or step.check.page == "train", names
    app = open_page(PAGES[step.page].path.parent.name, **step.state)
    address = {name: text[0] if isinstance(text, list) else text for name, text in dict(app.query_params).items()}
    assert not step.check.done(step.page, address), f"it is done as soon as the page is drawn: {address}"


@pytest.mark.parametrize("step", [s for s in STEPS if isinstance(s.check, ByMeasurement)], ids=lambda s: f"{s.lesson}-{s.number}")
def test_what_a_step_checks_is_so(step):
    truth = measured(step.check.measurement)
    assert step.check.condition.holds(truth.answer), truth
    assert MEASUREMENTS[step.check.measurement].told(truth)


@pytest.mark.parametrize("step", [s for s in STEPS if s.question], ids=lambda s: f"{s.lesson}-{s.number}")
def test_the_right_answer_is_what_a_probe_says(step):
    """That of a question of the class is measured. One that is written in the file stands in what the step's own check measures."""
    question = step.question
    if question.id in QUESTIONS:
        truth = measured(question.id)
        assert question.answer.read(truth.answer) == truth.answer and question.reason(truth)
        return
    told = MEASUREMENTS[step.check.measurement].told(measured(step.check.measurement))
    right = question.decides.measure().answer
    assert [choice for choice in question.answer.options if choice in told] == [right]


# ---- words ----


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+", text)


def lines_of(step):
    return ["".join(piece.text for piece in line) for block in step.text for line in block.lines]


@pytest.mark.parametrize("lesson", OWN.values(), ids=lambda lesson: lesson.name)
def test_a_lesson_is_written_in_plain_full_sentences(lesson):
    about = ["".join(piece.text for piece in line) for block in lesson.about for line in block.lines]
    whole = [*about, *(line for step in lesson.steps for line in lines_of(step))]
    whole += [step.question.text for step in lesson.steps if step.question and step.question.id not in QUESTIONS]
    for line in whole:
        assert "There is no " not in line and ";" not in line and not line.startswith(("-", "*")), line
        assert line[-1] in ".?!:", f"no full sentence: {line}"
        for sentence in sentences(line):
            assert len(sentence.split()) <= LONGEST, f"too long to be read once: {sentence}"
            assert len(sentence.split()) >= 3 and (sentence[0].isupper() or sentence[0].isdigit()), sentence
