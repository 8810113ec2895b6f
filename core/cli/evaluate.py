"""python -m core evaluate"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.cli.output import print_result, progress_bar, table
from core.data.seq_tasks import seq_task
from core.errors import ConfigError
from core.training.config import RunConfig

if TYPE_CHECKING:
    from core.data.splits import Split
    from core.training.checkpoint import OpenedModel
    from core.training.manager import RunManager


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("evaluate", parents=[shared], help="the class table of a run's best epoch; of sequences by length")
    parser.set_defaults(command=evaluate)
    parser.add_argument("run")
    images = parser.add_mutually_exclusive_group()
    images.add_argument("--data", metavar="DIR", help="any folder of class folders (default: the run's own images)")
    images.add_argument("--split", choices=("val", "test"), default="val", help="which of the run's own splits (default val)")
    parser.add_argument("--epoch", type=int, help="weights of this epoch, from 1 (default: the best)")


def evaluate(options: argparse.Namespace) -> int:
    """Print loss, top-1 and the class table of a checkpoint on labelled images."""
    from core.data.splits import normalize
    from core.models.gru import use_kernel
    from core.training.checkpoint import open_model
    from core.training.device import use_threads
    from core.training.evaluate import evaluate as judge
    from core.training.manager import RunManager

    manager = RunManager(options.home)
    if manager.snapshot(options.run).kind == "sequences":
        return evaluate_sequences(options, manager)
    opened = open_model(manager.weights(options.run, asked_epoch(options)))
    run = manager.snapshot(options.run)
    use_threads(run.threads or 1)
    use_kernel(opened.model, run.kernel)
    split, what = images_to_judge(options, opened)
    judged = judge(lambda images: opened.model(normalize(images, opened.mean, opened.std)), split, len(opened.classes))
    loss, confusion = judged.loss, judged.confusion
    scores = confusion.scores
    found = {
        "run": options.run, "epoch": opened.metadata["epoch"] + 1, "images": what, "n": len(split), "loss": loss,
        "top1": confusion.top1, "classes": scores.rows(opened.classes), "confusion": confusion.matrix.tolist(),
    }  # fmt: skip
    head = f"{options.run}, epoch {found['epoch']}, {what}, n = {len(split):,}: loss {loss:.4f}, top-1 {confusion.top1:.2%}"
    print_result(options, found, f"{head}\n{scores.table(opened.classes)}")
    return 0


def asked_epoch(options: argparse.Namespace) -> int | None:
    """The epoch that is asked for, from 0 as in `core`; None for the best one."""
    if options.epoch is None:
        return None
    if options.epoch < 1:
        raise ConfigError(f"--epoch {options.epoch}: epochs count from 1, as on the pages.")
    return options.epoch - 1


def evaluate_sequences(options: argparse.Namespace, manager: RunManager) -> int:
    """Print how often a checkpoint writes right tokens and whole sequences, by the length of the input."""
    from core.evaluation.seq2seq import scores
    from core.training.checkpoint import load_tensors

    if options.data:
        raise ConfigError(f"{options.run} makes sequences out of sequences: it names no images. Leave out --data.")
    epoch = load_tensors(manager.weights(options.run, asked_epoch(options)))[1]["epoch"]
    with progress_bar() as progress:
        found = {images: scores(manager, options.run, epoch, images, progress=progress) for images in (options.split, "by length")}
    whole, by_length = found[options.split], found["by length"]
    unit = seq_task(manager.snapshot(options.run).config["dataset"]).unit
    rows = [
        {f"length in {unit}": row.length, "trained": row.trained, "n": row.exact.n, "tokens": row.tokens.value, "exact": row.exact.value,
         "from": row.exact.low, "to": row.exact.high}
        for row in by_length.lengths
    ]  # fmt: skip
    head = (
        f"{options.run}, epoch {epoch + 1}, {options.split}, n = {whole.exact.n:,}: loss {whole.loss:.4f}, "
        f"tokens {whole.tokens.value:.2%}, whole sequences {whole.exact.value:.2%} (95 %: {whole.exact.low:.2%} to {whole.exact.high:.2%})"
    )
    plain = {"run": options.run, **whole.to_plain(), "epoch": epoch + 1, "by_length": [asdict(row) for row in by_length.lengths]}
    print_result(options, plain, f"{head}\n{table(rows)}")
    return 0


def images_to_judge(options: argparse.Namespace, opened: OpenedModel) -> tuple[Split, str]:
    """The labelled images that the options name, and what to call them."""
    from core.data import load_dataset
    from core.data.folder import labelled_split

    with progress_bar() as progress:
        if options.data:
            split, skipped = labelled_split(options.data, opened.classes, home=options.home, progress=progress)
            return split, f"{options.data}{f' ({skipped} unreadable files skipped)' if skipped else ''}"
        config = RunConfig.of(**opened.metadata["config"])
        dataset = load_dataset(config.dataset, config.data_config, home=options.home, progress=progress)
        return getattr(dataset, options.split), f"{config.dataset} {options.split}"
