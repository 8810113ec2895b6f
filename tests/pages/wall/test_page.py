"""The wall as an instructor and as students see it, without a browser."""

import csv
import json
from io import StringIO

import pytest
import streamlit as st
from sqlalchemy import event
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from core.classroom import people
from core.classroom.pace import Pace
from core.classroom.rights import GUEST, INSTRUCTOR, OUTSIDER, STUDENT
from core.classroom.searches import Searches
from core.records.recorded import recorded_names, recorded_run
from core.training.measured import measured
from dashboard.kit.component import name_of
from dashboard.shell import services, state, visitor
from pages.wall import controls, lookups, panels
from pages.wall.lookups import HANGING
from tests.pages.hostile import elements
from tests.pages.support import APP, open_page, press, run, shown_code, texts, visit
from tests.pages.test_hostile_text import protos
from tests.pages.wall.walls import hang

NAMES = {"ann-in-the-cookie": "Ann Archer", "bob-in-the-cookie": "Bob Baker", "cas-in-the-cookie": "Cas Carter"}
ANN, BOB, CAS = NAMES


@pytest.fixture
def pseudonyms(monkeypatch):
    """A class of three, and what everybody may call each of them. Unless told, its instructor looks at the wall."""
    monkeypatch.setattr(people, "TRIES", Pace(10, 60.0))  # other tests have tried the code, too
    monkeypatch.setattr(people, "TRIES_OF_ALL", Pace(200, 60.0))
    become(monkeypatch, INSTRUCTOR, "the instructor's cookie")
    services.open_class("secret")
    room = services.classroom().people
    return {person: room.join(person, code=room.code, name=name).pseudonym for person, name in NAMES.items()}


@pytest.fixture
def runs(pseudonyms):
    """Two runs of Ann's, one of Bob's and one from the command line."""
    store = services.manager().store
    hang(store, "gru-ann", ANN, [0.25, 0.5], lr=0.01)
    hang(store, "gru-bob", BOB, [0.5, 0.75, 0.625], lr=0.1)
    hang(store, "vit-ann", ANN, [], status="stopped", model="vit")
    hang(store, "gru-line", "", [0.375], lr=0.001, status="failed")


def become(monkeypatch, role, person):
    monkeypatch.setattr(visitor, "role", lambda: role)
    monkeypatch.setattr(visitor, "owner", lambda: person)


def sent_to(app):
    """The head of the board's message, and what all are sent."""
    (made,) = [part.proto for part in app.get("bidi_component") if part.proto.component_name == name_of("pages/wall/board")]
    head, packed = made.bytes.split(b"\n")
    return json.loads(head), json.loads(packed)


def everything(app):
    return "".join(str(proto) for proto in protos(app._tree))


def anew(app):
    """The page once more, with what has changed meanwhile."""
    HANGING.forget()
    return run(app)


def keys(app):
    return {button.key for button in app.button}


def test_it_opens_on_recorded_runs_that_are_said_to_be_recorded():
    app = open_page("wall")
    head, packed = sent_to(app)
    cifar = [recorded_run(name) for name in recorded_names() if name.startswith("cifar10-")]
    assert {row["run"] for row in packed["rows"]} == {one.run_id for one in cifar}
    assert {(row["status"], row["data"]) for row in packed["rows"]} == {("recorded", "CIFAR-10")}
    best = max(cifar, key=lambda one: one.best.val_top1)
    assert packed["best"] == best.run_id and head["search"] is None and dict(app.query_params) == {}
    assert any("recorded runs of the lab" in info.value for info in app.info) and "wall_train" in keys(app)


def test_rows_are_the_runs_of_all_with_what_they_measured(runs, pseudonyms, monkeypatch):
    become(monkeypatch, STUDENT, ANN)
    head, packed = sent_to(open_page("wall"))
    rows = {row["run"]: row for row in packed["rows"]}
    assert list(rows) == ["gru-ann", "gru-bob", "vit-ann", "gru-line"], "in the order in which they began"
    assert [rows[name]["title"] for name in rows] == [f"{pseudonyms[ANN]} 1", pseudonyms[BOB], f"{pseudonyms[ANN]} 2", "command line"]
    assert (rows["gru-bob"]["accuracy"], rows["gru-bob"]["seconds"], rows["gru-bob"]["loss"]) == (0.75, 6.0, 1.5)
    assert rows["gru-bob"]["curve"] == [[1, 0.5, 2.0], [2, 0.75, 4.0], [3, 0.625, 6.0]] and rows["vit-ann"]["accuracy"] is None
    assert packed["best"] == "gru-bob" and packed["front"] == [[2.0, 0.5], [4.0, 0.75]]
    assert head["own"] == ["gru-ann", "vit-ann"]
    rate = next(column for column in head["columns"] if column["name"] == "lr")
    assert rate["log"] and rate["differs"] and rows["gru-ann"]["settings"]["lr"] == 0.01


