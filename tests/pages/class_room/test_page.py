"""Joining a class, following the instructor, and the page Class, without a browser."""

import pytest

from core.classroom import people
from core.classroom.leading import OF_A_FOLDER
from core.classroom.pace import Pace
from core.classroom.rights import INSTRUCTOR
from core.training.config import DEFAULTS as FIRST
from dashboard.classroom import bar
from dashboard.shell import services, visitor
from pages.evaluate.controls import IMAGES, OWN_FOLDER
from tests.pages.support import html_of, message_to, messages_to, open_page, press, run, texts

BAR = "dashboard/classroom/bar"


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setattr(people, "TRIES", Pace(10, 60.0))
    monkeypatch.setattr(people, "TRIES_OF_ALL", Pace(200, 60.0))
    services.open_class("secret")
    return services.classroom()


def join(app, code, name="Ann"):
    app.text_input(key="class_code").set_value(code)
    app.text_input(key="class_name").set_value(name)
    return press(app, "join_now")


@pytest.fixture
def student(room):
    return join(open_page("masks", pad="4"), room.people.code)


def titles(app):
    return [title.value for title in app.title]


def test_before_any_page_stands_the_form_to_join_and_nothing_of_the_lab(room):
    app = open_page("train")
    assert titles(app) == ["Join the class"] and not messages_to(app, BAR) and not app.get("bidi_component")
    assert [button.key for button in app.button] == ["join_another", "join_now"]


def test_the_page_that_was_asked_for_comes_after_joining(student, room):
    assert titles(student) == ["Masks"] and student.query_params["pad"] == "4"
    (member,) = room.people.all()
    assert member.name == "Ann" and message_to(student, BAR)["name"] == member.pseudonym


def test_the_link_of_the_qr_code_fills_in_the_code(room):
    app = open_page("train", code=room.people.code)
    app.text_input(key="class_name").set_value("Ann")
    assert titles(press(app, "join_now")) == ["Train"]


def test_a_wrong_code_is_a_sentence_and_lets_nobody_in(room):
    app = join(open_page("train"), "AAAAAA")
    assert titles(app) == ["Join the class"] and "not the code" in texts(app) and room.people.all() == []


def test_another_pseudonym_is_offered_and_is_the_one_that_one_gets(room):
    app = open_page("train")
    first = texts(app)
    app = press(app, "join_another")
    assert texts(app) != first
    join(app, room.people.code)
    assert room.people.all()[0].pseudonym in texts(app) or room.people.all()[0].pseudonym


def test_the_code_is_only_told_to_the_instructor(student, room, monkeypatch):
    assert message_to(student, BAR)["code"] == ""
    monkeypatch.setattr(visitor, "role", lambda: INSTRUCTOR)
    assert message_to(run(student), BAR)["code"] == room.people.code


def test_students_go_where_the_instructor_goes_until_they_let_go_and_catch_up(student, room):
    room.leading.begin("of the instructor")
    room.leading.show("of the instructor", "went", {"mask": "subsequent", "system": "igpt"})
    app = run(student)
    assert titles(app) == ["Where it went"] and app.query_params["system"] == "igpt"
    room.leading.show("of the instructor", "masks", {"pad": "1"})
    app = run(app)
    assert titles(app) == ["Masks"] and app.slider(key="masks_pad").value == 1, "its controls follow, too, though they were set before"
    act(app, "let_go")
    room.leading.show("of the instructor", "went", {})
    assert titles(run(app)) == ["Masks"]
    assert titles(run(act(app, "catch_up"))) == ["Where it went"]
    room.leading.end()
    assert titles(run(app)) == ["Where it went"]


def test_who_follows_to_a_folder_of_the_instructors_own_is_told_so_and_asked_for_none(student, room):
    room.leading.begin("of the instructor")
    room.leading.show("of the instructor", "train", {"dataset": "folder", "data": "/secret/place", "epochs": "3"})
    app = run(student)
    assert "which only the instructor can read" in texts(app) and "/secret" not in texts(app)
    assert app.session_state["hp_dataset"] == FIRST["images"]["dataset"] and app.query_params["epochs"] == "3"
    assert not [field for field in app.text_input if field.key.endswith("_data")]
    room.leading.show("of the instructor", "train", {"epochs": "3"})
    assert "which only the instructor can read" not in texts(run(app))
    assert OF_A_FOLDER["split"] == IMAGES[OWN_FOLDER], "so it is called in the link to the page Evaluate"


def act(app, what):
    """The page after a press on the bar in the browser."""
    pressed, draw = [what], bar.draw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bar, "draw", lambda message: (draw(message), pressed and pressed.pop())[1])
        return run(app)


def test_a_student_leads_nobody(student, room):
    app = act(student, "lead")
    assert room.leading.now.by == "" and "Only the instructor" in texts(app)


def test_a_move_of_a_control_moves_the_class_and_the_page_class_does_not(student, room, monkeypatch):
    monkeypatch.setattr(visitor, "role", lambda: INSTRUCTOR)
    room.leading.begin(student.session_state["session"])
    room.presence.saw(student.session_state["session"], "somebody")
    app = run(student)
    assert room.leading.now.page == "masks"
    app = run(app.slider(key="masks_pad").set_value(3))
    assert room.leading.now.query == {"pad": "3"}
    app.session_state["class_wish"] = ("class", {})
    app = run(run(app))
    assert titles(app) == ["Class"] and room.leading.now.page == "masks", "nobody comes along to the code on the projector"


def test_the_projector_shows_code_and_qr_code_and_no_names(student, room, monkeypatch):
    monkeypatch.setattr(visitor, "role", lambda: INSTRUCTOR)
    app = open_page("class_room")
    code = room.people.code
    assert f"{code[:3]}<span> </span>{code[3:]}" in html_of(app, "lab-invitation")
    assert "data:image/svg+xml" in html_of(app, "lab-invitation")
    assert room.people.all()[0].pseudonym in html_of(app, "lab-people") and "Ann" not in html_of(app, "lab-people")
    app = run(app.toggle(key="class_names").set_value(True))
    assert "Ann" in html_of(app, "lab-people")


def test_a_student_changes_the_name_and_leaves(student, room):
    app = join(open_page("class_room"), room.people.code, "Ben")
    app.text_input(key="class_new_name").set_value("Benjamin")
    press(app, "class_change")
    assert [member.name for member in room.people.all()] == ["Ann", "Benjamin"]
    assert titles(press(app, "class_leave")) == ["Join the class"]
    assert [member.name for member in room.people.all()] == ["Ann"]


def test_a_private_lab_says_how_it_is_opened():
    app = open_page("class_room")
    assert "private" in texts(app) and app.code[0].value == "make class" and not messages_to(app, BAR)
