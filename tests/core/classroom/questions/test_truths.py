"""Every question: its truth is computed by its own probe or run, and where something else in the lab knows it, it is the same."""

import re

import numpy as np
import pytest

from core.classroom.questions.answers import ChoiceAnswer
from core.classroom.questions.images import best_variant, learning_curve, most_confused
from core.classroom.questions.question import PARTS, ByProbe, ByRun, ByVariants, Truth
from core.classroom.questions.table import QUESTIONS, question_named
from core.errors import ConfigError, TrainingError
from core.records.recorded import recorded_run
from core.training.config import RunConfig
from dashboard.navigation import PAGES

PROBES = [name for name, question in QUESTIONS.items() if isinstance(question.decides, ByProbe)]
RUNS = [name for name in QUESTIONS if name not in PROBES]

# What follows from arithmetic that is done here, or from what the unit says, and not from the functions that are asked.
KNOWN = {
    "later-word": "both",
    "leaking-samples": 3 * 4 / 2,  # each sequence is read after all those above it
    "gradients": "millionth",
    "recall": "fails",
    "gru-step": 0.5 * 0.8,
    "positional-true": "five",
    "tokens": (32 / 2) ** 2 + 1,
    "one-against-rest": 92.18,
    "shuffle": "same",
    "shuffle-positions": "other",
    "cost": (1024 / 256) ** 2,
    "mask": "zero",
    "bottleneck": "zero",
}
NEAR = {"last-word": (100 / 8, 10), "scores": (64**0.5, 0.1)}  # of eight words one is right by chance


def check(name, truth):
    """Whether a truth is an answer to its question, and its reason is a whole sentence with all figures in place."""
    question = QUESTIONS[name]
    assert question.answer.read(truth.answer) is not None
    reason = question.reason(truth)
    assert reason.endswith(".") and not re.search(r"[{}]|nan|inf\b", reason), reason


def test_fifteen_and_more_of_every_part_and_every_kind():
    assert len(QUESTIONS) >= 15
    assert {question.part for question in QUESTIONS.values()} == set(range(len(PARTS)))
    assert {question.answer.kind for question in QUESTIONS.values()} == {"choice", "number", "cell", "curve"}
    assert sum(isinstance(question.decides, ByVariants) for question in QUESTIONS.values()) >= 2
    assert {question.page for question in QUESTIONS.values()} <= {page.url_path for page in PAGES}
    assert {name.strip() for name in (*KNOWN, *NEAR, "free-running")} == set(PROBES)
    with pytest.raises(ConfigError, match="mask"):
        question_named("masks")


@pytest.mark.parametrize("name", PROBES)
def test_the_probe_of_a_question_decides_it(name):
    truth = QUESTIONS[name].decides.measure()
    check(name, truth)
    if name in KNOWN:
        assert truth.answer == pytest.approx(KNOWN[name]) if not isinstance(KNOWN[name], str) else truth.answer == KNOWN[name]
    if name in NEAR:
        value, far = NEAR[name]
        assert abs(truth.answer - value) <= far


def test_what_the_text_of_a_question_tells_is_so():
    free = QUESTIONS["free-running"].decides.measure()
    assert 75 <= float(free.figures["forced"].split()[0]) <= 85  # "about four of five letters"
    assert free.answer < 70
    top1 = QUESTIONS["one-against-rest"].decides.measure().figures["top1"]
    assert f"{float(top1[:-1]):.1f} %" in QUESTIONS["one-against-rest"].text


@pytest.mark.parametrize("name", RUNS)
def test_the_configs_of_runs_can_be_trained(name):
    decides = QUESTIONS[name].decides
    configs = [decides.config] if isinstance(decides, ByRun) else [variant.config for variant in decides.variants]
    for config in configs:
        assert RunConfig.of(**config).dataset == "shapes"  # it is there without a download
    if isinstance(decides, ByVariants):
        assert [variant.name for variant in decides.variants] == list(QUESTIONS[name].answer.options)
        assert len({str(sorted(config.items())) for config in configs}) == len(configs)


@pytest.fixture(scope="module")
def short_runs(tmp_path_factory):
    """Two runs like those of the variants, of a few images."""
    from core.training.runs.manager import RunManager

    manager = RunManager(tmp_path_factory.mktemp("short") / "home")
    quick = {**QUESTIONS["learning-rate"].decides.variants[0].config, "train_fraction": 0.05, "epochs": 1}
    ids = [manager.submit({**quick, "lr": lr}) for lr in (1e-4, 1e-2)]
    for run in ids:
        manager.wait(run)
    yield [manager.snapshot(run) for run in ids]
    manager.shutdown()


def test_runs_of_variants_decide_by_the_mean_of_their_best_epochs(short_runs):
    low, high = short_runs
    truth = best_variant({"0.0001": [low], "0.01": [high, high], "0.1": []})
    better = "0.0001" if low.best.val_top1 >= high.best.val_top1 else "0.01"
    assert truth.answer == better
    check("learning-rate", truth)
    assert best_variant({"0.01": [high], "0.001": [high]}).answer == "0.01"  # of equals the first
    with pytest.raises(TrainingError, match="two variants"):
        best_variant({"0.01": [high, low], "0.1": []})


def test_the_most_confused_cell_is_the_largest_beside_the_diagonal():
    run = recorded_run("shapes-gru")
    matrix, truth = run.best.val_confusion, most_confused(run)
    row, column = truth.answer
    others = [matrix[r, c] for r in range(10) for c in range(10) if r != c]
    assert row != column and matrix[row, column] == max(others)
    check("most-confused", truth)
    assert truth.figures["true"] == run.classes[row] and truth.figures["named"] == run.classes[column]


def test_a_learning_curve_is_the_accuracy_after_every_epoch():
    run = recorded_run("shapes-gru")
    assert len(run.epochs) >= 8
    truth = learning_curve(run)
    assert truth.answer == pytest.approx([100 * epoch.val_top1 for epoch in run.epochs[:8]], abs=1e-3)
    check("learning-curve", truth)


def test_a_run_that_stopped_early_decides_nothing(short_runs):
    with pytest.raises(TrainingError, match="1 of 8 epochs"):
        learning_curve(short_runs[0])


def test_a_reason_names_its_figures():
    question = QUESTIONS["cost"]
    assert question.reason(Truth(16.0, {"short": "1", "long": "16", "times": "16"})).startswith("1 pairs become 16")
    assert all(not isinstance(q.answer, ChoiceAnswer) or len(q.answer.options) >= 2 for q in QUESTIONS.values())
    assert np.unique([q.text for q in QUESTIONS.values()]).size == len(QUESTIONS)
