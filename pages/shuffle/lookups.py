"""What the page Shuffle test has computed once for all: models taken apart, and which shuffles each survives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import LabError
from dashboard.pictures.choose import Shown
from dashboard.runs.opened import Weighted, open_best, weighted_runs
from dashboard.shell import visitor
from pages.shuffle.controls import PATCH
from pages.shuffle.view import Examined, Reader, model_name

if TYPE_CHECKING:
    from torch import Tensor, nn

    from core.probes.equivariance.subjects import Subject
    from core.probes.equivariance.survival import Survival
    from core.probes.equivariance.ways import Way

PROVED = "encoder"  # the architecture of the claim
PLAIN = 32  # outputs f(x) that are remembered, of all sessions
_plain: dict[tuple, Tensor] = {}  # by model, picture and way
_keeping = Lock()


def reader(name: str, patch: int, runs: Mapping[str, Weighted]) -> Reader:
    """The model `name`, an architecture or one of `runs`, for patches of this size; with what is wrong where it cannot be read."""
    from core.probes.equivariance.architectures import ARCHITECTURES

    if name in ARCHITECTURES:
        row = ARCHITECTURES[name]
        return Reader(name, row.title, f"{row.title}, at random weights", row.why, _untrained(name, patch))
    return _trained(runs[name], patch)


@st.cache_resource(max_entries=64, show_spinner=False)
def _untrained(name: str, patch: int) -> Subject:
    from core.probes.equivariance.subjects import untrained

    return untrained(name, patch)


@lru_cache(maxsize=64)
def _taken_apart(model: nn.Module, patch: int) -> Subject:
    from core.probes.equivariance.subjects import trained

    return trained(model, patch)


def _trained(run: Weighted, patch: int) -> Reader:
    from core.probes.equivariance.architectures import why

    try:
        epoch, opened = open_best(run)
        subject = _taken_apart(opened.model, patch)
    except LabError as error:
        return Reader(run.run_id, run.name, run.title, "", None, problem=visitor.told(error))
    title = f"{run.title}, weights of epoch {epoch + 1}"
    because = why(run.config, patch)
    return Reader(run.run_id, f"{model_name(run)} · {run.name}", title, because, subject, opened.mean, opened.std, tuple(opened.classes))


@st.cache_resource(max_entries=len(PATCH.options), show_spinner=False)
def proved(patch: int) -> Reader:
    """The architecture of the claim, in float64: made once, for the proof is said anew with every order."""
    from core.probes.equivariance.subjects import untrained

    subject = untrained(PROVED, patch)
    for part in (subject.embed, subject.positions, subject.body):
        part.double()
    return replace(reader(PROVED, patch, {}), subject=subject)


@st.cache_data(max_entries=32, show_spinner="Shuffling")
def survivals(names: tuple[str, ...], patch: int) -> dict[str, Survival]:
    """What each model survives, by its id; a model that cannot be read is left out."""
    import torch

    from core.probes.equivariance.survival import survival

    noise = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    runs = weighted_runs()
    models = (reader(name, patch, runs) for name in names)
    return {model.id: survival(model.subject, noise, (32 // patch) ** 2) for model in models if model.subject is not None}


def examined(reader: Reader, picture: Shown, permutation: Tensor, way: Way) -> Examined:
    """The shuffle test of one model on a picture; f(x) is remembered for the next order of the same patches."""
    from core.probes.equivariance.ways import answers, examine

    if reader.subject is None:
        return Examined(problem=reader.problem)
    same = (reader.subject, picture.pixels.tobytes(), way)
    try:
        report = examine(reader.subject, read_by(reader, picture), permutation, way, plain=_plain.get(same))
    except LabError as error:
        return Examined(problem=visitor.told(error))
    _keep(same, report.plain)
    probabilities = answers(reader.subject, report) if reader.classes else None
    return Examined(report, tuple(p.numpy() for p in probabilities) if probabilities else ())


def _keep(same: tuple, plain: Tensor) -> None:
    with _keeping:
        _plain[same] = plain
        while len(_plain) > PLAIN:
            del _plain[next(iter(_plain))]


def read_by(reader: Reader, picture: Shown) -> Tensor:
    """The picture as a model reads it, (1, 3, 32, 32)."""
    import torch

    from core.data.splits import normalize

    return normalize(torch.from_numpy(np.array(picture.pixels))[None], reader.mean, reader.std)
