"""Long inputs, on which a run on sequences breaks, and what can be measured of the reason: kept beside the run, or recorded."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import Progress
from core.errors import StoreError
from core.evaluation.judged import folder_of
from core.evaluation.sequences.contests import same_set_up, set_up
from core.evaluation.sequences.lengths import Learned, LengthCurve, learned, length_curve
from core.evaluation.sequences.scores import scores, splits_of
from core.files import write_whole
from core.records import recorded
from core.symbols import EOS
from core.training.config import RunConfig
from core.training.runs.files import files_as_set

if TYPE_CHECKING:
    from core.training.history import Snapshot
    from core.training.runs.checkpoint import OpenedSeq2Seq
    from core.training.runs.manager import RunManager

FILE = "lengths.json.gz"  # of all recorded runs together, with those of which nothing else is kept
DIGITS = 4  # significant ones of what is recorded


@dataclass(frozen=True)
class LongInputs:
    """Accuracy of the weights of an epoch by length, and what else they show on the way.

    `written`: symbols that they write on average for inputs of each length; `wanted`: how many the right outputs have. `moved`: how far
    learned vectors of positions have moved at most since the start, (those of trained lengths, those beyond); None where there are none.
    `order`: the largest change of the logits when the symbols of trained inputs change places.
    """

    curve: LengthCurve
    written: tuple[float, ...]
    wanted: tuple[float, ...]
    moved: tuple[float, float] | None
    order: float

    def to_plain(self) -> dict[str, Any]:
        """As JSON knows it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> LongInputs:
        """The inverse of `to_plain`."""
        curve = {name: tuple(value) if isinstance(value, list) else value for name, value in plain["curve"].items()}
        moved = tuple(plain["moved"]) if plain["moved"] else None
        return cls(LengthCurve(**curve), tuple(plain["written"]), tuple(plain["wanted"]), moved, plain["order"])


def kept_long_inputs(manager: RunManager, run_id: str, epoch: int) -> LongInputs | None:
    """Numbers that `long_inputs` has kept of an epoch, if it has been asked before."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return LongInputs.from_plain(json.loads(files_as_set().fetch(_file(manager, run_id, epoch)).read_text("utf-8")))
    return None


def long_inputs(manager: RunManager, run_id: str, epoch: int, *, progress: Progress | None = None) -> LongInputs:
    """Measure an epoch (from 0) of a run on inputs of every length, and keep that beside it; at once if it has been asked before.

    Raises StoreError when the weights are not kept, DataError when its images are not here.
    """
    if known := kept_long_inputs(manager, run_id, epoch):
        return known
    curve = length_curve(scores(manager, run_id, epoch, "by length", progress=progress))
    from core.training.runs.checkpoint import open_seq2seq

    inputs = examined(manager, open_seq2seq(manager.weights(run_id, epoch)), curve, progress)
    path = _file(manager, run_id, epoch)
    folder_of(manager, run_id)
    with suppress(OSError, StoreError):  # a full disk, or the run was deleted: it is measured again
        files_as_set().write(path, json.dumps(inputs.to_plain()))
    return inputs


def examined(manager: RunManager, opened: OpenedSeq2Seq, curve: LengthCurve, progress: Progress | None = None) -> LongInputs:
    """Numbers that an opened model shows on the inputs of a curve, beside the curve."""
    from core.evaluation.sequences.symptoms import moved_positions, order_counts, written_length
    from core.models import build_model

    report, model = progress or (lambda *_: None), opened.model
    config = RunConfig.of(**opened.metadata["config"])
    parts = splits_of(manager, opened, "by length", progress=progress)
    wanted = [int((split.targets > EOS).sum()) / len(split) for split in parts.values()]
    written = []
    for done, split in enumerate(parts.values()):
        written.append(written_length(model, split.trimmed().source))
        report(done + 1, len(parts), "Reading what it writes")
    longest = parts[curve.longest].trimmed()
    order = order_counts(model, longest.source, longest.targets[:, :-1]) if longest.pictures is None else float("nan")
    moved = None
    if hasattr(model, "source_positions"):
        start = build_model(config.model, opened.shape, seed=config.training.seed, **vars(config.model_config))
        moved = moved_positions(model, start)
    return LongInputs(curve, tuple(written), tuple(wanted), moved, order)


def _file(manager: RunManager, run_id: str, epoch: int) -> Path:
    return manager.files(run_id).folder / f"long-inputs-{epoch:04d}.json"


# ---- what came with the lab ----


@dataclass(frozen=True)
class LongInputsRecord:
    """A run of which these numbers came with the lab."""

    config: Mapping[str, Any]  # RunConfig.flat()
    parameters: int
    epochs: tuple[Learned, ...]
    best: int  # the epoch (from 0) whose weights were measured
    found: LongInputs
    made: str  # hardware and versions
    run: str = ""  # the recorded run that it is of, if that came with the lab

    @property
    def command(self) -> str:
        """The command line that trains it again."""
        return RunConfig.of(**self.config).command()


@cache
def records() -> tuple[LongInputsRecord, ...]:
    """All recorded rows; none where the file is not there, or was written by another version of the lab."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        plain = json.loads(gzip.decompress((recorded.FOLDER / FILE).read_bytes()))
        return tuple(_record(row) for row in plain)
    return ()


