"""The dose-response of a run: measured on images of its own data set and kept beside its weights, or read as it was recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import Progress
from core.errors import StoreError
from core.evaluation.intervals import proportion_interval
from core.evaluation.judged import folder_of, images_of
from core.evaluation.shuffled import KINDS, Dose, dose_response
from core.files import remedy
from core.records import recorded
from core.training.runs.files import files_as_set

if TYPE_CHECKING:
    from core.data.splits import Split
    from core.training.runs.checkpoint import OpenedModel
    from core.training.runs.manager import RunManager

FILE = "shuffled.json"  # in the folder of a run
SPLIT = "val"


@dataclass(frozen=True)
class Response:
    """Accuracy by dose of each of `KINDS`: weights of `epoch` (from 0), `n` validation images, drawn and shuffled by `seed`."""

    epoch: int
    n: int
    seed: int
    torch: str  # the version that it was measured with
    doses: Mapping[str, tuple[Dose, ...]]


def kept_response(manager: RunManager, run_id: str) -> Response | None:
    """Response of the best weights of a run, kept here or with a recorded one; None where none was measured."""
    best = manager.snapshot(run_id).best
    folders = [recorded.FOLDER / run_id.removeprefix(recorded.RECORDED)] if run_id.startswith(recorded.RECORDED) else []
    for folder in (*folders, manager.files(run_id).folder):
        response = _read(folder / FILE)
        if response and best and response.epoch == best.epoch:
            return response
    return None


def measure_response(
    manager: RunManager, run_id: str, *, count: int, data: str = "", seed: int = 0, progress: Progress | None = None
) -> Response:
    """Shuffle `count` validation images of a run in growing doses, have its best weights name them, and keep the counts.

    `data`: the folder in which its images lie now, where they have moved. Raises StoreError when its best weights are not kept or the
    counts cannot be, and DataError when its images are not there.
    """
    from core.training.runs.checkpoint import open_model

    run = manager.snapshot(run_id)
    opened = open_model(manager.weights(run_id))
    split = images_of(manager, run, SPLIT, data=data, progress=progress)
    response = respond(opened, split, epoch=run.best.epoch, count=count, seed=seed, progress=progress)
    try:
        files_as_set().write(folder_of(manager, run_id) / FILE, json.dumps(to_plain(response)))
    except OSError as error:
        raise StoreError(f"What was measured of {run_id} cannot be kept ({error.strerror}). {remedy(error)} Then measure again.") from error
    return response


def respond(opened: OpenedModel, images: Split, *, epoch: int, count: int, seed: int = 0, progress: Progress | None = None) -> Response:
    """Accuracy by dose of all `KINDS` on `count` of the images, all where there are fewer; which ones is drawn by `seed`."""
    import torch

    chosen = np.sort(np.random.default_rng(seed).permutation(len(images))[:count])  # (n,)
    pictures, labels = images.images.numpy()[chosen], images.labels.numpy()[chosen]  # (n, 3, 32, 32), (n,)
    doses = {}
    for place, kind in enumerate(KINDS):

        def tell(share: float, before: int = place) -> None:
            if progress:
                progress(round(100 * (before + share) / len(KINDS)), 100, "Shuffling")

        doses[kind] = tuple(dose_response(opened, pictures, labels, kind, seed=seed, progress=tell))
    return Response(epoch, len(chosen), seed, torch.__version__, doses)


def to_plain(response: Response) -> dict[str, Any]:
    """A response as JSON keeps it: [dose, share of patches moved, images named rightly] by kind. The inverse of `of_plain`."""
    doses = {
        kind: [[dose.dose, dose.moved, round(dose.accuracy.value * response.n)] for dose in doses] for kind, doses in response.doses.items()
    }
    return {"epoch": response.epoch, "n": response.n, "seed": response.seed, "torch": response.torch, "doses": doses}


def of_plain(plain: Mapping[str, Any]) -> Response:
    """The response that `to_plain` wrote; its intervals follow from the counts."""
    doses = {
        kind: tuple(Dose(dose, moved, proportion_interval(right, plain["n"])) for dose, moved, right in plain["doses"][kind])
        for kind in KINDS
    }
    return Response(plain["epoch"], plain["n"], plain["seed"], plain["torch"], doses)


def _read(path: Path) -> Response | None:
    """The file's content; None when it is not there or damaged, for it can be measured again."""
    try:
        return of_plain(json.loads(files_as_set().fetch(path).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
