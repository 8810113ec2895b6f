"""The command line. Every flag of a run comes from its declared hyperparameters; `--json` prints one JSON object, nothing else."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from core.data import DATASETS, data_spec, load_dataset
from core.data.config import DataConfig
from core.errors import DataError, LabError
from core.hparams import add_flags, declared
from core.models import MODELS
from core.training.config import PRESETS, RunConfig, TrainingConfig
from core.training.export import EPOCH_COLUMNS, epochs_csv
from core.training.history import Snapshot


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 for a run that failed, 2 for anything that the user can correct."""
    options = make_parser().parse_args(arguments)
    try:
        return options.command(options)
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def make_parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--home", help="the lab's folder (default: LAB_HOME, else .lab)")
    shared.add_argument("--json", action="store_true", help="print one JSON object on standard output and nothing else there")
    parser = argparse.ArgumentParser(prog="python -m core", description="Sequence Lab without the browser.")
    commands = parser.add_subparsers(required=True, metavar="train | evaluate | runs | data")

    train = commands.add_parser("train", parents=[shared], help="train a model; the run appears in the dashboard")
    train.set_defaults(command=command_train)
    train.add_argument("--preset", help=f"start from a preset: {', '.join(PRESETS)}")
    train.add_argument("--model", help=f"one of: {', '.join(MODELS)} (default gru)")
    train.add_argument("--dataset", help=f"one of: {', '.join(DATASETS)} (default shapes)")
    train.add_argument("--resume", metavar="RUN", help="go on with a run that was stopped or interrupted")
    _add_run_flags(train)

    evaluate = commands.add_parser("evaluate", parents=[shared], help="the class table of a run's best epoch")
    evaluate.set_defaults(command=command_evaluate)
    evaluate.add_argument("run")
    evaluate.add_argument("--data", default="", help="any folder of class folders; default: the run's own validation images")
    evaluate.add_argument("--split", choices=("val", "test"), default="val", help="which of the run's own splits (default val)")
    evaluate.add_argument("--epoch", type=int, help="weights of this epoch, from 0 (default: the best)")

    runs = commands.add_parser("runs", help="list, show, delete, export").add_subparsers(
        required=True, metavar="list | show | delete | export | record"
    )
    runs.add_parser("list", parents=[shared]).set_defaults(command=command_runs_list)
    for name, command in (
        ("show", command_runs_show),
        ("delete", command_runs_delete),
        ("export", command_runs_export),
    ):
        sub = runs.add_parser(name, parents=[shared])
        sub.set_defaults(command=command)
        sub.add_argument("run")
    sub.add_argument("--out", type=Path, help="the CSV file (default: standard output)")
    record = runs.add_parser("record", parents=[shared], help="keep a small copy of a run inside the project")
    record.set_defaults(command=command_runs_record)
    record.add_argument("run")
    record.add_argument("name")

    data = commands.add_parser("data", help="list, download, info").add_subparsers(required=True, metavar="list | download | info")
    data.add_parser("list", parents=[shared]).set_defaults(command=command_data_list)
    for name, command in (("download", command_data_download), ("info", command_data_info)):
        sub = data.add_parser(name, parents=[shared])
        sub.set_defaults(command=command)
        sub.add_argument("dataset")
    add_flags(sub, declared(DataConfig).values())
    return parser


def _add_run_flags(parser: argparse.ArgumentParser) -> None:
    """The hyperparameters of all models, data and training; a name that several models share is listed once."""
    seen: set[str] = set()
    groups = [("data", DataConfig), ("training", TrainingConfig)]
    for config in dict.fromkeys(spec.config for spec in MODELS.values()):
        groups.append((", ".join(name for name, spec in MODELS.items() if spec.config is config), config))
    for title, config in groups:
        new = [h for h in declared(config).values() if h.name not in seen]
        seen |= {h.name for h in new}
        add_flags(parser.add_argument_group(title), new)


# -- train ----------------------------------------------------------------------------------------------------------


def command_train(options: argparse.Namespace) -> int:
    from core.training.manager import RunManager

    given = {name: value for name, value in vars(options).items() if name in _all_hyperparameters()}
    if options.resume:
        manager = RunManager(options.home)
        manager.resume(options.resume)
        run_id = options.resume
    else:
        config = parse_run(options.preset, options.model, options.dataset, given)
        manager = RunManager(options.home)
        run_id = manager.submit(config)
    try:
        snapshot = _follow(manager, run_id, quiet=options.json)
    except KeyboardInterrupt:
        manager.shutdown()
        raise
    _print(options, summary(snapshot), _report(snapshot))
    return 0 if snapshot.status == "finished" else 1


def _all_hyperparameters() -> set[str]:
    return {name for model in MODELS for name in RunConfig.hyperparameters(model)}