def recorded_of(wanted: RunConfig) -> LongInputsRecord | None:
    """The recorded row of a set-up, if there is one."""
    wanted_set_up = set_up(wanted.flat())
    return next((row for row in records() if set_up(row.config) == wanted_set_up), None)


def keep_record(run: Snapshot, inputs: LongInputs) -> Path:
    """Keep what was measured of a run's best weights in the project, in the place of what it had for this set-up. Returns the file."""
    config = RunConfig.of(**run.config)
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    made = f"{run.device}, {run.threads} thread{'s' * (run.threads > 1)}, {versions}"
    name = run.run_id if run.recorded else ""
    new = LongInputsRecord(config.flat(), run.parameters, learned(run), run.best.epoch, inputs, made, name)
    rows = [*(row for row in records() if not same_set_up(row.config, config)), new]
    path = recorded.FOLDER / FILE
    plain = sorted((_plain(row) for row in rows), key=lambda row: json.dumps(row["config"], sort_keys=True))
    write_whole(path, gzip.compress(json.dumps(plain, separators=(",", ":")).encode(), mtime=0))
    records.cache_clear()
    return path


def _plain(row: LongInputsRecord) -> dict[str, Any]:
    inputs = row.found.to_plain()
    inputs |= {name: _short(inputs[name]) for name in ("written", "wanted")}
    inputs |= {"moved": _short(inputs["moved"] or ()), "order": _short([inputs["order"]])[0]}
    epochs = [_short(epoch) for epoch in row.epochs]
    config = RunConfig.of(**row.config).changed()
    rest = {"parameters": row.parameters, "epochs": epochs, "best": row.best, "made": row.made, "run": row.run}
    return {"config": config, "found": inputs, **rest}


def _record(plain: Mapping[str, Any]) -> LongInputsRecord:
    config, inputs = RunConfig.of(**plain["config"]).flat(), LongInputs.from_plain(plain["found"])
    epochs = tuple(Learned(int(step), *rest) for step, *rest in plain["epochs"])
    return LongInputsRecord(config, plain["parameters"], epochs, plain["best"], inputs, plain["made"], plain["run"])


def _short(values: Any) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]


def measured(manager: RunManager, run_id: str, *, progress: Progress | None = None) -> LongInputs:
    """`long_inputs` of the best epoch of a run. Raises StoreError when it has none."""
    best = manager.snapshot(run_id).best
    if best is None:
        raise StoreError(f"Run {run_id} has no complete epoch yet: let it train for one epoch first.")
    return long_inputs(manager, run_id, best.epoch, progress=progress)
