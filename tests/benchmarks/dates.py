"""How long the preset `dates` takes until it writes 95 % of the validation dates without a mistake, start-up told apart."""

from __future__ import annotations

import argparse
import os
import tempfile
import time

from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.runs.manager import RunManager
from tests.benchmarks.report import say, table, verdict

GOAL, NEED = 0.95, 60.0  # share of validation inputs, seconds
LOOK_SECONDS = 0.02


def dates(options: argparse.Namespace) -> str:
    """The table of times, a run a row; only the seed differs."""
    rows = []
    for seed in range(1 if options.quick else 3):
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        found = train(RunConfig.of(preset="dates", seed=seed), give_up_after=0 if options.quick else 600)
        say(f"seed {seed}: {found}")
        reached = f"{found['reached']:.1f}" if found["reached"] is not None else "not reached"
        need = verdict(found["reached"] if found["reached"] is not None else float("inf"), at_most=NEED)
        rows.append(
            [seed, f"{load:.2f}", f"{found['loaded']:.1f}", reached, found["epoch"] or "–", f"{found['exact']:.1%}", found["threads"], need]
        )
    note = (
        "Seconds from the first batch to the end of the first epoch after which 95 % of the validation dates are right by greedy decoding, "
        "validation included. Start-up: from the order to the first batch: torch, drawing 22,000 dates, measuring threads; with the first "
        "row the import of torch. Load: the average of the last minute before the run."
    )
    head = ["seed", "load", "start-up s", "seconds to 95 %", "epochs", "reached", "threads", "need"]
    return "\n".join(["### Dates", "", table(head, rows), "", note])


def train(config: RunConfig, *, give_up_after: float) -> dict:
    """Train until the goal is reached (or after one epoch, once `give_up_after` seconds have passed); seconds by what took them."""
    with tempfile.TemporaryDirectory() as home:
        manager = RunManager(home)
        began = time.perf_counter()
        run_id = manager.submit(config)
        loaded = None
        while True:
            now = manager.snapshot(run_id)
            at = time.perf_counter()
            if loaded is None and now.step:
                loaded = at
            if reached(now) or not now.active or (now.epochs and at - began > give_up_after):
                break
            time.sleep(LOOK_SECONDS)
        manager.shutdown()
    if not now.epochs:
        raise RuntimeError(f"The run is {now.status}: {now.message}")
    return {
        "loaded": loaded - began,
        "reached": sum(epoch.seconds for epoch in now.epochs) if reached(now) else None,
        "epoch": len(now.epochs) if reached(now) else None,
        "exact": now.epochs[-1].val_exact,
        "threads": now.threads,
    }


def reached(run: Snapshot) -> bool:
    """Whether the last epoch of a run has the goal."""
    return bool(run.epochs) and run.epochs[-1].val_exact >= GOAL