@pytest.mark.parametrize("query", [{}, {"x": "lr", "y": "loss"}])
def test_a_student_is_sent_no_name_and_no_persons_id(runs, monkeypatch, query):
    become(monkeypatch, STUDENT, ANN)
    app = open_page("wall", **query)
    app.session_state["wall_names"] = True  # which a hostile browser may say
    sent = everything(run(app)) + str(shown_code(app))
    assert "gru-bob" in sent
    assert not [word for word in (*NAMES, *NAMES.values(), "Archer", "Baker") if word in sent]


def test_names_stand_behind_pseudonyms_only_where_the_instructor_asks_for_them(runs):
    app = open_page("wall")
    assert sent_to(app)[0]["names"] == {} and not any(name in everything(app) for name in NAMES.values())
    run(app.toggle(key="wall_names").set_value(True))
    assert sent_to(app)[0]["names"] == {"gru-ann": "Ann Archer", "gru-bob": "Bob Baker", "vit-ann": "Ann Archer"}
    assert not any(person in everything(app) for person in NAMES)


def test_a_class_searches_and_the_record_is_kept(runs):
    app = open_page("wall")
    assert "wall_end" not in keys(app)
    app.text_input(key="wall_title").set_value("Learning rate")
    press(app, "wall_begin")
    head, packed = sent_to(app)
    assert packed["rows"] == [] and head["search"]["name"] == "Learning rate" and head["search"]["seconds"] == 180
    hang(services.manager().store, "gru-cas", CAS, [0.875], lr=0.02)
    assert [row["run"] for row in sent_to(anew(app))[1]["rows"]] == ["gru-cas"]
    press(app, "wall_end")
    (kept,) = services.classroom().searches.kept()
    assert kept.accuracy == 0.875 and app.query_params["search"] == str(kept.number)
    hang(services.manager().store, "gru-late", CAS, [0.9375])
    head, packed = sent_to(anew(app))
    assert [row["run"] for row in packed["rows"]] == ["gru-cas"] and head["search"]["ended"], "a record does not change"
    run(app.selectbox(key="wall_search").set_value(controls.NOW))
    assert [row["run"] for row in sent_to(app)[1]["rows"]] == ["gru-cas", "gru-late"]


def test_a_link_opens_a_record_for_everybody(runs, monkeypatch):
    searches = services.classroom().searches
    searches.begin("Width", [])
    ended = searches.end(lookups.kept_wall(0).rows)
    become(monkeypatch, STUDENT, BOB)
    app = open_page("wall", search=str(ended.number))
    assert sent_to(app)[1]["rows"] == [] and app.query_params["search"] == str(ended.number)


@pytest.mark.parametrize("role", [STUDENT, GUEST, OUTSIDER])
def test_nobody_but_the_instructor_begins_or_ends_a_search(pseudonyms, monkeypatch, role):
    said = []
    become(monkeypatch, role, ANN)
    monkeypatch.setattr(state, "say", said.append)
    assert not {"wall_begin", "wall_end"} & keys(open_page("wall"))
    begun = Searches(services.classroom().facts).begin("Theirs", [])
    visit(monkeypatch)
    controls.TITLE.set("Mine")
    for order in (controls.begin, controls.end):
        order()
    assert services.classroom().searches.now == begun
    assert len(said) == 2 and all("Only the instructor can" in words or "Join the class first" in words for words in said)


@pytest.fixture
def statements():
    """What the database of the lab is asked, as SQL."""
    asked, engine = [], services.manager().store.engine

    def ask(connection, cursor, statement, *rest):
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", ask)
    yield asked
    event.remove(engine, "before_cursor_execute", ask)


@pytest.mark.parametrize("count", [3, 60])
def test_the_first_look_at_many_runs_is_two_questions_and_reads_no_history(pseudonyms, statements, count):
    store = services.manager().store
    for number in range(count):
        hang(store, f"gru-{number}", ANN, [0.25, (number + 1) / 64])
    services.manager().runs()
    store.update_all([f"gru-{number}" for number in range(count)], message="nothing of this is known any more")
    statements.clear()
    HANGING.forget()
    rows = HANGING.now().rows
    read = " ".join(statements)
    assert not any(column in read for column in ("runs.curve", "runs.facts", "runs.sample_images", "epochs.record"))
    assert len(statements) == 3, "which runs there are, those that have changed, and how many epochs they have"
    found = [measured(store.snapshot(row["run"])) for row in rows]
    assert len(rows) == count and [(row["accuracy"], row["loss"], row["seconds"], row["epoch"], row["curve"]) for row in rows] == [
        (one.accuracy, one.loss, one.seconds, one.epoch, one.curve) for one in found
    ]


