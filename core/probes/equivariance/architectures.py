"""Architectures that the shuffle test is shown on, and why each answers as it does. No torch here: a page lists them at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Architecture:
    """A row of `ARCHITECTURES`: what it is called, and why it answers as it does."""

    title: str
    why: str


ADDED = "Every token has its place added before attention reads it: the same patch elsewhere is another token."
IN_ORDER = "The state at a patch holds all that was read before it, in that order."
ARCHITECTURES = {
    "encoder": Architecture(
        "Encoder without positions", "Attention compares contents and knows no places: tokens that change places take their outputs along."
    ),
    "encoder-index": Architecture("Encoder + index", ADDED),
    "encoder-index-first": Architecture(
        "Encoder + index, LayerNorm first",
        "The same number is added to all features of a token. LayerNorm subtracts their mean: the index is gone before attention reads.",
    ),
    "encoder-sinusoidal": Architecture("Encoder + sine and cosine", ADDED),
    "encoder-grid": Architecture("Encoder + row and column", ADDED),
    "encoder-learned": Architecture("Encoder + learned positions", ADDED),
    "encoder-rotary": Architecture(
        "Encoder + rotary positions",
        "How much two patches read of each other depends on how far apart they are.",
    ),
    "causal": Architecture("Causal encoder", "A token reads only those before it, and after the shuffle those are others."),
    "gru": Architecture("GRU", IN_ORDER),
    "lstm": Architecture("LSTM", IN_ORDER),
    "rnn": Architecture("RNN", IN_ORDER),
    "bidirectional": Architecture("GRU in both directions, mean", "Each direction reads in its own order, and their mean holds both."),
    "convolution": Architecture(
        "1-D convolution in a ring", "A kernel sees neighbours in the sequence: only a shift of all leaves every token its neighbours."
    ),
    "mlp": Architecture("Network on each token", "Each token is computed alone: it does not matter where it stands."),
    "pool": Architecture(
        "Mean over tokens", "A sum does not depend on the order of its terms. One answer comes out: nothing can move along."
    ),
}

POSITIONS = {
    "none": "encoder",
    "index": "encoder-index-first",
    "sinusoidal": "encoder-sinusoidal",
    "grid": "encoder-grid",
    "learned": "encoder-learned",
    "rotary": "encoder-rotary",
}
PIXELS = "Its convolutions look across the edges of patches, where a shuffle makes new patterns; only their mean forgets where things are."
SWEEPS = "It reads rows and columns of its own tokens, which are no longer the same."
LARGER = "Its tokens are larger than the patches that move: they get new contents, and nothing can be put back."


def why(config: Mapping[str, Any], patch_size: int) -> str:
    """The reason that a trained run of this flat config answers as it does, for patches of `patch_size` pixels."""
    model, own = config["model"], config.get("patch_size", 0)
    if model == "cnn":
        return PIXELS
    if model == "renet":
        return SWEEPS
    if patch_size % own:
        return LARGER
    return ARCHITECTURES[POSITIONS[config["positions"]] if model == "vit" else model].why
