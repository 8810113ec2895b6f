"""From Play to the first point of the curve: runs that train in a process of their own against runs in a thread of the server."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from statistics import median
from typing import Any
from unittest.mock import patch

from websockets.asyncio.client import connect

from core.training.config import RunConfig
from core.training.history import ACTIVE
from core.training.runs.manager import RunManager
from tests.benchmarks.class_client import Seen, Visitor
from tests.benchmarks.report import ratio, say, table, verdict
from tests.benchmarks.server import lab_server, wait_for_port
from tests.benchmarks.viewer_client import WEBSOCKET, address
from tests.ports import free_port

ENGINES = ("process", "thread")
SET_UP = "dataset=shapes&model=gru"  # with which the page Train opens
NEED = 1.0  # process by thread
SPARE_CORES = 1  # as beside a server
LOOK = 0.005  # seconds between two looks for the point
PATIENCE = 120.0  # seconds
CHART = "chart"  # the key of the page's curve


def firstpoint(options: argparse.Namespace) -> str:
    """The table of both engines, with a page and without."""
    rounds = 2 if options.quick else 10
    rows = [row("on the page", on_a_page, rounds), row("in the manager alone", in_a_manager, rounds)]
    head = ["seconds from Play to the first point", *ENGINES, "process / thread", "need"]
    note = [
        f"Medians of {rounds} rounds, the two in turn, after one that does not count: both had trained before. In brackets the range of the rounds. On the page:",
        "two servers, LAB_ENGINE=process and thread; from the press of the button Play to the message with the first point. A page looks at its run",
        f"once a second, so that what is less is seen in the second row: from the order to the first point there, looked at every {1000 * LOOK:g} ms.",
    ]
    return "\n".join(["### First point", "", table(head, rows), "", *note])


Player = Callable[[], float]  # plays once, and returns the seconds


def row(what: str, place: Callable[[str], AbstractContextManager[Player]], rounds: int) -> list[str]:
    """A line of the table: `place(engine)` lends a player."""
    with ExitStack() as stack:
        players = {engine: stack.enter_context(place(engine)) for engine in ENGINES}
        seconds = taken(players, rounds)
    say(f"{what}: {seconds}")
    found = ratio(*seconds.values())
    return [what, *(f"{median(values):.2f}" for values in seconds.values()), str(found), verdict(found.median, at_most=NEED)]


def taken(players: dict[str, Player], rounds: int) -> dict[str, list[float]]:
    """The seconds of each player in so many rounds; who begins changes, and the first round does not count."""
    seconds = {engine: [] for engine in players}
    for number in range(rounds + 1):
        for engine in list(players)[:: -1 if number % 2 else 1]:
            took = players[engine]()
            seconds[engine] += [took] if number else []
    return seconds


# ---- with a page ----


@contextmanager
def on_a_page(engine: str) -> Iterator[Player]:
    """Plays on the page Train of a server."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAB_ENGINE=engine), lab_server(home, port) as process:
        wait_for_port(port, process)
        yield lambda: asyncio.run(play(port))


async def play(port: int) -> float:
    """Open the page, press Play, and stop the run when its curve has a point."""
    async with connect(address(port), **WEBSOCKET) as socket:
        visitor = Visitor(socket, SET_UP, Seen(), name="student")
        reading = asyncio.create_task(visitor.watch())
        try:
            async with asyncio.timeout(PATIENCE):
                await visitor.arrive(time.perf_counter())
                began = time.perf_counter()
                await visitor.press("play")
                await shown(visitor, lambda chart: chart["n"] and not chart["run"].startswith("recorded-"))
                seconds = time.perf_counter() - began
                await visitor.press("stop")
                await shown(visitor, lambda chart: chart["status"] not in ACTIVE)
        finally:
            reading.cancel()
    return seconds


async def shown(visitor: Visitor, wanted: Callable[[dict[str, Any]], object]) -> None:
    """Wait until the page's curve is as `wanted`; raises RuntimeError when the page has died."""
    while not ((chart := visitor.boards.get(CHART)) and wanted(chart[0])):
        if visitor.seen.errors:
            raise RuntimeError(visitor.seen.errors[0])
        await asyncio.sleep(LOOK)


# ---- without ----


@contextmanager
def in_a_manager(engine: str) -> Iterator[Player]:
    """Plays without a server."""
    with tempfile.TemporaryDirectory() as home:
        manager = RunManager(home, engine=engine, spare_cores=SPARE_CORES)
        try:
            yield partial(order, manager)
        finally:
            manager.shutdown()


def order(manager: RunManager) -> float:
    """Submit a run, and stop it when its curve has a point; raises RuntimeError when none comes."""
    began = time.perf_counter()
    run_id = manager.submit(RunConfig.of())
    while not (now := manager.snapshot(run_id)).points:
        if not now.active or time.perf_counter() - began > PATIENCE:
            raise RuntimeError(f"Run {run_id} is {now.status}: {now.message}")
        time.sleep(LOOK)
    seconds = time.perf_counter() - began
    manager.stop(run_id)
    manager.wait(run_id, timeout=PATIENCE)
    return seconds
