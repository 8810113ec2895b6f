"""The page Results: all for the instructor, one's own row for a student, and the end of a class."""

import csv
import io

import pytest

from core.classroom.rights import INSTRUCTOR, STUDENT
from core.errors import RightError
from core.training.runs.class_tables import BallotRow, PollRow
from dashboard.shell import orders, services, visitor
from pages.results.panels import _class_csv
from tests.dashboard.serving import until
from tests.pages.support import html_of, open_page, press, run, texts
from tests.pages.test_hostile_text import protos
from tests.support import SMALL

NAMES = {"a": "Quuxana Zorblat", "b": "Wibbleton <b>Frobnic</b>"}


@pytest.fixture
def room():
    services.open_class("secret")
    made = services.classroom()
    for person, name in NAMES.items():
        made.people.join(person, code=made.people.code, name=name)
    with services.manager().store.transaction() as session:
        session.add(PollRow(id=1, question="Does it <i>forget</i>?", phase="reveal", opened=1.0, facts={}))
        session.flush()
        for person, number, answer in (("a", 1, "=yes"), ("a", 2, "no"), ("b", 1, "<script>no</script>")):
            session.add(BallotRow(poll=1, person=person, round=number, answer=answer, created=1.0))
    return made


@pytest.fixture
def be(monkeypatch):
    """Become somebody: a role, and a person."""

    def become(role, person):
        monkeypatch.setattr(visitor, "role", lambda: role)
        monkeypatch.setattr(visitor, "owner", lambda: person)

    return become


def sent(app):
    return "".join(str(proto) for proto in protos(app._tree))


def test_alone_at_home_the_page_shows_oneself(home_of_its_own):
    app = open_page("results")
    assert "Nobody has joined" in texts(app) and ">you</th>" in html_of(app, "lab-results")


def test_the_instructor_sees_pseudonyms_and_names_when_asked_for(room, be):
    be(INSTRUCTOR, "i")
    app = open_page("results")
    table = html_of(app, "lab-results")
    assert all(room.people.pseudonym(person) in table for person in "ab")
    assert ">you</th>" not in " ".join(e.proto.body for e in app.get("html")), "who leads a class is no part of it"
    assert "Zorblat" not in sent(app) and "&lt;i&gt;forget" in table and "<script>" not in table
    app.toggle(key="results_names").set_value(True)
    assert "Quuxana Zorblat" in html_of(run(app), "lab-results") and "Wibbleton &lt;b&gt;" in html_of(app, "lab-results")


def test_a_student_sees_his_own_row_alone(room, be):
    be(STUDENT, "a")
    app = open_page("results")
    shown = sent(app)
    assert room.people.pseudonym("a") in shown and room.people.pseudonym("b") not in shown
    assert not any(name in shown for name in ("Wibbleton", "Frobnic")) and "script" not in html_of(app, "lab-results")
    (button,) = app.get("download_button")
    assert button.proto.id.endswith("my-results")
    assert not app.toggle and not app.text_area and not [b for b in app.button if b.key == "results_end"]
    with pytest.raises(RightError):
        _class_csv()


def test_the_csv_of_the_class_has_its_names(room, be):
    be(INSTRUCTOR, "i")
    rows = list(csv.DictReader(io.StringIO(_class_csv().removeprefix("\ufeff"), newline="")))
    assert [row["name"] for row in rows] == [*NAMES.values()] and rows[0]["votes changed"] == "1"


def test_a_pasted_roster_sorts_and_says_who_is_missing(room, be):
    be(INSTRUCTOR, "i")
    app = open_page("results")
    app.session_state["results_roster_box"] = True
    run(app).text_area(key="results_roster").set_value("Nobody, Here\nFrobnic B, Wibbleton b\nzorblat, QUUXANA")
    press(app, "results_keep")
    app.toggle(key="results_names").set_value(True)
    table = html_of(run(app), "lab-results")
    assert table.index("Wibbleton") < table.index("Quuxana")
    assert "Not in the class: Nobody, Here." in texts(app) and "Not on the roster" not in texts(app)
    assert room.results.roster[0] == "Nobody, Here"


def test_the_end_of_a_class_asks_for_its_code(room, be):
    be(INSTRUCTOR, "i")
    for owner in ("a", "i"):
        services.manager().submit(SMALL, owner=owner, paused=True)
    app = open_page("results")
    app.session_state["results_end_box"] = True
    press(run(app), "results_end")
    assert "Nothing was deleted" in texts(app) and len(room.people.all()) == 2
    code = room.people.code
    app.text_input(key="results_typed").set_value(f" {code.lower()} ")
    press(app, "results_end")
    assert "The class is deleted" in texts(app)
    after = services.classroom()
    assert after is not room and after.people.all() == [] and after.people.code != code and after.results.polls() == {}
    rest = (services.manager().runs, services.manager().delete, after.drawings.remove)
    after.ending.finish(*rest)  # as the thread does, which may be on its way
    assert [one.owner for one in services.manager().runs()] == ["i"]


@pytest.mark.parametrize("role", [STUDENT, "guest", "outsider"])
def test_nobody_else_ends_a_class(room, be, role):
    be(role, "a")
    with pytest.raises(RightError):
        orders.end_class(sets=False)
    assert len(room.people.all()) == 2 and services.classroom() is room


def test_a_server_that_was_killed_meanwhile_ends_the_class_when_it_starts(room):
    services.manager().submit(SMALL, owner="a", paused=True)
    room.ending.begin(spared=room.instructs)
    services.shutdown()
    services.open_class("secret")
    assert services.classroom().people.all() == []
    until(lambda: not services.manager().runs() and not services.classroom().ending.pending, "the runs are deleted")
