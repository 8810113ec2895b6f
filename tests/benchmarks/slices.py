"""Thirty students press Play at once: until the last of them has a first point, and what dealing turns out in slices costs the whole."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple
from unittest.mock import patch

from core.training.config import RunConfig
from core.training.runs.manager import RunManager
from core.training.runs.turns import SLICE_SECONDS
from tests.benchmarks.report import ratio, say, table, verdict

STUDENTS = 30
EPOCHS = 2  # of the set-up with which the page Train opens, which has 20: runs change places about as often a second
FIRST_POINT, MOST = 60.0, 1.1  # seconds, and of the time without slices
SPARE_CORES = 1  # as beside a server
LOOK = 0.1  # seconds between two looks at who has a point
GIVE_UP = 600.0  # seconds


class Took(NamedTuple):
    """Seconds from the first order until the last run has a first point, and until all have finished."""

    points: float
    all: float


def slices(options: argparse.Namespace) -> str:
    """The table of both ways."""
    students = range(6 if options.quick else STUDENTS)
    half = len(students) // 2
    before = lesson(students[:half], 0)
    sliced = lesson(students, SLICE_SECONDS)
    after = lesson(students[half:], 0)
    costs = ratio([sliced.all] * 2, [2 * before.all, 2 * after.all])
    rows = [
        ["the last has a first point", f"{sliced.points:.1f} s", f"{before.all + after.points:.1f} s", "", verdict(sliced.points, at_most=FIRST_POINT)],
        ["all have finished", f"{sliced.all:.1f} s", f"{before.all + after.all:.1f} s", str(costs), verdict(costs.median, at_most=MOST)],
    ]  # fmt: skip
    head = [
        f"{len(students)} runs of as many students, until",
        f"slices of {SLICE_SECONDS:g} s",
        "one after the other",
        "with / without",
        "need",
    ]
    note = [
        f"The set-up with which the page Train opens, with {EPOCHS} epochs. All are ordered at once, and the seconds count from the first order. The runs",
        "without slices are trained half before and half after those with: in brackets what either half says of the whole. Each of the three has",
        f"a training process of its own (LAB_ENGINE=process, LAB_SLICE_SECONDS={SLICE_SECONDS:g} or 0), which has trained one run before. There is no",
        "server and no page; one core is left free as beside a server.",
    ]
    return "\n".join(["### Slices", "", table(head, rows), "", *note])


def lesson(students: Sequence[int], slice_seconds: float) -> Took:
    """A run of each student, in slices of so many seconds; 0 for one run after the other."""
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAB_SLICE_SECONDS=f"{slice_seconds:g}"):
        manager = RunManager(home, engine="process", spare_cores=SPARE_CORES)
        try:
            finish(manager, [manager.submit(RunConfig.of(epochs=1))])
            began = time.perf_counter()
            runs = [manager.submit(RunConfig.of(epochs=EPOCHS, seed=number), owner=f"student {number}") for number in students]
            first_points(manager, runs)
            points = time.perf_counter() - began
            finish(manager, runs)
            took = Took(points, time.perf_counter() - began)
        finally:
            manager.shutdown()
    say(f"{len(runs)} runs in slices of {slice_seconds:g} s: first points after {took.points:.1f} s, all finished after {took.all:.1f} s")
    return took


def first_points(manager: RunManager, runs: list[str]) -> None:
    """Wait until every run has a point of its curve; raises RuntimeError when one ends without, or they do not come."""
    end = time.monotonic() + GIVE_UP
    for run_id in runs:
        while not (now := manager.snapshot(run_id)).points:
            if not now.active or time.monotonic() > end:
                raise RuntimeError(f"Run {run_id} has no point of its curve; it is {now.status}. {now.message}")
            time.sleep(LOOK)


def finish(manager: RunManager, runs: list[str]) -> None:
    """Wait until all runs have finished; raises RuntimeError when one ends otherwise, or they do not end."""
    for run_id in runs:
        now = manager.wait(run_id, timeout=GIVE_UP)
        if now.status != "finished":
            raise RuntimeError(f"Run {run_id} is {now.status}: {now.message}")
