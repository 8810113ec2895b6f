"""The memory of a server and of its training process over a hundred short runs."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from tests.benchmarks.report import say, table, thirds, verdict
from tests.benchmarks.server import measured_server, wait_for_port
from tests.ports import free_port

RUNS = 100
FIRST = 3  # runs before them that do not count: what the first one loads is no growth
MOST = 2.0  # % of growth
SECONDS = 60.0  # until the next run has finished
LOOK = 0.5  # seconds


def lasting(options: argparse.Namespace) -> str:
    """The table of both processes."""
    runs = 9 if options.quick else RUNS
    server, training = zip(*measured(runs), strict=True)
    growth = grown(server)
    rows = [
        ["the server", *row(server), f"{growth:+.1f} %", verdict(growth, at_most=MOST)],
        ["its training process", *row(training), f"{grown(training):+.1f} %", ""],
    ]
    head = [f"MB of its own (USS) over {runs} runs", "first third", "last third", "kB a run", "growth", "need"]
    note = [
        f"Means of what was measured after each run, one after the other, in a real server under LAB_ENGINE=process; {FIRST} runs before them do not",
        "count. A run is an epoch of a small GRU on shapes, ordered by the server's own manager when the one before has finished. The server",
        "has loaded what it loads behind its first page; nobody has a page open.",
    ]
    return "\n".join(["### Lasting", "", table(head, rows), "", *note])


def row(memory: Sequence[float]) -> list[str]:
    """Mean of the first and of the last third in MB, and what lies between them, in kB for each run between their middles."""
    first, last = thirds(memory)
    return [f"{first:,.1f}", f"{last:,.1f}", f"{1000 * (last - first) / (len(memory) - len(memory) // 3):,.0f}"]


def grown(memory: Sequence[float]) -> float:
    """By how many % the last third lies above the first."""
    first, last = thirds(memory)
    return 100 * (last / first - 1)


def measured(runs: int) -> list[tuple[float, float]]:
    """MB of the server and of its training process after each of so many runs; raises RuntimeError when one does not finish."""
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAB_ENGINE="process"):
        port, lines = free_port(), Path(home) / "memory"
        with measured_server(home, port, lines, kind="lasting") as process:
            wait_for_port(port, process)
            done, end = [], time.monotonic() + SECONDS
            while len(done) < FIRST + runs:
                time.sleep(LOOK)
                before, done = len(done), lines.read_text("utf-8").splitlines() if lines.exists() else []
                if len(done) > before:
                    end = time.monotonic() + SECONDS
                    if len(done) // 10 > before // 10:
                        say(f"{len(done)} runs: {done[-1]} MB")
                elif process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"Run {len(done) + 1} did not finish. {lines.with_name('said').read_text('utf-8')[-500:]}")
    return [tuple(map(float, line.split())) for line in done[FIRST : FIRST + runs]]
