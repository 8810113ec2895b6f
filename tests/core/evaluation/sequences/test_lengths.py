"""Exact match by length, and how a run got there, against counting in plain Python."""

import random
from statistics import median

import pytest

from core.evaluation.intervals import proportion_interval
from core.evaluation.sequences.lengths import Learned, LengthCurve, learned, length_curve, lengths_rows, seconds_per_epoch, steps_to
from core.evaluation.sequences.scores import LengthScore, SequenceScores
from core.records.recorded import recorded_run


def drawn(seed):
    """A curve of random counts, and the inputs that it stands for: (length, right)."""
    rng = random.Random(seed)
    first, longest = rng.randint(1, 4), rng.randint(4, 9)
    inputs = [(length, rng.random() < 0.6) for length in range(first, 14) for _ in range(rng.randint(1, 12))]
    lengths = sorted({length for length, _ in inputs})
    right = tuple(sum(ok for n, ok in inputs if n == length) for length in lengths)
    return LengthCurve(tuple(lengths), right, tuple(sum(n == length for n, _ in inputs) for length in lengths), longest), inputs


@pytest.mark.parametrize("seed", range(40))
def test_shares_and_where_it_gives_up_by_counting_inputs(seed):
    curve, inputs = drawn(seed)
    for longer in (False, True):
        chosen = [ok for length, ok in inputs if (length > curve.longest) == longer]
        assert curve.share(longer=longer) == proportion_interval(sum(chosen), len(chosen))
    by_length = {length: [ok for n, ok in inputs if n == length] for length in sorted({n for n, _ in inputs})}
    bad = [length for length, told in by_length.items() if wilson_high(sum(told), len(told)) < 0.5]
    assert curve.gives_up() == (bad[0] if bad else None)
    rows = lengths_rows({"one": curve})
    assert [(row["right"], row["n"], row["trained"]) for row in rows] == [
        (r, n, length <= curve.longest) for length, r, n in zip(curve.lengths, curve.right, curve.n, strict=True)
    ]


def wilson_high(right, n, z=1.959964):
    """The upper end of Wilson's interval as the larger root of |p - right / n| = z sqrt(p (1 - p) / n)."""
    share = right / n
    a, b, c = 1 + z**2 / n, -(2 * share + z**2 / n), share**2
    return (-b + (b * b - 4 * a * c) ** 0.5) / (2 * a)


def test_one_wrong_input_is_no_end():
    assert LengthCurve((1, 2, 3), (0, 45, 10), (1, 100, 100), 3).gives_up() == 3
    assert LengthCurve((1, 2), (4, 45), (4, 100), 2).gives_up() is None
    assert LengthCurve((1, 2), (4, 2), (4, 4), 2).share(longer=True) is None


def test_counts_come_back_from_scores():
    rows = tuple(LengthScore(n, n < 3, proportion_interval(5, 9), proportion_interval(right, 7)) for n, right in ((1, 7), (2, 3), (3, 0)))
    whole = proportion_interval(10, 21)
    assert length_curve(SequenceScores(4, "by length", 0.1, whole, whole, rows)) == LengthCurve((1, 2, 3), (7, 3, 0), (7, 7, 7), 2)


def test_how_a_recorded_run_learned():
    run = recorded_run("reverse-gru-attention")
    epochs = learned(run)
    assert [epoch.exact for epoch in epochs] == [record.val_exact for record in run.epochs]
    first = next(record for record in run.epochs if record.val_exact >= 0.95)
    assert steps_to(epochs) == first.step and steps_to(epochs, 1.01) is None
    assert seconds_per_epoch(epochs) == pytest.approx(median(record.seconds for record in run.epochs))
    assert seconds_per_epoch(()) is None and seconds_per_epoch([Learned(1, 4.0, 0, 0), Learned(2, 6.0, 0, 0), Learned(3, 5.5, 0, 0)]) == 5.5
    assert learned(recorded_run("shapes-gru")) == ()
