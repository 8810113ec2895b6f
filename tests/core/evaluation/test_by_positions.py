"""Runs by their positions: only equals stand side by side."""

from dataclasses import replace

import pytest

from core.evaluation.by_positions import KINDS, by_positions
from core.records.recorded import recorded_run
from core.training.config import RunConfig

VIT = recorded_run("cifar10-compare-vit-0")


def run(name, **values):
    return replace(VIT, run_id=name, config={**VIT.config, **values})


def test_a_recorded_run_stands_in_its_set_up():
    (setup,) = by_positions([VIT, recorded_run("shapes-gru")])
    (found,) = setup.kinds["learned"]
    assert (found.run_id, found.seed, found.epoch) == (VIT.run_id, 0, VIT.best.epoch)
    assert (found.val_top1, found.val) == (VIT.best.val_top1, VIT.sizes["val"])
    assert (found.test_top1, found.test) == (VIT.test.top1, VIT.sizes["test"])
    assert found.val_top1 == pytest.approx(VIT.best.val_confusion.trace() / VIT.best.val_confusion.sum())
    assert setup.covered == 1 and set(setup.kinds) == set(KINDS)


def test_only_positions_and_what_does_not_count_may_differ():
    same = [run("a", positions="none"), run("b", positions="rotary", threads=3, device="cpu"), run("c", seed=4)]
    other = [run("d", lr=0.001), run("e", positions="grid", epochs=9), run("f", dataset="shapes")]
    setups = by_positions([other[0], *same, *other[1:]])
    assert [setup.covered for setup in setups] == [3, 1, 1, 1]  # most kinds first
    assert {kind: [r.run_id for r in found] for kind, found in setups[0].kinds.items() if found} == {
        "none": ["a"], "rotary": ["b"], "learned": ["c"],
    }  # fmt: skip


def test_what_was_not_finished_or_is_no_vit_does_not_count():
    stopped = replace(VIT, status="stopped")
    assert by_positions([stopped, replace(VIT, epochs=()), recorded_run("cifar10-compare-gru-0")]) == []


def test_the_same_with_other_positions_can_be_trained():
    (setup,) = by_positions([VIT])
    for kind in KINDS:
        config = RunConfig.of(**setup.train(kind)).flat()
        assert config == {**VIT.config, "positions": kind}


def test_an_older_run_has_the_defaults_of_what_it_does_not_name():
    older = replace(VIT, run_id="old", config={name: value for name, value in VIT.config.items() if name != "cutout"})
    (setup,) = by_positions([VIT, older])
    assert len(setup.kinds["learned"]) == 2
