"""GRU against transformer in words: what is claimed follows from the counts, and is taken back where they do not say so."""

import re
from dataclasses import replace

import pytest
import torch

from core.data.seq_tasks import seq_task
from core.evaluation.sequences.contests import contender
from core.evaluation.sequences.lengths import Learned, LengthCurve
from core.evaluation.sequences.long_inputs import recorded_of
from core.models import build_model
from core.probes.seq2seq.bottleneck import BottleneckReport
from core.training.runs.checkpoint import seq2seq_shape
from dashboard.training.contest import Standing
from pages.versus.answer import BANDS, band
from pages.versus.view import COLUMNS, cells, finding, given, gives_up_words, proof_words, seeds_html, table_html


def curve(*right, longest=4):
    return LengthCurve(tuple(range(1, len(right) + 1)), tuple(10 * r for r in right), (100,) * len(right), longest)


def test_the_claim_follows_from_where_both_give_up():
    early, late, never = curve(10, 4, 0, 0, 0), curve(10, 10, 10, 9, 2), curve(10, 10, 10, 10, 10)
    assert finding(early, late, "letters") == (
        "**The fixed vector gives up at 2 letters, though it was trained to 4; with attention the same GRU carries on to 4.**"
    )
    assert "with attention the same GRU never does" in finding(early, never, "letters")
    assert "enough for all trained lengths" in finding(late, never, "letters")
    assert "never falls below half" in finding(never, never, "letters")
    assert "Attention does not help here" in finding(early, early, "letters")
    assert finding(None, late, "letters") == finding(early, None, "letters") == ""


def test_cells_are_the_numbers_of_the_run():
    row = recorded_of(contender("fixed", "reverse"))
    one = Standing("GRU <one>", contender("fixed", "reverse"), record=row, measured=row.found)
    found = dict(zip(COLUMNS, cells(one, "letters"), strict=True))
    assert found["run"] == "recorded" and found["parameters"] == "26,893" and found["steps to 95 %"] == "not reached"
    assert found["validation"] == f"{100 * (row.epochs[-1].exact):.1f} %" and found["gives up at"] == "9 letters"
    right = [(r, n) for length, r, n in zip(row.found.curve.lengths, row.found.curve.right, row.found.curve.n, strict=True) if length <= 12]
    assert found["trained lengths"].startswith(f"{100 * sum(r for r, _ in right) / sum(n for _, n in right):.1f} % (")
    html = table_html([one], "letters")
    assert "GRU &lt;one&gt;" in html and len(re.findall("<td>", html)) == len(COLUMNS)


def test_what_is_not_known_is_a_dash():
    one = Standing("GRU", contender("fixed", "roman"))
    assert one.missing and set(cells(one, "digits")) == {"48", "not trained yet", "–"}


def test_what_a_decoder_is_given_is_what_its_model_passes_on():
    for name, told in (("fixed", "96"), ("attention", "(S + 1) × 96"), ("transformer", "S × 32")):
        config = contender(name, "reverse", hidden=96)
        assert given(config) == told
        task = seq2seq_shape("reverse", seq_task("reverse").vocabulary)
        memory = build_model(config.model, task, seed=0, **vars(config.model_config)).encode(torch.full((1, 7), 5))
        read = {"fixed": 0, "attention": memory.states.numel(), "transformer": memory.states.numel()}[name]
        handed = read + sum(layer.numel() for layer in getattr(memory, "final", ()))
        assert handed == {"fixed": 96, "attention": 8 * 96, "transformer": 7 * 32}[name]


def test_seconds_are_not_those_of_the_slowest_epoch():
    epochs = tuple(Learned(step, seconds, 1.0, exact) for step, seconds, exact in ((10, 4.0, 0.2), (20, 90.0, 0.96), (30, 5.0, 0.99)))
    row = recorded_of(contender("fixed", "reverse"))
    found = cells(Standing("GRU", contender("fixed", "reverse"), record=replace(row, epochs=epochs), measured=row.found), "letters")
    assert found[3:6] == ["5.0", "20", "99.0 %"]


def test_seeds_that_are_missing_say_so():
    html = seeds_html({"GRU": {0: curve(10, 4, 0, 0, 0), 1: None}}, "letters")
    assert "35.0 %, 2 letters" in html and "not trained" in html
    assert gives_up_words(curve(10, 10), "letters") == "never up to 2" and gives_up_words(None, "letters") == "–"


def test_the_proof_passes_only_when_all_do():
    good = {"a": BottleneckReport(0.0, 3.0, 48, False), "b": BottleneckReport(2.0, 1.0, 48, True), "c": BottleneckReport(2.0, 0.0, 0, True)}
    assert "**passed**" in proof_words(good, "8 inputs").words and "vector of 48 numbers by 3" in proof_words(good, "8 inputs").figures
    for bad in (BottleneckReport(1e-9, 3.0, 48, False), BottleneckReport(0.0, 0.0, 48, False), BottleneckReport(0.0, 1.0, 48, True)):
        assert "**not passed**" in proof_words({**good, "d": bad}, "8 inputs").words


@pytest.mark.parametrize(("at", "wanted"), [(2, 0), (4, 0), (5, 1), (8, 1), (9, 2), (12, 2), (13, 3), (None, 3)])
def test_the_answer_to_the_question(at, wanted):
    assert band(at, 12) == BANDS[wanted]
