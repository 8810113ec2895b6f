"""How long the list of runs takes with many waiting, against few: a page asks for it at every visit."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from core.training.config import RunConfig
from core.training.runs.manager import RunManager
from tests.benchmarks.report import table

FEW, MANY, ROUNDS = 3, 300, 20


def queue(options: argparse.Namespace) -> str:
    """The list of runs, of which one trains and the others wait, of thirty people in turn."""
    rounds = 2 if options.quick else ROUNDS
    few, many = (seconds(waiting, rounds) for waiting in (FEW, MANY))
    rows = [
        [f"{FEW} waiting", f"{1000 * few:.1f} ms", ""],
        [f"{MANY} waiting", f"{1000 * many:.1f} ms", f"{many / few:.1f} times as long, {few * MANY / FEW / many:.1f} times as fast a run"],
    ]
    return "\n".join(
        ["### The queue", "", table(["runs", "the list", ""], rows), "", f"Median of {rounds}, in the manager, without a page."]
    )


def seconds(waiting: int, rounds: int) -> float:
    """Of one list of the runs of a home with so many waiting."""
    with tempfile.TemporaryDirectory() as home:
        manager = RunManager(Path(home))
        with manager.turn():  # nobody trains meanwhile
            for number in range(waiting):
                manager.submit(RunConfig.of(seed=number), paused=True)
            spent = []
            for _ in range(rounds):
                start = time.perf_counter()
                assert len(manager.runs()) == waiting
                spent.append(time.perf_counter() - start)
            manager.shutdown()
    return statistics.median(spent)
