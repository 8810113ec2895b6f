"""The page Drawings without a browser: the instructor collects, students send, both through the wire format of their boards."""

import json
import threading
from base64 import b64encode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.classroom.drawings import Drawings
from core.training.config import RunConfig
from core.training.runs import datasets, worker
from dashboard.kit.component import name_of
from dashboard.shell import services, visitor
from pages.drawings.collecting import typed_classes
from pages.drawings.training import MODELS, config_for
from tests.pages.hostile import elements, send
from tests.pages.support import APP, message_to, messages_to, open_page, press, run, texts
from tests.support import wait_for

BOARD, PAD = "pages/drawings/board", "pages/drawings/pad"


def png(seed):
    whole = BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (32, 32, 3), np.uint8)).save(whole, "PNG")
    return whole.getvalue()


def uri(seed):
    return "data:image/png;base64," + b64encode(png(seed)).decode()


@pytest.fixture
def someone(monkeypatch):
    """Makes who looks at pages somebody of a class."""

    def be(role, person=""):
        monkeypatch.setattr(visitor, "role", lambda: role)
        monkeypatch.setattr(visitor, "owner", lambda: person or role)

    return be


@pytest.fixture
def drawings() -> Drawings:
    return services.classroom().drawings


def tell(app, component, name, value):
    """Run the page with a message of a component."""
    (proto,) = [p for _, p in elements(app, "BidiComponent") if p.component_name == name_of(component)]
    state = WidgetState(id=proto.id)
    state.json_value = json.dumps({name: value})
    app = send(app, [state])
    assert not app.exception, app.exception
    return app


def sheet(number, label, png=None):
    return {"number": number, "label": label, "png": uri(number) if png is None else png}


def test_before_anything_is_drawn_the_instructor_sees_what_the_lab_drew(drawings):
    app = open_page("drawings")
    message = message_to(app, BOARD)
    assert message["set"] == "" and len(message["pictures"]) == 60 and "An example" in texts(app)
    assert not app.exception and drawings.sets() == {}


def test_the_instructor_opens_a_set_as_the_ready_list_says_and_closes_it(drawings):
    app = press(open_page("drawings"), "drawings_open")
    assert drawings.now.name == "digits" and drawings.now.classes == tuple("0123456789")
    assert 170 < drawings.seconds_left <= 180 and message_to(app, BOARD)["set"] == "digits"
    app = press(app, "drawings_close")
    assert drawings.now is None
    assert app.text_input(key="drawings_name").value == "digits 2", "the next one does not take the name of the first"


def test_classes_are_typed_in_lines_or_with_commas():
    assert typed_classes(" cat, dog\n\nin love ,\n") == ["cat", "dog", "in love"]


def test_a_name_that_can_be_none_is_said(drawings):
    app = open_page("drawings")
    app = run(app.text_input(key="drawings_name").set_value("../x"))
    app = press(app, "drawings_open")
    assert drawings.now is None and "holds one of the signs" in texts(app)


def test_a_student_sends_a_sheet_once_and_the_instructor_gets_it_once(drawings, someone):
    drawings.open("zoo", ("cat", "dog"), 60)
    someone("student", "ann")
    app = open_page("drawings")
    assert message_to(app, PAD)["classes"] == ["cat", "dog"] and not messages_to(app, BOARD)
    for _ in range(2):  # the same outbox again: it was not answered in time
        app = tell(app, PAD, "outbox", [sheet(1, "cat"), sheet(2, "dog")])
    message = message_to(app, PAD)
    assert (message["done"], message["mine"], message["counts"], message["said"]) == (2, 2, [1, 1], "")
    someone("instructor")
    board = open_page("drawings")
    assert [picture[1] for picture in message_to(board, BOARD)["pictures"]] == ["cat", "dog"]
    drawings.add("bob", "cat", png(9))
    board = run(board)
    assert [picture[1] for picture in message_to(board, BOARD)["pictures"]] == ["cat"], "what is new alone"
    assert message_to(run(board), BOARD)["pictures"] == []


def first_run(component, name, value):
    """The page in a new session whose first run comes with a message: a browser that has come back to a lab which was started again."""
    (proto,) = [p for _, p in elements(open_page("drawings"), "BidiComponent") if p.component_name == name_of(component)]
    sent = WidgetStates()
    sent.widgets.append(WidgetState(id=proto.id, json_value=json.dumps({name: value})))
    app = AppTest.from_file(str(APP), default_timeout=60)._run(sent)
    assert not app.exception, app.exception
    return app


def test_sheets_that_a_browser_still_has_when_the_lab_was_started_again_are_taken(drawings, someone):
    drawings.open("zoo", ("cat", "dog"), 60)
    someone("student", "ann")
    app = first_run(PAD, "outbox", [sheet(1, "cat"), sheet(2, "dog")])
    assert (message_to(app, PAD)["done"], message_to(app, PAD)["mine"]) == (2, 2)
    assert message_to(run(app), PAD)["mine"] == 2, "once"


