"""Looks into a Vision Transformer that are computed once and shared by all sessions: of one picture, and of many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data import usable
from core.data.shapes import PARTS, draw
from core.errors import ConfigError
from core.evaluation.pictures import top_classes
from core.folders import is_there
from core.memory import require
from core.training.config import RunConfig
from core.training.flat_config import folder_of
from dashboard.runs.opened import Weighted, opened
from dashboard.shell import services
from dashboard.shell.path_keys import as_key, path_of
from pages.vit.view import Packed, pack

if TYPE_CHECKING:
    from torch import Tensor

    from core.training.runs.checkpoint import OpenedModel

MOST_WEIGHTS = 40_000_000  # attention weights of one picture that are held at a time: 160 MB
LOOK_COPIES = 10  # of them while they are looked at: as they are, their gradients, and all maps at once; 8 to 9 were measured
MANY_WEIGHTS = 6_000_000  # and of the pictures that distances are measured on, together
MEASURED = (4, 64)  # the fewest and the most of those pictures
SWAPPED = (20, 200)  # the fewest and the most pictures whose class token is swapped
SWAP_WEIGHTS = 160_000_000  # attention weights of those, together
TOGETHER = 50  # of them at a time


@dataclass(frozen=True, eq=False)
class Look:
    """What a model attends to in one picture, and what it says of it."""

    packed: Packed
    distance: np.ndarray  # (L, H) patches
    entropy: np.ndarray  # (L, H) bits
    answer: np.ndarray  # (K,) probabilities
    swapped: np.ndarray  # (K,) the same head on the mean of the patches' tokens
    agreeing: int  # patches whose token by itself gives the same class as the class token
    classes: tuple[str, ...]
    tokens: int
    rows_off: float
    outputs_off: float
    tolerance: float
    passed: bool
    least_first: float  # the smallest weight of layer 1

    @property
    def first(self) -> str:
        """The most probable class."""
        return self.classes[top_classes(self.answer, 1)[0]]


@dataclass(frozen=True, eq=False)
class Measured:
    """Pictures that a run is measured on: its own validation images where they are at hand."""

    images: np.ndarray  # (n, 3, 32, 32) uint8
    labels: np.ndarray | None  # (n,), None where the run does not know their classes
    words: str


@dataclass(frozen=True)
class Swap:
    """What the head says of n pictures from the class token, and from the mean of the patches' tokens."""

    images: int
    same: int
    right: tuple[int, int] | None  # of the class token and of the mean; None where classes are not known
    words: str


# ---- one picture ----


def look(path: Path, pixels: np.ndarray) -> Look:
    """What the model in a file of weights attends to in (3, 32, 32) uint8 pixels.

    Raises StoreError when the file cannot be read, ConfigError for a model without attention or with too much of it, and DataError when
    its numbers are not finite.
    """
    opened(path)  # says what is wrong with the file
    return _look(as_key(path), path.stat().st_mtime_ns, pixels.tobytes())


@st.cache_resource(max_entries=24, show_spinner=False)
def _look(path: bytes, changed: int, content: bytes) -> Look:
    return look_of(opened(path_of(path)), np.frombuffer(content, np.uint8).reshape(3, 32, 32))


def look_of(model: OpenedModel, pixels: np.ndarray) -> Look:
    """What a model attends to in (3, 32, 32) uint8 pixels; raises what `look` does."""
    import torch

    from core.probes.attention.maps import (
        attention_distance,
        attention_entropy,
        attention_rollout,
        gradient_attention,
        grid_of,
        record_attention,
    )
    from core.probes.attention.readout import read_tokens

    check_size(model)
    images = _inputs(model, pixels[None])
    record = record_attention(model.model, images)
    weights = record.weights[0]  # (L, H, T, T)
    answer = record.answers[0].double().softmax(0)  # (K,)
    pushed = gradient_attention(model.model, images, int(answer.argmax()))[0].mean(1)  # (L, T, T)
    maps = torch.cat((weights, attention_rollout(weights)[:, None], pushed[:, None]), dim=1)  # (L, H + 2, T, T)
    side, lead = grid_of(weights.shape[-1])
    others = read_tokens(model.model, images)
    return Look(
        pack(maps.numpy(), side, lead), attention_distance(weights).numpy(), attention_entropy(weights).numpy(), answer.numpy(),
        others.mean[0].double().softmax(0).numpy(), int(others.agreeing), model.classes, len(weights[0, 0]),
        record.rows_off, record.outputs_off, record.tolerance, record.passed, record.least_first,
    )  # fmt: skip


