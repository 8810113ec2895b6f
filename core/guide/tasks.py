"""The tasks of the unit, and the page on which each of them is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class UnitTask:
    """A task of the unit: its number, what is to be done, and the page that does it, with what that page is opened with."""

    number: str
    title: str
    text: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the unit calls it: "Task 1.2"."""
        return f"Task {self.number}"


TASKS = (
    UnitTask(
        "1.1",
        "One output for every input",
        "The same head is applied to every hidden state of a recurrent network: (B, T, C) becomes (B, T, K).",
        "sequences",
        {"task": "same-length", "T": "10"},
    ),
    UnitTask(
        "1.2",
        "A GRU cell by hand",
        "The forward pass of a GRU cell from its weights and biases, equal to nn.GRUCell.",
        "cell",
        {"inputs": "7", "hidden": "5", "t": "2", "view": "hand", "batch": "2"},
    ),
    UnitTask(
        "2.1",
        "Patch embedding",
        "An image of 32 by 32 pixels becomes 256 tokens by one strided convolution and LayerNorm.",
        "patches",
        {"patch": "2", "width": "64"},
    ),
    UnitTask(
        "2.2",
        "Train the GRU classifier",
        "Training and validation in every epoch, confusion matrices, curves, the best epoch kept and judged once on the test images.",
        "train",
        {"preset": "hand-in"},
    ),
    UnitTask(
        "3.1",
        "The shuffle test",
        "Permute the input tokens, undo it on the outputs: a transformer without positions gives the same, a recurrent network does not.",
        "shuffle",
        {"models": "encoder.encoder-sinusoidal.gru", "order": "reverse"},
    ),
    UnitTask(
        "3.2",
        "The Vision Transformer",
        "Patch embedding, class token, learned positions, three encoder layers of four heads, and a linear head on the class token.",
        "vit",
        {"run": "recorded-cifar10-compare-vit-0", "epoch": "8"},
    ),
)
