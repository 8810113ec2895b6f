"""The page with all lessons: in the order of the unit, what has been done of each, a link to each, and files that cannot be used."""

import re

import pytest

from core.lessons.reading import read_lesson
from core.lessons.shelf import SHIPPED, own_folder, shelf
from dashboard.navigation import PAGES
from dashboard.shell import services, visitor
from pages.lessons.view import lists_of, state_of
from tests.pages.support import open_page, run, texts

OWN = '+++\ntitle = "Week <b>3</b>"\nminutes = 5\n+++\nIt is <i>ours</i>.\n\n## One\nWords are here.\n'
ME = "m" * 32


@pytest.fixture(autouse=True)
def me(monkeypatch):
    monkeypatch.setattr(visitor, "owner", lambda: ME)


def listed(app):
    return "".join(e.proto.body for e in app.get("html") if 'class="lessons-list"' in e.proto.body)


def test_every_lesson_is_there_once_in_the_order_of_the_unit():
    app = open_page("lessons")
    html, lessons = listed(app), shelf().lessons
    assert len(lessons) == len(list(SHIPPED.glob("*.md")))
    assert all(html.count(f'href="?lesson={name}&amp;step=1"') == 1 for name in lessons)
    headings = [header.value for header in app.header]
    assert headings[:3] == ["Lectures", "Why sequences", "Recurrent networks"] and headings[-1] == "Give a lesson to others"
    assert html.index("lesson=tour") < html.index("lesson=lecture-90") < html.index("lesson=task-1-1") < html.index("lesson=task-3-1")


def test_one_part_of_the_unit_can_be_chosen_and_stands_in_the_link():
    app = run(open_page("lessons").segmented_control(key="lessons_part").set_value("3"))
    assert "lesson=task-3-1&" in listed(app) and "lesson=task-1-1&" not in listed(app) and "lesson=tour" not in listed(app)
    assert dict(app.query_params) in ({"part": ["3"]}, {"part": "3"})


def test_what_this_person_has_done_stands_beside_a_lesson():
    lessons = services.classroom().lessons
    lessons.take(ME, [("task-3-1", 1), ("task-3-1", 2)])
    lessons.finish(ME, "padding")
    html = listed(open_page("lessons", part="3")) + listed(open_page("lessons", part="0"))
    assert html.count("lessons-state") == 2 and "2 of 5 tasks passed" in html and "✓ done" in html
    lesson = shelf().lessons["task-3-1"]
    assert state_of(lesson, [], []) == "" and state_of(lesson, [("task-3-1", 1), ("other", 2)], []) == "1 of 5 tasks passed"


def test_a_link_is_given_away():
    app = run(open_page("lessons").selectbox(key="lessons_given").set_value("task-1-2"))
    assert app.code[0].value.endswith("?lesson=task-1-2&step=1")


def test_the_document_shows_a_lesson_that_can_be_used():
    text = (SHIPPED.parents[2] / "docs" / "lessons.md").read_text("utf-8")
    (example,) = re.findall(r"^```text\n(.*?)^```$", text, re.M | re.S)
    lesson = read_lesson(example, "week-3", [page.url_path for page in PAGES])
    assert [type(step.check).__name__ for step in lesson.steps] == ["ByMeasurement", "ByDoing", "ByOwnRun"]


def test_own_lessons_stand_there_and_a_broken_one_is_named_with_its_line(monkeypatch):
    own_folder().mkdir(parents=True)
    (own_folder() / "week-3.md").write_text(OWN, "utf-8")
    (own_folder() / "week-4.md").write_text(OWN.replace("minutes = 5", "minutes = 0"), "utf-8")
    app = open_page("lessons")
    html = listed(app)
    assert "Week &lt;b&gt;3&lt;/b&gt;" in html and "It is &lt;i&gt;ours&lt;/i&gt;." in html and "lesson=week-4" not in html
    assert lists_of(shelf().lessons, None)["Other lessons"][0].name == "week-3"
    assert "week-4.md, line 3: minutes = 0 cannot be used" in texts(app)
    monkeypatch.setattr(visitor, "may", lambda act: False)
    assert "week-4.md" not in texts(open_page("lessons")), "who can do nothing about it need not know"
