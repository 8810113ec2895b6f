"""Why long inputs break: what is written, which positions have learned, whether order counts; and what was recorded of it."""

import gzip
import json
from dataclasses import replace

import pytest
import torch

from core.data import load_dataset
from core.decoding.greedy import greedy
from core.errors import StoreError
from core.evaluation.sequences.contests import CONTENDERS, HIDDEN_SIZES, POSITIONS, contender, with_positions
from core.evaluation.sequences.lengths import learned, length_curve
from core.evaluation.sequences.long_inputs import (
    FILE,
    LongInputs,
    keep_record,
    kept_long_inputs,
    long_inputs,
    measured,
    recorded_of,
    records,
)
from core.evaluation.sequences.scores import scores
from core.evaluation.sequences.symptoms import moved_positions, order_counts, written_length
from core.models import build_model
from core.records import recorded
from core.records.recorded import recorded_epochs, recorded_run
from core.symbols import EOS, PAD
from core.training.config import RunConfig
from core.training.runs.checkpoint import open_seq2seq, seq2seq_shape
from tests.support import ended, wait_for

GRU = "recorded-reverse-gru"
TINY = {"dataset": "reverse", "model": "transformer", "embed_dim": 8, "encoder_layers": 1, "decoder_layers": 1, "epochs": 1, "threads": 1}


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 300, "val": 40, "test": 40})
    monkeypatch.setattr("core.evaluation.sequences.scores.PER_LENGTH", 5)


def built(positions, **values):
    config = RunConfig.of(**{**TINY, "positions": positions, **values})
    shape = seq2seq_shape("reverse", load_dataset("reverse").vocabulary)
    return build_model("transformer", shape, seed=0, **vars(config.model_config)).eval()


def test_symbols_written_are_those_of_one_input_after_the_other():
    opened = open_seq2seq(recorded_epochs("reverse-gru")[recorded_run("reverse-gru").best.epoch])
    source = load_dataset("reverse").test[:12].trimmed().source
    alone = [len(greedy(opened.model, row[row != PAD], limit=55).tokens) for row in source]
    ends = [greedy(opened.model, row[row != PAD], limit=55).tokens[-1] == EOS for row in source]
    assert written_length(opened.model, source) == sum(n - end for n, end in zip(alone, ends, strict=True)) / 12


def test_positions_that_have_moved_are_found_by_hand():
    start, model = built("learned"), built("learned")
    assert moved_positions(model, start) == (0.0, 0.0)
    with torch.no_grad():
        model.source_positions.table[12, 3] += 0.5  # the last that an input of 12 letters and its end has
        assert moved_positions(model, start) == pytest.approx((0.5, 0.0))
        model.target_positions.table[13, 0] -= 0.25  # the first that no trained output has
        assert moved_positions(model, start) == pytest.approx((0.5, 0.25))
    assert moved_positions(built("sinusoidal"), built("sinusoidal")) is None


def test_a_bag_of_letters_does_not_notice_their_order():
    source, target = (part[:30] for part in (load_dataset("reverse").test.inputs, load_dataset("reverse").test.targets))
    assert order_counts(built("none"), source, target[:, :-1]) < 1e-5
    assert all(order_counts(built(kind), source, target[:, :-1]) > 1e-2 for kind in POSITIONS if kind != "none")


def test_order_is_changed_within_a_word_alone(monkeypatch):
    seen = []

    def model(source, target):
        seen.append(source)
        return torch.zeros(1)

    source = load_dataset("reverse").test.inputs[:20]
    order_counts(model, source, None)
    shuffled, plain = seen
    assert not torch.equal(shuffled, plain) and torch.equal(plain, source)
    assert torch.equal(shuffled.sort(1).values, plain.sort(1).values)
    assert torch.equal(shuffled == EOS, plain == EOS) and torch.equal(shuffled == PAD, plain == PAD)


