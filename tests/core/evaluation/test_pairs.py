"""Two runs: when their difference means something, image by image or apart, and whether the tests keep their promise."""

import dataclasses
from math import sqrt

import numpy as np
import pytest
from scipy.stats import binomtest

from core.errors import DataError
from core.evaluation.intervals import Interval, compare
from core.evaluation.pairs import Verdict, apart, best_interval, differing, false_alarms, other_images, verdict
from core.records.published import published_run
from core.records.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from tests.support import SMALL, ended, wait_for


@pytest.fixture
def two(manager):
    """Two finished runs that differ in their seed."""
    ids = [manager.submit(RunConfig.of(**{**SMALL, "epochs": 2, "seed": seed, "lr": 0.01})) for seed in (0, 1)]
    return [wait_for(manager, run_id, ended) for run_id in ids]


def right_of(run, file):
    from safetensors.numpy import load_file

    kept = load_file(file)
    return kept["logits"].argmax(1) == kept["labels"]


def test_runs_on_the_same_images_are_compared_image_by_image(manager, two):
    a, b = two
    found = verdict(manager, a, b)
    right = [right_of(run, manager.home / "runs" / run.run_id / f"logits-val-{run.best.epoch:04d}.safetensors") for run in two]
    only_a, only_b = int((right[0] & ~right[1]).sum()), int((~right[0] & right[1]).sum())
    assert (found.images.only_a, found.images.only_b) == (only_a, only_b) and found.why == ""
    assert found.difference.value == pytest.approx(b.best.val_top1 - a.best.val_top1)
    assert (found.a.value, found.b.value, found.a.n) == (a.best.val_top1, b.best.val_top1, 40)
    assert found.images.p == (pytest.approx(binomtest(only_b, only_a + only_b).pvalue) if only_a + only_b else 1.0)
    assert found.better == (("b" if only_b > only_a else "a") if found.images.p < 0.05 else "")
    turned = verdict(manager, b, a)
    assert turned.difference.value == -found.difference.value and turned.beyond_chance == found.beyond_chance


def test_without_outputs_and_weights_the_matrices_are_what_is_left(manager, two):
    a, b = two
    for path in manager.files(b.run_id).folder.glob("*.safetensors"):
        path.unlink()
    found = verdict(manager, a, b)
    assert found.images is None and f"Run {b.run_id} keeps no weights of epoch" in found.why
    assert found.a == best_interval(a) and found.b == best_interval(b)
    assert found.difference.value == pytest.approx(b.best.val_top1 - a.best.val_top1)


def test_images_that_have_changed_since_are_not_paired(manager, two):
    a, b = two
    turned = dataclasses.replace(b.best, val_confusion=np.roll(np.diag(range(10)), 1, axis=0))
    other = dataclasses.replace(b, epochs=(turned,))
    assert "Their data set has changed between them" in verdict(manager, a, other).why


@pytest.mark.parametrize(
    ("values", "sizes", "said"),
    [
        ({}, {}, ""),
        ({"seed": 7, "lr": 0.5, "train_fraction": 0.5, "data": "elsewhere", "val_fraction": 0.3}, {}, ""),
        ({"split_seed": 3}, {}, "split_seed is 0 for the one and 3 for the other"),
        ({"dataset": "cifar10"}, {}, "of the data sets shapes and cifar10"),
        ({}, {"val": 1_999}, "2,000 validation images, then 1,999"),
    ],
)
def test_what_makes_other_images(values, sizes, said):
    run = recorded_run("shapes-gru")
    other = dataclasses.replace(run, config={**run.config, **values}, sizes={**run.sizes, **sizes})
    found = other_images(run, other)
    assert (said in found) if said else found == ""


def test_a_folder_is_split_by_more_than_the_seed():
    run = recorded_run("cifar10-hand-in-0")
    assert other_images(run, recorded_run("cifar10-bar-0")) == ""
    for name, value in {"data": "elsewhere", "val_fraction": 0.3, "test_fraction": 0.3}.items():
        other = dataclasses.replace(run, config={**run.config, name: value})
        assert f"{name} is {run.config[name]!r} for the one and {value!r}" in other_images(run, other)


def test_recorded_and_published_runs_are_compared_by_their_matrices(manager):
    a, b = recorded_run("cifar10-hand-in-0"), recorded_run("cifar10-road-sweeps-0")
    found = verdict(manager, a, b)
    assert found.images is None and "did not come with the lab" in found.why
    assert found.better == "b" and found.difference.value == pytest.approx(b.best.val_top1 - a.best.val_top1)
    published = verdict(manager, a, published_run())
    assert "Nobody here knows" in published.why and published.b.n == 5_000


