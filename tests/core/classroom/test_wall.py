"""Rows of the wall from made-up runs, against what is counted by hand."""

import json
import math
from itertools import pairwise

import numpy as np

from core.classroom.wall import WallRun, best_by_time, best_row, main_data, varied, wall_rows
from core.training import RunConfig
from core.training.measured import Measured

PEOPLE = {"ann's cookie": "Quiet Otter", "bob's cookie": "Amber Wolf"}


def run(run_id="gru-1", owner="ann's cookie", *, data="Shapes", accuracy=None, curve=(), **config):
    return WallRun(run_id, owner, "running", data, RunConfig.of(**config).flat(), Measured(accuracy=accuracy, curve=curve))


def test_runs_differ_in_what_has_two_values_where_it_is_known():
    gru, vit = RunConfig.of(model="gru").flat(), RunConfig.of(model="vit").flat()
    assert varied([gru, {**gru, "lr": 0.1, "augment": True, "device": "cpu", "threads": 3}]) == ["lr", "augment"]
    assert varied([gru]) == [] and varied([]) == []
    assert not {"positions", "num_heads", "bidirectional"} & {*varied([gru, vit])}, "a model has them, the other has not"
    folders = [{**gru, "data": f"/photos/{name}"} for name in "ab"]
    assert varied(folders) == []


def test_rows_say_whose_a_run_is_and_no_persons_id():
    runs = [
        run("gru-1", lr=0.01),
        run("gru-2", "bob's cookie", lr=0.02),
        run("gru-3", lr=0.02, augment=True),
        run("gru-4", ""),
        run("gru-5", "a stranger's cookie"),
    ]
    rows = wall_rows(runs, lambda person: PEOPLE.get(person, ""))
    assert [row["title"] for row in rows] == ["Quiet Otter 1", "Amber Wolf", "Quiet Otter 2", "command line", "gru-5"]
    told = [(row["settings"]["lr"], row["settings"]["augment"]) for row in rows[:3]]
    assert told == [(0.01, "no"), (0.02, "no"), (0.02, "yes")]
    assert rows[0]["settings"]["hidden_size"] == RunConfig.of().flat()["hidden_size"] and "weight_decay" not in rows[0]["settings"]
    assert "cookie" not in json.dumps(rows)


def test_hostile_values_of_a_config_become_words_or_nothing():
    odd = WallRun(
        "x", "", "stopped", "Shapes", {"model": "<b>\n", "dataset": 7, "lr": math.nan, "optimizer": ["a"], "epochs": 3}, Measured()
    )
    rows = wall_rows([odd, run()], PEOPLE.get)
    assert rows[0]["model"] == "<b>\ufffd0A" and rows[0]["settings"]["lr"] is None and rows[0]["settings"]["optimizer"] == "['a']"
    json.dumps(rows, allow_nan=False)


def test_the_best_is_that_of_the_data_set_most_are_on():
    runs = [run(f"gru-{i}", accuracy=0.1 * i, data="Shapes") for i in range(1, 4)] + [run("other", accuracy=0.99, data="CIFAR-10")]
    rows = wall_rows([*runs, run("new"), run("equal", accuracy=0.1 * 3)], PEOPLE.get)
    assert main_data(rows) == "Shapes" and best_row(rows)["run"] == "gru-3"
    assert main_data([]) == "" and best_row([]) is None


def test_the_best_by_time_rises_only_and_is_the_maximum_of_all_that_was_reached_by_then():
    rng = np.random.default_rng(0)
    accuracies, seconds = rng.random((7, 9)), np.cumsum(rng.random((7, 9)), axis=1)
    curves = [[(i + 1, float(accuracies[k, i]), float(seconds[k, i])) for i in range(9)] for k in range(7)]
    rows = wall_rows([run(f"gru-{i}", curve=tuple(curve)) for i, curve in enumerate(curves)], PEOPLE.get)
    steps = best_by_time(rows)
    assert steps == sorted(steps) and all(a < b for (_, a), (_, b) in pairwise(steps))
    for seconds in np.linspace(0.01, 9, 50):
        reached = [a for curve in curves for _, a, s in curve if s <= seconds]
        stands = [a for s, a in steps if s <= seconds]
        assert max(reached, default=None) == (stands[-1] if stands else None)
    assert best_by_time([]) == []
