"""What a step checks: conditions, one's own runs, and what was set on the page."""

import math

import pytest

from core.lessons.checks import ByDoing, ByOwnRun, Condition
from core.training.history import RunSummary


def run(owner, best, **config):
    return RunSummary(
        run_id=f"{owner}-{best}", status="stopped", message="", config={"model": "gru", **config}, owner=owner, created=0.0, epochs_done=1,
        best_epoch=0, best_val_top1=best, test_top1=math.nan,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        (Condition(equals="same"), ["same"], ["other", "", None, 0]),
        (Condition(equals=257.0), [257, 257.0], [256, "257", None]),
        (Condition(above=0.5), [0.6, 1], [0.5, 0, -1, "1", None, True, math.nan]),
        (Condition(below=1e-9), [0, 1e-10, -5], [1e-9, 1, math.nan, math.inf]),
        (Condition(above=1, below=3), [2], [1, 3, 4]),
    ],
)
def test_conditions(condition, holds, fails):
    assert all(map(condition.holds, holds)) and not any(map(condition.holds, fails))


def test_only_a_run_of_ones_own_that_was_set_up_so_counts():
    check = ByOwnRun(0.5, {"model": "gru", "patch_size": 8})
    runs = [run("b", 0.9, patch_size=8), run("a", 0.9, patch_size=4), run("a", 0.5, patch_size=8), run("a", math.nan, patch_size=8)]
    assert check.reached(runs, "a") is None and check.reached(runs, "") is None
    assert check.best(runs, "a").best_val_top1 == 0.5 and check.best([], "a") is None
    runs += [run("a", 0.6, patch_size=8), run("a", 0.7, patch_size=8)]
    assert check.reached(runs, "a").best_val_top1 == 0.7


def test_what_was_set_stands_in_the_address():
    check = ByDoing("cell", {"cell": "lstm"}, ("steps",), {"steps": "8"})
    assert check.done("cell", {"cell": "lstm", "steps": "32", "more": "x"})
    assert check.done("cell", {"cell": "lstm"}), "what the address does not say has changed, too"
    for page, address in (("depth", {"cell": "lstm"}), ("cell", {"cell": "lstm", "steps": "8"}), ("cell", {"steps": "9"}), ("", {})):
        assert not check.done(page, address)
