"""Models of scripts: a class `Model` that knows PyTorch and nothing of the lab.

Layers are made in the order of the lab's own classes, so that the same seed draws the same weights: `test_script.py` trains both and
compares their losses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.hparams import Hyperparameters
from core.models.configs import CNNConfig, RecurrentConfig, ReNetConfig, ViTConfig
from core.training.script.source import fitted


def model_text(model: str, config: Hyperparameters, classes: int) -> str | None:
    """The definition of a class `Model` that is the lab's `model` with this config; None for a model that is not known here."""
    if model not in CONSTANTS:
        return None
    template, constants = CONSTANTS[model]
    text = fitted(template, {**constants(config), "NUM_CLASSES": classes}, ["Model"])
    return text + fitted("dropout", {}, ["Dropout", "seed_dropout"]) if "Dropout(" in text else text


def drops(config: Hyperparameters) -> bool:
    """Whether a model with this config drops anything out. Then every Dropout is there: its place in the model seeds it."""
    return any(getattr(config, name, 0) > 0 for name in ("dropout", "drop_sweeps"))


def _recurrent(cell: str) -> Callable[[RecurrentConfig], dict[str, Any]]:
    return lambda config: {
        "CELL": cell,
        "READOUT": config.readout,
        "PATCH": config.patch_size,
        "EMBED": config.embed_dim,
        "HIDDEN": config.hidden_size,
        "LAYERS": config.num_layers,
        "BIDIRECTIONAL": config.bidirectional,
        "DROPOUT": config.dropout,
    }


def _cnn(config: CNNConfig) -> dict[str, Any]:
    return {"WIDTH": config.width, "BLOCKS": config.blocks, "DROPOUT": config.dropout}


def _vit(config: ViTConfig) -> dict[str, Any]:
    return {
        "POSITIONS": config.positions,
        "PATCH": config.patch_size,
        "EMBED": config.embed_dim,
        "HEADS": config.num_heads,
        "LAYERS": config.num_layers,
        "HIDDEN": round(config.mlp_ratio * config.embed_dim),
        "DROPOUT": config.dropout,
    }


def _renet(config: ReNetConfig) -> dict[str, Any]:
    return {
        "PATCH": config.patch_size,
        "OVERLAP": int(config.overlap),
        "WIDTH": config.width,
        "BLOCKS": (config.blocks1, config.blocks2, config.blocks3),
        "DROPOUT": config.dropout,
        "DROP_SWEEPS": config.drop_sweeps,
    }


# The template of each model, and the values of its constants.
CONSTANTS: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "gru": ("recurrent", _recurrent("gru")),
    "lstm": ("recurrent", _recurrent("lstm")),
    "rnn": ("recurrent", _recurrent("rnn")),
    "cnn": ("cnn", _cnn),
    "vit": ("vit", _vit),
    "renet": ("renet", _renet),
}
