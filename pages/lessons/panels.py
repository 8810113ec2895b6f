"""What the page Lessons shows: the tour, all lessons by parts of the unit, a link to give away, and files that cannot be used."""

from __future__ import annotations

import streamlit as st

from core.classroom.rights import Act
from core.lessons.shelf import OWN, Shelf
from dashboard.lessons.lookups import all_lessons
from dashboard.shell import services, show, visitor
from dashboard.shell.link import page_link
from pages.lessons.controls import ALL, choose_given, choose_part
from pages.lessons.view import TOUR, link_of, list_html, lists_of


def lessons_part() -> None:
    """The lists of lessons, and what belongs to them."""
    shelf, part = all_lessons(), choose_part()
    lessons, me = services.classroom().lessons, visitor.owner()
    passed, done = lessons.passed(me), lessons.done(me)
    with st.container(key="lessons"):
        if part == ALL and TOUR in shelf.lessons:
            st.html(list_html([shelf.lessons[TOUR]], passed, done))
        for title, some in lists_of(shelf.lessons, None if part == ALL else int(part)).items():
            show.header(title)
            st.html(list_html(some, passed, done))
    _give(shelf)
    _own(shelf)


def _give(shelf: Shelf) -> None:
    """A link that begins a lesson, for a class or a slide."""
    st.header("Give a lesson to others")
    lesson = choose_given(shelf.lessons)
    st.code(page_link(link_of(lesson)), language=None, wrap_lines=True)
    show.caption("Whoever opens this link stands before the first step of the lesson.")


def _own(shelf: Shelf) -> None:
    """Where lessons of one's own lie, and which of the files cannot be used, for whom may do something about it."""
    if not visitor.may(Act.LEAD):
        return
    for error in shelf.broken:
        show.error(error)
    show.caption(f"A Markdown file in the folder “{OWN}” of the lab's home is a lesson of your own: docs/lessons.md says how to write one.")
