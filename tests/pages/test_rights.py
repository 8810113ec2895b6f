"""Every row of the table of rights, tried as every role, by the code that a page calls: it happens for whom the table allows it, and for
nobody else.

An attempt is `attempt(lab) -> bool`: it does one thing, and says whether that has happened. A row of the table without one fails.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from PIL import Image

from core.classroom.classroom import Classroom
from core.classroom.poll import DISCUSS, PREDICT
from core.classroom.questions.answers import ChoiceAnswer
from core.classroom.questions.table import QUESTIONS
from core.classroom.rights import GUEST, INSTRUCTOR, MAY, OUTSIDER, ROLES, STUDENT, Act
from core.errors import RightError
from core.training import RunConfig, RunManager
from core.training.history import ACTIVE
from dashboard.classroom import following, joining
from dashboard.setup import downloads
from dashboard.shell import orders, services, state, visitor
from dashboard.training import background
from dashboard.training.starting import start_lesson
from pages.class_room import limits, status
from pages.class_room import own as own_panel
from pages.class_room import people as people_panel
from pages.drawings import arriving, collecting, sending, sets
from pages.results import panels as results
from pages.vote import asked, leading
from pages.wall import controls as wall
from tests.pages.support import open_page
from tests.pages.test_hostile_text import protos
from tests.support import SMALL, random_images, wait_for

REAL = st.session_state
ME, OTHER, NAME = "m" * 32, "o" * 32, "Quuxana Zorblat"
CHOSEN = next(name for name, question in QUESTIONS.items() if isinstance(question.answer, ChoiceAnswer))
OWN, ANY, LINE = "gru-own", "gru-any", "gru-line"  # runs of oneself, of somebody else, of the command line


@dataclass
class Lab:
    """A lab whose class has two members, with a run of each of them and of the command line, a set of drawings, and a folder of images."""

    manager: RunManager
    room: Classroom
    folder: Path
    patch: pytest.MonkeyPatch
    said: list[str]
    runs: dict[str, str]
    picture: str  # that somebody else has drawn


@pytest.fixture
def lab(tmp_path, monkeypatch, act):
    services.open_class("secret")
    manager, room = services.manager(), services.classroom()
    for person, name in ((ME, "My Name"), (OTHER, NAME)):
        room.people.join(person, code=room.people.code, name=name)
    room.drawings.open("animals", ["cat", "dog"], 600)
    picture = room.drawings.add(OTHER, "cat", png()).id
    owners = {OWN: ME, ANY: OTHER, LINE: ""} if act in (Act.STEER_OWN, Act.STEER_ANY, Act.QUEUE) else {}
    runs = {name: manager.submit(SMALL, owner=owner, paused=True) for name, owner in owners.items()}
    for run_id in runs.values():
        wait_for(manager, run_id, lambda now: now.status in ("queued", "paused"))
    monkeypatch.setattr(visitor, "owner", lambda: ME)
    monkeypatch.setattr(st, "session_state", {})
    said = []
    monkeypatch.setattr(state, "say", said.append)
    return Lab(manager, room, photos(tmp_path / "cabinet"), monkeypatch, said, runs, picture)


def png() -> bytes:
    made = io.BytesIO()
    Image.fromarray(random_images(1)[0].permute(1, 2, 0).numpy()).save(made, "PNG")
    return made.getvalue()


def photos(folder: Path) -> Path:
    for name in ("secretcats", "secretdogs"):
        (folder / name).mkdir(parents=True)
        for number in range(4):
            (folder / name / f"{number}.png").write_bytes(png())
    return folder


def fingerprint(lab: Lab) -> tuple:
    """What anybody could have changed."""
    room = services.classroom()
    return (
        sorted((run.run_id, run.status, run.owner, run.config["lr"]) for run in lab.manager.runs()),
        room.people.all(),
        {name: room.facts.get(name) for name in ("code", "roster", "limits", "search", "drawings")},
        room.drawings.sets(),
        room.drawings.now,
        room.leading.now,
        room.searches.now,
        room.polls.now,
        room.polls.answers,
        room.halting.on,
        room.limiting.now,
        [*background._lessons],
        room.ending.pending,
        room is lab.room,
    )


# ---- the attempts ----


def joins(lab):
    st.session_state.update({joining.CODE.key: lab.room.people.code, joining.NAME.key: "Another Name"})
    joining._join()
    return lab.room.people.member(ME).name == "Another Name"


def changes_his_name(lab):
    st.session_state[own_panel.NAME.key] = "Another Name"
    own_panel._change()
    return lab.room.people.member(ME).name == "Another Name"


def leaves(lab):
    own_panel._leave()
    return lab.room.people.member(ME) is None


def looks(lab):
    lab.patch.setattr(st, "session_state", REAL)
    (title,) = open_page("masks").title
    if title.value == "Join the class":
        raise RightError(title.value)
    return title.value == "Masks"


def starts(lab):
    return orders.submit(RunConfig.of(**SMALL), paused=True) in {run.run_id for run in lab.manager.runs()}


def measures(lab):
    return start_lesson("a lesson", lambda: 1) is background.known("a lesson")


def deletes(which):
    def attempt(lab):
        orders.delete(lab.runs[which])
        return lab.runs[which] not in {run.run_id for run in lab.manager.runs()}

    return attempt


def stops(which):
    def attempt(lab):
        orders.stop(lab.runs[which])
        return wait_for(lab.manager, lab.runs[which], lambda now: now.status not in ACTIVE).status == "stopped"

    return attempt


def steers(order, which, *values):
    """What changes little that can be seen at once: whether the manager is asked to."""

    def attempt(lab):
        asked = []
        lab.patch.setattr(lab.manager, order, lambda *given: asked.append(given))
        getattr(orders, order)(lab.runs[which], *values)
        return asked == [(lab.runs[which], *values)]

    attempt.__name__ = f"{order}_{which}"
    return attempt


def draws(lab):
    lab.patch.setattr(sending, "outbox", lambda key: [{"number": 1, "label": "dog", "png": ""}])
    lab.patch.setattr(sending, "drawn_content", lambda text: png())
    before = lab.room.drawings.sent_by(ME, "animals")
    sending._take()
    lab.said.append(sending.SAID.value)
    return lab.room.drawings.sent_by(ME, "animals") == before + 1


def photographs(lab):
    st.session_state.update({sending.CAMERA.key: SimpleNamespace(getvalue=png), sending.LABEL.key: "dog"})
    sending._send_photograph()
    return lab.room.drawings.sent_by(ME, "animals") == 1


def closes_the_set(lab):
    collecting._close()
    return lab.room.drawings.now is None


def opens_a_set(lab):
    st.session_state.update({collecting.NAME.key: "fruit", collecting.CLASSES.key: "apple, pear"})
    collecting._open()
    return lab.room.drawings.now is not None and lab.room.drawings.now.name == "fruit"


def drops_a_picture(lab):
    lab.patch.setattr(arriving, "wishes", lambda key: [(lab.picture, True)])
    arriving._drop()
    return lab.room.drawings.counts("animals")["cat"] == 0


def deletes_a_set(lab):
    sets._delete("animals")
    return lab.room.drawings.sets() == {}


def renames_a_set(lab):
    st.session_state[sets.NEW_NAME.key] = "pets"
    sets._rename("animals")
    return [*lab.room.drawings.sets()] == ["pets"]


def takes_a_set_along(lab):
    return len(sets._archive()) > 0


def answers(lab):
    poll = lab.room.polls.now
    before = lab.room.polls.view(ME)["own"]
    lab.patch.setattr(asked, "chosen_answer", lambda poll: next(iter(poll.question.answer.options)))
    asked._send(poll, None)
    return lab.room.polls.view(ME)["own"] != before


def asks(lab):
    leading._open(CHOSEN)
    return lab.room.polls.now is not None


def opens_the_next_phase(lab):
    leading._advance(lab.room.polls.now.id, PREDICT)
    return lab.room.polls.now.phase == DISCUSS


def closes_the_question(lab):
    leading._close(lab.room.polls.now.id)
    return lab.room.polls.now is None


def sets_limits(lab):
    now = lab.room.limiting.now
    st.session_state.update({choice.key: 7 if name == "epochs" else getattr(now, name) for name, choice in limits.NUMBERS.items()})
    limits._set()
    return lab.room.limiting.now.epochs == 7


def halted(lab):
    return lab.room.halting.on


def pauses_all(lab):
    orders.pause_all()
    return halted(lab)


def resumes_all(lab):
    orders.resume_all()
    return not halted(lab)


def takes_the_next(lab):
    taken = []
    lab.patch.setattr(lab.manager, "take_next", taken.append)
    orders.take_next(lab.runs[ANY])
    return taken == [lab.runs[ANY]]


def clears_the_queue(lab):
    waits = lab.runs[ANY]
    lab.patch.setattr(lab.manager, "active", lambda: {waits: replace(lab.manager.snapshot(waits), status="queued", step=0)})
    orders.clear()
    return wait_for(lab.manager, waits, lambda now: now.status not in ACTIVE).status == "stopped"


def begins_a_search(lab):
    st.session_state[wall.TITLE.key] = "A search"
    wall.begin()
    return lab.room.searches.now is not None


def leads(lab):
    following._act("lead")
    return lab.room.leading.now.by == visitor.session()


def sees_names_of_the_people(lab):
    return "Zorblat" in page(lab, "class_room", people_panel.NAMES.key)


def sees_names_in_the_results(lab):
    return "Zorblat" in page(lab, "results", results.NAMES.key)


def sees_names_in_the_status(lab):
    return "Zorblat" in page(lab, "class_room", status.NAMES.key, "class_status")


def page(lab: Lab, folder: str, *switches: str) -> str:
    """All that a page sends when these switches are on, also those that it does not show."""
    lab.patch.setattr(st, "session_state", REAL)
    app = open_page(folder)
    for key in switches:
        app.session_state[key] = True
    sent = "".join(str(proto) for proto in protos(app.run()._tree))
    if "Zorblat" not in sent:
        raise RightError("It is not shown.")
    return sent


def takes_the_results(lab):
    return NAME in results._class_csv()


def pastes_a_roster(lab):
    st.session_state[results.ROSTER.key] = "Zorblat, Quuxana"
    results._keep_roster()
    return lab.room.results.roster == ["Zorblat, Quuxana"]


def ends_the_class(lab):
    orders.end_class(sets=False)
    return services.classroom().people.all() == []


def ends_the_class_by_its_code(lab):
    st.session_state[results.TYPED.key] = lab.room.people.code
    results._end()
    return services.classroom().people.all() == []


def looks_at_the_status(lab):
    shown = []
    lab.patch.setattr(st, "html", shown.append)
    status._status()
    return len(shown) == 3


def downloads_a_set(lab):
    fetched = []
    lab.patch.setattr(downloads, "usable", lambda dataset: False)
    lab.patch.setattr(downloads, "download", lambda dataset, **more: fetched.append(dataset))
    lab.patch.setattr(downloads.st, "button", lambda label, **more: more["key"] == "download")  # as whoever presses what is not shown
    lab.patch.setattr(visitor, "may", lambda act: True)
    lab.patch.setattr(downloads, "_offer_own", lambda dataset: None)
    lab.patch.setattr(downloads.st, "rerun", lambda: None)
    downloads.offer_download("cifar10")
    return fetched == ["cifar10"]


def opens_a_folder(lab):
    lab.patch.setattr(st, "session_state", REAL)
    app = open_page("data", dataset="folder", data=str(lab.folder))
    if "secretcats" not in "".join(str(proto) for proto in protos(app._tree)):
        raise RightError("It is not shown.")
    return True


def names_a_place(lab):
    named = []
    lab.patch.setattr(downloads, "name_place", lambda *values: named.append(values))
    st.session_state[downloads.PLACE.key] = str(lab.folder)
    downloads._take_place("cifar10")
    return named == [("cifar10", str(lab.folder))]


WITH_A_QUESTION = (answers, opens_the_next_phase, closes_the_question)
WITH_A_CLOSED_SET = (opens_a_set, deletes_a_set, renames_a_set)
OWN_ORDERS = [steers("pause", OWN), steers("resume", OWN), steers("step", OWN), steers("set_lr", OWN, 0.01)]
ANY_ORDERS = [steers("pause", ANY), steers("resume", ANY), steers("step", LINE), steers("set_lr", LINE, 0.01)]
ATTEMPTS: dict[Act, list[Callable[[Lab], bool]]] = {
    Act.JOIN: [joins, changes_his_name, leaves],
    Act.LOOK: [looks],
    Act.START: [starts, measures],
    Act.STEER_OWN: [deletes(OWN), stops(OWN), *OWN_ORDERS],
    Act.STEER_ANY: [deletes(ANY), deletes(LINE), stops(ANY), *ANY_ORDERS],
    Act.DRAW: [draws, photographs],
    Act.ANSWER: [answers],
    Act.ASK: [asks, opens_the_next_phase, closes_the_question, begins_a_search],
    Act.LIMIT: [sets_limits],
    Act.QUEUE: [pauses_all, resumes_all, takes_the_next, clears_the_queue],
    Act.COLLECT: [closes_the_set, opens_a_set, drops_a_picture, deletes_a_set, renames_a_set, takes_a_set_along],
    Act.LEAD: [leads],
    Act.KNOW_NAMES: [sees_names_of_the_people, sees_names_in_the_results, sees_names_in_the_status],
    Act.RESULTS: [takes_the_results, pastes_a_roster, ends_the_class, ends_the_class_by_its_code],
    Act.STATUS: [looks_at_the_status],
    Act.DOWNLOAD: [downloads_a_set],
    Act.OPEN_FOLDERS: [opens_a_folder, names_a_place],
}
ROWS = [(act, attempt) for act, attempts in ATTEMPTS.items() for attempt in attempts]


def test_every_row_of_the_table_is_tried():
    assert ATTEMPTS.keys() == MAY.keys() and all(ATTEMPTS.values())
    assert {role for roles in MAY.values() for role in roles} <= {*ROLES} == {INSTRUCTOR, STUDENT, GUEST, OUTSIDER}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("act", "attempt"), ROWS, ids=lambda value: getattr(value, "__name__", getattr(value, "name", "")))
def test_it_happens_for_whom_the_table_allows_it(lab, monkeypatch, act, attempt, role):
    monkeypatch.setattr(visitor, "role", lambda: role)
    if attempt in WITH_A_CLOSED_SET:
        lab.room.drawings.close()
    if attempt in WITH_A_QUESTION:
        lab.room.polls.open(CHOSEN)
    if attempt is resumes_all:
        lab.room.halting.put(True)
    before = fingerprint(lab)
    try:
        happened, problem = attempt(lab), ""
    except RightError as error:
        happened, problem = False, str(error)
    if role in MAY[act]:
        assert (happened, problem) == (True, ""), lab.said
    else:
        assert not happened and (problem or any(map(refuses, lab.said))), lab.said
        assert fingerprint(lab) == before, "nothing has changed"


def refuses(sentence: str) -> bool:
    """Whether a sentence is one by which `core.classroom.rights.require` refuses."""
    return sentence.startswith(("Join the class first", "Only the instructor can", "You cannot"))
