"""Every model by name. A new model is one file, one config and one row in `MODELS`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, fields, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.errors import ConfigError, unknown
from core.hparams import Hyperparameters, declared
from core.models.configs import CNNConfig, RecurrentConfig, ReNetConfig, ViTConfig
from core.models.seq2seq_configs import EncoderDecoderConfig, RecurrentSeq2SeqConfig, TorchEncoderDecoderConfig
from core.models.seq2seq_task import Seq2SeqTask
from core.text import quoted

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


def build_model(name: str, task: Task | Seq2SeqTask | int | None = None, *, seed: int | None = None, **hyperparameters: Any) -> nn.Module:
    """A model that maps (B, 3, H, W) float images to (B, K) logits; or, for a `Seq2SeqTask`, an encoder-decoder (see `Seq2Seq`).

    What a classifier is for may be told by the fields of its `Task`, too: `build_model("gru", num_classes=5)`, or `build_model("gru", 5)`.
    With a `seed` its initial weights depend on the seed alone, whatever other threads draw meanwhile.

    Raises ConfigError for an unknown name or hyperparameter, a value out of range, or values that contradict each other.
    """
    if seed is not None and not hasattr(seed, "__index__"):
        raise ConfigError(f"seed must be a whole number, or None for torch's own, not {quoted(seed)}.")
    spec = model_spec(name)
    of_task = {
        f.name: hyperparameters.pop(f.name) for f in fields(Task) if f.name in hyperparameters and f.name not in declared(spec.config)
    }
    task = _task(name, task, of_task)
    config = spec.config.of(hyperparameters)
    module, _, cls = spec.target.partition(":")
    make = partial(getattr(import_module(module), cls), task, config, **spec.fixed)
    with building(seed):
        return make()


def _task(name: str, task: Task | Seq2SeqTask | int | None, values: Mapping[str, Any]) -> Task | Seq2SeqTask:
    """What a model is for, as `build_model` was told. Raises ConfigError when that is none, or of the other kind."""
    if isinstance(task, int) and not isinstance(task, bool):
        task = Task(num_classes=task)
    if model_spec(name).kind == "sequences":
        if not isinstance(task, Seq2SeqTask) or values:
            raise ConfigError(
                f"The model {name!r} makes sequences out of sequences: give it a Seq2SeqTask, as "
                "core.training.runs.checkpoint.task_of(dataset) makes it."
            )
        return task
    if task is not None and not isinstance(task, Task):
        raise ConfigError(f"The model {name!r} names images: give it a Task(num_classes=...), or num_classes=dataset.num_classes alone.")
    found = replace(task or Task(), **values)
    if wrong := next((n for n, v in vars(found).items() if not isinstance(v, int) or isinstance(v, bool) or v < 1), None):
        raise ConfigError(f"{wrong} must be a whole number from 1 on, not {quoted(getattr(found, wrong))}.")
    return found


def building(seed: int | None) -> AbstractContextManager[object]:
    """Make a module in here: with a `seed`, its initialisation draws from a generator of its own (see core.models.drawing); without one
    from torch's global generator, or from that of a `building` around it."""
    if seed is None:
        return nullcontext()
    from core.models.drawing import Drawing

    return Drawing(seed)
