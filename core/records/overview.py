"""A picture and two networks that read it, recorded: what the first page of the lab moves with, without torch.

`python -m core.records.overview` makes the record of recorded runs. Everything in it is what the models themselves compute of the picture.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.records.recorded import RECORDED, recorded_epochs, recorded_run

if TYPE_CHECKING:
    from torch import Tensor, nn

FILE = Path(__file__).parent / "recorded" / "overview.json.gz"
COMMAND = "python -m core.records.overview"
PICTURE = 43  # of the validation shapes: a heart, which both networks name at their best epoch
RUNS = {"gru": "shapes-gru", "vit": "shapes-vit"}  # by how each reads: with a cell, or by attention
FEATURES, UNITS = 12, 16  # numbers of a token, and of a state, that are kept
DIGITS = 3


@dataclass(frozen=True, eq=False)
class Reader:
    """What one epoch (from 0) of a recorded run makes of the picture, with T patches and K classes.

    `tokens` (T, 12): the first numbers of each token. `beliefs` (T + 1, K): probabilities after 0 to T patches. Of a recurrent network
    `states` (T + 1, 16): the first numbers of its state after 0 to T patches. Of a transformer `attention` (T, T): how much each patch
    reads of every patch in the first layer, the mean over its heads, without what goes to the class token.
    """

    run: str
    epoch: int
    patch_size: int
    width: int  # numbers of a whole token
    tokens: np.ndarray
    beliefs: np.ndarray
    states: np.ndarray | None = None
    attention: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Overview:
    """The picture, (3, 32, 32) uint8, its class, the names of all K classes, and its readers by (kind, epoch)."""

    pixels: np.ndarray
    truth: int
    classes: tuple[str, ...]
    readers: dict[tuple[str, int], Reader]


@cache
def overview() -> Overview:
    """The record that comes with the lab."""
    plain = json.loads(gzip.decompress(FILE.read_bytes()))
    pixels = np.frombuffer(base64.b64decode(plain["pixels"]), np.uint8).reshape(3, 32, 32)
    readers = {(row.pop("kind"), row["epoch"]): Reader(**{name: _array(value) for name, value in row.items()}) for row in plain["readers"]}
    return Overview(pixels, plain["truth"], tuple(plain["classes"]), readers)


def _array(value: Any) -> Any:
    return np.array(value, np.float32) if isinstance(value, list) else value


def record() -> Path:
    """Let the recorded runs read the picture, at their first and their best epoch, and keep what they make of it. Returns the file."""
    from core.data.shapes import CLASSES, PARTS, draw

    images, labels = draw(PARTS["val"][PICTURE : PICTURE + 1])
    rows = [_row(kind, name, epoch, images) for kind, name in RUNS.items() for epoch in (0, recorded_run(name).best.epoch)]
    plain = {
        "pixels": base64.b64encode(images[0].tobytes()).decode(),
        "truth": int(labels[0]),
        "classes": CLASSES,
        "readers": rows,
    }
    FILE.write_bytes(gzip.compress(json.dumps(plain).encode(), 9, mtime=0))
    overview.cache_clear()
    return FILE


def _row(kind: str, name: str, epoch: int, images: np.ndarray) -> dict[str, Any]:
    """A reader as it is kept: numbers with three digits behind the point."""
    made = asdict(read(kind, name, epoch, images))
    return {
        "kind": kind,
        **{key: np.round(value.astype(float), DIGITS).tolist() if hasattr(value, "dtype") else value for key, value in made.items()},
    }


def read(kind: str, name: str, epoch: int, images: np.ndarray) -> Reader:
    """What an epoch of a recorded run makes of one picture (1, 3, 32, 32) uint8, computed now."""
    import torch

    from core.data.splits import normalize
    from core.probes.reading.reading import beliefs
    from core.training.runs.checkpoint import open_model

    opened = open_model(recorded_epochs(name)[epoch])
    model, inputs = opened.model, normalize(torch.from_numpy(images), opened.mean, opened.std)
    with torch.no_grad():
        tokens = model.embed(inputs)  # (1, 3, H, W) -> (1, T, C)
    more = {"states": _states(model, tokens)} if kind == "gru" else {"attention": _attention(model, inputs)}
    return Reader(
        run=f"{RECORDED}{name}",
        epoch=epoch,
        patch_size=model.embed.patch_size,
        width=tokens.shape[2],
        tokens=tokens[0, :, :FEATURES].numpy(),
        beliefs=beliefs(model, inputs)[0].numpy(),
        **more,
    )


def _states(model: nn.Module, tokens: Tensor) -> np.ndarray:
    """States of a recurrent network after 0 to T tokens: (1, T, C) -> (T + 1, 16)."""
    import torch

    with torch.no_grad():
        states = model.rnn(tokens)[0][0]  # (1, T, H) -> (T, H)
    return torch.nn.functional.pad(states, (0, 0, 1, 0))[:, :UNITS].numpy()


def _attention(model: nn.Module, inputs: Tensor) -> np.ndarray:
    """Attention between patches in the first layer, the mean over heads: (1, 3, H, W) -> (T, T). The class token is token 0."""
    from core.probes.attention.maps import record_attention

    return record_attention(model, inputs).weights[0, 0].mean(dim=0)[1:, 1:].numpy()


if __name__ == "__main__":
    record()
