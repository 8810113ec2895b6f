"""The limits of a class: set on its page, shown beside the control that they limit, refused where a link asks for more."""

from dataclasses import asdict

import pytest

from core.classroom.limits import MOST, Limits
from core.classroom.rights import INSTRUCTOR, STUDENT
from core.errors import RightError
from dashboard.shell import services, visitor
from pages.class_room import limits
from tests.pages.support import open_page, press, run, texts


@pytest.fixture
def room():
    services.open_class("secret")
    made = services.classroom()
    made.people.join("ann", code=made.people.code, name="Ann")
    return made


@pytest.fixture
def teacher(room, monkeypatch):
    monkeypatch.setattr(visitor, "role", lambda: INSTRUCTOR)
    return room


@pytest.fixture
def student(room, monkeypatch):
    monkeypatch.setattr(visitor, "owner", lambda: "ann")
    assert visitor.role() == STUDENT
    return room


def form():
    app = open_page("class_room")
    app.session_state["class_limits"] = True
    return run(app)


def test_the_form_shows_what_counts_and_sets_it(teacher):
    app = form()
    shown = {name: app.number_input(key=f"class_limit_{name}") for name in MOST}
    assert {name: field.value for name, field in shown.items()} == {name: getattr(Limits(), name) for name in MOST}
    assert {name: (field.min, field.max) for name, field in shown.items()} == {name: (0, most) for name, most in MOST.items()}
    shown["epochs"].set_value(7)
    shown["seconds"].set_value(0)
    app.multiselect(key="class_limit_datasets").set_value(["shapes", "dates"])
    app = press(app, "class_set_limits")
    assert asdict(teacher.limiting.now) == {**asdict(Limits()), "epochs": 7, "seconds": 0, "datasets": ("shapes", "dates")}
    assert "epochs 7" in texts(app) and "seconds" not in texts(app).split("These limits hold now")[1]


def test_a_student_sets_no_limits(student):
    app = open_page("class_room")
    assert not [button for button in app.button if button.key == "class_set_limits"] and "class_limits" not in app.session_state
    with pytest.raises(RightError):
        visitor.require(limits.Act.LIMIT)


def test_the_controls_of_a_student_end_at_the_limit_and_say_so(student):
    student.limiting.set({**asdict(Limits()), "epochs": 6, "datasets": ["shapes", "dates"]})
    app = open_page("train")
    epochs = next(slider for slider in app.select_slider if slider.label.startswith("Epochs"))
    assert max(map(float, epochs.options)) == 6 and "Up to 6 in this class." in epochs.help
    assert "1,500,000 weights" in texts(app) and not app.button(key="play").disabled
    assert [*app.selectbox(key="hp_dataset").options] == ["Shapes"]


def test_a_link_with_more_is_refused_with_a_sentence(student):
    student.limiting.set({**asdict(Limits()), "epochs": 6, "batch_size": 64, "datasets": ["shapes"]})
    app = open_page("train", model="gru", epochs="60", batch_size="256", dataset="cifar10")
    assert "epochs = 60 is too much in this class: choose up to 6." in texts(app)
    assert "batch_size = 256 is too much in this class: choose up to 64." in texts(app)
    assert "'cifar10' is not used in this class: choose shapes." in texts(app)


def test_the_instructor_and_a_private_lab_are_not_limited(teacher):
    teacher.limiting.set({**asdict(Limits()), "epochs": 6})
    app = open_page("train", epochs="60")
    assert "in this class" not in texts(app)
    epochs = next(slider for slider in app.select_slider if slider.label.startswith("Epochs"))
    assert max(map(float, epochs.options)) > 500
