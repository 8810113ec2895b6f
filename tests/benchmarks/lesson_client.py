"""A class of thirty without browsers: `python -m tests.benchmarks.lesson_client PORT CODE ENTRANCE SCALE`, one process of websockets.

An instructor, who comes by the address ENTRANCE, starts a long run and leads from page to page. With SCALE 1 ten follow, ten go through all
pages and turn what can be turned, ten start a short run each and watch it, and two look inside one model at the same moments, each at a
picture of its own. Everybody joins by the code and is heard once a second. Each line on standard input is answered by one JSON object on what they have met since
they came in; "end" has the instructor stop the run, and the end of the input ends everything.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
from itertools import count
from typing import Any

from dashboard.navigation import PAGES
from tests.benchmarks.class_client import PATIENCE, PAUSE, Seen, Visitor
from tests.benchmarks.class_member import Member, attend

FOLLOWERS, TURNERS, STARTERS = 10, 10, 10
TURNS = 4  # of controls on a page, before the next page
LEADS = 8.0  # seconds that the instructor stays on a page
LONG_RUN = "dataset=shapes&model=gru&epochs=1000"
LOOKS_AT = "run=recorded-shapes-vit&set=shapes"
SHORT_RUN = "dataset=shapes&model=gru&epochs=1&patch_size=16&hidden_size=8&embed_dim=8&batch_size=512"


async def follow(visitor: Visitor) -> None:
    """Nothing: the pulse says where to go."""


def tour(number: int) -> Any:
    """Turn controls on one page after another; everyone begins with another page."""

    async def act(visitor: Visitor) -> None:
        dice = random.Random(number)
        for step in count(number * len(PAGES) // TURNERS):
            await visitor.open(PAGES[step % len(PAGES)].url_path)
            for _ in range(TURNS):
                await asyncio.sleep(PAUSE * dice.uniform(0.5, 1.5))
                await visitor.turn(dice)

    return act


async def play(visitor: Visitor) -> str:
    """Press play; the run that this starts."""
    await visitor.press("play")
    async with asyncio.timeout(PATIENCE):
        while "run=" not in visitor.query:
            await asyncio.sleep(0.05)
    return next(part.partition("=")[2] for part in visitor.query.split("&") if part.startswith("run="))


async def start(visitor: Visitor) -> None:
    """Press play, and watch the run."""
    visitor.seen.started.append(await play(visitor))


def look(number: int, together: asyncio.Barrier) -> Any:
    """Look inside one model at the same moment as the other, each at pictures of its own; what came is kept."""

    async def act(visitor: Visitor) -> None:
        await visitor.open("vit", LOOKS_AT)
        for picture in count(2 + number, 2):
            await together.wait()
            await visitor.choose("picture_image", picture)
            board = await visitor.board("vit_board", f"shapes {picture - 1}")
            visitor.seen.looks.append({"picture": picture, "board": board})
            await asyncio.sleep(PAUSE * 3)

    return act


class Instructor:
    """Starts the run that is measured, and leads from page to page once everybody is there."""

    def __init__(self) -> None:
        self.run_id = ""
        self.leads, self.ends = asyncio.Event(), asyncio.Event()

    async def __call__(self, member: Member) -> None:
        """What an instructor does with the lab."""
        self.run_id = await play(member)
        await self.leads.wait()
        await member.act("lead")
        dice, led = random.Random(0), [page for page in PAGES if page.led]
        for step in count():
            if self.ends.is_set():
                break
            await member.open(led[step % len(led)].url_path)
            for _ in range(2):
                await asyncio.sleep(LEADS / 2)
                await member.turn(dice)
        await member.act("end")
        await member.act("run")  # a control of some page may have chosen another one
        await member.press("stop")


async def begin(seen: Seen, people: int, instructor: Instructor) -> None:
    """Let the instructor lead once everybody has joined, and stay until the end."""
    while len(seen.joined) < people:
        await asyncio.sleep(0.1)
    instructor.leads.set()
    await asyncio.Event().wait()


async def main(port: int, code: str, entrance: str, scale: int) -> None:
    seen, together, instructor = Seen(), asyncio.Barrier(2), Instructor()

    def come(name: str, query: str, act: Any, **more: Any) -> asyncio.Task:
        return asyncio.create_task(attend(port, seen, name, query, act, code=code, **more))

    tasks = [come("instructor", LONG_RUN, instructor, entrance=entrance)]
    while not instructor.run_id and not tasks[0].done():
        await asyncio.sleep(0.1)
    print("ready", flush=True)
    while word := (await asyncio.to_thread(sys.stdin.readline)).strip():
        if word == "come":  # the run has been measured alone
            tasks += [come(f"follower {n}", "", follow, follows=True) for n in range(scale * FOLLOWERS)]
            tasks += [come(f"turner {n}", "", tour(n)) for n in range(scale * TURNERS)]
            tasks += [come(f"starter {n}", SHORT_RUN, start) for n in range(scale * STARTERS)]
            tasks += [come(f"looker {n}", "", look(n, together)) for n in range(2)]
            tasks.append(asyncio.create_task(begin(seen, len(tasks) - 1, instructor)))
        elif word == "end":
            instructor.leads.set()
            instructor.ends.set()
        else:
            crashed = [repr(task.exception()) for task in tasks if task.done() and not task.cancelled() and task.exception()]
            held = sum(not task.done() for task in tasks) - 1
            said = {"run": instructor.run_id, "crashed": crashed, "held": held, "people": len(tasks) - 1}
            print(json.dumps({**seen.report(), **said}), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    gc.disable()  # the client shall cost little: it shares the cores with what is measured
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
