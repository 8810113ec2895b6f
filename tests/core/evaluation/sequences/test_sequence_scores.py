"""Scores of a run on sequences against pairs decoded one at a time, by length, and what is kept of them."""

import json

import pytest
import torch
import torch.nn.functional as F

from core.data import load_dataset
from core.decoding.greedy import greedy
from core.errors import StoreError
from core.evaluation.sequences.scores import PER_LENGTH, SequenceScores, judge_split, scores, splits_of
from core.records.recorded import recorded_epochs, recorded_run
from core.symbols import PAD
from core.training.runs.checkpoint import open_seq2seq
from core.training.runs.manager import RunManager

GRU = "recorded-reverse-gru"


@pytest.fixture(scope="module")
def opened():
    return open_seq2seq(recorded_epochs("reverse-gru")[recorded_run("reverse-gru").best.epoch])


@pytest.fixture
def lab(tmp_path):
    manager = RunManager(tmp_path)
    yield manager
    manager.shutdown()


def test_scores_equal_those_of_pairs_taken_one_at_a_time(opened):
    dataset = load_dataset("reverse")
    split = dataset.val[:60]
    wanted = {}
    for row in range(60):
        source, target = (part[row][part[row] != PAD] for part in (split.inputs, split.targets))
        with torch.no_grad():
            logits = opened.model(source[None], target[None, :-1])[0]
        length = len(source) - 1
        one = wanted.setdefault(length, [0.0, 0, 0, 0, 0])
        one[0] += F.cross_entropy(logits, target[1:], reduction="sum").item()
        one[1] += int((logits.argmax(1) == target[1:]).sum())
        one[2] += len(target) - 1
        one[3] += opened.vocabulary.decode(greedy(opened.model, source).tokens) == dataset.texts(split[row : row + 1])[0][1]
        one[4] += 1
    parts = {n: split[(split.inputs != PAD).sum(1) == n + 1] for n in sorted(wanted)}
    found = judge_split(opened, parts, 7, "val")
    assert [row.length for row in found.lengths] == sorted(wanted)
    for row in found.lengths:
        _, right, tokens, exact, n = wanted[row.length]
        assert (row.tokens.value, row.tokens.n, row.exact.value, row.exact.n) == (right / tokens, tokens, exact / n, n)
        assert row.trained and row.exact.low <= row.exact.value <= row.exact.high
    total = [sum(column) for column in zip(*wanted.values(), strict=True)]
    assert found.loss == pytest.approx(total[0] / total[2], abs=1e-5)
    assert found.tokens.value == total[1] / total[2] and found.exact.value == total[3] / 60


def test_a_recorded_run_reaches_what_it_reported_and_breaks_where_inputs_are_longer(lab):
    run = recorded_run("reverse-gru")
    whole = scores(lab, GRU, run.best.epoch, "test")
    assert abs(whole.exact.value - run.test.exact) < 0.01 and abs(whole.tokens.value - run.test.top1) < 0.005  # float16
    assert abs(scores(lab, GRU, run.best.epoch).exact.value - run.best.val_exact) < 0.01
    found = scores(lab, GRU, run.best.epoch, "by length")
    by_length = {row.length: row for row in found.lengths}
    assert [row.length for row in found.lengths if not row.trained] == [*range(13, 25)]
    assert all(row.exact.n == PER_LENGTH for row in found.lengths if not row.trained)
    assert by_length[4].exact.low > 0.9 and by_length[12].exact.high < 0.6 and by_length[20].exact.value == 0


def test_inputs_by_length_are_none_that_was_trained_on(lab, opened):
    parts = splits_of(lab, opened, "by length")
    dataset = load_dataset("reverse")
    trained = {source for source, _ in dataset.texts(dataset.train)}
    for length, split in parts.items():
        texts = [source for source, _ in dataset.texts(split)]
        assert {len(text) for text in texts} == {length} and not trained & {*texts} and len(texts) == len({*texts})


def test_scores_are_kept_beside_the_run(lab, monkeypatch):
    epoch = recorded_run("dates-transformer").best.epoch
    first = scores(lab, "recorded-dates-transformer", epoch, "val")
    path = lab.files("recorded-dates-transformer").folder / f"sequences-val-{epoch:04d}.json"
    assert SequenceScores.from_plain(json.loads(path.read_text("utf-8"))) == first
    monkeypatch.setattr("core.evaluation.sequences.scores.judge_split", lambda *_: pytest.fail("it has been judged"))
    assert scores(lab, "recorded-dates-transformer", epoch, "val") == first
    monkeypatch.undo()
    path.write_text("{broken", encoding="utf-8")
    assert scores(lab, "recorded-dates-transformer", epoch, "val") == first


def test_weights_that_are_not_kept_are_named(lab):
    with pytest.raises(StoreError, match="keeps no weights of epoch 1. Kept epochs: "):
        scores(lab, GRU, 0)