def check_size(model: OpenedModel) -> None:
    """Raises ConfigError when one picture has more attention weights than `MOST_WEIGHTS`, or than there is memory for."""
    count = weights_a_picture(model.metadata["config"])
    require(
        LOOK_COPIES * 4 * count, "A look at so many attention weights", "choose a run with larger patches, or with fewer layers or heads"
    )
    if count > MOST_WEIGHTS:
        raise ConfigError(
            f"This run computes {count / 1e6:,.0f} million attention weights for one picture, and this page looks at no more than "
            f"{MOST_WEIGHTS / 1e6:.0f} million: choose one with larger patches, or with fewer layers or heads."
        )


def weights_a_picture(config: dict) -> int:
    """Attention weights that a ViT computes for one picture: layers x heads x tokens x tokens."""
    return config["num_layers"] * config["num_heads"] * ((32 // config["patch_size"]) ** 2 + 1) ** 2


def _inputs(model: OpenedModel, images: np.ndarray) -> Tensor:
    """(n, 3, 32, 32) uint8 as the model reads them; computed with by the calling thread alone, beside a run that trains."""
    import torch

    from core.data.splits import normalize
    from core.training.loop.device import use_threads

    use_threads(1)
    return normalize(torch.from_numpy(images.copy()), model.mean, model.std)


# ---- many pictures ----


def measured_on(run: Weighted, count: int) -> Measured:
    """The first `count` validation images of a run; shapes where its own are not on this computer."""
    if run.config["dataset"] == "shapes":
        images, labels = draw(PARTS["val"][:count])
        return Measured(images, labels, "validation pictures of shapes")
    if at_hand(run):
        from core.training.runs.datasets import load_shared

        val = load_shared(RunConfig.of(**run.config), services.manager().home, lambda *_: None).val
        return Measured(val.images[:count].numpy(), val.labels[:count].numpy(), "of this run's validation images")
    return Measured(draw(PARTS["val"][:count])[0], None, "pictures of shapes (this run's own images are not on this computer)")


def at_hand(run: Weighted) -> bool:
    """Whether a run's images can be read without a download: from the folder or the archive that it names, or from where one was put."""
    if place := folder_of(run.config):
        return Path(place).is_absolute() and is_there(place)
    return usable(run.config["dataset"])


def count_of(model: OpenedModel, bounds: tuple[int, int], weights: int) -> int:
    """So many pictures that they have about `weights` attention weights together, within `bounds`."""
    fewest, most = bounds
    return min(most, max(fewest, weights // weights_a_picture(model.metadata["config"])))


def distances(run: Weighted, path: Path) -> tuple[np.ndarray, int, str]:
    """The attention distance of every head, (L, H) in patches, mean over pictures; how many, and which."""
    opened(path)
    return _distances(run, as_key(path), path.stat().st_mtime_ns, at_hand(run))


@st.cache_data(max_entries=512, show_spinner=False, hash_funcs={Weighted: lambda run: run.run_id})
def _distances(run: Weighted, path: bytes, changed: int, own: bool) -> tuple[np.ndarray, int, str]:
    import torch

    from core.probes.attention.maps import attention_distance, record_attention

    model = opened(path_of(path))
    check_size(model)
    measured = measured_on(run, count_of(model, MEASURED, MANY_WEIGHTS))
    images = _inputs(model, measured.images)
    found = torch.cat([attention_distance(record_attention(model.model, image[None]).weights) for image in images])  # (n, L, H)
    return found.nanmean(0).numpy(), len(images), measured.words


def swap(run: Weighted, path: Path) -> Swap:
    """Swap the class token for the mean of the patches' tokens on many pictures."""
    opened(path)
    return _swap(run, as_key(path), path.stat().st_mtime_ns, at_hand(run))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Weighted: lambda run: run.run_id})
def _swap(run: Weighted, path: bytes, changed: int, own: bool) -> Swap:
    import torch

    from core.probes.attention.readout import read_tokens
    from core.training.runs.fitting import check_reads

    model = opened(path_of(path))
    check_reads(model.metadata["config"], TOGETHER, classes=len(model.classes))
    measured = measured_on(run, count_of(model, SWAPPED, SWAP_WEIGHTS))
    found = [read_tokens(model.model, part) for part in _inputs(model, measured.images).split(TOGETHER)]
    right = None
    if measured.labels is not None:
        labels = torch.from_numpy(measured.labels).long().split(TOGETHER)
        right = tuple(map(sum, zip(*(part.right(of) for part, of in zip(found, labels, strict=True)), strict=True)))
    return Swap(len(measured.images), sum(part.same for part in found), right, measured.words)


@st.cache_data(max_entries=64, show_spinner=False)
def shapes_of(path: bytes, changed: int) -> list[tuple[str, tuple[int, ...]]]:
    """What comes out of each step of the model in a file, for a batch of 4."""
    import torch

    from core.probes.attention.readout import layer_shapes

    return layer_shapes(opened(path_of(path)).model, torch.zeros(4, 3, 32, 32))
