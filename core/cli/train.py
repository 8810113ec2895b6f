"""python -m core train"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.cli.output import epoch_line, open_runs, print_result, progress_bar, report, summary
from core.data import DATASETS, refuse_folder, refuse_made
from core.data.config import SequenceDataConfig
from core.errors import ConfigError
from core.folders import whole_path
from core.hparams import Hyperparameter, add_flags, declared
from core.models import MODELS
from core.records.shipped import refuse_shipped
from core.training.config import RunConfig, TrainingConfig
from core.training.history import Snapshot
from core.training.presets import PRESETS

if TYPE_CHECKING:
    from core.training.runs.manager import RunManager

LOOK_SECONDS = 0.2  # how often the progress bar is drawn


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command and its flags."""
    parser = commands.add_parser("train", parents=[shared], help="train a model; the run appears in the dashboard")
    parser.set_defaults(command=train)
    parser.add_argument("--preset", help=f"start from a preset: {', '.join(PRESETS)}")
    parser.add_argument("--model", help=f"one of: {', '.join(MODELS)} (default gru, on sequences transformer)")
    parser.add_argument("--dataset", help=f"one of: {', '.join(DATASETS)} (default shapes, with --data folder; of sequences dates)")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run that was stopped or interrupted")
    for title, hyperparameters in groups().items():
        add_flags(parser.add_argument_group(title), hyperparameters)


def groups() -> dict[str, list[Hyperparameter]]:
    """The hyperparameters of data, training and all models, {title: those}, each name once.

    Models that share a name may declare it differently: the help then shows the range and default of the first one.
    """
    users: dict[str, list[str]] = {}
    for model, spec in MODELS.items():
        for name in declared(spec.config):
            users.setdefault(name, []).append(model)
    found = {"data": [*declared(SequenceDataConfig).values()], "training": [*declared(TrainingConfig).values()]}
    for name, models in users.items():
        found.setdefault(", ".join(models), []).append(declared(MODELS[models[0]].config)[name])
    return found


def flags() -> list[str]:
    """All flags that a run can have."""
    return ["--preset", "--model", "--dataset", "--resume", "--home", "--json", *(h.flag for group in groups().values() for h in group)]


def train(options: argparse.Namespace) -> int:
    """Train a run to its end, or until Ctrl-C."""
    config = None if options.resume else config_of(options)
    from core.training.runs.datasets import load_shared  # torch: seconds, so what is mistyped is said before

    manager = open_runs(options.home)
    config = config or resumed_config(options, manager)
    with progress_bar() as progress:  # before there is a run, so that a wrong folder leaves none behind; the run finds it loaded
        load_shared(config, manager.home, progress)
    before = manager.snapshot(options.resume) if options.resume else None
    run_id = options.resume
    try:
        if before:
            manager.resume(run_id)
        else:
            run_id = manager.submit(config)
        end = follow(manager, run_id, before)
    except KeyboardInterrupt:
        manager.shutdown()
        if not run_id:
            raise
        again = f"python -m core train --resume {run_id}" + (f" --home {shlex.quote(options.home)}" if options.home else "")
        print(f"interrupted: every complete epoch is kept, go on with `{again}`", file=sys.stderr)
        return 130
    print_result(options, summary(end), report(end))
    if end.status != "failed":
        return 0 if end.status == "finished" else 1
    print(f"error: {end.message}", file=sys.stderr)
    return 2 if end.step == (before.step if before else 0) else 1  # without a single step, what was asked for cannot be


def config_of(options: argparse.Namespace) -> RunConfig:
    """The config of a new run. A folder that is named with --data is used, and found again from any working folder."""
    dataset, texts = options.dataset, given(options)
    if texts.get("data"):
        dataset = dataset or ("folder" if texts.get("pictures") is None else "row-labels")
        refuse_folder(dataset)
        texts["data"] = whole_path(texts["data"])
    if texts.get("made"):
        dataset = dataset or ("made" if texts.get("pictures") is None else "row-labels")
        refuse_made(dataset)
    return parse_run(options.preset, options.model, dataset, texts)


def resumed_config(options: argparse.Namespace, manager: RunManager) -> RunConfig:
    """The config of the run that goes on. Raises ConfigError when flags would change it."""
    names = [name for name in ("preset", "model", "dataset") if getattr(options, name)] + list(given(options))
    if names:
        flag = "--" + names[0].replace("_", "-")
        raise ConfigError(f"--resume goes on with the run as it was set up: leave out {flag}, or start a new run without --resume.")
    refuse_shipped(options.resume, "resumed")
    return RunConfig.of(**manager.snapshot(options.resume).config)


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The hyperparameters that were named on the command line: text, or a bool."""
    known = {h.name for group in groups().values() for h in group}
    return {name: value for name, value in vars(options).items() if name in known}


def parse_run(preset: str | None, model: str | None, dataset: str | None, texts: Mapping[str, Any]) -> RunConfig:
    """A RunConfig of flags as text (booleans are parsed already). Raises ConfigError."""
    given = PRESETS.get(preset, {})
    known = RunConfig.hyperparameters(RunConfig.pair(model or given.get("model"), dataset or given.get("dataset"))[0])
    values = {n: known[n].parse(v) if n in known and isinstance(v, str) else v for n, v in texts.items()}
    return RunConfig.of(preset=preset, model=model, dataset=dataset, **values)


def follow(manager: RunManager, run_id: str, before: Snapshot | None) -> Snapshot:
    """Show a progress bar (on a terminal) and a line an epoch on standard error until the run has ended."""
    step, told = (before.step, len(before.epochs)) if before else (0, 0)
    with tqdm(total=1, initial=step, unit="step", disable=not sys.stderr.isatty(), dynamic_ncols=True) as bar:
        while True:
            now = manager.snapshot(run_id)
            for record in now.epochs[told:]:
                tqdm.write(epoch_line(record, now.smoothing), file=sys.stderr)
            told = len(now.epochs)
            if not now.active:
                return now
            bar.total = now.steps_per_epoch * now.total_epochs or 1
            bar.n = now.step
            bar.set_description(f"{run_id} {now.status}", refresh=False)
            bar.set_postfix_str(_last_numbers(now) or now.message, refresh=True)
            time.sleep(LOOK_SECONDS)


def _last_numbers(now: Snapshot) -> str:
    if not now.points:
        return ""
    loss, top1, _, *unsmoothed = now.points[-1]
    return f"loss {[loss, *unsmoothed][-1]:.3f} top-1 {top1:.1%}"
