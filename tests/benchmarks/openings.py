"""Thirty people open pages within ten seconds, most of them pages that nobody has opened before, while a run trains that three watch."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from core.training.runs.store import Store
from tests.benchmarks.classroom import speed, three, until
from tests.benchmarks.lesson_client import LONG_RUN
from tests.benchmarks.opening_client import SITTERS
from tests.benchmarks.report import percentile, ratio, say, table, verdict
from tests.benchmarks.server import client, engine, lateness, measured_server, wait_for_port
from tests.benchmarks.viewer_client import start_run
from tests.ports import free_port

PEOPLE, SECONDS = 30, 10.0
NEED = 2.0  # seconds to the first picture, 95 % of the people
PATIENCE = 75.0  # seconds in which all pages should be complete


@dataclass
class Rush:
    """What the people met in all rounds; times in seconds, lateness of the event loop in ms, speeds in images/s, one a round."""

    people: int = 0
    first_pictures: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    with_people: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)

    def add(self, report: dict[str, Any], people: int) -> None:
        """Count one round. Who has no picture at its end is not left out: their time is infinite."""
        self.people += people
        for times, came in ((self.first_pictures, report["first_pictures"]), (self.whole, report["arrived"])):
            times += [*came, *[math.inf] * (people - len(came))]
        self.replies += report["replies"]
        self.faults += [*report["errors"], *report["slow"]]


def openings(options: argparse.Namespace) -> str:
    """The table of a rush of people."""
    rounds, alone = (1, 6.0) if options.quick else (3, 12.0)
    rush = Rush()
    for number in range(1, rounds + 1):
        come(rush, alone=alone)
        say(
            f"round {number}: first picture p95 of all so far {percentile(rush.first_pictures, 95):.2f} s, "
            f"{rush.with_people[-1]:,.0f} against {rush.alone[-1]:,.0f} images/s"
        )
    text = [
        "### Openings", "", table(["thirty people open a page each within ten seconds", "measured", "wanted"], rows(rush)), "",
        f"{rounds} rounds, each with a new server whose first page alone had been open, and a run ({LONG_RUN}) that had trained {alone:g} s alone;",
        f"it trained where LAB_ENGINE says, here: {engine()}. People go to all pages in turn. Seconds count from the connection to the message",
        "that brings the first board, chart or figure, and to the page's last message. To both a browser adds its own scripts and its drawing;",
        f"before the connection it fetches files. {SITTERS} more people sit on the page Train, watch the run and turn a control about once a second",
        "after an answer. All people are in one other process, which shares the cores with the server. In brackets: the range of the rounds.",
    ]  # fmt: skip
    return "\n".join(
        [*text, *([""] + [f"- {count} times: {fault}" for fault, count in Counter(rush.faults).items()] if rush.faults else [])]
    )


def come(rush: Rush, *, alone: float) -> None:
    """One round, on a server of its own."""
    with tempfile.TemporaryDirectory() as home:
        port, lines = free_port(), Path(home) / "late"
        with measured_server(home, port, lines) as process:
            wait_for_port(port, process)
            run_id = asyncio.run(start_run(port, LONG_RUN))
            store = Store(Path(home))
            until(lambda: len(store.snapshot(run_id).epochs) >= 2, "two epochs")
            rush.alone.append(speed(store, run_id, alone))
            with client("opening", port, run_id, PEOPLE, SECONDS) as ask:
                began = len(lateness(lines))
                ask("measure")
                rush.with_people.append(speed(store, run_id, SECONDS))
                until(lambda: len(json.loads(ask("report"))["arrived"]) >= PEOPLE, "all pages", PATIENCE, fail=False)
                rush.late += lateness(lines)[began:]
                rush.add(json.loads(ask("report")), PEOPLE)


def rows(rush: Rush) -> list[list[str]]:
    """The lines of the table: what, measured, wanted."""
    share = ratio(rush.with_people, rush.alone)
    return [
        ["seconds to the first picture, p50 / p95 / max", three(rush.first_pictures), verdict(percentile(rush.first_pictures, 95), at_most=NEED)],
        ["seconds to the whole page, p50 / p95 / max", three(rush.whole), ""],
        ["people without a picture", f"{sum(map(math.isinf, rush.first_pictures))} of {rush.people}", "none"],
        ["reply to a control meanwhile, p50 / p95 / max, s", three(rush.replies), ""],
        ["event loop late, worst of each second, p50 / p95 / max, ms", three(rush.late, "{:.0f}"), ""],
        ["speed of the watched run, with / alone, images/s", f"{middle(rush.with_people)} / {middle(rush.alone)} = {share}", ""],
        ["pages in an error, or without an answer in 60 s", str(len(rush.faults)), verdict(len(rush.faults), at_most=0)],
    ]  # fmt: skip


def middle(speeds: Sequence[float]) -> str:
    return f"{median(speeds):,.0f}"
