"""A run's config: one name for one thing, and the same config from every form it takes."""

import shlex
from pathlib import Path

import pytest

from core.cli import parse
from core.cli.train import config_of
from core.data.config import DataConfig, SequenceDataConfig
from core.errors import ConfigError
from core.hparams import declared
from core.models import MODELS
from core.training.config import DEFAULTS, RunConfig
from core.training.presets import PRESETS
from core.training.training_config import SequenceTrainingConfig, TrainingConfig

# A value other than the default for everything whose kind alone does not give one.
OTHER = {
    bool: lambda h: not h.default,
    int: lambda h: h.low if h.low != h.default else h.high,
    float: lambda h: h.low if h.low != h.default else h.high,
    str: lambda h: str(Path("any where", "it's").absolute()) if h.path else "it's ours",  # the command line makes a folder absolute
}


def all_changed(model, **wanted):
    """A config of `model` with no hyperparameter at its default, but for what is `wanted`."""
    known = RunConfig.hyperparameters(model)
    values = {n: next(c for c in h.choices if c != h.default) if h.choices else OTHER[h.kind](h) for n, h in known.items()}
    if "num_heads" in values:
        values |= {"embed_dim": 96, "num_heads": 3}
    dataset = {"images": "folder", "sequences": "row-labels"}[MODELS[model].kind]
    return RunConfig.of(**{"model": model, "dataset": dataset, **values, **wanted})


@pytest.mark.parametrize("model", MODELS)
def test_a_name_means_one_thing(model):
    names = [name for part in RunConfig.parts(model).values() for name in declared(part)]
    assert sorted(names) == sorted({*names}), "model, data and training must not share a name"
    taken = {"model", "dataset", "preset", "resume", "home", "json", "command", "run", "epoch"}
    assert not taken & {*names}, "these are options of the command line or columns of a run already"


@pytest.mark.parametrize("model", MODELS)
def test_a_flat_config_gives_the_config_back(model):
    for config in (RunConfig.of(model=model), all_changed(model)):
        flat = config.flat()
        assert list(flat)[:2] == ["model", "dataset"] and {*flat} == {"model", "dataset", *RunConfig.hyperparameters(model)}
        assert RunConfig.of(**flat) == config


@pytest.mark.parametrize("model", MODELS)
def test_what_is_changed_is_enough(model):
    dataset = DEFAULTS[MODELS[model].kind]["dataset"]
    assert RunConfig.of(model=model).changed() == {"model": model, "dataset": dataset}
    config = all_changed(model)
    assert {*config.changed()} == {*config.flat()}
    assert RunConfig.of(**config.changed()) == config
    assert RunConfig.of(model=model, seed=7, lr=1e-4).changed() == {"model": model, "dataset": dataset, "seed": 7, "lr": 1e-4}


@pytest.mark.parametrize("model", MODELS)
def test_the_command_gives_the_config_back(model):
    drawn = {"dataset": "made", "data": ""} if MODELS[model].kind == "images" else {}  # no data set of images reads both
    for config in (RunConfig.of(model=model), all_changed(model, made=""), all_changed(model, **drawn)):
        words = shlex.split(config.command())
        assert words[:3] == ["python", "-m", "core"]
        assert config_of(parse(words[3:])) == config


def test_the_command_names_only_what_is_changed():
    assert RunConfig.of().command() == "python -m core train --model gru --dataset shapes"
    changed = RunConfig.of(model="cnn", augment=True, lr=1e-5).command()
    assert changed == "python -m core train --model cnn --dataset shapes --lr 1e-05 --augment"


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_possible_and_can_be_overridden(preset):
    config = RunConfig.of(preset=preset)
    assert PRESETS[preset].items() <= config.flat().items()
    other = {"images": "shapes", "sequences": "copy"}[MODELS[config.model].kind]
    assert RunConfig.of(preset=preset, epochs=1, dataset=other).flat() == {**config.flat(), "epochs": 1, "dataset": other}


