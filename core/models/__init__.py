"""Every model by name. A new model is one file, one config and one row in `MODELS`."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.errors import unknown
from core.hparams import Hyperparameters
from core.models.configs import CNNConfig, RecurrentConfig, ReNetConfig, ViTConfig
from core.models.seq2seq_configs import EncoderDecoderConfig, RecurrentSeq2SeqConfig, TorchEncoderDecoderConfig
from core.models.seq2seq_task import Seq2SeqTask

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Task:
    """What a classifier is for: square images of `channels` x `image_size` x `image_size` in `num_classes` classes."""

    num_classes: int = 10
    image_size: int = 32
    channels: int = 3


@dataclass(frozen=True)
class ModelSpec:
    """A row of `MODELS`. `target` is "module:Class", imported when first built: the table itself needs no torch.

    The class is called as `Class(task, config, **fixed)`.
    """

    title: str
    help: str
    config: type[Hyperparameters]
    target: str
    fixed: dict[str, Any] = field(default_factory=dict)
    kind: str = "images"  # names images, or translates "sequences"


RECURRENT = "core.models.recurrent:RecurrentClassifier"
RECURRENT_PAIR = "core.models.recurrent_encoder_decoder:RecurrentEncoderDecoder"

MODELS: dict[str, ModelSpec] = {
    "gru": ModelSpec("GRU", "Gated recurrent unit: two gates decide what to keep.", RecurrentConfig, RECURRENT, {"cell": "gru"}),
    "lstm": ModelSpec(
        "LSTM",
        "Long short-term memory: a cell state that gradients survive on.",
        RecurrentConfig,
        RECURRENT,
        {"cell": "lstm"},
    ),
    "rnn": ModelSpec("RNN", "Elman network: one tanh a step, and gradients that vanish.", RecurrentConfig, RECURRENT, {"cell": "rnn"}),
    "renet": ModelSpec("ReNet", "GRUs sweep along rows and columns, in a pyramid.", ReNetConfig, "core.models.renet:ReNet"),
    "vit": ModelSpec("ViT", "Vision Transformer: every patch attends to every other.", ViTConfig, "core.models.vit:ViT"),
    "cnn": ModelSpec("CNN", "Small convolutional network, the baseline for images.", CNNConfig, "core.models.cnn:CNN"),
    "transformer": ModelSpec(
        "Transformer",
        "Encoder and decoder of the lab's own layers: one reads, the other writes and looks back at all that was read.",
        EncoderDecoderConfig,
        "core.models.encoder_decoder:EncoderDecoder",
        kind="sequences",
    ),
    "torch-transformer": ModelSpec(
        "nn.Transformer",
        "The same on PyTorch's own layers.",
        TorchEncoderDecoderConfig,
        "core.models.torch_encoder_decoder:TorchEncoderDecoder",
        kind="sequences",
    ),
    "seq2seq-gru": ModelSpec(
        "Two GRUs",
        "One reads, the other writes from the first one's last state alone.",
        RecurrentSeq2SeqConfig,
        RECURRENT_PAIR,
        {"attention": False},
        kind="sequences",
    ),
    "seq2seq-gru-attention": ModelSpec(
        "Two GRUs with attention",
        "The one that writes may look back at every state of the one that reads.",
        RecurrentSeq2SeqConfig,
        RECURRENT_PAIR,
        {"attention": True},
        kind="sequences",
    ),
}


def model_spec(name: str) -> ModelSpec:
    """The row of `MODELS` for `name`; raises ConfigError with the nearest match if there is none."""
    if name not in MODELS:
        raise unknown("model", name, MODELS)
    return MODELS[name]


def models_of(kind: str) -> list[str]:
    """The names of all models of a kind."""
    return [name for name, spec in MODELS.items() if spec.kind == kind]


def build_model(name: str, task: Task | Seq2SeqTask | None = None, *, seed: int | None = None, **hyperparameters: Any) -> nn.Module:
    """A model that maps (B, 3, H, W) float images to (B, K) logits; or, for a `Seq2SeqTask`, an encoder-decoder (see `Seq2Seq`).

    With a `seed` its initial weights depend on the seed alone, whatever other threads draw meanwhile.

    Raises ConfigError for an unknown name or hyperparameter, a value out of range, or values that contradict each other.
    """
    spec = model_spec(name)
    config = spec.config.of(hyperparameters)
    module, _, cls = spec.target.partition(":")
    make = partial(getattr(import_module(module), cls), task or Task(), config, **spec.fixed)
    with building(seed):
        return make()


def building(seed: int | None) -> AbstractContextManager[object]:
    """Make a module in here: with a `seed`, its initialisation draws from a generator of its own (see core.models.drawing); without one
    from torch's global generator, or from that of a `building` around it."""
    if seed is None:
        return nullcontext()
    from core.models.drawing import Drawing

    return Drawing(seed)
