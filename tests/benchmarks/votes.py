"""Thirty people of a class answer one question within five seconds, lose their connections for a minute, and come back."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from core.training.runs.class_tables import BallotRow
from core.training.runs.store import Store
from tests.benchmarks.class_client import Seen
from tests.benchmarks.class_member import Member, introduced, present
from tests.benchmarks.classroom import invited, three
from tests.benchmarks.lesson_client import SHORT_RUN, play
from tests.benchmarks.report import percentile, table, verdict
from tests.benchmarks.server import lateness, measured_server, wait_for_port
from tests.ports import free_port

WITHIN = 5.0  # seconds in which all answer
CUT = 60.0  # seconds without a connection
PATIENCE = 120.0


@dataclass
class Voted:
    """What came of a vote. Times in seconds, lateness of the event loop in ms."""

    people: int
    asked: list[float] = field(default_factory=list)  # until the question stood on a page
    answered: list[float] = field(default_factory=list)  # from the press to the answer
    ballots: dict[str, int] = field(default_factory=dict)  # rows by person
    leaked: list[str] = field(default_factory=list)  # reasons of others that somebody was sent before the discussion
    same_session: int = 0
    same_run: int = 0
    same_vote: int = 0
    late: list[float] = field(default_factory=list)


def vote(people: int = 30, *, cut: float = CUT, within: float = WITHIN) -> Voted:
    """Hold the vote on a server of its own."""
    with tempfile.TemporaryDirectory() as home:
        port, lines = free_port(), Path(home) / "late"
        with measured_server(home, port, lines, "--class", "--host", "127.0.0.1") as process:
            wait_for_port(port, process)
            voted = asyncio.run(_hold(port, *invited(lines.with_name("said")), people, cut, within))
            voted.late = lateness(lines)
            with Store(Path(home)).transaction() as session:
                for person in session.scalars(select(BallotRow.person).where(BallotRow.round == 1)):
                    voted.ballots[person] = voted.ballots.get(person, 0) + 1
    return voted


async def _hold(port: int, code: str, entrance: str, people: int, cut: float, within: float) -> Voted:
    voted, seen, dice = Voted(people), Seen(), random.Random(0)
    async with AsyncExitStack() as stack:
        boss = await stack.enter_async_context(present(port, seen, "instructor", await _introduced(port, entrance), path="vote"))
        class_ = [await stack.enter_async_context(present(port, seen, f"student {k}", await _introduced(port))) for k in range(people)]
        await asyncio.gather(*(_begin(member, code) for member in class_))
        began = time.perf_counter()
        await boss.press("vote_open")
        await asyncio.gather(*(_answer(member, voted, began, dice.uniform(0, within)) for member in class_))
        voted.leaked = [
            f"{a.name} was sent the reason of {b.name}" for a in class_ for b in class_ if a is not b and a.was_sent(_reason(b))
        ]
        before = [(member.session_id, member.run_id) for member in class_]
        await asyncio.gather(*(member.cut() for member in class_))
        await asyncio.sleep(cut)
        for member, (session, run_id) in zip(class_, before, strict=True):
            await member.come_back()
            voted.same_session += member.session_id == session
            voted.same_vote += member.shows("Sent:")
            await member.open("train")
            voted.same_run += f"run={run_id}" in member.query
    return voted


async def _introduced(port: int, path: str = "/") -> str:
    return await asyncio.to_thread(introduced, port, path)


async def _begin(member: Member, code: str) -> None:
    """Join, start a run, and open the page of the vote."""
    await member.join(code, member.name)
    await member.open("train", SHORT_RUN)
    member.run_id = await play(member)
    await member.open("vote")


async def _answer(member: Member, voted: Voted, began: float, after: float) -> None:
    """Wait for the question, choose, give a reason, and send: at a moment of one's own."""
    async with asyncio.timeout(PATIENCE):
        while not (send := next((key for key in member.buttons if key.startswith("vote_send_")), "")):
            await asyncio.sleep(0.02)
    voted.asked.append(time.perf_counter() - began)
    await asyncio.sleep(after)
    member.choose_one("radio", random.Random(member.name))
    member.write(send.replace("vote_send", "vote_reason"), _reason(member))
    voted.answered.append(await member.press_and_wait(send))


def _reason(member: Member) -> str:
    return f"because {member.name}. says so"


def votes(options: argparse.Namespace) -> str:
    """The table of a vote."""
    voted = vote(8, cut=3.0) if options.quick else vote()
    rows = [
        ["the question on a page, p50 / p95 / max, s", three(voted.asked), ""],
        ["an answer, p50 / p95 / max, s", three(voted.answered), verdict(percentile(voted.answered, 95), at_most=1)],
        ["counted once", f"{sum(count == 1 for count in voted.ballots.values())} of {voted.people}", "all"],
        ["reasons seen too early", str(len(voted.leaked)), verdict(len(voted.leaked), at_most=0)],
        ["same session / run / vote after the cut", f"{voted.same_session} / {voted.same_run} / {voted.same_vote}", "all"],
        ["event loop late, worst of each second, p50 / p95 / max, ms", three(voted.late, "{:.0f}"), ""],
    ]
    return "\n".join(
        ["### Votes", "", table([f"{voted.people} people answer one question within {WITHIN:g} s", "measured", "wanted"], rows)]
    )