def test_the_hand_in_is_as_published():
    published = {
        "model": "gru", "dataset": "cifar10", "patch_size": 2, "embed_dim": 64, "hidden_size": 25, "num_layers": 2, "dropout": 0.0,
        "bidirectional": False, "readout": "last", "optimizer": "adam", "lr": 1e-3, "schedule": "constant", "weight_decay": 0.0,
        "label_smoothing": 0.0, "clip_norm": 0.0, "batch_size": 32, "epochs": 15, "augment": False, "train_fraction": 1.0,
    }  # fmt: skip
    assert published.items() <= RunConfig.of(preset="hand-in").flat().items()


def test_problems_name_each_field():
    problems = RunConfig.problems("vit", {"epochs": 0, "lr": "fast", "num_heads": 3, "hidden_size": 5})
    assert {*problems} == {"epochs", "lr", "num_heads", "hidden_size"}
    assert problems["num_heads"] == "num_heads = 3 does not divide embed_dim = 64: choose a number of heads that does."
    assert problems["epochs"] == "epochs = 0 is out of range: choose 1 to 1000."
    assert RunConfig.problems("vit", {"num_heads": 3, "embed_dim": 96}) == {}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model": "grus"}, "no model named 'grus'. Did you mean 'gru'"),
        ({"dataset": "cifar"}, "no data set named 'cifar'. Did you mean 'cifar10'"),
        ({"preset": "handin"}, "no preset named 'handin'. Did you mean 'hand-in'"),
        ({"hidden_sise": 3}, "no hyperparameter named 'hidden_sise'. Did you mean 'hidden_size'"),
        ({"model": "cnn", "hidden_size": 3}, "no hyperparameter named 'hidden_size'"),
        ({"patch_size": 5}, "patch_size = 5 is not possible: choose one of 1 . 2 . 4"),
        ({"model": "vit", "num_heads": 3}, "num_heads = 3 does not divide embed_dim = 64"),
        ({"epochs": 2.5}, "epochs must be a whole number, not 2.5"),
    ],
)
def test_what_cannot_be_is_refused(values, message):
    with pytest.raises(ConfigError, match=message):
        RunConfig.of(**values)


def test_values_are_checked_once_and_for_all():
    values = {"model": "vit", "dataset": "shapes", "epochs": 3, "num_heads": 2}
    assert RunConfig.checked(values) == RunConfig.of(**values)
    assert RunConfig.checked({"hidden_size": 7}) == RunConfig.of(hidden_size=7)  # of the model that is trained unless another is named
    assert RunConfig.checked({**values, "epochs": 0, "depth": 1}) == RunConfig.problems("vit", {"epochs": 0, "num_heads": 2, "depth": 1})
    assert {*RunConfig.checked({**values, "dataset": "dates"})} == {"dataset"}
    with pytest.raises(ConfigError, match="no model named"):
        RunConfig.checked({"model": "grus"})


def test_every_hyperparameter_is_explained():
    for config in (DataConfig, SequenceDataConfig, TrainingConfig, SequenceTrainingConfig, *(spec.config for spec in MODELS.values())):
        for h in declared(config).values():
            assert h.help.endswith("."), h.name
            assert h.problem(h.default) is None, h.name


def test_a_run_that_is_older_than_a_hyperparameter_had_its_default():
    new = RunConfig.of(model="gru", shift=2).flat()
    old = {name: value for name, value in new.items() if name != "shift"}
    assert RunConfig.completed(old) == {**new, "shift": RunConfig.of(model="gru").training.shift}
    assert RunConfig.completed(new) == new and list(RunConfig.completed(new)) == list(new)
    assert RunConfig.completed({"model": "mamba", "lr": 1}) == {"model": "mamba", "lr": 1}


@pytest.mark.parametrize("model", MODELS)
def test_what_is_not_basic_stands_in_one_group(model):
    grouped = [h.name for several in RunConfig.groups(model).values() for h in several]
    assert sorted(grouped) == sorted(name for name, h in RunConfig.hyperparameters(model).items() if not h.basic)
    assert max(len(several) for several in RunConfig.groups(model).values()) <= 9, "a group is taken in at a glance"
