"""The hyperparameters of every encoder-decoder. No torch here."""

from __future__ import annotations

from dataclasses import dataclass

from core.hparams import Hyperparameters, hparam, redeclared
from core.models.configs import PatchConfig, ViTConfig, head_conflicts


@dataclass(frozen=True, kw_only=True)
class Seq2SeqConfig(Hyperparameters):
    """What every encoder-decoder shares."""

    embed_dim: int = redeclared(PatchConfig, "embed_dim", 32, help="Width of the vector that each token becomes.", basic=True)
    dropout: float = redeclared(PatchConfig, "dropout", 0.0)


@dataclass(frozen=True, kw_only=True)
class EncoderDecoderConfig(Seq2SeqConfig):
    """Encoder-decoder transformer (Vaswani et al. 2017), small enough to be trained while a class waits."""

    num_heads: int = redeclared(ViTConfig, "num_heads", 4)
    encoder_layers: int = hparam(2, "Encoder layers on top of each other; the last one's output is the memory.", low=1, high=8)
    decoder_layers: int = hparam(2, "Decoder layers on top of each other; every one reads the memory.", low=1, high=8)
    mlp_ratio: float = redeclared(ViTConfig, "mlp_ratio", 2.0)
    positions: str = hparam(
        "sinusoidal",
        "How a token knows its place: sine and cosine of its index, a learned vector, or rotary: self-attention turns queries and keys "
        "by it. With none, the encoder reads a bag of tokens.",
        choices=("none", "learned", "sinusoidal", "rotary"),
        basic=True,
    )
    mask: str = hparam(
        "subsequent",
        "What an output token may read of the others while training. Only the subsequent mask, with or without the padding's, hides what "
        "is to be predicted: all others let the model cheat.",
        choices=("none", "subsequent", "padding", "both", "off-by-one"),
        basic=True,
    )
    norm_first: bool = hparam(
        True,
        "LayerNorm before attention and network (trains without warm-up) rather than after the sum, as in 2017.",
        label="LayerNorm first",
    )
    tie: bool = hparam(
        False,
        "The output layer's weights are the target embedding's (Press and Wolf 2017): fewer parameters.",
        label="Output weights are the embedding",
    )
    share: bool = hparam(
        False, "Source and target tokens have one embedding. Not for images as the source.", label="One embedding for both"
    )

    @classmethod
    def conflicts(cls, values):
        return head_conflicts(values)


@dataclass(frozen=True, kw_only=True)
class TorchEncoderDecoderConfig(EncoderDecoderConfig):
    """The same on nn.Transformer, which knows no rotary positions."""

    positions: str = hparam(
        "sinusoidal",
        "How a token knows its place: sine and cosine of its index, or a learned vector. With none, the encoder reads a bag of tokens.",
        choices=("none", "learned", "sinusoidal"),
        basic=True,
    )


@dataclass(frozen=True, kw_only=True)
class RecurrentSeq2SeqConfig(Seq2SeqConfig):
    """Two GRUs: one reads the source, the other writes the target (Sutskever et al. 2014, Cho et al. 2014)."""

    hidden_size: int = hparam(
        128,
        "Width of both hidden states. Without attention, the encoder's last one is all that the decoder ever knows of the source.",
        low=1,
        high=1024,
        scale="log",
        unit="units",
        basic=True,
    )
    num_layers: int = hparam(1, "GRU layers on top of each other, in encoder and decoder.", low=1, high=4, label="Layers")
