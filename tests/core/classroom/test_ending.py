"""All of a class is deleted, wherever the program is killed on the way; what is not the class's stays."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select

from core.classroom import ending
from core.classroom.classroom import Classroom
from core.errors import StoreError
from core.training import RunManager
from core.training.runs.class_tables import BallotRow, DrawingRow, FactRow, MemberRow, PollRow
from tests.support import SMALL, random_images

TABLES = (BallotRow, PollRow, DrawingRow, MemberRow)


@pytest.fixture
def lab(tmp_path, tiny):
    """A lab whose class has done something of each kind, with runs of two students, of the instructor and of the command line."""
    manager = RunManager(tmp_path / "home")
    room = Classroom(manager.store, opened=True, secret="s")
    room.let_instruct("i")
    for person in "ab":
        room.people.join(person, code=room.people.code, name=f"Student {person}")
    with manager.store.transaction() as session:
        session.add(PollRow(id=1, question="q", phase="vote", opened=1.0, facts={}))
        session.flush()
        for person in "aix":
            session.add(BallotRow(poll=1, person=person, round=1, answer="y", created=1.0))
        session.add(DrawingRow(id="e", collection="of an earlier class", person="", label="cat", created=1.0))
    room.facts.put("limits", {"epochs": 3})
    room.drawings.open("animals", ["cat", "dog"], 60)
    room.drawings.add("b", "cat", png(random_images(1)[0]))
    for owner in ("a", "b", "b", "i", "", "x"):
        manager.submit(SMALL | {"epochs": 1}, owner=owner, paused=True)
    yield manager, room
    manager.shutdown()


def png(image):
    made = io.BytesIO()
    Image.fromarray(image.permute(1, 2, 0).numpy()).save(made, "PNG")
    return made.getvalue()


def left(manager):
    """How many rows there are of the class, beside its facts; and whose runs."""
    with manager.store.transaction() as session:
        rows = sum(session.scalar(select(func.count()).select_from(table)) for table in TABLES)
        facts = set(session.scalars(select(FactRow.name)))
    return rows, facts, sorted(run.owner for run in manager.runs())


def test_everything_of_the_class_goes_and_nothing_else(lab):
    manager, room = lab
    code = room.people.code
    room.ending.begin(spared=room.instructs)
    after = Classroom(manager.store, opened=True, secret="s")
    assert after.ending.pending == {"people": ["a", "b", "x"], "sets": []} and after.people.all() == []
    after.ending.finish(manager.runs, manager.delete, after.drawings.remove)
    assert left(manager) == (1, {"instructors"}, ["", "i"]), "the picture is nobody's now"
    assert after.drawings.sets() == {"animals": 1} and after.drawings.now is None
    assert after.people.code != code and after.instructs("i") and after.facts.get("limits") is None
    kept = {run.run_id for run in manager.runs()}
    assert {path.name for path in (manager.home / "runs").iterdir()} == kept, "the files go, too"


class Killed(BaseException):
    """The process ends here."""


def test_a_kill_between_two_runs_is_made_good_at_the_next_start(lab):
    manager, room = lab
    room.ending.begin(spared=room.instructs)
    deleted = []

    def killed_at_the_second(run_id):
        if deleted:
            raise Killed
        deleted.append(run_id)
        manager.delete(run_id)

    with pytest.raises(Killed):
        Classroom(manager.store).ending.finish(manager.runs, killed_at_the_second, room.drawings.remove)
    assert left(manager)[0] == 1 and len(manager.runs()) == 5
    again = Classroom(manager.store)
    again.ending.finish(manager.runs, manager.delete, again.drawings.remove)
    assert left(manager)[2] == ["", "i"] and again.ending.pending == {}


def test_a_kill_in_the_transaction_leaves_all_as_it_was(lab, monkeypatch):
    manager, room = lab
    before = left(manager)

    def killed(self, **columns):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(FactRow, "__init__", killed)
        room.ending.begin(spared=room.instructs)
    assert left(manager) == before and Classroom(manager.store).ending.pending == {}


def test_a_run_that_cannot_be_deleted_now_is_tried_again(lab, monkeypatch):
    manager, room = lab
    monkeypatch.setattr(ending, "PAUSE", 0.0)
    room.ending.begin(spared=room.instructs)
    after, failures = Classroom(manager.store), [2]

    def busy(run_id):
        if failures[0]:
            failures[0] -= 1
            raise StoreError("In the middle of a long batch.")
        manager.delete(run_id)

    after.ending.finish(manager.runs, busy, after.drawings.remove)
    assert left(manager)[2] == ["", "i"] and after.ending.pending == {}


def test_two_ends_one_after_the_other_forget_nobody(lab):
    manager, room = lab
    room.ending.begin(spared=room.instructs)
    second = Classroom(manager.store)
    second.people.join("c", code=second.people.code, name="Cem")
    second.ending.begin(spared=second.instructs)
    assert Classroom(manager.store).ending.pending["people"] == ["a", "b", "c", "x"]


def test_the_sets_that_it_has_drawn_go_if_that_is_asked_for(lab):
    manager, room = lab
    room.ending.begin(spared=room.instructs, sets=True)
    after = Classroom(manager.store)
    assert after.ending.pending["sets"] == ["animals"] and after.drawings.sets() == {"animals": 1}
    after.ending.finish(manager.runs, manager.delete, after.drawings.remove)
    assert after.drawings.sets() == {} and left(manager) == (0, {"instructors"}, ["", "i"])
    after.drawings.remove("animals")
