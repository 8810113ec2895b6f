"""The queue of a class on its page: who trains and waits under pseudonyms, and the buttons of the instructor."""

import pytest

from core.classroom.rights import INSTRUCTOR, STUDENT
from core.errors import RightError
from core.training.config import RunConfig
from dashboard.shell import orders, services, visitor
from pages.class_room import queue
from tests.pages.support import open_page, press, run, texts
from tests.support import LONG_TINY, ended, wait_for


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setenv("LAB_ONE_EACH", "1")
    services.open_class("secret")
    made = services.classroom()
    made.let_instruct("teacher")
    for person, name in (("a", "Quuxana Zorblat"), ("b", "Wibble")):
        made.people.join(person, code=made.people.code, name=name)
    monkeypatch.setattr(visitor, "owner", lambda: "teacher")
    return made


def begin(owner):
    return services.manager().submit(RunConfig.of(**{**LONG_TINY, "batch_size": 1}), owner=owner)  # does not end while a page is looked at


def table(app):
    return next((e.proto.body for e in app.get("html") if "lab-status" in e.proto.body), "")


def test_each_run_has_its_row_with_the_pseudonym_and_its_place(room):
    lab = services.manager()
    first, second = begin("a"), begin("a")
    wait_for(lab, first, lambda s: s.step > 0)
    own = begin("teacher")
    wait_for(lab, own, lambda s: s.step > 0)
    services.manager().pause(own)
    wait_for(lab, own, lambda s: s.status == "paused")
    app = open_page("class_room")
    shown = table(app)
    who = room.people.pseudonym("a")
    assert shown.count(f'<th scope="row">{who}</th>') == 2 and '<th scope="row">Instructor</th>' in shown
    assert f"<td>{second}</td><td>GRU on tiny</td><td>waiting</td><td>0 of 1000</td><td>1</td>" in shown
    assert "paused</td>" in shown and "Zorblat" not in str([e.proto for e in app.get("html")]) + texts(app)


def test_the_buttons_do_what_they_say(room):
    lab = services.manager()
    first, second = begin("a"), begin("a")
    wait_for(lab, first, lambda s: s.step > 0)
    app = press(open_page("class_room"), "class_pause_all")
    assert room.halting.on and "All runs and measurements" in texts(app)
    assert "class_pause_all" not in [button.key for button in app.button]
    app = press(app, "class_resume_all")
    assert not room.halting.on
    assert app.selectbox(key="class_next").value == second
    app = press(app, "class_take_next")
    wait_for(lab, second, lambda s: s.step > 0)
    third = begin("b")
    lab.halt([])  # so that it waits for sure
    waits = begin("b")
    app = press(run(app), "class_clear")
    assert {wait_for(lab, one, ended).status for one in (third, waits) if not lab.snapshot(one).step} == {"stopped"}
    assert lab.snapshot(first).active and len(lab.runs()) == 4
    lab.halt(None)


def test_a_student_sees_no_queue_and_its_buttons_do_nothing_for_him(room, monkeypatch):
    begin("a")
    monkeypatch.setattr(visitor, "role", lambda: STUDENT)
    monkeypatch.setattr(visitor, "owner", lambda: "a")
    app = open_page("class_room")
    assert not [button.key for button in app.button if button.key in ("class_pause_all", "class_take_next", "class_clear")]
    for order in (orders.pause_all, orders.clear):
        with pytest.raises(RightError):
            order()
    with pytest.raises(RightError):
        queue._queue()


def test_it_works_alone_at_home(monkeypatch):
    monkeypatch.setattr(visitor, "role", lambda: INSTRUCTOR)
    app = open_page("class_room")
    assert "Nobody trains" in texts(app) + " ".join(e.value for e in app.header)
    app = press(app, "class_pause_all")
    assert "measurements are paused until you resume them" in texts(app) and "students wait" not in texts(app)
    press(app, "class_resume_all")