def parse_run(preset: str | None, model: str | None, dataset: str | None, texts: dict[str, Any]) -> RunConfig:
    """A RunConfig of flags as text (booleans are parsed already). Raises ConfigError."""
    name = model or PRESETS.get(preset, {}).get("model", "gru")
    known = RunConfig.hyperparameters(name)
    values = {n: known[n].parse(v) if n in known and isinstance(v, str) else v for n, v in texts.items()}
    return RunConfig.of(preset=preset, model=model, dataset=dataset, **values)


def _follow(manager: Any, run_id: str, *, quiet: bool) -> Snapshot:
    """Show a progress bar (on a terminal) until the run has ended."""
    hidden = quiet or not sys.stderr.isatty()
    told = 0
    with tqdm(total=1, unit="step", disable=hidden, dynamic_ncols=True) as bar:
        while True:
            now = manager.snapshot(run_id)
            if now.steps_per_epoch:
                bar.total = now.steps_per_epoch * now.total_epochs
            bar.n = now.step
            bar.set_description(f"{run_id} {now.status}", refresh=False)
            bar.set_postfix_str(_last_numbers(now) or now.message, refresh=True)
            for record in now.epochs[told:]:
                if not quiet:
                    tqdm.write(_epoch_line(record), file=sys.stderr)
            told = len(now.epochs)
            if not now.active:
                return now
            time.sleep(0.2)


def _last_numbers(now: Snapshot) -> str:
    return f"loss {now.points[-1][0]:.3f} top-1 {now.points[-1][1]:.1%}" if now.points else ""


def _epoch_line(record: Any) -> str:
    return (
        f"epoch {record.epoch:3d}  train loss {record.train_loss:.4f} top-1 {record.train_top1:6.2%}  "
        f"val loss {record.val_loss:.4f} top-1 {record.val_top1:6.2%}  "
        f"{record.images_per_second:,.0f} images/s  {record.seconds:.1f} s"
    )


def summary(snapshot: Snapshot) -> dict[str, Any]:
    """What a script wants to know of a run."""
    best, test = snapshot.best, snapshot.test
    return {
        "run": snapshot.run_id,
        "status": snapshot.status,
        "message": snapshot.message,
        "config": snapshot.config,
        "parameters": snapshot.parameters,
        "device": snapshot.device,
        "threads": snapshot.threads,
        "sizes": snapshot.sizes,
        "epochs": [
            {n: getattr(e, n) for n in EPOCH_COLUMNS}
            for e in snapshot.epochs
        ],
        "best": {"epoch": best.epoch, "val_top1": best.val_top1} if best else None,
        "test": {"epoch": test.epoch, "loss": test.loss, "top1": test.top1} if test else None,
        "versions": snapshot.versions,
    }  # fmt: skip


def _report(snapshot: Snapshot) -> str:
    lines = [f"{snapshot.run_id}: {snapshot.status}. {snapshot.message}".strip()]
    if snapshot.best:
        lines.append(f"best epoch {snapshot.best.epoch}: validation top-1 {snapshot.best.val_top1:.2%} (n = {snapshot.sizes['val']:,})")
    if snapshot.test:
        lines.append(
            f"test with its weights: top-1 {snapshot.test.top1:.2%}, loss {snapshot.test.loss:.4f} (n = {snapshot.sizes['test']:,})"
        )
    return "\n".join(lines)


# -- evaluate -------------------------------------------------------------------------------------------------------


def command_evaluate(options: argparse.Namespace) -> int:
    from core.data.splits import normalize
    from core.training.checkpoint import open_model
    from core.training.evaluate import evaluate
    from core.training.manager import RunManager

    manager = RunManager(options.home)
    opened = open_model(manager.weights(options.run, options.epoch))
    split, what = _images_to_judge(options, opened)
    loss, confusion = evaluate(lambda images: opened.model(normalize(images, opened.mean, opened.std)), split, len(opened.classes))
    scores = confusion.scores
    found = {
        "run": options.run, "epoch": opened.metadata["epoch"], "images": what, "n": len(split), "loss": loss,
        "top1": confusion.top1, "classes": scores.rows(opened.classes), "confusion": confusion.matrix.tolist(),
    }  # fmt: skip
    head = f"{options.run}, epoch {found['epoch']}, {what}, n = {len(split):,}: loss {loss:.4f}, top-1 {confusion.top1:.2%}"
    _print(options, found, f"{head}\n{scores.table(opened.classes)}")
    return 0


def _images_to_judge(options: argparse.Namespace, opened: Any) -> tuple[Any, str]:
    if options.data:
        from core.data.folder import labelled_split

        split, skipped = labelled_split(options.data, opened.classes, home=options.home, progress=_bar(options))
        return split, f"{options.data}{f' ({skipped} unreadable files skipped)' if skipped else ''}"
    config = RunConfig.of(**opened.metadata["config"])
    dataset = load_dataset(config.dataset, config.data_config, home=options.home, progress=_bar(options))
    return getattr(dataset, options.split), f"{config.dataset} {options.split}"


# -- runs -----------------------------------------------------------------------------------------------------------


