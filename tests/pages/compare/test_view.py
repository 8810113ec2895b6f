"""What is said of two runs, in words and on an axis."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest

from core.evaluation.intervals import Interval, compare
from core.evaluation.pairs import Verdict, apart
from core.readable import number
from core.records.recorded import recorded_run
from core.training.config import RunConfig
from pages.compare.view import (
    accuracy_words,
    columns,
    counts_html,
    difference_html,
    differences,
    differences_html,
    proof_words,
    verdict_words,
)

A, B = Interval(0.7, 0.68, 0.72, 2_000), Interval(0.75, 0.73, 0.77, 2_000)


def paired(only_a, only_b, n=2_000):
    place = np.arange(n)
    found = compare(place < only_a, (place >= only_a) & (place < only_a + only_b))
    return Verdict(A, B, found.difference, found)


def test_an_accuracy_with_its_interval():
    assert accuracy_words(A) == "70.0 % (68.0 to 72.0)" and accuracy_words(None) == "no epoch yet"


@pytest.mark.parametrize(
    ("only_a", "only_b", "said"), [(20, 62, "B is better, beyond chance"), (62, 20, "A is better, beyond chance"), (30, 33, "Neither")]
)
def test_image_by_image(only_a, only_b, said):
    found = paired(only_a, only_b)
    words = verdict_words(found)
    assert said in words and f"B is right on {only_b} that A gets wrong, and A on {only_a}" in words
    assert f"B − A is {100 * (only_b - only_a) / 2_000:+.1f}".replace("-", "−") in words
    assert f"with probability {number(binomtest(only_b, only_a + only_b).pvalue, 2)} (exact McNemar" in words


def test_apart():
    found = Verdict(A, B, apart(1_400, 2_000, 1_500, 2_000), why="Nobody knows.")
    words = verdict_words(found)
    assert (
        "**B is better, beyond chance.**" in words and "with 0 outside" in words and "Nobody knows. Therefore each accuracy counts" in words
    )
    near = Verdict(A, A, apart(1_400, 2_000, 1_410, 2_000), why="x")
    assert "**Neither" in verdict_words(near) and "with 0 inside" in verdict_words(near)
    assert counts_html(found) == ""


def test_the_axis_is_centred_on_zero():
    found = difference_html(paired(20, 61))
    low, at, high = (float(value) for value in re.findall(r"--\w+:([\d.]+)", found))
    assert 0.5 < low < at < high < 1 and "lab-pair-axis b" in found
    turned = difference_html(paired(61, 20))
    assert [float(v) for v in re.findall(r"--\w+:([\d.]+)", turned)][1] == pytest.approx(1 - at, abs=0.03)  # the intervals are drawn
    assert "lab-pair-axis neither" in difference_html(paired(30, 30))


def test_counts_are_in_their_cells():
    cells = re.findall(r"<td>(?:<b>)?([\d,]+)", counts_html(paired(20, 61)))
    assert cells == ["0", "20", "61", "1,919"]


@pytest.mark.parametrize(("share", "said"), [(0.03, "**passed**"), (0.07, "**passed**"), (0.2, "**not passed**")])
def test_the_proof_says_whether_the_promise_is_kept(share, said):
    line = proof_words(paired(20, 61), share)
    assert said in line.words and "that disagree on 81 images" in line.figures
    assert f"called {100 * share:.1f} % of 400 equally good pairs of models different, and it promises 5 % at most" in line.words


def test_names_and_values_are_escaped():
    found = differences_html(["<b>x", "y"], {"data": ["<script>", None], "augment": [True, False]}, caption="<i>")
    assert "<script>" not in found and "<b>x" not in found and "<i>" not in found
    assert re.findall(r"<td>([^<]*)</td>", found) == ["&lt;script&gt;", "–", "yes", "no"]


def test_a_rate_that_was_changed_in_the_middle_of_a_run_is_a_difference():
    run = recorded_run("shapes-gru")
    assert differences([run, run]) == {}
    changed = replace(run, lr_changes=((2 * run.steps_per_epoch, 0.1), (3 * run.steps_per_epoch, 0.002)))
    assert differences([run, changed]) == {"lr, set by hand": [None, "0.1 after epoch 2, 0.002 after epoch 3"]}
    vit = recorded_run("shapes-vit")
    assert differences([run, vit]).keys() > {"model", "num_heads"} and "lr, set by hand" not in differences([run, vit])


def test_columns_are_what_differs_with_its_scale():
    one, other = RunConfig.of(model="gru", lr=0.1).flat(), RunConfig.of(model="vit", dataset="cifar10", epochs=3).flat()
    found = {column["name"]: column for column in columns([one, other])}
    assert {"lr", "hidden_size", "num_heads"} <= found.keys() and not {"model", "dataset", "epochs", "seed"} & found.keys()
    assert found["lr"]["scale"] == "log" and "size of a step" in found["lr"]["help"]
    assert columns([one]) == [] and columns([{"model": "x", "gone": 1}, {"model": "x", "gone": 2}])[0]["help"] == ""