def test_a_run_is_measured_once_and_what_never_learned_is_found(manager, few):
    run_id = manager.submit(RunConfig.of(**TINY, positions="learned"))
    assert wait_for(manager, run_id, ended).status == "finished"
    found = measured(manager, run_id)
    within, beyond = found.moved
    assert within > 0 and beyond == 0 and found.order > 0
    curve = found.curve
    assert curve == length_curve(scores(manager, run_id, 0, "by length")) and curve.longest == 12 and curve.lengths[-1] == 24
    assert found.wanted == pytest.approx(curve.lengths) and len(found.written) == len(curve.lengths)
    assert kept_long_inputs(manager, run_id, 0) == found == LongInputs.from_plain(json.loads(json.dumps(found.to_plain())))
    manager.files(run_id).epoch(0).unlink()
    assert long_inputs(manager, run_id, 0) == found
    with pytest.raises(StoreError, match="keeps no weights"):
        long_inputs(manager, GRU, 0)


def test_recorded_counts_are_those_of_the_recorded_weights(manager):
    """Twice measured on the same machine they are equal; another may round one of some hundred inputs otherwise."""
    row = recorded_of(contender("fixed", "reverse"))
    run = recorded_run("reverse-gru")
    again = length_curve(scores(manager, GRU, run.best.epoch, "by length"))
    assert (row.run, row.best, row.parameters) == (GRU, run.best.epoch, run.parameters)
    assert (again.lengths, again.n, again.longest) == (row.found.curve.lengths, row.found.curve.n, row.found.curve.longest)
    assert sum(abs(a - b) for a, b in zip(again.right, row.found.curve.right, strict=True)) <= 5
    for kept, own in zip(row.epochs, learned(run), strict=True):
        assert kept == pytest.approx(own, rel=1e-3)


def test_what_pages_show_before_anything_is_trained_is_recorded():
    wanted = [contender(name, "reverse", hidden=size) for name in CONTENDERS for size in HIDDEN_SIZES]
    wanted += [contender(name, "reverse", seed=seed) for name in CONTENDERS for seed in (1, 2)]
    wanted += [contender(name, task) for name in CONTENDERS for task in ("copy", "sort")]
    wanted += [with_positions(kind, task) for kind in POSITIONS for task in ("reverse", "copy", "sort")]
    for config in wanted:
        row = recorded_of(config)
        assert row is not None, config.command()
        curve = row.found.curve
        assert len(row.epochs) == config.training.epochs and all(r <= n for r, n in zip(curve.right, curve.n, strict=True))
        assert RunConfig.of(**row.config).command() == row.command and "cpu" in row.made and "torch" in row.made


def test_recorded_rows_say_what_the_pages_claim():
    fixed, attention = (recorded_of(contender(name, "reverse")).found.curve for name in ("fixed", "attention"))
    assert fixed.gives_up() <= fixed.longest < attention.gives_up()
    sizes = [recorded_of(contender("fixed", "reverse", hidden=size)).found.curve.share(longer=False).value for size in HIDDEN_SIZES]
    assert sizes == sorted(sizes)
    for task in ("reverse", "copy", "sort"):
        assert recorded_of(with_positions("learned", task)).found.moved[1] == 0
        assert recorded_of(with_positions("none", task)).found.order < 1e-4


def test_a_row_takes_the_place_of_the_one_before(tmp_path, monkeypatch):
    row = recorded_of(contender("fixed", "reverse"))
    monkeypatch.setattr(recorded, "FOLDER", tmp_path)
    records.cache_clear()
    try:
        assert records() == ()
        snapshot = snapshot_like(row)
        assert keep_record(snapshot, row.found) == tmp_path / FILE
        keep_record(snapshot, row.found)
        (kept,) = records()
        assert kept.found.curve == row.found.curve and kept.config == row.config and kept.run == ""
        (tmp_path / FILE).write_bytes(gzip.compress(b'[{"config": 3}]'))
        records.cache_clear()
        assert records() == ()
    finally:
        monkeypatch.undo()
        records.cache_clear()


def snapshot_like(row):
    """A run as it is while its lab is there: not a recorded one."""
    return replace(recorded_run(row.run.removeprefix("recorded-")), recorded="")
