"""Training of GRUs by the lab against the same models on nn.GRU in a bare loop, at the number of threads that suits nn.GRU best."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path
from statistics import median
from typing import Any

from core.cores import cores
from core.data import load_dataset
from core.training.config import RunConfig
from core.training.loop.device import Plan
from core.training.runs.manager import RunManager
from core.training.runs.speed import training_speed
from tests.benchmarks.contenders import Bare, Lab
from tests.benchmarks.neighbours import busy_neighbour
from tests.benchmarks.report import ratio, say, table, verdict

WIDE = {"model": "gru", "batch_size": 128}
CASES = (
    # title, need, values, beside
    ("hand-in, batch 32", 4.0, {"preset": "hand-in"}, nullcontext),
    ("hand-in, batch 32, one core kept busy", 4.0, {"preset": "hand-in"}, busy_neighbour),
    ("hidden 64, batch 128", 1.3, {**WIDE, "hidden_size": 64}, nullcontext),
    ("hidden 128, batch 128", 1.3, {**WIDE, "hidden_size": 128}, nullcontext),
    ("hidden 256, batch 128", 1.3, {**WIDE, "hidden_size": 256}, nullcontext),
)
SHARE_NEED = 0.4


def kernel(options: argparse.Namespace) -> str:
    """The table of ratios, and the share of the machine's limit that ReNet's training reaches."""
    rounds, seconds = (3, 0.7) if options.quick else (7, 2.0)
    with tempfile.TemporaryDirectory() as scratch:
        home = str(options.home or scratch)
        rows = [measure(*case, folder=options.data, home=home, rounds=rounds, seconds=seconds) for case in CASES]
    speed = training_speed(RunConfig.of(preset="bar", threads=1), seconds=4 * seconds)
    return "\n".join(
        [
            "### GRUs: the lab against nn.GRU",
            "",
            table(["model", "lab images/s", "lab's threads, kernel", "nn.GRU's threads", "nn.GRU images/s", "ratio", "need"], rows),
            "",
            f"Training phase, seed 0, median of {rounds} rounds of {seconds:g} s in turn; in brackets their range. nn.GRU: the same model in a",
            "bare loop over the same tensors, with each number of threads; the fastest one counts. Sequences of 256 (hand-in) and 64 tokens.",
            "",
            f"ReNet (preset bar), one thread: {speed.images_per_second:,.0f} images/s, {speed.flops / 1e6:,.0f} MFLOP an image (forward and",
            f"backward, products only), {speed.share:.0%} of the machine's {speed.peak / 1e9:,.0f} GFLOP/s in a large float32 product:",
            f"need {verdict(speed.share, at_least=SHARE_NEED)}.",
        ]
    )


def measure(
    title: str, need: float, values: dict[str, Any], beside: Callable[[], AbstractContextManager],
    *, folder: Path | None, home: str, rounds: int, seconds: float,
) -> list[str]:  # fmt: skip
    """One row: the lab, and nn.GRU with every number of threads, in turns."""
    data = {"dataset": "folder", "data": str(folder), "val_fraction": 0.01, "test_fraction": 0.01} if folder else {"dataset": "shapes"}
    config = RunConfig.of(**{**values, **data, "epochs": 1000})
    say(f"{title}: loading")
    dataset, manager = load_dataset(config.dataset, config.data_config, home=home), RunManager(home)
    with ExitStack() as stack:
        stack.enter_context(beside())
        lab = stack.enter_context(closing(Lab(manager, config)))
        torches = {n: stack.enter_context(closing(Bare(dataset, config, Plan(n, "torch")))) for n in range(1, cores() + 1)}
        ours, theirs = [], {n: [] for n in torches}
        for number in range(rounds + 1):
            speed = lab.turn(seconds)
            others = {n: bare.turn(seconds) for n, bare in torches.items()}
            if number:  # the first round does not count: threads and caches start
                ours.append(speed)
                for n, other in others.items():
                    theirs[n].append(other)
                say(f"{title}, round {number}: lab {speed:,.0f}, nn.GRU " + ", ".join(f"{n}: {other:,.0f}" for n, other in others.items()))
        plan = lab.plan
    manager.shutdown()
    best = max(theirs, key=lambda n: median(theirs[n]))
    found = ratio(ours, theirs[best])
    return [
        title, f"{median(ours):,.0f}", f"{plan.threads}, {plan.kernel}", str(best), f"{median(theirs[best]):,.0f}",
        str(found), verdict(found.median, at_least=need),
    ]  # fmt: skip
