"""python -m core evaluate"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli.output import open_runs, print_result, progress_bar, table
from core.data import Progress, reads_data
from core.data.seq_tasks import seq_task
from core.errors import ConfigError
from core.scores import SCORES
from core.typed_numbers import flag

if TYPE_CHECKING:
    from core.data.splits import Split
    from core.training.history import Snapshot
    from core.training.runs.manager import RunManager


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("evaluate", parents=[shared], help="the class table of a run's best epoch; of sequences by length")
    parser.set_defaults(command=evaluate)
    parser.add_argument("run", help="a run of this lab, or one that came with it, such as recorded-shapes-gru")
    parser.add_argument("--data", metavar="DIR", help="any folder of class folders; with --split, where the run's own images lie now")
    parser.add_argument("--split", choices=("val", "test"), help="which of the run's own splits (default val); test is counted as a look")
    parser.add_argument("--epoch", type=flag(int), metavar="N", help="weights of this epoch, from 1 as on the pages (default: the best)")


def evaluate(options: argparse.Namespace) -> int:
    """Print loss, top-1 and the class table of a checkpoint on labelled images."""
    from core.evaluation.intervals import proportion_interval
    from core.evaluation.judged import judge

    manager = open_runs(options.home)
    run = manager.snapshot(options.run)
    if run.kind == "sequences":
        return evaluate_sequences(options, manager)
    epoch = load_epoch(options, manager)
    images = options.data if options.data and not options.split else options.split or "val"
    with progress_bar() as progress:
        split, what, left_out = images_to_judge(options, manager, run, progress)
        judged = judge(manager, options.run, epoch, images, split, as_trained=True, progress=progress)
    loss, confusion = judged.loss, judged.confusion
    scores = confusion.scores
    interval = proportion_interval(int(confusion.matrix.trace()), len(split))
    found = {
        "run": options.run,
        "epoch": epoch + 1,
        "images": what,
        "n": len(split),
        "loss": loss,
        "top1": confusion.top1,
        "top1_interval": asdict(interval),
        "classes": scores.rows(run.classes),
        "absent": scores.absent(run.classes),
        "mean": {name: scores.mean(name) for name in SCORES},
        "weighted_mean": {name: scores.weighted(name) for name in SCORES},
        "confusion": confusion.matrix.tolist(),
        "left_out": left_out,
    }
    head = f"{options.run}, epoch {epoch + 1}, {what}, n = {len(split):,}: loss {loss:.4f}, top-1 {confusion.top1:.2%}"
    head += f" (95 %: {interval.words(2)})"
    print_result(options, found, f"{head}\n{scores.table(run.classes, 'image')}")
    return 0


def load_epoch(options: argparse.Namespace, manager: RunManager) -> int:
    """The epoch (from 0) whose weights are asked for. Raises StoreError when they are not kept or damaged."""
    from core.training.runs.checkpoint import load_tensors

    return load_tensors(manager.weights(options.run, asked_epoch(options)))[1]["epoch"]


def asked_epoch(options: argparse.Namespace) -> int | None:
    """The epoch that is asked for, from 0 as in `core`; None for the best one."""
    if options.epoch is None:
        return None
    if options.epoch < 1:
        raise ConfigError(f"--epoch {options.epoch}: epochs count from 1, as on the pages.")
    return options.epoch - 1


def evaluate_sequences(options: argparse.Namespace, manager: RunManager) -> int:
    """Print how often a checkpoint writes right tokens and whole sequences, by the length of the input."""
    from core.evaluation.looks import look
    from core.evaluation.sequences.scores import scores, tested

    if options.data:
        raise ConfigError(f"{options.run} makes sequences out of sequences: it names no images. Leave out --data.")
    epoch, part = load_epoch(options, manager), options.split or "val"
    if tested(manager, options.run, epoch):  # by somebody before: what is printed here is another look
        look(manager, options.run, epoch, "by length")
    with progress_bar() as progress:
        found = {images: scores(manager, options.run, epoch, images, progress=progress) for images in (part, "by length")}
    whole, by_length = found[part], found["by length"]
    unit = seq_task(manager.snapshot(options.run).config["dataset"]).unit
    rows = [
        {
            f"length in {unit}": row.length,
            "trained": row.trained,
            "n": row.exact.n,
            "tokens": row.tokens.value,
            "exact": row.exact.value,
            "from": row.exact.low,
            "to": row.exact.high,
        }
        for row in by_length.lengths
    ]
    head = (
        f"{options.run}, epoch {epoch + 1}, {part}, n = {whole.exact.n:,}: loss {whole.loss:.4f}, "
        f"tokens {whole.tokens.value:.2%}, whole sequences {whole.exact.value:.2%} (95 %: {whole.exact.words(2)})"
    )
    plain = {"run": options.run, **whole.to_plain(), "epoch": epoch + 1, "by_length": [asdict(row) for row in by_length.lengths]}
    print_result(options, plain, f"{head}\n{table(rows)}")
    return 0


def images_to_judge(
    options: argparse.Namespace, manager: RunManager, run: Snapshot, progress: Progress
) -> tuple[Split, str, dict[str, Any]]:
    """The labelled images that the options name, what to call them, and what of a folder was left out (`LeftOut.plain`)."""
    from core.data.folder import labelled_split
    from core.evaluation.judged import images_of, is_own_folder

    dataset, part = run.config["dataset"], options.split or "val"
    if not options.data or options.split:
        if options.data and not reads_data(dataset):
            raise ConfigError(f"The images of {options.run} are those of {dataset!r}, which reads no folder: leave out --data, or --split.")
        return images_of(manager, run, part, data=options.data or "", progress=progress), f"{dataset} {part}", {}
    split, left_out = labelled_split(options.data, run.classes, home=options.home, progress=progress)
    skipped = len(left_out.files)
    what = f"{options.data}{f' ({skipped} unreadable files skipped)' if skipped else ''}"
    for sentence in left_out.sentences():
        print(sentence, file=sys.stderr)
    if is_own_folder(run, options.data, split):
        what += " (the run's own folder: it was trained on most of these; add --split val or --split test for those it was not)"
    return split, what, left_out.plain()