def test_so_are_taps_and_none_of_them_undoes_what_was_done_later(drawings):
    drawings.open("zoo", ("cat", "dog"), 60)
    made = drawings.add("ann", "cat", png(1)).id
    app = first_run(BOARD, "wishes", [{"id": made, "dropped": True}])
    assert drawings.counts("zoo") == {"cat": 0, "dog": 0}
    drawings.drop(made, dropped=False)
    run(app)
    assert drawings.counts("zoo") == {"cat": 1, "dog": 0}


def test_no_byte_that_a_student_gets_says_who_drew(drawings, someone):
    services.open_class("secret")
    people = services.classroom().people
    people.join("ann-cookie", code=people.code, name="Ann Realname")
    drawings = services.classroom().drawings
    drawings.open("zoo", ("cat", "dog"), 60)
    drawings.add("ann-cookie", "cat", png(1))
    called = services.classroom().called("ann-cookie")
    assert called
    for role in ("instructor", "student"):
        someone(role, "other")
        sent = "".join(str(node.proto) for node in open_page("drawings")._tree if getattr(node, "proto", None))
        assert "Realname" not in sent and "ann-cookie" not in sent
        assert (called in sent) == (role == "instructor")


@pytest.mark.parametrize(
    ("label", "content", "said"),
    [("cat", "data:image/svg+xml;base64,PHN2Zy8+", "no picture"), ("cow", None, "no class"), ("cat", "data:image/png;base64,////", "")],
)
def test_what_is_refused_is_said_beside_the_pad(drawings, someone, label, content, said):
    drawings.open("zoo", ("cat", "dog"), 60)
    someone("student")
    message = message_to(tell(open_page("drawings"), PAD, "outbox", [sheet(1, label, content)]), PAD)
    assert message["done"] == 1 and message["mine"] == 0 and message["said"] and said in message["said"]
    assert drawings.sets() == {"zoo": 0}


def test_a_tap_drops_and_another_puts_back(drawings):
    drawings.open("zoo", ("cat", "dog"), 60)
    made = drawings.add("ann", "cat", png(1))
    app = tell(open_page("drawings"), BOARD, "wishes", [{"id": made.id, "dropped": True}])
    assert drawings.sets() == {"zoo": 0} and message_to(app, BOARD)["gone"] == [made.id]
    app = tell(app, BOARD, "wishes", [{"id": made.id, "dropped": False}])
    assert drawings.sets() == {"zoo": 1} and [picture[0] for picture in message_to(app, BOARD)["pictures"]] == [made.id]


def test_a_student_who_asks_for_the_instructors_acts_is_refused(drawings, someone):
    drawings.open("zoo", ("cat", "dog"), 60)
    made = drawings.add("ann", "cat", png(1))
    app = open_page("drawings")  # as the instructor; then the same page is somebody else's
    someone("student")
    app = tell(app, BOARD, "wishes", [{"id": made.id, "dropped": True}])
    assert drawings.sets() == {"zoo": 1} and "Only the instructor can" in texts(app)
    someone("instructor")
    app = open_page("drawings")
    someone("student")
    app = press(app, "drawings_close")
    assert drawings.now and "Only the instructor can" in texts(app)


def test_a_guest_and_an_outsider_send_nothing(drawings, someone):
    drawings.open("zoo", ("cat", "dog"), 60)
    someone("student")
    app = open_page("drawings")
    someone("guest")
    tell(app, PAD, "outbox", [sheet(1, "cat")])
    assert drawings.sets() == {"zoo": 0}


@pytest.mark.parametrize("model", MODELS)
def test_each_model_that_is_offered_fits_the_set(model):
    config = config_for(model, "zoo")
    assert RunConfig.of(**config.flat()) == config and config.dataset == "made" and config.data_config.made == "zoo"


def test_a_run_trains_on_the_set_and_its_curve_stands_on_the_page(drawings, monkeypatch):
    drawings.open("zoo", ("cat", "dog"), 60)
    for k in range(12):
        drawings.add(f"p{k}", ("cat", "dog")[k % 2], png(k))
    drawings.close()
    monkeypatch.setitem(MODELS, "CNN", {"model": "cnn", "width": 8, "epochs": 2, "threads": 1})
    app = press(open_page("drawings"), "drawings_train")
    (row,) = services.manager().runs()
    end = wait_for(services.manager(), row.run_id, lambda snapshot: not snapshot.active)
    assert end.status == "finished" and end.classes == ("cat", "dog") and sum(end.sizes.values()) == 12
    assert message_to(run(app), "dashboard/training/live_chart")["run"] == row.run_id


