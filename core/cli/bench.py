"""python -m core bench"""

from __future__ import annotations

import argparse
import platform
from dataclasses import asdict
from typing import Any

from core.cli.output import print_result, progress_bar, table
from core.errors import ConfigError, unknown
from core.models import MODELS
from core.training.config import RunConfig
from core.training.presets import PRESETS
from core.typed_numbers import flag

DEFAULT = (*MODELS, "hand-in", "bar")  # a minute; the other presets are of the same shapes
MOST_SECONDS = 600


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("bench", parents=[shared], help="how fast each model and preset trains on this machine")
    parser.set_defaults(command=bench)
    parser.add_argument("name", nargs="*", help=f"models or presets (default {', '.join(DEFAULT)}): {', '.join([*MODELS, *PRESETS])}")
    parser.add_argument("--threads", type=flag(int), default=0, help="CPU threads (default: as many as are fastest)")
    parser.add_argument("--seconds", type=flag(float), default=2.0, help="how long each is measured (default 2)")


def bench(options: argparse.Namespace) -> int:
    """Print a line a model or preset: its size, its arithmetic, its speed, and the share of the machine's limit that it reaches."""
    names = options.name or DEFAULT
    if not 0 < options.seconds <= MOST_SECONDS:  # not for NaN either
        raise ConfigError(f"--seconds {options.seconds:g}: choose a number above 0, at most {MOST_SECONDS}.")
    for name in names:
        if name not in MODELS and name not in PRESETS:
            raise unknown("model or preset", name, [*MODELS, *PRESETS])
    configs = [RunConfig.of(**({"model": n} if n in MODELS else {"preset": n}), threads=options.threads) for n in names]

    import torch

    from core.training.runs.speed import training_speed

    found = []
    with progress_bar() as progress:
        for done, (name, config) in enumerate(zip(names, configs, strict=True)):
            progress(done, len(names), name)
            speed = training_speed(config, seconds=options.seconds)
            found.append({"name": name, "batch": config.training.batch_size, **asdict(speed), **speed.plan._asdict(), "share": speed.share})
    facts = {"machine": platform.machine(), "python": platform.python_version(), "torch": torch.__version__}
    rows = [
        {
            "name": row["name"],
            "batch": row["batch"],
            "parameters": f"{row['parameters']:,}",
            "MFLOP an image": f"{row['flops'] / 1e6:,.1f}",
            "threads": row["threads"],
            "kernel": row["kernel"],
            "images/s": f"{row['images_per_second']:,.0f}",
            "GFLOP/s": f"{row['share'] * row['peak'] / 1e9:,.1f}",
            "of the limit": row["share"],
            "limit GFLOP/s": f"{row['peak'] / 1e9:,.0f}",
        }
        for row in found
    ]
    note = "FLOPs: matrix products, forward and backward. Limit: a large float32 matrix product with the same threads."
    print_result(options, {**facts, "models": found}, f"{table(rows)}\n{note}")
    return 0
