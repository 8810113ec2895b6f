"""The road changes one thing at a time, and ends at the bar."""

import pytest

from core.data import datasets_of
from core.training.config import RunConfig
from core.training.presets import BAR, HAND_IN, ONE_SEQUENCE, PRESETS, ROAD, SEQUENCES


def flat(preset):
    return RunConfig.of(preset=preset).flat()


@pytest.mark.parametrize(("before", "rung"), [*zip(["hand-in", *(rung.preset for rung in ROAD)], ROAD, strict=False)])
def test_a_rung_changes_what_it_says_and_nothing_else(before, rung):
    was, now = flat(before), flat(rung.preset)
    changed = {name for name in was.keys() & now.keys() if was[name] != now[name]}
    assert changed == {*rung.changes}
    assert all(now[name] == value for name, value in rung.changes.items())
    if rung.changes.get("model") == "renet":
        assert was.keys() - now.keys() - {"dropout"} == {*ONE_SEQUENCE}
    else:
        assert was.keys() == now.keys()


def test_the_road_leads_from_the_hand_in_to_the_bar():
    assert flat("hand-in") == {**flat("road-hand-in"), "epochs": 15}
    assert ROAD[-1].preset == "bar" and RunConfig.of(**BAR) == RunConfig.of(preset="bar")
    assert HAND_IN.items() <= flat("hand-in").items()


def test_the_control_is_the_step_before_the_sweeps_with_the_recipe_of_the_last():
    before, control, bar = flat("road-schedule"), flat("road-control"), flat("bar")
    changed = {name for name in before if before[name] != control[name]}
    assert changed == {"optimizer", "lr", "muon_lr", "schedule", "label_smoothing", "shift", "batch_size", "epochs"}
    assert {name: control[name] for name in changed} == {name: bar[name] for name in changed}


def test_the_best_is_the_bar_for_longer_with_more_against_overfitting():
    bar, best = flat("bar"), flat("best")
    assert {name for name in bar if bar[name] != best[name]} == {"epochs", "weight_decay", "shift", "cutout"}
    assert best["epochs"] > bar["epochs"] and best["shift"] > bar["shift"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_for_cifar10_or_a_task_and_can_be_built(name):
    assert flat(name)["dataset"] == (name if name in SEQUENCES else "cifar10")


def test_every_task_has_a_preset_of_its_name():
    assert [*SEQUENCES] == datasets_of("sequences")


def test_compared_models_share_their_recipe():
    names = [name for name in PRESETS if name.startswith("compare-")]
    recipes = {repr(RunConfig.of(preset=name).training) for name in names}
    assert len(names) == 5 and len(recipes) == 1
