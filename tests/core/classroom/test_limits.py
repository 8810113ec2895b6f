"""The limits of a class: what is refused names what to change and to what, and with that change it is allowed."""

import re
from dataclasses import replace

import pytest

from core.classroom.facts import Facts
from core.classroom.limits import KEPT, MOST, Limiting, Limits
from core.data import DATASETS
from core.errors import ConfigError
from core.hparams import declared
from core.models import MODELS
from core.training.config import RunConfig, TrainingConfig
from core.training.runs.footprint import size_of_run
from core.training.runs.store import Store

FREE = Limits(weights=0, epochs=0, batch_size=0, memory=0, seconds=0)
VALUES = {"weights": 10_000, "epochs": 5, "batch_size": 64, "memory": 300, "seconds": 30, "datasets": ["shapes"]}


@pytest.fixture
def facts(tmp_path):
    store = Store(tmp_path)
    yield Facts(store)
    store.close()


def not_asked(config):
    raise AssertionError("its size need not be known")


@pytest.mark.parametrize("model", MODELS)
def test_every_model_at_its_defaults_may_be_trained_in_a_class(model):
    assert Limits().problems(RunConfig.of(model=model), size_of_run) == {}


def test_each_limit_is_the_largest_value_that_is_allowed():
    limits = replace(FREE, epochs=5, batch_size=64, datasets=("shapes", "cifar10"))
    for changed, named in (
        ({}, None),
        ({"epochs": 6}, "epochs"),
        ({"batch_size": 65}, "batch_size"),
        ({"dataset": "fashion_mnist"}, "dataset"),
    ):
        found = limits.problems(RunConfig.of(**{"epochs": 5, "batch_size": 64, "dataset": "shapes", **changed}), not_asked)
        assert [*found] == ([named] if named else [])
    assert FREE.problems(RunConfig.of(epochs=1000, batch_size=4096, hidden_size=1024, dataset="fashion_mnist"), not_asked) == {}
    assert limits.problem("epochs", 60) == "epochs = 60 is too much in this class: choose up to 5."
    assert limits.problem("dataset", "dates") == "The data set 'dates' is not used in this class: choose shapes or cifar10."


@pytest.mark.parametrize(("name", "limit"), [("weights", 20_000), ("memory", 200)])
def test_what_is_too_large_is_told_with_a_change_that_is_enough(name, limit):
    limits, config = replace(FREE, **{name: limit}), RunConfig.of(model="gru", hidden_size=512, batch_size=512)
    (sentence,) = limits.problems(config, size_of_run).values()
    changed, value = re.search(r"choose (\w+) = ([\d.]+) instead", sentence).groups()
    smaller = RunConfig.of(**{**config.flat(), changed: int(value)})
    assert limits.problems(smaller, size_of_run) == {} and "in this class" in sentence
    size = size_of_run(config)
    assert (f"{size.weights:,}" if name == "weights" else f"{size.memory / 1e6:,.0f} MB") in sentence


def test_a_control_offers_no_more_than_the_limit_and_says_so():
    epochs = declared(TrainingConfig)["epochs"]
    h = replace(FREE, epochs=7).limited(epochs)
    assert (h.low, h.high, h.default) == (1, 7, 7) and "Up to 7 in this class." in h.help and h.problem(8) and not h.problem(7)
    assert FREE.limited(epochs) is epochs and Limits().limited(declared(TrainingConfig)["lr"]) is declared(TrainingConfig)["lr"]
    assert Limits(epochs=2000).limited(epochs).high == epochs.high
    assert FREE.sentence == "" and Limits().sentence == (
        "Up to 1,500,000 weights, 1,500 MB of memory and 180 seconds of training for a run in this class."
    )


def test_limits_outlive_the_server_and_only_numbers_and_known_sets_are_taken(facts):
    limiting = Limiting(facts)
    assert limiting.now == Limits()
    limiting.set(VALUES)
    assert Limiting(facts).now == Limits(**{**VALUES, "datasets": ("shapes",)})
    hostile = [{name: value} for name in MOST for value in (-1, MOST[name] + 1, 2.5, True, "5", None)]
    for wrong in [*hostile, {"datasets": ["nothing"]}]:
        with pytest.raises(ConfigError):
            limiting.set({**VALUES, **wrong})
    assert limiting.now.epochs == 5
    limiting.set({**dict.fromkeys(MOST, 0), "datasets": [*DATASETS]})
    assert limiting.now == replace(FREE, datasets=tuple(DATASETS))


def test_a_run_that_used_up_its_time_goes_on_when_the_limit_was_raised(facts):
    limiting = Limiting(facts)
    limiting.set({**VALUES, "seconds": 30})
    assert limiting.time_problem("gru-1") == ""
    limiting.use_up("gru-1", 30.4)
    assert "30 seconds" in limiting.time_problem("gru-1") and limiting.time_problem("gru-2") == ""
    limiting.set({**VALUES, "seconds": 31})
    assert limiting.time_problem("gru-1") == "" and Limiting(facts).spent("gru-1") == 30.4
    limiting.set({**VALUES, "seconds": 0})
    assert limiting.time_problem("gru-1") == ""


def test_not_all_that_used_up_their_time_are_remembered(facts, monkeypatch):
    monkeypatch.setattr("core.classroom.limits.KEPT", 3)
    limiting = Limiting(facts)
    for number in range(5):
        limiting.use_up(f"gru-{number}", 10.0)
    assert [limiting.spent(f"gru-{number}") for number in range(5)] == [0, 0, 10, 10, 10] and KEPT > 100
