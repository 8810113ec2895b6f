"""Recorded runs: small trained runs that come with the project, so that every page opens on something real.

One folder a run in `core/records/recorded/`: `run.json.gz` (its history) and the weights of a few epochs as float16 safetensors. Made by
`python -m core runs record RUN NAME` (`core.records.recording`). They are always shown as recorded, with the command that trained them.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from core.errors import StoreError, unknown
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.runs.stored import snapshot_of

FOLDER = Path(__file__).parent / "recorded"
RECORDED = "recorded-"  # before the name of a recorded run: its id


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
    command = RunConfig.of(**RunConfig.completed(plain["config"])).command()
    return snapshot_of(**plain, run_id=RECORDED + name, sample_images=images, recorded=command)


@cache
def recorded_epochs(name: str) -> Mapping[int, Path]:
    """The weights that a recorded run keeps, by epoch; looked up once, for pages ask at every tick."""
    found = {int(path.stem.removeprefix("epoch-")): path for path in sorted((FOLDER / name).glob("epoch-*.safetensors"))}
    return MappingProxyType(found)