def test_runs_that_name_different_classes_are_not_compared(manager):
    with pytest.raises(DataError, match="circle, ring, square and 7 more and .* names airplane, .* different questions"):
        verdict(manager, recorded_run("shapes-gru"), recorded_run("cifar10-bar-0"))


def test_a_run_without_an_epoch_is_not_compared(manager):
    empty = dataclasses.replace(recorded_run("shapes-gru"), epochs=(), run_id="gru-1")
    with pytest.raises(DataError, match="Run gru-1 has no complete epoch yet: let it train"):
        verdict(manager, recorded_run("shapes-gru"), empty)
    assert best_interval(empty) is None


@pytest.mark.parametrize("name", recorded_names())
def test_the_interval_of_a_run_is_around_the_accuracy_it_reported(name):
    run = recorded_run(name)
    found = best_interval(run)
    reported = run.best.val_top1 if run.kind == "images" else run.best.val_exact
    assert found.value == pytest.approx(reported, abs=1e-9) and found.low < found.value and (found.value < found.high or reported == 1)


def test_runs_on_sequences_are_compared_by_whole_sequences(manager):
    found = verdict(manager, recorded_run("reverse-gru"), recorded_run("reverse-gru-attention"))
    assert found.better == "b" and found.why == "Of sequences it is not kept which of them a run gets right."
    assert (found.a.value, found.b.value, found.a.n) == (0.614, 0.999, 1000)
    with pytest.raises(DataError, match="answer different questions"):
        verdict(manager, recorded_run("reverse-gru"), recorded_run("dates-transformer"))


def test_apart_equals_the_normal_approximation():
    found = apart(3_000, 5_000, 2_400, 4_000)
    error = 1.96 * sqrt(0.6 * 0.4 / 5_000 + 0.6 * 0.4 / 4_000)
    assert (found.value, found.n) == (pytest.approx(0.0), 4_000)
    assert (found.low, found.high) == (pytest.approx(-error, rel=0.05), pytest.approx(error, rel=0.05))
    with pytest.raises(DataError, match="no images"):
        apart(0, 0, 1, 2)


def test_apart_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(3)
    drawn = [(int(rng.binomial(800, 0.6)), int(rng.binomial(500, 0.7))) for _ in range(300)]
    covered = [found.low <= 0.1 <= found.high for found in (apart(x, 800, y, 500) for x, y in drawn)]
    assert 0.90 < np.mean(covered) < 0.99  # 0.95 within four standard errors


def test_pairs_on_the_same_images_see_more_than_apart():
    """A difference of 3 points on 1,000 images that the models mostly agree on: a fact image by image, chance otherwise."""
    place = np.arange(1_000)
    a, b = place < 700, (place >= 5) & (place < 735)
    found = compare(a, b)
    assert found.beyond_chance
    alone = apart(700, 1_000, 730, 1_000)
    assert alone.low < 0 < alone.high and not Verdict(None, None, alone).beyond_chance


@pytest.mark.parametrize("paired", [True, False])
def test_equal_models_are_seldom_called_different(paired):
    place = np.arange(2_000)
    images = compare(place < 1_500, (place >= 60) & (place < 1_560)) if paired else None
    own = Interval(0.75, 0.73, 0.77, 2_000)
    found = Verdict(own, own, apart(1_500, 2_000, 1_500, 2_000), images)
    if paired:
        found = dataclasses.replace(found, difference=images.difference)
    share = false_alarms(found, trials=600)
    assert 0.01 < share < 0.086  # 0.05 within four standard errors; the exact test stays below


def test_a_test_that_calls_everything_different_is_found_out(monkeypatch):
    own = Interval(0.75, 0.73, 0.77, 2_000)
    monkeypatch.setattr(Verdict, "beyond_chance", True)
    assert false_alarms(Verdict(own, own, own), trials=20) == 1.0


def test_what_differs_between_configs():
    one, other = RunConfig.of(model="gru", hidden_size=3).flat(), RunConfig.of(model="vit", num_heads=2).flat()
    found = differing([one, other])
    assert (found["model"], found["hidden_size"], found["num_heads"]) == (["gru", "vit"], [3, None], [None, 2])
    assert found.keys() == {n for n in one.keys() | other.keys() if one.get(n) != other.get(n)}
    assert differing([one, {**one}]) == differing([one]) == differing([]) == {}
    assert differing([one, {**one, "seed": 1}, one]) == {"seed": [0, 1, 0]}
