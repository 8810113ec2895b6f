"""What the page Recurrence against attention has computed once for all: what runs believe of a picture, what would change their minds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data.shapes import PARTS, draw
from core.evaluation.pictures import mean_color, probabilities
from core.probes.reading.change_of_mind import ChangeOfMind, change_of_mind
from dashboard.pictures.choose import Shown
from dashboard.pictures.reading import normalized
from dashboard.runs.opened import Weighted, open_best, weighted_runs
from pages.reading.view import Reading, Settled

if TYPE_CHECKING:
    from core.probes.reading.reading import ReadingCheck
    from core.probes.recurrence.counterparts import Counterpart
    from core.training.runs.checkpoint import OpenedModel

COUNTED = 200  # images of the question


def read(picture: Shown, run: Weighted, *, search: bool) -> Reading:
    """Let a run read the picture; with `search`, find what would change its mind, too. Raises LabError when it cannot."""
    from core.probes.reading.reading import way_of_reading

    epoch, opened = open_best(run)
    values, known = _beliefs(run.run_id, epoch, picture.pixels.tobytes(), opened, picture.pixels)
    mind = _mind(run.run_id, epoch, picture.pixels.tobytes(), opened, picture.pixels) if search else None
    return Reading(run, epoch, opened, way_of_reading(opened.model), values, known, mind)


@st.cache_data(max_entries=512, show_spinner=False)
def _beliefs(run_id: str, epoch: int, picture: bytes, _opened: OpenedModel, _pixels: np.ndarray) -> tuple[np.ndarray, int]:
    """Probabilities (T + 1, K) float64 of an epoch of a run about a picture, and from which t on its answer stays."""
    from core.probes.reading.reading import beliefs, known_from

    found = beliefs(_opened.model, normalized(_opened, _pixels[None]))[0]
    return found.numpy(), known_from(found)


@st.cache_data(max_entries=512, show_spinner=False)
def _mind(run_id: str, epoch: int, picture: bytes, _opened: OpenedModel, _pixels: np.ndarray) -> ChangeOfMind:
    return change_of_mind(partial(probabilities, _opened), _pixels, _opened.model.embed.patch_size, mean_color(_opened))


@st.cache_data(max_entries=512, show_spinner=False)
def _check(run_id: str, epoch: int, picture: bytes, _opened: OpenedModel, _pixels: np.ndarray) -> ReadingCheck:
    from core.probes.reading.reading import check_beliefs

    return check_beliefs(_opened.model, normalized(_opened, _pixels[None]))


def check(picture: Shown, reading: Reading) -> ReadingCheck:
    """Whether what a run believes of a picture is what its model says."""
    return _check(reading.run.run_id, reading.epoch, picture.pixels.tobytes(), reading.opened, picture.pixels)


@st.cache_data(max_entries=64, show_spinner=False)
def settled(run_id: str, epoch: int) -> Settled:
    """From which patch on an epoch of a run stays with its answers to the first `COUNTED` validation shapes."""
    from core.probes.reading.reading import beliefs, known_from

    opened = open_best(weighted_runs()[run_id])[1]
    images, _ = draw(PARTS["val"][:COUNTED])
    found = [known_from(each) for each in beliefs(opened.model, normalized(opened, images))]
    total = opened.model.embed.num_patches
    return Settled(len(found), total, float(np.median(found)), sum(t <= total // 2 for t in found))


@st.cache_data(show_spinner=False)
def layers() -> tuple[Counterpart, ...]:
    """The encoder layer of torch.nn beside its GRU, as both were measured."""
    from core.probes.recurrence.counterparts import counterparts

    return counterparts()
