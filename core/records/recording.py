"""Making a recorded run: a small copy of a finished run inside the project, without anything that is somebody else's."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import ConfigError, StoreError, unknown
from core.files import write_whole
from core.records import recorded
from core.records.shipped import refuse_shipped
from core.text import bare
from core.training.config import RunConfig
from core.training.history import Curve

if TYPE_CHECKING:
    from torch import Tensor

    from core.training.runs.manager import RunManager

DIGITS = 5  # significant digits of a recorded curve
POINTS = 800  # of a recorded curve at most: neighbours are merged, as they are while a run trains
KEEP = ("all", "best", "none")
OWN_IMAGES = ("shapes",)  # drawn by the lab; nobody else's images are copied


def record(manager: RunManager, run_id: str, name: str, *, keep: str = "all") -> Path:
    """Copy a finished run into the project: its history, its arithmetic and this machine's limit, and the weights of some epochs.

    `keep`: the weights of its first, middle and best epoch ("all"), of the best ("best") or of none ("none"). Takes the place of the
    recorded run of this name, if any. Raises ConfigError for a name that is no plain folder name or an unknown `keep`, and StoreError
    when the run has not finished or does not keep these weights (any more).
    """
    from core.training.runs.checkpoint import save_tensors
    from core.training.runs.speed import matmul_peak, run_flops

    if keep not in KEEP:
        raise unknown("choice of weights", keep, KEEP)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ConfigError(f"A recorded run cannot be named {name!r}: use small letters, digits and single hyphens, as in 'shapes-gru'.")
    refuse_shipped(run_id, "recorded")
    plain = manager.store.plain(run_id)
    if plain["status"] != "finished":
        raise StoreError(f"Run {run_id} is {plain['status']}: only a finished run can be recorded.")
    best = manager.snapshot(run_id).best.epoch
    kept = {"all": {0, best // 2, best}, "best": {best}, "none": set()}[keep]
    weights = {epoch: half_weights(manager.weights(run_id, epoch)) for epoch in sorted(kept)}
    facts = plain["facts"]
    facts |= {
        "flops": run_flops(RunConfig.of(**plain["config"]), len(facts["classes"])),
        "peak": matmul_peak(facts["threads"], device=facts["device"].split()[0]),
    }

    folder = recorded.FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_whole(folder / "run.json.gz", gzip.compress(json.dumps(publishable(plain)).encode(), mtime=0))
    for epoch, (tensors, metadata) in weights.items():
        save_tensors(folder / f"epoch-{epoch:04d}.safetensors", tensors, metadata)
    recorded.recorded_run.cache_clear()
    recorded.recorded_epochs.cache_clear()
    return folder


def publishable(plain: dict[str, Any]) -> dict[str, Any]:
    """What is stored of a run as JSON: without the recorder's own folder, and without images that are not ours."""
    images = plain["sample_images"] if plain["config"]["dataset"] in OWN_IMAGES else b""
    curve = Curve.from_dict(plain["curve"])
    while len(curve.points) > POINTS:
        curve.halve()
    points = [[float(f"{v:.{DIGITS}g}") for v in point] for point in curve.points]
    return {
        **{name: value for name, value in plain.items() if name != "run_id"},
        "curve": {**curve.to_dict(), "points": points},
        "config": without_folder(plain["config"]),
        "sample_images": base64.b64encode(images).decode(),
    }


def half_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Weights in float16 (half the size; logits change in the third digit) and their metadata."""
    from core.training.runs.checkpoint import load_tensors

    tensors, metadata = load_tensors(path)
    metadata["config"] = without_folder(metadata["config"])
    return {name: value.half() if value.is_floating_point() else value for name, value in tensors.items()}, metadata


def without_folder(config: dict[str, Any]) -> dict[str, Any]:
    """A run's config with the bare name of its folder: where the recorder keeps images is nobody else's business."""
    return {**config, "data": bare(config["data"])}
