"""Recorded runs: small trained runs that come with the project, so that every page opens on something real.

One folder a run in `core/recorded/`: `run.json.gz` (its history) and the weights of a few epochs as float16 safetensors. Made by
`python -m core runs record RUN NAME`. They are always shown as recorded, with the command that trained them.
"""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import StoreError, unknown
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.store import snapshot_of

if TYPE_CHECKING:
    from core.training.manager import RunManager

FOLDER = Path(__file__).parent / "recorded"
DIGITS = 5  # significant digits of a recorded curve
OWN_IMAGES = ("shapes",)  # drawn by the lab; nobody else's images are copied


def recorded_names() -> list[str]:
    """The names of all recorded runs."""
    return sorted(path.parent.name for path in FOLDER.glob("*/run.json.gz"))


@cache
def recorded_run(name: str) -> Snapshot:
    """A recorded run by name; its run id is "recorded-NAME". Raises StoreError when there is none."""
    if name not in recorded_names():
        raise unknown("recorded run", name, recorded_names(), StoreError)
    plain = json.loads(gzip.decompress((FOLDER / name / "run.json.gz").read_bytes()))
    images = base64.b64decode(plain.pop("sample_images")) or None
    command = RunConfig.of(**plain["config"]).command()
    return snapshot_of(**plain, run_id=f"recorded-{name}", sample_images=images, recorded=command)


def recorded_epochs(name: str) -> dict[int, Path]:
    """The weights that a recorded run keeps, by epoch."""
    return {int(path.stem.removeprefix("epoch-")): path for path in sorted((FOLDER / name).glob("epoch-*.safetensors"))}


def record(manager: RunManager, run_id: str, name: str) -> Path:
    """Copy a finished run into the project: its history, and the weights of its first, middle and best epoch."""
    from core.training.checkpoint import load_tensors, save_tensors

    plain = manager.store.plain(run_id)
    if plain["status"] != "finished":
        raise StoreError(f"Run {run_id} is {plain['status']}: only a finished run can be recorded.")
    plain.pop("run_id")
    plain["curve"]["points"] = [[float(f"{v:.{DIGITS}g}") for v in point] for point in plain["curve"]["points"]]
    images = plain["sample_images"] if plain["config"]["dataset"] in OWN_IMAGES else b""
    plain["sample_images"] = base64.b64encode(images).decode()
    plain["config"]["data"] = ""  # the folder's place is the recorder's own

    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "run.json.gz").write_bytes(gzip.compress(json.dumps(plain).encode(), mtime=0))
    best = manager.snapshot(run_id).best.epoch
    for epoch in sorted({0, best // 2, best}):
        tensors, metadata = load_tensors(manager.weights(run_id, epoch))
        metadata["config"]["data"] = ""
        half = {n: v.half() if v.is_floating_point() else v for n, v in tensors.items()}
        save_tensors(folder / f"epoch-{epoch:04d}.safetensors", half, metadata)
    recorded_run.cache_clear()
    return folder
