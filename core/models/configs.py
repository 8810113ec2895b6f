"""The hyperparameters of every model. No torch here: pages and the command line read them before torch is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.hparams import Hyperparameters, hparam

PATCH_SIZES = (1, 2, 4, 8, 16, 32)  # the divisors of a 32 pixel image
WIDTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)  # round ones; a model may have any between
LEAST_WIDTH = 2  # LayerNorm makes 0 of a vector of one number


def head_conflicts(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the heads of an attention, by name: they must divide `embed_dim`, and leave pairs to rotary positions."""
    width, heads = values["embed_dim"], values["num_heads"]
    if width % heads:
        return {"num_heads": f"num_heads = {heads} does not divide embed_dim = {width}: choose a number of heads that does."}
    if values["positions"] == "rotary" and width // heads % 2:
        sentence = f"Rotary positions turn features in pairs, but each of {heads} heads has {width // heads} of them"
        return {"num_heads": f"{sentence}: choose fewer heads, or other positions."}
    return {}


@dataclass(frozen=True, kw_only=True)
class PatchConfig(Hyperparameters):
    """What every model that reads patches shares."""

    patch_size: int = hparam(
        4,
        "Side of a square patch. Half the side means four times as many tokens: finer detail, longer sequence, slower.",
        choices=PATCH_SIZES,
        unit="pixels",
        basic=True,
    )
    embed_dim: int = hparam(
        64,
        "Width of the vector that each patch becomes before the model reads it.",
        low=LEAST_WIDTH,
        high=WIDTHS[-1],
        stops=WIDTHS,
        unit="features",
        label="Embedding size",
    )
    dropout: float = hparam(
        0.0,
        "Share of activations set to zero while training. More slows learning and reduces overfitting.",
        low=0.0,
        high=0.9,
        step=0.05,
    )


@dataclass(frozen=True, kw_only=True)
class RecurrentConfig(PatchConfig):
    """Recurrent patch classifier; the cell (rnn, lstm, gru) is the model's name."""

    hidden_size: int = hparam(
        64,
        "Width of the hidden state, the network's memory. Wider remembers more and costs time with its square.",
        low=1,
        high=1024,
        scale="log",
        unit="units",
        basic=True,
    )
    num_layers: int = hparam(
        1, "Recurrent layers on top of each other; each reads the states of the one below.", low=1, high=6, label="Layers"
    )
    bidirectional: bool = hparam(
        False, "Add a second cell that reads the patches backwards, so that every state knows both sides.", label="Both directions"
    )
    readout: str = hparam(
        "last",
        "What the classifier reads: the last hidden state, or the mean over all of them (a shorter way back for gradients).",
        choices=("last", "mean"),
        label="The classifier reads",
    )


@dataclass(frozen=True, kw_only=True)
class ViTConfig(PatchConfig):
    """Vision Transformer (Dosovitskiy et al. 2020), as in the course: class token, encoder layers, head on token 0."""

    num_layers: int = hparam(3, "Encoder layers on top of each other.", low=1, high=12, label="Layers")
    num_heads: int = hparam(
        4, "Attention heads per layer; each works in embed_dim / num_heads dimensions.", choices=(1, 2, 3, 4, 6, 8, 12, 16), label="Heads"
    )
    mlp_ratio: float = hparam(
        4.0,
        "Width of the feed-forward network in each layer, as a multiple of embed_dim.",
        low=0.5,
        high=8.0,
        step=0.5,
        label="Feed-forward width",
    )
    positions: str = hparam(
        "learned",
        "How a token knows its place: learned, sine and cosine of its index, of its row and column (grid), the bare index, or rotary: "
        "attention turns queries and keys by it. With none, the model sees a bag of patches.",
        choices=("none", "learned", "sinusoidal", "grid", "index", "rotary"),
        basic=True,
    )

    @classmethod
    def conflicts(cls, values):
        return head_conflicts(values)


@dataclass(frozen=True, kw_only=True)
class ReNetConfig(Hyperparameters):
    """GRUs that sweep along rows and columns (Visin et al. 2015), in a pyramid of three stages."""

    patch_size: int = hparam(
        2,
        "Side of a square patch. Half the side means four times as many tokens, in rows and columns of twice the length.",
        choices=(1, 2, 4, 8),
        unit="pixels",
        basic=True,
    )
    overlap: bool = hparam(True, "Let a patch also see one pixel around it (patches of 1 or 2 pixels): smoother tokens, no more of them.")
    width: int = hparam(
        64,
        "Embedding size in the first stage; the second and third have twice and four times as much. Each GRU has half of it.",
        choices=(16, 32, 48, 64, 96, 128, 192),
        unit="features",
        basic=True,
    )
    blocks1: int = hparam(
        1, "Blocks of the first stage, each a sweep along rows and one along columns.", low=1, high=4, label="Blocks, stage 1"
    )
    blocks2: int = hparam(2, "Blocks of the second stage, at half the resolution.", low=1, high=6, basic=True, label="Blocks, stage 2")
    blocks3: int = hparam(1, "Blocks of the third stage, at a quarter of the resolution.", low=1, high=6, label="Blocks, stage 3")
    drop_sweeps: float = hparam(
        0.0,
        "Share of images that skip a sweep while training (stochastic depth): less overfitting in long runs.",
        low=0.0,
        high=0.5,
        step=0.01,
        label="Skipped sweeps",
    )
    dropout: float = hparam(
        0.0,
        "Share of features set to zero before the classifier while training.",
        low=0.0,
        high=0.9,
        step=0.05,
    )

    @classmethod
    def conflicts(cls, values):
        if values["overlap"] and values["patch_size"] > 2:
            return {"overlap": f"overlap is for patches of 1 or 2 pixels, patch_size = {values['patch_size']}: switch it off."}
        return {}


@dataclass(frozen=True, kw_only=True)
class CNNConfig(Hyperparameters):
    """Small convolutional network: the honest baseline."""

    width: int = hparam(
        32,
        "Channels of the first stage; the second and third have twice and four times as many.",
        low=LEAST_WIDTH,
        high=WIDTHS[-1],
        stops=WIDTHS,
        unit="channels",
        basic=True,
    )
    blocks: int = hparam(1, "Convolutions (with BatchNorm and ReLU) in each of the three stages.", low=1, high=4, basic=True)
    dropout: float = hparam(
        0.0,
        "Share of features set to zero before the classifier while training.",
        low=0.0,
        high=0.9,
        step=0.05,
    )