def command_runs_list(options: argparse.Namespace) -> int:
    from core.training.manager import RunManager

    rows = [
        {
            "run": r.run_id, "status": r.status, "dataset": r.config["dataset"], "epochs": f"{r.epochs_done}/{r.config['epochs']}",
            "val_top1": r.best_val_top1, "test_top1": r.test_top1,
            "created": time.strftime("%Y-%m-%d %H:%M", time.localtime(r.created)),
        }
        for r in RunManager(options.home).runs()
    ]  # fmt: skip
    _print(options, {"runs": rows}, _table(rows) or "There are no runs yet: python -m core train")
    return 0


def command_runs_show(options: argparse.Namespace) -> int:
    from core.training.manager import RunManager

    snapshot = RunManager(options.home).snapshot(options.run)
    lines = [_report(snapshot), *(f"  {name} = {value}" for name, value in snapshot.config.items())]
    _print(options, summary(snapshot), "\n".join([*lines, *map(_epoch_line, snapshot.epochs)]))
    return 0


def command_runs_delete(options: argparse.Namespace) -> int:
    from core.training.manager import RunManager

    RunManager(options.home).delete(options.run)
    _print(options, {"deleted": options.run}, f"deleted {options.run}")
    return 0


def command_runs_export(options: argparse.Namespace) -> int:
    from core.training.manager import RunManager

    text = epochs_csv(RunManager(options.home).snapshot(options.run))
    if options.out:
        try:
            options.out.write_text(text)
        except OSError as error:
            raise DataError(f"{options.out} cannot be written ({error.strerror}): choose another --out.") from error
        _print(options, {"out": str(options.out)}, f"wrote {options.out}")
    else:
        _print(options, {"csv": text}, text.rstrip())
    return 0


def command_runs_record(options: argparse.Namespace) -> int:
    from core.recorded import record
    from core.training.manager import RunManager

    folder = record(RunManager(options.home), options.run, options.name)
    _print(options, {"recorded": str(folder)}, f"recorded {options.run} in {folder}")
    return 0


# -- data -----------------------------------------------------------------------------------------------------------


def command_data_list(options: argparse.Namespace) -> int:
    from core.data import downloaded

    rows = [
        {
            "data set": n,
            "there": "yes" if not s.downloads or downloaded(n, options.home) else "download",
            "what": s.help,
        }
        for n, s in DATASETS.items()
    ]
    _print(options, {"datasets": rows}, _table(rows))
    return 0


def command_data_download(options: argparse.Namespace) -> int:
    from core.data import download

    if not data_spec(options.dataset).downloads:
        raise DataError(f"{options.dataset} needs no download.")
    download(options.dataset, options.home, _bar(options))
    _print(options, {"downloaded": options.dataset}, f"{options.dataset} is there now")
    return 0


def command_data_info(options: argparse.Namespace) -> int:
    texts = {n: v for n, v in vars(options).items() if n in declared(DataConfig)}
    config = DataConfig.of({n: declared(DataConfig)[n].parse(v) for n, v in texts.items()})
    dataset = load_dataset(options.dataset, config, home=options.home, progress=_bar(options))
    found = {
        "dataset": dataset.name, "classes": list(dataset.classes), "train": len(dataset.train), "val": len(dataset.val),
        "test": len(dataset.test), "mean": [round(float(v), 4) for v in dataset.mean],
        "std": [round(float(v), 4) for v in dataset.std],
        "skipped": dataset.skipped,
    }  # fmt: skip
    _print(options, found, "\n".join(f"{name}: {value}" for name, value in found.items()))
    return 0


# -- printing -------------------------------------------------------------------------------------------------------


def _print(options: argparse.Namespace, found: dict[str, Any], text: str) -> None:
    print(json.dumps(_without_nan(found)) if options.json else text)


def _without_nan(value: Any) -> Any:
    """JSON has no NaN: null stands for a number that is not there."""
    if isinstance(value, dict):
        return {k: _without_nan(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(v) for v in value]
    return None if isinstance(value, float) and value != value else value


def _table(rows: list[dict[str, Any]]) -> str:
    texts = [
        {n: f"{v:.2%}" if isinstance(v, float) and v == v else "" if isinstance(v, float) else str(v) for n, v in r.items()} for r in rows
    ]
    widths = {n: max(len(n), *(len(t[n]) for t in texts)) for n in (texts[0] if texts else {})}
    lines = [{n: n for n in widths}, *texts] if texts else []
    return "\n".join("  ".join(line[n].ljust(w) for n, w in widths.items()).rstrip() for line in lines)


def _bar(options: argparse.Namespace) -> Any:
    """A progress callback that draws on a terminal."""
    bar = tqdm(disable=options.json or not sys.stderr.isatty(), leave=False, dynamic_ncols=True)

    def progress(done: int, total: int, what: str) -> None:
        bar.total, bar.n = total or None, done
        bar.set_description(what, refresh=True)

    return progress