def trained_live(drawings, monkeypatch, *, later):
    """Open a set of 12 pictures, train on it from the page, do `later` before the run may begin to learn; the page and the run's end."""
    drawings.open("zoo", ("cat", "dog"), 60)
    made = [drawings.add(f"p{k}", ("cat", "dog")[k % 2], png(k)) for k in range(12)]
    monkeypatch.setitem(MODELS, "CNN", {"model": "cnn", "width": 8, "epochs": 2, "threads": 1})
    read, done = datasets.load_shared, threading.Event()

    def held(*arguments):
        found = read(*arguments)
        assert done.wait(60)
        return found

    monkeypatch.setattr(worker, "load_shared", held)
    app = press(open_page("drawings"), "drawings_train")
    (row,) = services.manager().runs()
    wait_for(services.manager(), row.run_id, lambda snapshot: snapshot.status == "loading")
    later(made)
    done.set()
    return app, wait_for(services.manager(), row.run_id, lambda snapshot: not snapshot.active)


def test_the_instructor_trains_while_pictures_arrive_and_the_run_keeps_those_with_which_it_began(drawings, monkeypatch):
    def later(made):
        for k in range(12, 15):
            drawings.add(f"p{k}", "cat", png(k))
        drawings.drop(made[1].id)

    app, end = trained_live(drawings, monkeypatch, later=later)
    assert end.status == "finished" and sum(end.sizes.values()) == 12 and drawings.now.name == "zoo"
    app = run(app)
    assert "**zoo**: 14 pictures of 2 classes" in texts(app) and "began with 12 pictures, and keeps them" in texts(app)
    assert message_to(app, "dashboard/training/live_chart")["run"] == end.run_id and message_to(app, BOARD)["set"] == "zoo"
    assert not app.button(key="drawings_train").disabled, "the next run begins with the 14"


def test_training_is_offered_as_soon_as_there_is_enough_while_the_set_is_open(drawings):
    drawings.open("zoo", ("cat", "dog"), 60)
    for k in range(5):
        drawings.add(f"p{k}", ("cat", "dog")[k % 2], png(k))
    app = open_page("drawings")
    assert app.button(key="drawings_train").disabled and "It needs 1 more picture at least" in texts(app)
    last = drawings.add("p5", "dog", png(5))
    app = run(app)
    assert not app.button(key="drawings_train").disabled and "A run keeps the pictures with which it begins" in texts(app)
    drawings.drop(last.id)
    assert run(app).button(key="drawings_train").disabled


def test_a_student_does_not_train_before_the_set_is_closed(drawings, someone):
    drawings.open("zoo", ("cat", "dog"), 60)
    for k in range(12):
        drawings.add(f"p{k}", ("cat", "dog")[k % 2], png(k))
    someone("student")
    assert "drawings_train" not in [button.key for button in open_page("drawings").button]
    drawings.close()
    assert "drawings_train" in [button.key for button in open_page("drawings").button]


def test_a_set_that_has_become_too_small_says_so_and_starts_no_run(drawings):
    drawings.open("zoo", ("cat", "dog"), 60)
    made = [drawings.add(f"p{k}", ("cat", "dog")[k % 2], png(k)) for k in range(6)]
    drawings.close()
    app = open_page("drawings")
    for picture in made[:4]:  # dropped in another window
        drawings.drop(picture.id)
    app = press(app, "drawings_train")
    assert "It needs 4 more pictures" in texts(app) and not services.manager().runs()


def test_a_set_is_renamed_and_deleted(drawings):
    drawings.open("zoo", ("cat", "dog"), 60)
    drawings.add("ann", "cat", png(1))
    drawings.close()
    app = open_page("drawings")
    app = press(run(app.text_input(key="drawings_new_name").set_value("farm")), "drawings_rename")
    assert drawings.sets() == {"farm": 1}
    press(app, "drawings_delete")
    assert drawings.sets() == {}


def test_other_pages_choose_the_set_by_its_name(drawings):
    drawings.open("zoo", ("cat", "dog"), 60)
    for k in range(12):
        drawings.add(f"p{k}", ("cat", "dog")[k % 2], png(k))
    drawings.close()
    train = open_page("train", dataset="made")
    assert train.selectbox(key="hp_gru_made").value == "zoo" and "12 pictures of 2 classes" in texts(train)
    assert not train.button(key="play").disabled
    data = open_page("data", dataset="made", made="zoo")
    assert "Proof: all n" in texts(data)
    gone = open_page("train", dataset="made", made="farm")
    assert gone.button(key="play").disabled and "no set of drawings 'farm'" in texts(gone)
    assert open_page("try_it", set="zoo").selectbox(key="picture_set").value == "zoo"
