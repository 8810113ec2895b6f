"""Ratios, tables and the facts that a published figure carries. Nothing here measures anything."""

from __future__ import annotations

import math
import os
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median

PACKAGES = ("torch", "streamlit", "plotly", "websockets", "playwright")


@dataclass(frozen=True)
class Ratio:
    """How many times as fast one thing is as another: the median of the rounds' own ratios, and their range."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.low:.3f} to {self.high:.3f})"


def ratio(of: Sequence[float], to: Sequence[float]) -> Ratio:
    """The ratio of two series of speeds, one pair a round: what slows a whole round down cancels out."""
    if not of or len(of) != len(to):
        raise ValueError(f"A ratio needs as many speeds as it is compared with, got {len(of)} and {len(to)}.")
    rounds = [a / b for a, b in zip(of, to, strict=True)]
    return Ratio(median(rounds), min(rounds), max(rounds))


def verdict(value: float, *, at_least: float | None = None, at_most: float | None = None) -> str:
    """The need and whether `value` meets it: ">= 0.97: met"."""
    met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    needs = [f"{sign} {need:g}" for sign, need in ((">=", at_least), ("<=", at_most)) if need is not None]
    return f"{', '.join(needs)}: {'met' if met else 'MISSED'}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that at least `percent` % of them do not exceed; NaN of none."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(0, int(rank) - 1)] if ordered else float("nan")


def thirds(values: Sequence[float]) -> tuple[float, float]:
    """Mean of the first and of the last third of `values`; NaN where these are less than three."""
    third = len(values) // 3
    return (mean(values[:third]), mean(values[-third:])) if third else (math.nan, math.nan)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table that is also readable as plain text."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def facts(command: Sequence[str]) -> str:
    """Machine, versions and command, one a line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load average {os.getloadavg()[0]:.2f} at the start" if hasattr(os, "getloadavg") else ""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            f"machine: {processor()}, {cores} cores, {platform.system()} {platform.machine()}{load}",
            f"versions: Python {platform.python_version()}, {versions}",
            f"command: python -m tests.benchmarks {shlex.join(command)}".rstrip().replace(str(Path.home()), "~"),
        ]
    )


def processor() -> str:
    """The processor's name as its maker gives it, where the system tells."""
    info = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    )
    return names[0] if names else platform.processor() or "unknown processor"


def say(what: str) -> None:
    """Progress, for whoever waits; the tables alone go to standard output."""
    print(what, file=sys.stderr, flush=True)
