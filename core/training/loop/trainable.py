"""What a `Trainer` is given, looked at before anything is made of it: each mistake is one sentence with what to give instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from core.data.sequences import SeqDataset
from core.data.splits import Dataset, Split
from core.errors import ConfigError, DataError
from core.models import model_spec
from core.models.seq2seq_task import Seq2SeqTask
from core.text import described
from core.training.config import RunConfig
from core.training.training_config import TRAINING_CONFIGS, TrainingConfig

EXAMPLE = 'Write Trainer(build_model("gru", num_classes=10), load_dataset("shapes"), {"epochs": 3})'
WRITING = ("encode", "decode", "start", "step")  # what a model that makes sequences can do, see `core.models.seq2seq_task.Seq2Seq`


def check_trainable(model: Any, dataset: Any, callbacks: Iterable[Any], hooks: type) -> None:
    """Raise ConfigError unless `model` is a module that can be trained on `dataset`, which has three splits, and callbacks are `hooks`."""
    if not isinstance(model, nn.Module):
        raise ConfigError(
            f"A Trainer's model is a torch.nn.Module, and this is {described(model)}. {EXAMPLE}: the model first, then its data."
        )
    if not isinstance(dataset, Dataset | SeqDataset):
        raise ConfigError(
            f"A Trainer's data has three splits, and this is {described(dataset)}. {EXAMPLE}; Dataset.of makes data of own images."
        )
    if isinstance(dataset, SeqDataset) and not all(hasattr(model, name) for name in WRITING):
        raise ConfigError(f"{dataset.name!r} is a task on sequences, and this model makes none: build one of the models of that kind.")
    if isinstance(dataset, Dataset) and isinstance(getattr(model, "task", None), Seq2SeqTask):
        raise ConfigError(
            f"This model makes sequences out of sequences, and {dataset.name!r} has images: build one of the models for these."
        )
    if wrong := next((one for one in callbacks if not isinstance(one, hooks)), None):
        raise ConfigError(f"Callbacks are made from core.training.Callback, and one of these is {described(wrong)}.")


def check_classes(logits: Tensor, classes: int) -> None:
    """Raise DataError unless a model's answers (B, K) are one number a class."""
    if logits.ndim != 2 or logits.shape[1] != classes:
        raise DataError(
            f"The data has {classes} classes, and the model answers with {tuple(logits.shape)}: build it with num_classes={classes}."
        )


def images_of(given: Any, wanted: tuple[int, ...]) -> Tensor:
    """Images to be named as (N, C, H, W) uint8, of a split, a batch or one picture of the shape `wanted`. Raises DataError for others."""
    if isinstance(given, Dataset):
        raise DataError(f"{given.name!r} has three splits: name the images of one, as in trainer.predict(shapes.val).")
    try:
        images = given.images if isinstance(given, Split) else torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"Images to be named are a split or a tensor, and this is {described(given)}.") from error
    images = images[None] if images.ndim == 3 else images
    if images.dtype != torch.uint8 or tuple(images.shape[1:]) != wanted:
        kind = f"{tuple(images.shape)} {images.dtype}"
        raise DataError(f"The model was trained on images {wanted} uint8, bytes from 0 to 255 that are not normalised; these are {kind}.")
    return images


def training_config(config: TrainingConfig | RunConfig | Mapping[str, Any] | None, kind: str = "images") -> TrainingConfig:
    """What a script names as its training: a config of it or of a whole run, hyperparameters by name, or nothing, which is the defaults.

    Raises ConfigError for everything else.
    """
    if config is None or isinstance(config, Mapping):
        return TRAINING_CONFIGS[kind].of(config or {})
    if isinstance(config, RunConfig) and model_spec(config.model).kind != kind:
        raise ConfigError(
            f"This config is of a run of the model {config.model!r} on {config.dataset!r}, and these data are of another kind."
        )
    found = config.training if isinstance(config, RunConfig) else config
    if not isinstance(found, TrainingConfig):
        raise ConfigError(f"A training is told by a TrainingConfig, such as TrainingConfig(epochs=3), not by {described(config)}.")
    return found
