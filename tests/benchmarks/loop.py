"""The lab's training loop against a bare loop and a textbook's loop, alone and beside a busy neighbour."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from core.data import load_dataset
from core.training.config import RunConfig
from core.training.loop.device import Plan
from core.training.runs.manager import RunManager
from tests.benchmarks.contenders import Bare, Lab, Plain
from tests.benchmarks.neighbours import busy_neighbour, core_independence
from tests.benchmarks.report import ratio, say, table, verdict

BARE_NEED = 0.97


@dataclass(frozen=True)
class Case:
    """A model to train, and how many times as fast as the textbook's loop the lab must be."""

    title: str
    need: float
    values: dict[str, Any] = field(default_factory=dict)


CASES = (
    Case("hand-in GRU", 1.2, {"preset": "hand-in", "batch_size": 128}),
    Case("CNN", 2.0, {"model": "cnn"}),
    Case("ViT", 1.0, {"model": "vit"}),
)


@dataclass
class Speeds:
    """Images per second of one case, one of each a round; `bare` is measured before and after the lab."""

    case: Case
    batch: int
    plan: Plan
    plain_threads: int
    lab: list[float] = field(default_factory=list)
    bare: list[tuple[float, float]] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    def row(self) -> list[str]:
        beside = [(before + after) / 2 for before, after in self.bare]
        to_plain, to_bare = ratio(self.lab, self.plain), ratio(self.lab, beside)
        again = ratio([after for _, after in self.bare], [before for before, _ in self.bare])
        return [
            self.case.title, str(self.batch), f"{self.plan.threads}, {self.plan.kernel}", str(self.plain_threads),
            f"{median(self.lab):,.0f}", f"{median(beside):,.0f}", f"{median(self.plain):,.0f}",
            str(to_plain), verdict(to_plain.median, at_least=self.case.need),
            str(to_bare), verdict(to_bare.median, at_least=BARE_NEED), str(again),
        ]  # fmt: skip


HEAD = [
    "model", "batch", "threads, kernel", "plain's threads", "lab images/s", "bare", "plain",
    "lab / plain", "need", "lab / bare", "need", "bare / bare",
]  # fmt: skip


def loop(options: argparse.Namespace) -> str:
    """The table of the three loops, nothing else running."""
    return _report("Training loop", nullcontext(), options)


def neighbour(options: argparse.Namespace) -> str:
    """The same while another process keeps one core busy."""
    cores = f"\nThe neighbour alone leaves one thread on another core {core_independence()} of its speed on this machine."
    return _report("Training loop beside a process that keeps one core busy", busy_neighbour(), options) + cores


def _report(title: str, beside: Any, options: argparse.Namespace) -> str:
    rounds, seconds = (3, 0.7) if options.quick else (9, 2.0)
    images = f"real images ({options.data.name})" if options.data else "drawn shapes (--data DIR takes real images)"
    with beside, tempfile.TemporaryDirectory() as scratch:
        home = str(options.home or scratch)
        measured = [measure(case, options.data, home, rounds=rounds, seconds=seconds) for case in CASES]
    return "\n".join(
        [
            f"### {title}",
            "",
            table(HEAD, [speeds.row() for speeds in measured]),
            "",
            f"Training phase on {images}, seed 0. Median of {rounds} rounds of bare, lab, bare, plain, {seconds:g} s each; in brackets",
            "the range of the rounds. lab: a run in the lab's thread with snapshots, metrics, checkpoints and database. bare: the same",
            "arithmetic on the same tensors with the lab's threads and kernel and nothing else. plain: DataLoader with 2 workers,",
            "per-image ToTensor and Normalize, .item() every step, torch's own number of threads. bare / bare shows the noise.",
        ]
    )


def measure(case: Case, folder: Path | None, home: str, *, rounds: int, seconds: float) -> Speeds:
    """The speeds of one case on the images of `folder` (else on shapes), taken in turns."""
    data = {"dataset": "folder", "data": str(folder), "val_fraction": 0.01, "test_fraction": 0.01} if folder else {}
    config = RunConfig.of(**{**case.values, "dataset": "shapes", **data, "epochs": 1000})
    say(f"{case.title}: loading")
    dataset, manager = load_dataset(config.dataset, config.data_config, home=home), RunManager(home)
    with closing(Lab(manager, config)) as lab, closing(Bare(dataset, config, lab.plan)) as bare, closing(Plain(config, home)) as plain:
        speeds = Speeds(case, config.training.batch_size, lab.plan, plain.threads)
        take_turns(speeds, lab, bare, plain, rounds=rounds, seconds=seconds)
    manager.shutdown()
    return speeds


def take_turns(speeds: Speeds, lab: Any, bare: Any, plain: Any, *, rounds: int, seconds: float) -> None:
    """Let the three train one after the other, again and again, and note how fast each was."""
    for contender in (bare, lab, plain):
        contender.turn(seconds)  # does not count: threads, workers and caches start
    for number in range(1, rounds + 1):
        before = bare.turn(seconds)
        speeds.lab.append(lab.turn(seconds))
        after = bare.turn(seconds)
        speeds.bare.append((before, after))
        speeds.plain.append(plain.turn(seconds))
        say(
            f"{speeds.case.title}, round {number}: lab {speeds.lab[-1]:,.0f}, bare {before:,.0f} and {after:,.0f}, "
            f"plain {speeds.plain[-1]:,.0f} images/s"
        )
