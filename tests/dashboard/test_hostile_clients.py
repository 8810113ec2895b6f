"""A class on a real server, and students who send what no browser would, on every page: nothing breaks, nothing of others changes, and
no byte of another one's name or id is sent. And five hundred who come at once.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from core.classroom.classroom import Classroom
from core.training import RunConfig
from core.training.runs.class_tables import BallotRow, DrawingRow, FactRow, MemberRow, PollRow
from core.training.runs.store import Store
from dashboard import navigation
from dashboard.web import person
from dashboard.web.person import cookie_name, signed
from tests.dashboard.on_the_wire import OnTheWire
from tests.dashboard.serving import ROOT, Served, serving
from tests.pages.hostile import VALUES
from tests.support import SMALL

PAGES = [page.url_path if not page.default else "" for page in navigation.PAGES]
ME, BEN, CEM, BOSS = "a" * 31 + "1", "b" * 31 + "2", "c" * 31 + "3", "d" * 31 + "4"
NAMES = {ME: "Mymble Myself", BEN: 'Quuxana "<b>Zorblat</b>', CEM: "Wibbléton \u00df\u4e2d Frobnic"}
PARTS = ("Quuxana", "Zorblat", "Wibbl", "Frobnic", "ßhidden", "中 Frob")  # found in no picture and no number
REASON = "Because Plonkitude said so"
READS = re.compile(r"\bsent(?:_now)?\((?:_mount\(.*?\)|[^,()]+), \"(\w+)\"")  # what pages read of their components


@dataclass
class Class:
    """A class of three on a server, with a run of each, one of the instructor, and a question that two have answered."""

    lab: Served
    home: Path
    runs: dict[str, str]  # by owner

    def cookie(self, who: str) -> str:
        return f"{cookie_name()}={signed(who)}"

    def kept(self) -> dict[str, object]:
        """All that the database has of the class and its runs, but for what the sender may change of his own."""
        store = Store(self.home)
        try:
            with store.transaction() as session:
                rows = {
                    table.__tablename__: sorted(
                        repr({column.name: getattr(row, column.name) for column in table.__table__.columns})
                        for row in session.scalars(select(table))
                        if getattr(row, "person", "") != ME
                    )
                    for table in (MemberRow, FactRow, PollRow, BallotRow, DrawingRow)
                }
            runs = sorted((run.run_id, run.status, json.dumps(run.config)) for run in store.summaries() if run.owner != ME)
        finally:
            store.close()
        return {**rows, "runs": runs}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    home = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_HOME", str(home))
        person.key.cache_clear()
        store = Store(home)
        made = Classroom(store, opened=True, secret="s")
        for who, name in NAMES.items():
            made.people.join(who, code=made.people.code, name=name)
        made.results.paste_roster("\n".join(NAMES.values()))
        poll = made.polls.open(next(iter(made_questions())))
        for who in (BEN, CEM):
            made.polls.answer(who, poll.id, 1, next(iter(poll.question.answer.options)), REASON)
        made.drawings.open("animals", ["cat", "dog"], 3600)
        runs = {}
        for number, who in enumerate((ME, BEN, CEM, BOSS)):
            runs[who] = f"gru-{number}c0ffe"
            store.add(runs[who], RunConfig.of(**SMALL | {"dataset": "shapes"}).flat(), who)
            store.update(runs[who], status="stopped")
        store.close()
        with serving(home, "--class", "--host", "127.0.0.1") as lab:
            answer = lab.get(f"/instructor?secret={(home / 'instructor.key').read_text('utf-8')}", Cookie=f"{cookie_name()}={signed(BOSS)}")
            assert answer[0] == 303
            yield Class(lab, home, runs)
        person.key.cache_clear()


def made_questions():
    """Questions with options, by their names."""
    from core.classroom.questions.answers import ChoiceAnswer
    from core.classroom.questions.table import QUESTIONS

    return {name: question for name, question in QUESTIONS.items() if isinstance(question.answer, ChoiceAnswer)}


def told(home: Path, said: Path) -> str:
    return said.read_text("utf-8") + "".join(path.read_text("utf-8") for path in home.glob("lab.log*"))


def ours(log: str) -> list[str]:
    """Tracebacks in a log that do not end where Streamlit itself could not read the state of a widget."""
    found = re.findall(r"Traceback \(most recent call last\):\n(?:[ \t].*\n|\n)*.*", log)
    return [one for one in found if not re.search(r"streamlit.*, in deserialize\n.*\n(?:.*\^.*\n)?\S*.*\Z", one)]


def test_a_students_page_never_holds_anothers_name_or_id(room):
    received = bytearray()
    mine = room.cookie(ME)
    with OnTheWire(room.lab, mine) as student:
        for page in PAGES:
            for query in ("", f"run={room.runs[BEN]}"):
                student.run(page, query)
        assert not student.errors
        received += student.received
    for page in PAGES:
        _, headers, body = room.lab.get(f"/{page}", Cookie=mine)
        received += body + repr(headers).encode()
    for path in (f"/pulse?session={ME}", "/healthz", "/connection", "/_stcore/health", "/_stcore/host-config"):
        received += room.lab.get(path, Cookie=mine)[2]
    everything = plain(bytes(received))
    assert "Mymble Myself" in everything, "one's own name is there: the search finds what is there"
    assert room.runs[BEN] in everything
    for part in (*PARTS, BEN, CEM, BOSS, ME, REASON, "Plonkitude", (room.home / "instructor.key").read_text("utf-8"), str(room.home)):
        assert part not in everything, part


def plain(received: bytes) -> str:
    """What was sent, and once more with the letters that JSON and HTML write otherwise."""
    text = received.decode("utf-8", "replace")
    return text + re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)


def test_the_instructor_is_told_the_names_when_he_asks_for_them(room):
    """Else the search of the test above would prove little: the names are there to be found."""
    with OnTheWire(room.lab, room.cookie(BOSS)) as instructor:
        instructor.run("results")
        assert "Quuxana" not in plain(bytes(instructor.received))
        switch = next(one.id for one in instructor.elements if one.DESCRIPTOR.name == "Checkbox" and one.id.endswith("-results_names"))
        instructor.run("results", states=[WidgetState(id=switch, bool_value=True)])
        assert "Quuxana" in plain(bytes(instructor.received)) and "Frobnic" in plain(bytes(instructor.received))


def test_hostile_values_on_every_page_break_nothing_and_change_nothing_of_others(room):
    before = room.kept()
    files = [file for folder in ("dashboard", "pages") for file in (ROOT / folder).rglob("*.py")]
    names = sorted({name for file in files for name in READS.findall(file.read_text("utf-8"))})
    assert len(names) > 10 and {"act", "open", "wishes"} <= {*names}
    with OnTheWire(room.lab, room.cookie(BOSS)) as instructor:
        theirs = [id for page in ("class", "results", "drawings", "vote", "wall", "train") for id in buttons(instructor, page)]
    assert len(theirs) > 5
    values = [*VALUES, room.runs[BEN], "<script>alert(1)</script>"]
    with OnTheWire(room.lab, room.cookie(ME)) as student:
        for place, page in enumerate(PAGES):
            student.run(page)
            for turn in (place, 3 * place + 1):
                student.run(page, f"run={room.runs[BEN]}&page=%00&epoch=9e999", student.hostile(turn, names, values))
                student.run(page)
            pressed = [WidgetState(id=one, trigger_value=True) for one in theirs]
            student.run(page, states=pressed)
        big = "x" * 500_000  # to each control and board of a page at once
        for page in ("train", "class", "masks", "cell", "vote"):
            student.run(page)
            fields = [one.id for one in student.elements if one.DESCRIPTOR.name in ("TextInput", "TextArea")]
            texts = [WidgetState(id=field, string_value=big) for field in fields]
            student.run(page, states=[*texts, *student.hostile(0, names[:1], [big])])
        assert not student.errors
        assert student.run("masks"), "the page goes on working"
    assert room.kept() == before
    assert ours(told(room.home, room.lab.said)) == []


def buttons(visitor: OnTheWire, page: str) -> list[str]:
    visitor.run(page)
    return [*visitor.buttons.values()]


def test_the_log_has_no_name_and_no_secret(room):
    room.lab.get("/instructor?secret=a-wrong-one-f00b4r")
    log = "".join(path.read_text("utf-8") for path in room.home.glob("lab.log*"))
    assert not [part for part in (*PARTS, ME, BEN, signed(ME), (room.home / "instructor.key").read_text("utf-8"), "f00b4r") if part in log]


def test_five_hundred_at_once_are_refused_politely_and_the_first_go_on(room):
    with OnTheWire(room.lab, room.cookie(ME)) as first:
        assert first.run("masks")
        address = f"ws://127.0.0.1:{room.lab.port}/_stcore/stream"

        async def come(together: asyncio.Event) -> str:
            try:
                async with connect(address, subprotocols=["streamlit"], open_timeout=120):
                    await together.wait()
                    return "inside"
            except InvalidStatus as refused:
                return f"{refused.response.status_code}"
            except OSError:  # more than the system keeps waiting at one time
                return "the system's"

        async def all_come() -> list[str]:
            together = asyncio.Event()
            tasks = [asyncio.create_task(come(together)) for _ in range(500)]
            while sum(task.done() for task in tasks) < 500 - 160:
                await asyncio.sleep(0.1)
            answered = await asyncio.to_thread(first.run, "masks")
            assert answered, "who was there before is answered while all others are there"
            together.set()
            return await asyncio.gather(*tasks)

        found = asyncio.run(all_come())
        assert {*found} <= {"inside", "503", "the system's"} and 50 < found.count("inside") < 150 < found.count("503"), found
        assert first.run("cell") and not first.errors
    log = told(room.home, room.lab.said)
    assert ours(log) == [] and not re.findall("(?:ERROR|WARNING).*", log), "to refuse somebody is no error"
