"""python -m core runs"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli import lengths, shuffle
from core.cli.output import epoch_line, open_runs, print_result, report, summary, table, write_out
from core.errors import ConfigError
from core.records.recording import KEEP, record
from core.records.shipped import refuse_shipped
from core.training.runs.export import curve_csv, epochs_csv

if TYPE_CHECKING:
    from core.training.runs.manager import RunManager


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the commands and their flags."""
    runs = commands.add_parser("runs", help="list, show, delete, export, record, record-lesson, shuffle, lengths, backup")
    names = runs.add_subparsers(
        required=True, metavar="list | show | delete | export | record | record-lesson | shuffle | lengths | backup"
    )

    def add(name: str, command: Any, text: str) -> argparse.ArgumentParser:
        parser = names.add_parser(name, parents=[shared], help=text)
        parser.set_defaults(command=command)
        if name not in ("list", "backup", "record-lesson"):
            parser.add_argument("run")
        return parser

    add("list", list_runs, "all runs, newest first")
    add("show", show, "the set-up and every epoch of a run")
    add("delete", delete, "delete a run and its checkpoints").add_argument("--yes", action="store_true", help="do not ask")
    export = add("export", export_csv, "the numbers of a run as CSV")
    export.add_argument("--curve", action="store_true", help="the training curve (default: one line an epoch)")
    export.add_argument("--out", type=Path, metavar="FILE", help="the CSV file (default: standard output)")
    shuffling = add("shuffle", shuffle.shuffle, "its accuracy as more and more patches change places; of recorded runs too")
    shuffle.add_to(shuffling)
    lengths.add_to(add("lengths", lengths.lengths, "how often it is right by the length of its inputs; of runs on sequences"))
    add("backup", backup, "copy the database alone; of the whole lab: python -m core backup").add_argument(
        "file", type=Path, metavar="FILE"
    )
    keeping = add("record", record_run, "keep a small copy of a run inside the project")
    keeping.add_argument("name")
    keeping.add_argument("--keep", default="all", help=f"weights of its first, middle and best epoch, or: {', '.join(KEEP)}")
    add("record-lesson", record_lesson, "train the recall lesson that the page Memory opens with, and keep it inside the project")


def open_manager(options: argparse.Namespace) -> RunManager:
    """The runs in the home that the options name."""

    return open_runs(options.home)


def list_runs(options: argparse.Namespace) -> int:
    """Print a line a run."""
    rows = [
        {
            "run": r.run_id,
            "status": r.status,
            "model": r.config["model"],
            "dataset": r.config["dataset"],
            "epochs_done": r.epochs_done,
            "epochs": r.config["epochs"],
            "val_top1": r.best_val_top1,
            "test_top1": r.test_top1,
            "created": time.strftime("%Y-%m-%d %H:%M", time.localtime(r.created)),
        }
        for r in open_manager(options).runs()
    ]
    print_result(options, {"runs": rows}, table(rows) or "There are no runs yet: python -m core train")
    return 0


def show(options: argparse.Namespace) -> int:
    """Print the set-up of a run, its result, how often its test images were looked at, and a line an epoch."""
    from core.evaluation.looks import looks

    manager = open_manager(options)
    snapshot, count = manager.snapshot(options.run), looks(manager, options.run)
    seen = f"test set looked at here: {count} time{'s' * (count != 1)}"
    lines = [report(snapshot), seen, *(f"  {name} = {value}" for name, value in snapshot.config.items())]
    lines += [epoch_line(record, snapshot.smoothing) for record in snapshot.epochs]
    print_result(options, {**summary(snapshot), "looks": count}, "\n".join(lines))
    return 0


def delete(options: argparse.Namespace) -> int:
    """Delete a run for good, after asking on a terminal; elsewhere only with --yes."""
    refuse_shipped(options.run, "deleted")
    manager = open_manager(options)
    snapshot = manager.snapshot(options.run)
    if not options.yes and not confirmed(f"Delete {options.run} ({snapshot.status}, {len(snapshot.epochs)} epochs) for good?"):
        raise ConfigError(f"{options.run} was not deleted: answer y, or add --yes.")
    manager.delete(options.run)
    print_result(options, {"deleted": options.run}, f"deleted {options.run}")
    return 0


def confirmed(question: str) -> bool:
    """Whether the answer to `question` is yes; False where nobody can be asked."""
    if not sys.stdin.isatty():
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)  # standard output is for the result
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def export_csv(options: argparse.Namespace) -> int:
    """Print the numbers of a run as CSV, or write them to a file."""
    snapshot = open_manager(options).snapshot(options.run)
    text = curve_csv(snapshot) if options.curve else epochs_csv(snapshot)
    if not options.out:
        print_result(options, {"csv": text}, text.rstrip())
        return 0
    write_out(options.out, text)
    print_result(options, {"out": str(options.out)}, f"wrote {options.out}")
    return 0


def backup(options: argparse.Namespace) -> int:
    """Copy the database of runs to a new file."""
    open_manager(options).store.backup(options.file.expanduser().absolute())
    print_result(
        options,
        {"backup": str(options.file)},
        f"copied the database of runs to {options.file}; the weights are not in it: python -m core backup",
    )
    return 0


def record_run(options: argparse.Namespace) -> int:
    """Copy a finished run into the project."""
    folder = record(open_manager(options), options.run, options.name, keep=options.keep)
    print_result(options, {"recorded": str(folder)}, f"recorded {options.run} in {folder}")
    return 0


def record_lesson(options: argparse.Namespace) -> int:
    """Train the recall lesson and keep it in the project."""
    from core.records import recall

    file = recall.record()
    print_result(options, {"recorded": str(file)}, f"recorded the recall lesson in {file}")
    return 0
