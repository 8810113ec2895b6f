"""The Compare page with 200 runs of 2,000 points in a real Chromium: how long until they are drawn, and what a hover costs."""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.training.config import RunConfig
from core.training.history import EpochRecord
from core.training.runs.store import Epoch, Run, Store
from tests.benchmarks.chromium import chromium
from tests.benchmarks.report import percentile, say, table, verdict
from tests.benchmarks.server import ROOT, lab_server, wait_for_port
from tests.ports import free_port

RUNS, POINTS, EPOCHS = 200, 2_000, 20
NEED = 1.0  # seconds
HOVERS = 100
DRAWN = "Number(document.querySelector('.run-board')?.dataset.drawn) > 0"
# Notes when the board has first been painted, in ms since the click on the page's link.
WATCH = f"""() => {{
  window.painted = undefined;
  document.addEventListener('click', () => {{
    const began = performance.now();
    const look = () => {DRAWN} ? setTimeout(() => (window.painted = performance.now() - began)) : requestAnimationFrame(look);
    look();
  }}, {{once: true, capture: true}});
}}"""
# Moves the pointer over the curves and notes how long each move keeps the page busy, until its picture is ready, in ms.
HOVER = """async (count) => {
  const curves = document.querySelector('.run-board-curves'), box = curves.getBoundingClientRect(), times = [];
  const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
  for (let i = 0; i < count; i += 1) {
    const place = {clientX: box.left + 60 + (box.width - 80) * ((i * 7) % count) / count, clientY: box.top + 40 + (box.height - 90) * ((i * 3) % count) / count};
    await frame();
    const began = performance.now();
    curves.dispatchEvent(new PointerEvent('pointermove', {...place, bubbles: true}));
    await frame();
    await new Promise((done) => setTimeout(done));
    times.push(performance.now() - began);
  }
  return times;
}"""
SERVER_PART = """
import sys, time
from dashboard.shell import services
from dashboard.runs.lines import board_runs
from pages.compare.lookups import board_message
runs = board_runs()
began = time.perf_counter()
data = board_message(runs, {})
print(time.perf_counter() - began, len(data))
"""


def board(options: argparse.Namespace) -> str:
    """The table of the board's times."""
    rounds = 1 if options.quick else 3
    with tempfile.TemporaryDirectory() as home:
        say(f"writing {RUNS} runs of {POINTS} points")
        fill(Path(home))
        measured = []
        with chromium() as browser:
            for number in range(1, rounds + 1):
                measured.append(visit(browser, home))
                say(f"round {number}: first {measured[-1]['first']:.2f} s, second {measured[-1]['second']:.2f} s")
        for line in Path(home).glob("runs/*/board-*"):
            line.unlink()
        (seconds, size), (again, _) = server_part(home), server_part(home)
    first, second = (median(one[name] for one in measured) for name in ("first", "second"))
    hovers = [time for one in measured for time in one["hovers"]]
    rows = [
        ["first draw, first visitor of this server", f"{first:.2f} s", verdict(first, at_most=NEED)],
        ["first draw, second visitor", f"{second:.2f} s", verdict(second, at_most=NEED)],
        ["on the server: reading all runs for the first time", f"{seconds:.2f} s", f"{size / 1e6:.2f} MB"],
        ["on the server: reading them after a restart", f"{again:.2f} s", ""],
        ["hover, pointer to picture, p50", f"{percentile(hovers, 50):.0f} ms", "a frame is 17 ms"],
        ["hover, pointer to picture, p95", f"{percentile(hovers, 95):.0f} ms", ""],
        [
            f"messages to the server in {HOVERS} hovers",
            str(sum(one["asked"] for one in measured)),
            verdict(sum(o["asked"] for o in measured), at_most=0),
        ],
    ]
    return "\n".join(
        [
            "### Board of runs",
            "",
            table(["what", "median", "need"], rows),
            "",
            f"{RUNS} runs of {POINTS:,} points and {EPOCHS} epochs, and those that came with the lab. First draw: from the click on Compare to table, curves, scatter",
            f"and parallel coordinates painted, in a browser that has the Train page open. Median of {rounds} rounds, a server each.",
        ]
    )


def fill(home: Path, runs: int = RUNS, points: int = POINTS, epochs: int = EPOCHS) -> Store:
    """A lab home with finished runs of several set-ups, as a training would have left them."""
    store, random = Store(home), np.random.default_rng(0)
    with Session(store.engine) as session, session.begin():
        made = [made_run(number, points, epochs, random) for number in range(runs)]
        session.add_all(made)
        for run in made:
            (home / "runs" / run.id).mkdir(parents=True)
    return store


