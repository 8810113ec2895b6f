"""The speed of a run in the real server, and how late the server's event loop is, while none, one, eight or thirty viewers watch."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from core.training.history import EpochRecord
from core.training.runs.store import Store
from tests.benchmarks.neighbours import core_independence
from tests.benchmarks.report import percentile, ratio, say, table, verdict
from tests.benchmarks.server import client, engine, lateness, measured_server, wait_for_port
from tests.benchmarks.viewer_client import start_run
from tests.ports import free_port

NEEDS = {1: 0.99, 8: 0.97, 30: 0.95}
MOST_LATE = {30: 100.0}  # ms, 95 % of the seconds
SET_UP = "dataset=shapes&epochs=1000"
SETTLE = 2.0  # seconds between the last page's arrival and the measurement


@dataclass
class Watched:
    """What a number of viewers cost and got, one entry a round."""

    with_viewers: list[float] = field(default_factory=list)  # images/s
    without: list[float] = field(default_factory=list)
    asked: int = 0
    received: int = 0  # bytes
    ticks: list[float] = field(default_factory=list)  # seconds
    late: list[float] = field(default_factory=list)  # ms, one value a second with viewers
    disconnected: int = 0

    def add(self, report: dict[str, Any]) -> None:
        self.asked += report["asked"]
        self.received += report["received"]
        self.ticks += report["ticks"]
        self.disconnected += report["disconnected"]


HEAD = [
    "viewers", "images/s with", "without", "with / without", "need", "kB a tick", "tick p50 ms", "p95 ms", "ticks answered", "lost",
    "loop late p50 ms", "p95 ms", "need",
]  # fmt: skip


def viewers(options: argparse.Namespace) -> str:
    """The table of training speeds with and without viewers."""
    rounds, seconds = (1, 6.0) if options.quick else (3, 12.0)
    measured = {count: Watched() for count in NEEDS}
    cores = core_independence()
    with tempfile.TemporaryDirectory() as home:
        port, lines = free_port(), Path(home) / "late"
        with measured_server(home, port, lines) as process:
            wait_for_port(port, process)
            run_id = asyncio.run(start_run(port, f"{SET_UP}&preset={options.preset}" if options.preset else f"{SET_UP}&model=gru"))
            run = Progress(home, run_id)
            run.wait_for_epoch(2)
            for number in range(1, rounds + 1):
                for count, watched in measured.items():
                    watched.without.append(run.speed(seconds))
                    with client("viewer", port, f"run={run_id}", count) as ask:
                        time.sleep(SETTLE)
                        ask("measure")
                        began = len(lateness(lines))
                        watched.with_viewers.append(run.speed(seconds))
                        watched.late += lateness(lines)[began:]
                        watched.add(json.loads(ask("report")))
                    say(f"round {number}, {count} viewers: {watched.with_viewers[-1]:,.0f} against {watched.without[-1]:,.0f} images/s")
            threads = run.threads
    return "\n".join(
        [
            "### Viewers",
            "",
            table(HEAD, [row(count, watched) for count, watched in measured.items()]),
            "",
            f"Training phase of {f'the preset {options.preset}' if options.preset else 'the default GRU'} on shapes ({threads} thread{'s' * (threads > 1)}), in a real server. Median of {rounds} rounds, "
            f"{seconds:g} s without and",
            f"{seconds:g} s with viewers in turn; in brackets the range of the rounds. A viewer is a websocket that does what the browser",
            "does; all are in one other process, which shares the cores with the server. A tick is one update of one panel (a viewer",
            "has five in four seconds; above four viewers every second counts for 1.5, above twelve for 3); its time is from asking to the last answer. lost: connections that the server closed.",
            "Loop late: the longest that the server's event loop was late, of each second with viewers.",
            f"The run trained where LAB_ENGINE says, here: {engine()}.",
            f"A busy process leaves one thread on another core {cores} of its speed on this machine: what the page costs beyond",
            "the interpreter lock.",
        ]
    )


def row(count: int, watched: Watched) -> list[str]:
    speeds, ticks, late = ratio(watched.with_viewers, watched.without), watched.ticks, percentile(watched.late, 95)
    return [
        str(count), f"{median(watched.with_viewers):,.0f}", f"{median(watched.without):,.0f}",
        str(speeds), verdict(speeds.median, at_least=NEEDS[count]),
        f"{watched.received / 1000 / max(1, len(ticks)):.1f}",
        f"{1000 * percentile(ticks, 50):.0f}", f"{1000 * percentile(ticks, 95):.0f}",
        f"{len(ticks) / max(1, watched.asked):.0%}", str(watched.disconnected),
        f"{percentile(watched.late, 50):.0f}", f"{late:.0f}", verdict(late, at_most=MOST_LATE[count]) if count in MOST_LATE else "",
    ]  # fmt: skip


class Progress:
    """A run that another process trains, read from the lab's database, and only before and after what is measured."""

    def __init__(self, home: str, run_id: str):
        self.store, self.run_id = Store(Path(home)), run_id

    @property
    def epochs(self) -> Sequence[EpochRecord]:
        return self.store.snapshot(self.run_id).epochs

    @property
    def threads(self) -> int:
        return self.store.snapshot(self.run_id).threads

    def speed(self, seconds: float) -> float:
        """Images per second in the training phases of the epochs that lie wholly within the next `seconds` (longer, if none does)."""
        before = len(self.epochs)
        time.sleep(seconds)
        self.wait_for_epoch(before + 2)
        return mean_speed(self.epochs[before + 1 :])

    def wait_for_epoch(self, count: int, *, seconds: float = 180) -> None:
        """Wait until so many epochs are complete; raises RuntimeError when they do not come."""
        end = time.monotonic() + seconds
        while len(self.epochs) < count:
            if time.monotonic() > end:
                raise RuntimeError(f"Run {self.run_id} did not reach epoch {count}: {self.store.snapshot(self.run_id).message}")
            time.sleep(0.25)


def mean_speed(epochs: Sequence[EpochRecord]) -> float:
    """Images per second over several epochs of the same size: all images by all seconds, not the mean of speeds."""
    return len(epochs) / sum(1 / epoch.images_per_second for epoch in epochs)
