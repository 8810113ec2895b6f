"""The class bar, and what its buttons do: lead, follow, let go, catch up, look at the instructor's run, go to the question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.classroom.rights import INSTRUCTOR, STUDENT, Act
from dashboard.classroom import bar
from dashboard.classroom.pulse_route import instructors_run
from dashboard.navigation import PAGES, Page
from dashboard.shell import beside, services, state, visitor
from dashboard.shell.choices import Kept
from dashboard.shell.notices import said_above
from dashboard.shell.prediction import skip

FOLLOWS = Kept("class", "follows", first=True)
TURN = Kept("class", "turn", first=0)  # of the instructor's page at which this session has arrived
OWN_FOLDER = (
    "Your instructor's page shows a folder of the instructor's own, which only the instructor can read, so this page shows the data set "
    "with which it opens."
)
WISH = Kept("class", "wish")  # where a button of the bar leads, at the next full run: (address, link)


def class_bar(page: Page, places: Mapping[str, Any]) -> None:
    """Take a session where it follows, or where a button leads; else draw the bar. `places` are Streamlit's pages by address."""
    if not services.class_is_open():
        return
    role = visitor.role()
    if target := WISH.take() or _led(role):
        address, link = target
        if address in places:
            skip(next(other for other in PAGES if other.url_path == address))
            state.go_to(places[address], beside.without(link))
    room = services.classroom()
    if role == INSTRUCTOR and room.leading.now.by and not room.presence.open(room.leading.now.by):
        room.leading.begin(visitor.session())  # the page that led was closed or loaded anew
    message = {
        "session": visitor.session(),
        "role": role,
        "name": room.people.pseudonym(visitor.owner()),
        "code": room.people.code if role == INSTRUCTOR else "",
        "page": page.url_path,
        "run": state.shown_run() if page.url_path == "train" else "",
        "follows": FOLLOWS.value,
        "turn": TURN.value,
    }
    act = bar.draw(message)
    if act and act != "moved":
        _act(act)
        st.rerun()


def _led(role: str) -> tuple[str, Mapping[str, str]] | None:
    """Where the instructor has gone since this session was there, if it follows."""
    led = services.classroom().leading.now
    if role != STUDENT or not FOLLOWS.value or not led.by or not led.page or led.turn == TURN.value:
        return None
    TURN.keep(led.turn)
    if led.own_folder:
        state.say(OWN_FOLDER)
    beside.follow(led.query)  # the instructor's lesson, if there is one
    return led.page, led.query


def show_class(page: Page) -> None:
    """Note where this session is, once its page is drawn: should it lead, the class comes along."""
    state.lead_class(page.url_path if page.led else "")


def _act(act: str) -> None:
    """Do what was pressed on the bar."""
    room = services.classroom()
    with said_above():
        if act in ("lead", "end"):
            visitor.require(Act.LEAD)
            room.leading.begin(visitor.session()) if act == "lead" else room.leading.end()
        elif act in ("let_go", "catch_up"):
            FOLLOWS.keep(act == "catch_up")
            TURN.keep(TURN.first if act == "catch_up" else TURN.value)
        elif act == "run" and (run_id := instructors_run(room)):
            WISH.keep(("train", {"run": run_id}))
        elif act == "vote":
            WISH.keep(("vote", {}))
