"""What a run is: a model, a data set and how to train, each with its declared hyperparameters."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Self

from core.data import DATA_CONFIGS, DATASETS, data_spec, datasets_of
from core.data.config import DataConfig
from core.errors import ConfigError, LabError, unknown
from core.hparams import Hyperparameter, Hyperparameters, declared, hparam, redeclared
from core.models import MODELS, model_spec, models_of
from core.text import MOST_PATH, MOST_SENTENCE, bare, taken
from core.training.flat_config import folder_of, reads_folder
from core.training.presets import PRESETS

MOST_GPUS = 8  # of one machine, that a run can choose between


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(Hyperparameters):
    """How a model is trained. All defaults together are the set-up of the recorded run that the page Train opens on."""

    epochs: int = hparam(20, "How often the model sees the whole training set.", low=1, high=1000, scale="log", basic=True)
    batch_size: int = hparam(
        128,
        "Images per step. Larger batches give smoother, fewer steps; smaller ones noisier, more steps.",
        low=1,
        high=4096,
        scale="log",
        unit="images",
    )
    lr: float = hparam(
        4e-3,
        "Learning rate, the size of a step. Too small crawls, too large diverges.",
        low=1e-6,
        high=10.0,
        scale="log",
        basic=True,
        label="Learning rate",
    )
    optimizer: str = hparam(
        "adamw",
        "How gradients become steps: Adam scales each weight's step by its history, AdamW decays weights apart from it, SGD has momentum, "
        "Muon gives all directions of a weight matrix the same length (and leaves the rest to AdamW).",
        choices=("adamw", "adam", "sgd", "muon"),
    )
    muon_lr: float = hparam(
        0.02,
        "Learning rate of the matrices (and convolution kernels) that Muon steps; it follows the schedule as the other does.",
        low=1e-5,
        high=1.0,
        scale="log",
    )
    schedule: str = hparam(
        "one-cycle",
        "How the learning rate changes: constant, cosine down to 0, one-cycle (up for 30 % of the steps, then down to 0), linear (up for"
        " 15 %, then straight down to 0).",
        choices=("constant", "cosine", "one-cycle", "linear"),
    )
    weight_decay: float = hparam(0.0, "Pull of all weights towards 0. A little reduces overfitting.", low=0.0, high=1.0, step=0.001)
    momentum: float = hparam(0.9, "How much of the last step SGD keeps; Adam has its own.", low=0.0, high=0.999, step=0.01)
    label_smoothing: float = hparam(
        0.0,
        "Share of the target spread over the other classes; keeps the model from being too sure.",
        low=0.0,
        high=0.5,
        step=0.01,
    )
    clip_norm: float = hparam(
        1.0,
        "Gradients longer than this are shortened to it; 0 switches it off. Keeps recurrent nets from blowing up.",
        low=0.0,
        high=100.0,
        step=0.1,
    )
    augment: bool = hparam(
        False,
        "Shift each training image at random and mirror half of them: more variety, slower to fit, less overfitting.",
    )
    shift: int = hparam(
        4, "By how many pixels at most augmentation shifts an image. Short runs gain from less.", low=0, high=8, unit="pixels"
    )
    cutout: int = hparam(
        0,
        "Side of a square that is greyed out at a random place of each training image (DeVries & Taylor 2017); 0 is off.",
        low=0,
        high=24,
        unit="pixels",
    )
    ema: float = hparam(
        0.0,
        "Weight averaging: how much of the running average is kept at every step (0.999 averages over 1,000 steps); the average is what "
        "is evaluated and kept. 0 is off.",
        low=0.0,
        high=0.9999,
        step=0.0001,
    )
    train_fraction: float = hparam(
        1.0,
        "Share of the training set that is used. Less is faster and overfits sooner.",
        low=0.01,
        high=1.0,
        step=0.01,
    )
    seed: int = hparam(0, "Seed of initialisation, shuffling, augmentation and dropout.", low=0, high=2**31 - 1)
    device: str = hparam(
        "auto",
        "Where to train; auto takes CUDA, then MPS, then the CPU. cuda is the first GPU, cuda:1 the second one, and so on.",
        choices=("auto", "cpu", "cuda", *(f"cuda:{number}" for number in range(MOST_GPUS)), "mps"),
    )
    precision: str = hparam("float32", "bf16 computes in 16 bits on CUDA: faster, a little rougher.", choices=("float32", "bf16"))
    compile: bool = hparam(
        False,
        "Let PyTorch compile the model for the GPU (torch.compile), CUDA only: about a minute before the first step; what is gained "
        "depends on the model. RNN, LSTM and GRU layers are left as they are, and ReNet, or a ViT with dropout, is cut into pieces: "
        "that gains little or nothing.",
    )
    threads: int = hparam(0, "CPU threads of the training; 0 measures at the start which number is fastest.", low=0, high=256)
    kernel: str = hparam(
        "auto",
        "What computes a GRU on a CPU: PyTorch, or the lab's compiled scan; same numbers up to rounding. auto measures which is faster.",
        choices=("auto", "torch", "scan"),
    )


@dataclass(frozen=True, kw_only=True)
class SequenceTrainingConfig(TrainingConfig):
    """How an encoder-decoder is trained: with teacher forcing, nothing of images."""

    epochs: int = redeclared(TrainingConfig, "epochs", 8, help="How often the model sees all training pairs.")
    batch_size: int = redeclared(
        TrainingConfig,
        "batch_size",
        128,
        help="Pairs of sequences per step. Larger batches give smoother, fewer steps; smaller ones noisier, more steps.",
        unit="pairs",
    )
    lr: float = redeclared(TrainingConfig, "lr", 5e-3)
    # What only images have is no hyperparameter here.
    augment: ClassVar[bool] = False
    shift: ClassVar[int] = 0
    cutout: ClassVar[int] = 0
    compile: ClassVar[bool] = False


TRAINING_CONFIGS = {"images": TrainingConfig, "sequences": SequenceTrainingConfig}  # by kind
DEFAULTS = {"images": {"model": "gru", "dataset": "shapes"}, "sequences": {"model": "transformer", "dataset": "dates"}}


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """A whole run. Make it with `RunConfig.of`, which takes all hyperparameters by their (unique) names."""

    model: str
    dataset: str
    model_config: Hyperparameters
    data_config: DataConfig = field(default_factory=DataConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)

    @classmethod
    def parts(cls, model: str) -> dict[str, type[Hyperparameters]]:
        """The config classes that a run of `model` is made of, by field."""
        spec = model_spec(model)
        return {"model_config": spec.config, "data_config": DATA_CONFIGS[spec.kind], "training": TRAINING_CONFIGS[spec.kind]}

    @classmethod
    def hyperparameters(cls, model: str) -> dict[str, Hyperparameter]:
        """All hyperparameters of a run of `model` by name."""
        return {name: h for part in cls.parts(model).values() for name, h in declared(part).items()}

    @classmethod
    def of(cls, *, preset: str | None = None, model: str | None = None, dataset: str | None = None, **values: Any) -> Self:
        """A run config: the preset's values, overridden by `values`, the rest at their defaults.

        Raises ConfigError for unknown names and impossible values.
        """
        if preset is not None and preset not in PRESETS:
            raise unknown("preset", preset, PRESETS)
        names = {name: value for name, value in (("model", model), ("dataset", dataset)) if value}
        checked = cls.checked({**PRESETS.get(preset, {}), **values, **names})
        if isinstance(checked, dict):
            raise ConfigError(next(iter(checked.values())))
        return checked

    @classmethod
    def checked(cls, values: Mapping[str, Any]) -> Self | dict[str, str]:
        """The run config of all `values` by name, the rest at their defaults; or everything that is wrong with them: {name: sentence}.

        Raises ConfigError for an unknown model or data set.
        """
        model, dataset = cls.pair(values.get("model"), values.get("dataset"))
        values = {n: v for n, v in values.items() if n not in ("model", "dataset")}
        if problems := cls.problems(model, values, dataset):
            return problems
        parts = {part: of.of({n: v for n, v in values.items() if n in declared(of)}) for part, of in cls.parts(model).items()}
        return cls(model=model, dataset=dataset, **parts)

    @staticmethod
    def pair(model: str | None, dataset: str | None) -> tuple[str, str]:
        """Both names; of one that is not given, the default that goes with the other. Raises ConfigError for unknown ones."""
        kind = model_spec(model).kind if model else data_spec(dataset).kind if dataset else "images"
        model, dataset = model or DEFAULTS[kind]["model"], dataset or DEFAULTS[kind]["dataset"]
        data_spec(dataset)
        return model, dataset

    @classmethod
    def problems(cls, model: str, values: Mapping[str, Any], dataset: str | None = None) -> dict[str, str]:
        """Everything wrong with `values` for a run of `model` (on `dataset`): {name: sentence}."""
        if dataset is not None and DATASETS[dataset].kind != model_spec(model).kind:
            return {"dataset": misfit(model, dataset)}
        known = cls.hyperparameters(model)
        found = {n: str(unknown("hyperparameter", n, known)) for n in values if n not in known}
        for config in cls.parts(model).values():
            found |= config.problems({n: v for n, v in values.items() if n in declared(config)})
        return found

    def flat(self) -> dict[str, Any]:
        """Every value by name, `model` and `dataset` among them; `RunConfig.of(**flat)` gives the same config."""
        parts = (self.model_config, self.data_config, self.training)
        return {
            "model": self.model,
            "dataset": self.dataset,
            **{n: v for part in parts for n, v in asdict(part).items()},
        }

    @classmethod
    def completed(cls, config: Mapping[str, Any]) -> dict[str, Any]:
        """A flat config as it was kept, with all that it does not name: a run that is older than a hyperparameter had what is its default,
        or, if it reads a folder, what was done with folders before (`Hyperparameter.older`).

        That of a model which the lab does not know (any more) stays as it is.
        """
        known = cls.hyperparameters(config["model"]) if config.get("model") in MODELS else {}
        of_folder = reads_folder(config)
        had = {name: h.default if h.older is None or not of_folder else h.older for name, h in known.items()}
        return {**config, **{name: value for name, value in had.items() if name not in config}}

    @property
    def folder(self) -> str:
        """The folder that its images come from; empty where they come from none."""
        return folder_of(self.flat())

    def changed(self) -> dict[str, Any]:
        """`model` and `dataset`, and the values that differ from their defaults: the short form for links and labels."""
        parts = (self.model_config, self.data_config, self.training)
        return {
            "model": self.model,
            "dataset": self.dataset,
            **{n: v for part in parts for n, v in part.changed().items()},
        }

    def command(self) -> str:
        """The command line that trains this run."""
        return command(self.changed())


def command_of(config: Mapping[str, Any], *, paths: bool = True) -> str:
    """The command line that trained a run with this flat config as it was kept, whatever is in it: what is no config (any more) is shown.

    Without `paths`, a folder is named by its last name alone.
    """
    shown = dict(config)
    if shown.get("data") and not paths:
        shown["data"] = bare(str(shown["data"]))
    try:
        return RunConfig.of(**shown).command()
    except LabError:
        known = RunConfig.hyperparameters(shown["model"]) if shown.get("model") in MODELS else {}
        changed = {n: v for n, v in shown.items() if n not in known or v != known[n].default}
        return taken(command(changed), MOST_SENTENCE)


def command(changed: Mapping[str, Any]) -> str:
    """The command line of the values that are not at their defaults, in one line that can be shown."""
    flags = []
    for name, value in changed.items():
        flag = "--" + name.replace("_", "-")
        text = taken(value, MOST_PATH) if isinstance(value, str) else str(value)
        flags += [flag if value else flag.replace("--", "--no-", 1)] if isinstance(value, bool) else [flag, shlex.quote(text)]
    return " ".join(["python -m core train", *flags])


def misfit(model: str, dataset: str) -> str:
    """Why a model cannot be trained on a data set of another kind, and what fits."""
    does = {"images": "names images", "sequences": "makes sequences out of sequences"}[model_spec(model).kind]
    has = {"images": "has images and their classes", "sequences": "is a task on sequences"}[data_spec(dataset).kind]
    fit = ", ".join(datasets_of(model_spec(model).kind)), ", ".join(models_of(data_spec(dataset).kind))
    return f"The model {model!r} {does}, but {dataset!r} {has}: choose one of the data sets {fit[0]}, or one of the models {fit[1]}."


# All that a link may say of a set-up.
SET_UP_NAMES = ("preset", "model", "dataset", *dict.fromkeys(name for model in MODELS for name in RunConfig.hyperparameters(model)))
