"""python -m core runs shuffle"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from core.cli.output import open_runs, print_result, progress_bar, table, write_out
from core.errors import ConfigError
from core.typed_numbers import flag


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--data", metavar="DIR", help="where the images of its data set lie now, if they have moved")
    parser.add_argument("--images", type=flag(int), default=500, metavar="N", help="so many validation images (default 500)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the counts there too, as recorded runs keep them")


def shuffle(options: argparse.Namespace) -> int:
    """Print the accuracy of a run's best weights at each dose of each way to shuffle."""
    from core.evaluation.dose_records import measure_response, to_plain
    from core.evaluation.shuffled import KINDS

    if options.images < 1:
        raise ConfigError(f"--images {options.images}: shuffle at least one image.")
    with progress_bar() as progress:
        found = measure_response(open_runs(options.home), options.run, count=options.images, data=options.data or "", progress=progress)
    if options.out:
        write_out(options.out, json.dumps(to_plain(found)))
    rows: list[dict[str, Any]] = [
        {
            "shuffle": kind,
            "dose": f"{dose.dose} {KINDS[kind].unit}",
            "moved": dose.moved,
            "top1": dose.accuracy.value,
            "from": dose.accuracy.low,
            "to": dose.accuracy.high,
        }
        for kind, doses in found.doses.items()
        for dose in doses
    ]
    head = f"{options.run}, epoch {found.epoch + 1}, {found.n:,} validation images, seed {found.seed}; from, to: 95 % interval"
    print_result(options, {"run": options.run, **to_plain(found), "epoch": found.epoch + 1}, f"{head}\n{table(rows)}")
    return 0