def test_thirty_viewers_cost_one_look_at_the_runs(runs, statements):
    HANGING.forget()
    walls = [HANGING.now() for _ in range(30)]
    assert len({id(wall) for wall in walls}) == 1 and len(statements) <= 3
    HANGING.forget()
    assert HANGING.now() is walls[0]
    services.manager().store.update("gru-bob", status="stopped")
    HANGING.forget()
    assert HANGING.now().rows[1]["status"] == "stopped"


def test_the_history_of_a_run_from_an_older_lab_is_read_once(pseudonyms, monkeypatch):
    reads, snapshot, store = [], services.manager().snapshot, services.manager().store
    monkeypatch.setattr(services.manager(), "snapshot", lambda run_id: reads.append(run_id) or snapshot(run_id))
    hang(store, "gru-old", ANN, [0.5, 0.25], in_short=False)
    hang(store, "gru-none", ANN, [], in_short=False)
    for _ in range(2):
        HANGING.forget()
        rows = HANGING.now().rows
        assert [(row["accuracy"], row["seconds"]) for row in rows] == [(0.5, 4.0), (None, None)] and reads == ["gru-old"]
    store.update("gru-old", status="stopped")
    HANGING.forget()
    assert HANGING.now().rows[0]["status"] == "stopped" and reads == ["gru-old"] * 2


def test_runs_of_before_the_search_and_more_than_a_wall_holds_are_left_out(pseudonyms, monkeypatch):
    monkeypatch.setattr(lookups, "MOST", 3)
    monkeypatch.setattr(panels, "MOST", 3)
    for number in range(5):
        hang(services.manager().store, f"gru-{number}", ANN, [0.5])
    app = open_page("wall")
    assert [row["run"] for row in sent_to(app)[1]["rows"]] == ["gru-2", "gru-3", "gru-4"]
    assert "The newest 3 runs; 2 older ones are left out" in texts(app)


def test_axes_are_what_the_runs_have_and_a_link_keeps_them(runs, monkeypatch):
    become(monkeypatch, STUDENT, ANN)
    app = open_page("wall", x="lr", y="time")
    assert sent_to(app)[0]["axes"] == ["lr", "time"] and dict(app.query_params) == {"x": "lr", "y": "time"}
    run(app.selectbox(key="wall_x").set_value("model"))
    assert sent_to(app)[0]["axes"] == ["model", "time"] and app.query_params["x"] == "model"
    strange = open_page("wall", x="<b>", y="data", search="77")
    assert sent_to(strange)[0]["axes"] == ["time", "accuracy"], "of the data set there is one only"
    assert dict(strange.query_params) == {}


def test_what_is_taken_along(runs):
    wall = HANGING.now()
    rows = list(csv.DictReader(StringIO(panels.wall_csv(wall.rows))))
    assert [row["run"] for row in rows] == [row["run"] for row in wall.rows]
    assert rows[1]["best_validation_accuracy"] == "0.75" and float(rows[1]["lr"]) == 0.1 and rows[2]["best_validation_accuracy"] == ""
    assert not any(person in str(rows) for person in NAMES)
    assert panels.wall_csv([]) == ""


def test_the_code_on_the_page_finds_the_best(runs, capsys):
    _, code = shown_code(open_page("wall"))
    exec(code, {})
    assert "'run': 'gru-bob'" in capsys.readouterr().out


@pytest.mark.parametrize(("run_id", "opened"), [("gru-bob", "gru-bob"), ("gru-gone", ""), ("<b>", ""), (7, "")])
def test_a_tap_that_comes_before_the_session_knows_the_wall_is_heard(runs, monkeypatch, run_id, opened):
    """As from a browser that has come back to a server which was started again: with its very first run."""
    went = []
    monkeypatch.setattr(st, "switch_page", lambda page: went.append(page.parent.name))
    (wall,) = [one for _, one in elements(open_page("wall"), "BidiComponent") if one.component_name == name_of("pages/wall/board")]
    tap = WidgetState(id=_make_trigger_id(wall.id, "events"), json_trigger_value=json.dumps([{"event": "open", "value": run_id}]))
    new = AppTest.from_file(str(APP), default_timeout=60)
    sent = WidgetStates()
    sent.widgets.append(tap)
    assert not new._run(sent).exception and new.session_state["run"] == opened
    assert went == (["train"] if opened else [])
    assert not run(new).exception and len(went) <= 1, "it is heard once"


def test_a_student_steers_nobody_elses_run_on_the_page_that_a_tap_opens(runs, monkeypatch):
    """What a tap leads to: Train, with the run of somebody else."""
    services.manager().store.update("gru-bob", status="interrupted")
    become(monkeypatch, STUDENT, ANN)
    app = open_page("train", run="gru-bob")
    assert "gru-bob" in texts(app) and "resume" not in keys(app) and app.button(key="stop").disabled
    assert not [key for key in keys(app) if key in ("resume-gru-bob", "really-gru-bob")]
    become(monkeypatch, STUDENT, BOB)
    assert {"resume", "resume-gru-bob"} <= keys(open_page("train", run="gru-bob"))