def made_run(number: int, points: int, epochs: int, random: np.random.Generator) -> Run:
    """A finished run whose accuracy rises towards a limit."""
    model, lr = ("gru", "lstm", "rnn", "vit", "cnn", "renet")[number % 6], float(f"{10 ** random.uniform(-4, -2):.3g}")
    config = RunConfig.of(model=model, epochs=epochs, lr=lr, batch_size=int(2 ** random.integers(4, 9)), seed=number)
    steps, limit = points // epochs, random.uniform(0.5, 0.95)
    top1 = limit - (limit - 0.1) * np.exp(-6 * np.linspace(0.0, 1.0, points)) + 0.02 * random.standard_normal(points)
    curve = np.stack((2.3 * (1 - top1), top1, np.full(points, lr)), axis=1)
    records = [record(epoch, steps, float(top1[(epoch + 1) * steps - 1]), float(random.uniform(1, 60))) for epoch in range(epochs)]
    best = max(records, key=lambda one: one.val_top1)
    return Run(
        id=f"{model}-{number:06x}", created=float(number), status="finished", config=config.flat(),
        facts={
            "classes": [f"class {k}" for k in range(10)], "sizes": {"train": 10_000, "val": 2_000, "test": 2_000}, "steps_per_epoch": steps,
            "parameters": int(10 ** random.uniform(3.5, 6)), "device": "cpu", "threads": 1, "kernel": "torch", "versions": {"torch": "2"},
        },
        curve={"limit": 2 * points, "stride": 1, "points": curve.tolist(), "waiting": []},
        best={"epoch": best.epoch, "val_top1": best.val_top1},
        epochs=[Epoch(epoch=one.epoch, record=one.to_dict()) for one in records],
    )  # fmt: skip


def record(epoch: int, steps: int, top1: float, seconds: float) -> EpochRecord:
    """An epoch of 2,000 validation images in ten classes, of which `top1` are right."""
    right = round(200 * min(1.0, max(0.0, top1)))
    matrix = np.full((10, 10), (200 - right) // 9) - np.diag(np.full(10, (200 - right) // 9)) + np.diag(np.full(10, right))
    return EpochRecord(
        epoch=epoch, step=(epoch + 1) * steps, train_loss=1 - top1, train_top1=top1, val_loss=1.1 - top1, val_top1=matrix.trace() / matrix.sum(),
        train_confusion=matrix, val_confusion=matrix, sample_probabilities=np.full((16, 10), 0.1), lr=1e-3, seconds=seconds, images_per_second=math.nan,
    )  # fmt: skip


def visit(browser: Any, home: str) -> dict[str, Any]:
    """Two visitors of a fresh server who click on Compare: seconds until the board is painted, then hovers of the second."""
    port = free_port()
    with lab_server(home, port) as process:
        wait_for_port(port, process)
        found: dict[str, Any] = {}
        for visitor in ("first", "second"):
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            page = context.new_page()
            asked: list[str | bytes] = []
            page.on("websocket", lambda socket, asked=asked: socket.on("framesent", lambda frame: asked.append(frame)))
            page.goto(f"http://127.0.0.1:{port}/train")
            page.wait_for_selector(".live-chart-plot .main-svg", timeout=60_000)
            page.wait_for_timeout(4_000)  # the server loads torch behind the first page, the browser plotly.js
            page.get_by_test_id("stTopNavSection").filter(has_text="Lab").click()
            link = page.get_by_test_id("stTopNavPopover").get_by_role("menuitem", name="Compare")
            link.wait_for()
            page.evaluate(WATCH)
            link.click()
            page.wait_for_function("window.painted !== undefined", timeout=60_000)
            found[visitor] = page.evaluate("window.painted") / 1000
            if visitor == "second":
                page.wait_for_timeout(2_000)
                asked.clear()
                found["hovers"] = page.evaluate(HOVER, HOVERS)
                found["asked"] = len(asked)
            context.close()
    return found


def server_part(home: str) -> tuple[float, int]:
    """Seconds in which a fresh process makes the board's message, and its bytes."""
    made = subprocess.run(
        [sys.executable, "-c", SERVER_PART],
        cwd=ROOT,
        env={**os.environ, "LAB_HOME": home},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, size = made.stdout.split()
    return float(seconds), int(size)
