"""What everybody of a class has done, against rows that are written to the database by hand."""

import csv
import dataclasses
import io
import math

import pytest

from core.classroom.classroom import Classroom
from core.classroom.results import MARK, results_csv
from core.training.history import RunSummary
from core.training.runs.class_tables import BallotRow, PollRow
from core.training.runs.store import Store

EVIL = ('=cmd|" /C calc"!A0', "+1+1", "-2+3", "@SUM(1)", "\tx", 'a "quoted", one', "two\nlines")


@pytest.fixture
def room(tmp_path):
    store = Store(tmp_path)
    made = Classroom(store, opened=True, secret="s")
    made.store = store
    yield made
    store.close()


def join(room, person, name):
    return room.people.join(person, code=room.people.code, name=name)


def vote(room, poll, person, number, answer, created=100.0):
    with room.store.transaction() as session:
        session.merge(PollRow(id=poll, question=f"question-{poll}", phase="reveal", opened=float(poll), facts={}))
        session.flush()
        session.add(BallotRow(poll=poll, person=person, round=number, answer=answer, created=created))


def run(owner, best, created=50.0):
    return RunSummary(
        run_id=f"gru-{created}", status="finished", message="", config={}, owner=owner, created=created, epochs_done=1, best_epoch=0,
        best_val_top1=best, best_val_exact=None, test_top1=math.nan, version=0, home="",
    )  # fmt: skip


def table(text):
    assert text.startswith(MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(MARK), newline="")))


def test_votes_and_runs_are_counted_for_whom_they_are(room):
    for person, name in (("a", "Anna"), ("b", "Ben"), ("c", "Cem")):
        join(room, person, name)
    vote(room, 2, "a", 1, "GRU", created=10.0)
    vote(room, 2, "a", 2, "LSTM", created=300.0)
    vote(room, 1, "a", 1, [0, 3])
    vote(room, 1, "a", 2, [0, 3])
    vote(room, 1, "b", 2, 0.5)
    vote(room, 1, "x", 1, "of nobody in the class")
    runs = [run("a", 0.5), run("a", math.nan, 400.0), run("a", 0.75), run("b", math.nan), run("", 0.9), run("x", 0.8)]
    anna, ben, cem = room.results.all(runs)
    assert (anna.voted(1), anna.voted(2), anna.changed, anna.runs, anna.best, anna.last) == (2, 2, 1, 3, 0.75, 400.0)
    assert (ben.voted(1), ben.voted(2), ben.changed, ben.runs) == (0, 1, 0, 1) and math.isnan(ben.best)
    assert (cem.voted(1), cem.runs) == (0, 0) and math.isnan(cem.last)
    assert room.results.polls() == {1: "question-1", 2: "question-2"}
    assert dataclasses.asdict(room.results.own("a", runs)) == dataclasses.asdict(anna)
    assert room.results.own("x", runs, called="you").votes == {(1, 1): "of nobody in the class"}


def test_the_csv_has_a_line_a_person_and_no_id(room):
    join(room, "person-a", "Anna Ünal")
    join(room, "person-b", "Ben")
    room.lessons.finish("person-a", "task-1-1")
    room.lessons.finish("person-a", "task-3-1")
    vote(room, 1, "person-a", 1, "GRU")
    vote(room, 1, "person-a", 2, {"cell": [1, 2]})
    text = results_csv(room.results.all([run("person-a", 0.5)]), room.results.polls())
    anna, ben = table(text)
    assert (anna["name"], anna["runs"], anna["best validation accuracy"], anna["votes changed"]) == ("Anna Ünal", "1", "0.5", "1")
    assert [(row["lessons done"], row["lessons"]) for row in (anna, ben)] == [("2", "task-1-1 task-3-1"), ("0", "")]
    assert (anna["1 question-1 before"], anna["1 question-1 after"]) == ("GRU", '{"cell": [1, 2]}')
    assert (ben["runs"], ben["best validation accuracy"], ben["1 question-1 after"], ben["last seen active"]) == ("0", "", "", "")
    assert "roster" not in anna and "person-a" not in text and text.encode().startswith(b"\xef\xbb\xbf")
    assert room.people.pseudonym("person-a") == anna["pseudonym"]


def test_no_cell_is_computed_by_a_spreadsheet(room):
    for number, evil in enumerate(EVIL):
        join(room, f"p{number}", f"{evil} x")
        vote(room, 1, f"p{number}", 1, evil)
    room.results.paste_roster("=HYPERLINK(1) Doe\n@Lee, Kim")
    text = results_csv(room.results.all([]), {1: "=question"}, room.results.on_roster())
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix(MARK), newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert [row["1 =question before"].removeprefix("'") for row in table(text)[: len(EVIL)]] == list(EVIL), "read again as it was"


def test_the_roster_sorts_and_shows_who_is_missing(room):
    for person, name in (("a", "Zoë Adam"), ("b", "Ben Bo"), ("c", "A Stranger")):
        join(room, person, name)
    room.results.paste_roster("Bo, Ben\nCarr, Cy\nAdam, Zoe")
    rows, found = room.results.all([]), room.results.on_roster()
    assert [row.person for row in rows] == ["b", "a", "c"] and found.missing == ["Carr, Cy"]
    lines = table(results_csv(rows, {}, found))
    assert [(line["roster"], line["name"]) for line in lines] == [
        ("Bo, Ben", "Ben Bo"), ("Adam, Zoe", "Zoë Adam"), ("", "A Stranger"), ("Carr, Cy", "")
    ]  # fmt: skip
    assert Classroom(room.store).results.roster == ["Bo, Ben", "Carr, Cy", "Adam, Zoe"], "it outlives the server"
    room.results.paste_roster("")
    assert room.results.roster == []


def test_nobody_yet_is_an_empty_table(room):
    assert results_csv(room.results.all([]), {}) == MARK
