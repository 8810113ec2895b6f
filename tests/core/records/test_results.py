"""Published results are what the recorded runs hold, read here from their files without the lab's help."""

import dataclasses
import gzip
import json

import numpy as np
import pytest

from core.records import recorded, results
from core.records.recorded import recorded_run
from core.records.results import Result, gain_in_words, nearest, preset_set_up, proof, result, road, same_images, set_up, spread
from core.training.config import RunConfig
from core.training.presets import PRESETS, ROAD


def files(preset):
    """The stored runs of a preset, found by their names."""
    names = sorted(recorded.FOLDER.glob(f"cifar10-{preset}-[0-9]/run.json.gz"))
    return [json.loads(gzip.decompress(path.read_bytes())) for path in names]


SEEDS = {"hand-in": 3, "bar": 3}  # of all others one
PUBLISHED = ["hand-in", "best", *(rung.preset for rung in ROAD), *(name for name in PRESETS if name.startswith("compare-"))]


@pytest.mark.parametrize("preset", PUBLISHED)
def test_a_result_is_its_runs(preset):
    stored, found = files(preset), result(preset)
    assert len(found.runs) == len(stored) == SEEDS.get(preset, 1)
    assert [run.config["seed"] for run in found.runs] == [plain["config"]["seed"] for plain in stored] == [*range(len(stored))]
    best = [max(epoch["val_top1"] for epoch in plain["epochs"]) for plain in stored]
    assert found.val_top1 == best and found.test_top1 == [plain["test"]["top1"] for plain in stored]
    facts = [plain["facts"] for plain in stored]
    most = max(f["threads"] for f in facts)
    times = [sum(e["seconds"] for e in plain["epochs"]) for plain in stored if plain["facts"]["threads"] == most]
    assert found.threads == most and found.seconds == pytest.approx(np.mean(times))
    rates = [
        np.mean([e["images_per_second"] for e in plain["epochs"]]) * f["flops"] / f["peak"] for plain, f in zip(stored, facts, strict=True)
    ]
    assert found.share == pytest.approx(np.mean(rates)) and 0 < found.share < 1
    assert found.parameters == facts[0]["parameters"] and found.flops == facts[0]["flops"]
    if len(best) > 1:
        assert spread(best) == pytest.approx(np.std(best, ddof=1))
    else:
        assert spread(best) is None


@pytest.mark.parametrize("preset", PUBLISHED)
def test_the_test_accuracy_is_that_of_its_confusion_matrix_at_the_best_epoch(preset):
    for run in result(preset).runs:
        assert run.test.epoch == run.best.epoch
        assert run.test.top1 == pytest.approx(np.trace(run.test.confusion) / run.test.confusion.sum())
        assert run.test.confusion.sum() == run.sizes["test"]


def test_every_run_of_the_bar_passes_it():
    shown = proof(result("bar"))
    assert shown.passed and shown.least > 0.8 and shown.runs == SEEDS.get("bar", 1) and shown.images == 5000 and shown.recount < 1e-9


def test_the_best_beats_the_bar():
    assert min(result("best").val_top1) > max(result("bar").val_top1) and min(result("best").val_top1) > 0.85


def test_what_the_page_claims_of_one_long_sequence():
    flat = [step for step in road() if step.result.runs[0].config["model"] == "gru"]
    assert len(flat) == 6 and max(max(step.result.val_top1) for step in flat) < 0.7


def test_a_proof_fails_below_the_bar_and_when_counts_differ():
    hand_in = result("hand-in")
    assert not proof(hand_in).passed and proof(hand_in, need=0.5).passed
    run = hand_in.runs[0]
    wrong = dataclasses.replace(run, epochs=tuple(dataclasses.replace(e, val_top1=e.val_top1 + 0.01) for e in run.epochs))
    shown = proof(Result((wrong,)), need=0.5)
    assert not shown.passed and shown.recount == pytest.approx(0.01)
    assert not proof(Result((run, wrong)), need=0.5).passed  # one wrong run is enough


def test_a_bar_asks_every_run_not_their_mean():
    """Two runs at 70 % and 95 %: 82.5 % on the average, and still one below 80 %."""

    def run(right, of=100):
        epoch = dataclasses.replace(like.best, val_top1=right / of, val_confusion=np.array([[right, of - right], [0, 0]]))
        return dataclasses.replace(like, epochs=(epoch,))

    like = result("bar").runs[0]
    shown = proof(Result((run(70), run(95))), need=0.8)
    assert (shown.least, shown.runs, shown.images, shown.passed) == (0.7, 2, 100, False)
    assert proof(Result((run(81), run(95))), need=0.8).passed
    assert not proof(Result((run(80), run(95))), need=0.8).passed  # at the bar is not over it


def test_the_road_has_a_result_a_rung_and_gains_that_add_up():
    steps = road()
    assert [step.rung for step in steps] == list(ROAD)
    assert steps[0].gain is None
    first, last = (np.mean(steps[place].result.val_top1) for place in (0, -1))
    assert first + sum(step.gain for step in steps[1:]) == pytest.approx(last)


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        (-0.01, "it loses"),
        (0.0, "it loses"),
        (0.001, "up to 2 points"),
        (0.02, "up to 2 points"),
        (0.021, "2 to 5 points"),
        (0.2, "more than 5 points"),
    ],
)
def test_a_gain_has_one_choice(gain, words):
    assert gain_in_words(gain) == words


def test_seed_place_and_machine_do_not_make_another_experiment():
    one = RunConfig.of(preset="bar", seed=7, dataset="folder", data="/a/folder", threads=2, kernel="torch").flat()
    assert set_up(one) == preset_set_up("bar")
    assert set_up({**one, "width": 96}) != preset_set_up("bar")
    del one["cutout"]  # as in a run from before it was a hyperparameter
    assert set_up(one) == preset_set_up("bar")


def test_the_nearest_recorded_run_and_in_what_it_differs():
    like = result("bar").runs[0]
    run, apart = nearest(RunConfig.of(preset="bar", epochs=3, width=96, seed=5), like.classes, 40_000)
    assert run.config["model"] == "renet" and {*apart} == {"epochs", "width"}
    assert nearest(RunConfig.of(preset="bar"), like.classes, 40_000)[1] == ()
    assert nearest(RunConfig.of(preset="bar"), ("cat", "dog"), 40_000) is None
    assert nearest(RunConfig.of(preset="bar"), like.classes, 400) is None
    shapes = recorded_run("shapes-gru")
    assert nearest(RunConfig.of(model="gru"), shapes.classes, shapes.sizes["train"])[0] is shapes
    assert same_images(like, like.classes, 45_000) and not same_images(like, like.classes, 60_000)


def test_a_preset_without_recorded_runs_has_no_result(monkeypatch):
    monkeypatch.setattr(results, "recorded_names", list)
    assert result.__wrapped__("bar") is None
