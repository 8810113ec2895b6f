"""How hard the drawn shapes are: a linear model stays low, a small GRU learns them within two minutes."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data import load_dataset
from core.data.splits import Dataset, Split, normalize
from tests.benchmarks.report import say, table, verdict
from tests.benchmarks.server import ROOT

LINEAR_NEED, GRU_NEED, GRU_SECONDS = 0.45, 0.80, 120.0
DECAYS = (0.0, 1e-2, 1e-1, 1.0)  # of the linear model's weights; the best on validation counts
GRU = ["--model", "gru", "--dataset", "shapes", "--epochs", "20", "--lr", "0.004", "--schedule", "one-cycle", "--seed", "0"]


def shapes(options: argparse.Namespace) -> str:
    """Both tables."""
    dataset = load_dataset("shapes", home=options.home)
    steps = 20 if options.quick else 200
    linear = [linear_model(dataset, decay, steps=steps) for decay in DECAYS]
    best = max(linear, key=lambda row: row["val"])
    gru = train_gru(["--epochs", "2"] if options.quick else [])
    passed = next((row for row in by_time(gru) if row["val"] >= GRU_NEED), None)
    return "\n".join(
        [
            "### Shapes: a linear model",
            "",
            table(
                ["weight decay", "loss", "train", "val", "test"], [[row["decay"], f"{row['loss']:.3f}", *percents(row)] for row in linear]
            ),
            "",
            f"Multinomial logistic regression on the normalised pixels, up to {steps} steps of L-BFGS over all {len(dataset.train):,} images.",
            f"The best on validation: test top-1 {best['test']:.2%}, need {verdict(best['test'], at_most=LINEAR_NEED)}.",
            "",
            "### Shapes: the default GRU",
            "",
            table(
                ["epoch", "seconds", "val top-1"],
                [[row["epoch"], f"{row['seconds']:.1f}", f"{row['val']:.2%}"] for row in by_time(gru)],
            ),
            "",
            f"`python -m core train {' '.join(GRU)}`: {gru['parameters']:,} parameters, {gru['threads']} threads; seconds of training and",
            f"validation from the first step. Test top-1 {gru['test']['top1']:.2%} (n = {gru['sizes']['test']:,}).",
            f"Passed {GRU_NEED:.0%} validation after {passed['seconds']:.0f} s, need {verdict(passed['seconds'], at_most=GRU_SECONDS)}."
            if passed
            else f"Never passed {GRU_NEED:.0%} validation: MISSED.",
        ]
    )


def percents(row: dict[str, Any]) -> list[str]:
    return [f"{row[part]:.2%}" for part in ("train", "val", "test")]


def linear_model(dataset: Dataset, decay: float, *, steps: int) -> dict[str, Any]:
    """Logistic regression with `decay` times half the squared weights added to its loss, from zero; accuracies by part."""
    inputs, labels = flat(dataset, dataset.train), dataset.train.labels
    weight = torch.zeros(len(dataset.classes), inputs.shape[1], requires_grad=True)
    bias = torch.zeros(len(dataset.classes), requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=steps, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(F.linear(inputs, weight, bias), labels) + decay / 2 * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    parts = {name: getattr(dataset, name) for name in ("train", "val", "test")}
    with torch.no_grad():
        found = {
            name: (F.linear(flat(dataset, part), weight, bias).argmax(1) == part.labels).float().mean().item()
            for name, part in parts.items()
        }
    say(f"linear, weight decay {decay:g}: val {found['val']:.2%}")
    return {"decay": decay, "loss": loss().item(), **found}


def flat(dataset: Dataset, split: Split) -> Tensor:
    return normalize(split.images, dataset.mean, dataset.std).flatten(1)  # (N, 3, H, W) -> (N, 3 * H * W)


def train_gru(more: list[str]) -> dict[str, Any]:
    """The summary that `python -m core train --json` prints."""
    say("GRU: training")
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "core", "train", *GRU, *more, "--home", home, "--json"]
        return json.loads(subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout)


def by_time(summary: dict[str, Any]) -> list[dict[str, float]]:
    """Epoch, seconds since the first step and validation top-1, one row an epoch."""
    seconds, rows = 0.0, []
    for epoch in summary["epochs"]:
        seconds += epoch["seconds"]
        rows.append({"epoch": epoch["epoch"], "seconds": seconds, "val": epoch["val_top1"]})
    return rows
