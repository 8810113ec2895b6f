"""What a run is: a model, a data set and how to train, each with its declared hyperparameters."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from core.data import DATA_CONFIGS, DATASETS, data_spec, datasets_of
from core.data.config import DataConfig
from core.errors import ConfigError, LabError, unknown
from core.hparams import Hyperparameter, Hyperparameters, declared
from core.models import MODELS, model_spec, models_of
from core.text import MOST_PATH, MOST_SENTENCE, bare, taken
from core.training.flat_config import folder_of, reads_folder
from core.training.presets import PRESETS
from core.training.training_config import TRAINING_CONFIGS, TrainingConfig

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

    @classmethod
    def groups(cls, model: str) -> dict[str, list[Hyperparameter]]:
        """The hyperparameters of a run of `model` that are not basic, by the words under which a form shows them."""
        words = {"model_config": "Model", "data_config": "Data", "training": "Training"}
        found: dict[str, list[Hyperparameter]] = {}
        for part, config in cls.parts(model).items():
            for h in declared(config).values():
                if not h.basic:
                    found.setdefault(h.group or words[part], []).append(h)
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
