"""What the commands print: results as text or as one JSON object on standard output, progress on standard error."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from core.data import Progress
from core.errors import DataError, Place
from core.files import remedy
from core.training.history import EpochRecord, Snapshot, epoch_columns

if TYPE_CHECKING:
    from core.training.runs.manager import RunManager


def print_result(options: argparse.Namespace, found: dict[str, Any], text: str) -> None:
    """Print the result of a command: `found` with --json, else `text`."""
    print(json.dumps(finite(found)) if options.json else text, flush=True)


def open_runs(home: str | None) -> RunManager:
    """The runs in `home`; what had to be done to their database is said on standard error."""
    from core.training.runs.manager import RunManager

    manager = RunManager(home, engine="thread")  # who waits for a command wants its errors here
    for notice in manager.notices:
        print(notice, file=sys.stderr)
    return manager


def finite(value: Any) -> Any:
    """`value` with None for numbers that JSON does not know: NaN and the infinities."""
    if isinstance(value, dict):
        return {k: finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_out(path: Path, text: str) -> None:
    """Write what a command was asked to, with --out; raises DataError where that cannot be."""
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise DataError(
            "The file ", Place(path), f" cannot be written ({error.strerror}). {remedy(error, 'Choose another --out.')}"
        ) from error


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress callback that draws on a terminal."""
    with tqdm(disable=not sys.stderr.isatty(), leave=False, dynamic_ncols=True, unit="", unit_scale=True) as bar:

        def progress(done: int, total: int, what: str) -> None:
            bar.total, bar.n = total or None, done
            bar.set_description(what, refresh=True)

        yield progress


def summary(snapshot: Snapshot) -> dict[str, Any]:
    """What a script wants to know of a run; epochs count from 1, as in the text and in `--epoch`."""
    best, test = snapshot.best, snapshot.test
    known = ("status", "message", "config", "parameters", "device", "threads", "kernel", "sizes", "left_out", "versions")
    return {
        "run": snapshot.run_id,
        **{name: getattr(snapshot, name) for name in known},
        "epochs": [
            {**{name: getattr(record, name) for name in epoch_columns(snapshot)}, "epoch": record.epoch + 1} for record in snapshot.epochs
        ],
        "best": {"epoch": best.epoch + 1, "val_top1": best.val_top1, **_exact("val_exact", best.val_exact)} if best else None,
        "test": {"epoch": test.epoch + 1, "loss": test.loss, "top1": test.top1, **_exact("exact", test.exact)} if test else None,
    }


def _exact(name: str, share: float | None) -> dict[str, float]:
    """The share of sequences without a mistake under `name`, where a run has one."""
    return {} if share is None else {name: share}


def report(snapshot: Snapshot) -> str:
    """The result of a run in at most three lines, after what of its folder was left out."""
    lines = [*snapshot.left_out.get("sentences", ()), f"{snapshot.run_id}: {snapshot.status}. {snapshot.message}".strip()]
    if best := snapshot.best:
        lines.append(
            f"best epoch {best.epoch + 1}: validation top-1 {best.val_top1:.2%}{_whole(best.val_exact)} (n = {snapshot.sizes['val']:,})"
        )
    if test := snapshot.test:
        lines.append(
            f"test with its weights: top-1 {test.top1:.2%}{_whole(test.exact)}, loss {test.loss:.4f} (n = {snapshot.sizes['test']:,})"
        )
    return "\n".join(lines)


def _whole(share: float | None) -> str:
    return "" if share is None else f" of the tokens, {share:.2%} of the sequences"


def epoch_line(record: EpochRecord, smoothing: float) -> str:
    """One epoch in one line, of a run with this share of label smoothing: both losses are without it, where that is known."""
    minimised = f"{record.train_loss:.4f}" + (f" as minimised, smoothed labels {smoothing:g}" if smoothing else "")
    unsmoothed = record.train_loss_unsmoothed if smoothing else None
    told = minimised if unsmoothed is None else f"{unsmoothed:.4f} ({minimised})"
    return (
        f"epoch {record.epoch + 1:3d}  train loss {told} top-1 {record.train_top1:6.2%}  "
        f"val loss {record.val_loss:.4f} top-1 {record.val_top1:6.2%}  "
        + (f"exact {record.val_exact:6.2%}  " if record.val_exact is not None else "")
        + f"{record.images_per_second:,.0f} {'images' if record.val_exact is None else 'pairs'}/s  {record.seconds:.1f} s"
    )


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows with the same keys as aligned text under their names; floats are shares and shown in percent. "" for no rows."""
    if not rows:
        return ""
    lines = [[name.replace("_", " ") for name in rows[0]], *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2%}" if math.isfinite(value) else ""
    return str(value)
