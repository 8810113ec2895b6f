"""The status of a class: who is here, how the server is, what went wrong; for the instructor alone, names only when asked for."""

import logging
import math

import pytest

from core.classroom.rights import INSTRUCTOR, STUDENT
from core.log import BLACK
from core.troubles import TROUBLES, Trouble
from dashboard.shell import services, visitor
from dashboard.web.health import LATENESS
from pages.class_room import status
from pages.class_room.status_view import Line, figures_html, people_html, troubles_html
from tests.pages.support import open_page, run, texts
from tests.pages.test_hostile_text import protos
from tests.support import SMALL


@pytest.fixture
def room(monkeypatch):
    services.open_class("secret")
    made = services.classroom()
    for person, name in (("a", "Quuxana Zorblat"), ("b", "<b>Wibble</b>")):
        made.people.join(person, code=made.people.code, name=name)
    monkeypatch.setattr(visitor, "role", lambda: INSTRUCTOR)
    monkeypatch.setattr(visitor, "owner", lambda: "i")
    return made


def opened():
    app = open_page("class_room")
    app.session_state["class_status"] = True
    return run(app)


def html(app):
    return " ".join(e.proto.body for e in app.get("html"))


def test_who_is_here_with_page_lag_and_runs(room):
    room.presence.saw("s1", "a", lag=0.31, page="vit")
    services.manager().submit(SMALL, owner="a", paused=True)
    here, away = room.people.pseudonym("a"), room.people.pseudonym("b")
    shown = html(opened())
    assert f'<tr class=""><th scope="row">{here}</th><td>Vision Transformer</td><td>300 ms</td><td>1</td></tr>' in shown
    assert f'<tr class="away"><th scope="row">{away}</th><td>away</td><td>–</td><td>0</td></tr>' in shown


def test_names_are_shown_when_they_are_asked_for(room):
    app = opened()
    assert "Quuxana" not in html(app)
    app.toggle(key="class_status_names").set_value(True)
    assert "Quuxana Zorblat" in html(run(app)) and "&lt;b&gt;Wibble" in html(app)


def test_the_server_is_told_in_numbers(room, monkeypatch):
    monkeypatch.setattr(type(LATENESS), "worst", 0.1234)
    figures = status._figures()
    assert figures["event loop"].startswith("late by 123 ms") and figures["queue"] == "0" and figures["runs"] == "none"
    assert figures["memory of the server"].endswith(("MB", "GB")) and " cores" in figures["processors"]
    services.manager().submit(SMALL, owner="a", paused=True)
    assert status._figures()["runs"] in ("1 waiting", "1 paused", "1 loading")


def test_errors_of_the_last_hour_are_told_without_names(room, monkeypatch):
    monkeypatch.setattr(TROUBLES, "_kinds", {})
    record = logging.LogRecord("dashboard.x", logging.ERROR, "", 1, "It fell with Quuxana Zorblat <b>", (), None)
    TROUBLES.emit(record)
    TROUBLES.emit(record)
    shown = html(opened())
    assert f"<b>2</b> error: It fell with {BLACK} &lt;b&gt;" in shown and "Zorblat" not in shown


def test_what_keeps_the_lab_from_working_is_said(room, monkeypatch):
    monkeypatch.setattr(status, "ailment", lambda: "disk")
    assert "The disk is full." in texts(opened())


@pytest.mark.parametrize("role", [STUDENT, "guest"])
def test_nobody_else_sees_it(room, monkeypatch, role):
    monkeypatch.setattr(visitor, "role", lambda: role)
    monkeypatch.setattr(visitor, "owner", lambda: "a")
    app = open_page("class_room")
    app.session_state["class_status"] = True
    sent = "".join(str(proto) for proto in protos(run(app)._tree))
    assert "lab-status" not in html(app).replace(".lab-status", "") and room.people.pseudonym("b") not in sent


def test_views_escape_and_mark():
    assert "<i>" not in people_html([Line(who="<i>", name="<i>", page="<i>")]) + figures_html({"<i>": "<i>"})
    assert 'class="slow"' in people_html([Line(who="x", lag=1.5)]) and "1,500 ms" in people_html([Line(who="x", lag=1.5)])
    assert 'class=""' in people_html([Line(who="x", lag=math.nan)])
    assert "and 2 more kinds" in troubles_html([Trouble("ERROR", "m", "s")] * 12)
