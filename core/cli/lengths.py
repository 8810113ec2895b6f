"""python -m core runs lengths"""

from __future__ import annotations

import argparse
from typing import Any

from core.cli.output import open_runs, print_result, progress_bar, table
from core.data.seq_tasks import SEQ_TASKS
from core.errors import ConfigError


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("--record", action="store_true", help="keep the counts inside the project, for pages that compare runs")


def lengths(options: argparse.Namespace) -> int:
    """Print how often a run's best weights are right by the length of the inputs, longer than trained included."""
    from core.evaluation.sequences.lengths import lengths_rows
    from core.evaluation.sequences.long_inputs import keep_record, measured

    manager = open_runs(options.home)
    run = manager.snapshot(options.run)
    if run.kind != "sequences":
        raise ConfigError(f"Run {options.run} names images: choose a run of a task on sequences, one of {', '.join(SEQ_TASKS)}.")
    with progress_bar() as progress:
        found = measured(manager, options.run, progress=progress)
    if options.record:
        keep_record(run, found)
    rows: list[dict[str, Any]] = [
        {**{name: value for name, value in row.items() if name != "model"}, "written": f"{written:.1f}"}
        for row, written in zip(lengths_rows({options.run: found.curve}), found.written, strict=True)
    ]
    head = f"{options.run}, epoch {run.best.epoch + 1}; exact: share without a mistake, with its 95 % interval; written: symbols on average"
    print_result(options, {"run": options.run, **found.to_plain()}, f"{head}\n{table(rows)}")
    return 0
