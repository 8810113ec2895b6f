"""Cells and sequences of the page The cell, what edits do to them, and the proof line."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models.cells import GATES
from core.probes.recurrence.cell_by_hand import ARRAYS, MOST_EDITS, SEQUENCES, Cell, Edit, Reading, inside, parse_edits, sequence
from core.probes.recurrence.cell_proof import check_cell, compare_forms, course_check, kept_by

TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def reading(kind="gru", length=6, width=3, hidden=4, **options):
    return Reading(Cell.random(kind, width, hidden, **options), sequence("noise", length, width))


def by_torch(found):
    """The states (T, H) of nn.RNN, nn.LSTM or nn.GRU with the same weights, from the same start."""
    layer = TORCH[found.cell.kind](found.cell.inputs, found.cell.hidden, batch_first=True).double()
    layer.load_state_dict({f"{name}_l0": torch.from_numpy(getattr(found.cell, name)) for name in ARRAYS})
    start = [torch.from_numpy(state)[None, None] for state in found.start.values()]  # (1, 1, H)
    return layer(torch.from_numpy(found.inputs.copy())[None], tuple(start) if len(start) > 1 else start[0])[0][0].detach().numpy()


@pytest.mark.parametrize("kind", TORCH)
@pytest.mark.parametrize(("length", "width", "hidden"), [(1, 1, 1), (8, 3, 4), (64, 8, 16), (300, 2, 1)])
def test_states_are_torchs_and_the_report_says_so(kind, length, width, hidden):
    found = reading(kind, length, width, hidden, seed=3, scale=3.0)
    np.testing.assert_allclose(found.steps.hidden, by_torch(found), rtol=0, atol=1e-12)
    report = check_cell(found)
    assert report.passed and report.steps == length and max(report.cell, report.layer) < 1e-12


@pytest.mark.parametrize("kind", GATES)
def test_a_wrong_state_does_not_pass(kind):
    found = reading(kind)
    wrong = found.steps._replace(hidden=found.steps.hidden + 1e-5)
    found.__dict__["steps"] = wrong  # where cached_property keeps it
    if kind != "gru2014":  # whose proof computes a reading of its own
        assert not check_cell(found).passed
    assert check_cell(reading(kind)).passed


def test_the_stand_in_for_2014_fails_for_another_formula(monkeypatch):
    from core.models import cells

    monkeypatch.setitem(cells.CELLS, "gru2014", cells.gru_cell)  # torch's form under the other name
    assert not check_cell(reading("gru2014")).passed


@pytest.mark.parametrize("kind", TORCH)
def test_it_may_start_from_another_state_than_zeros(kind):
    edits = [Edit("hidden0", 1, 0, 0.75), Edit("hidden0", 3, 0, -2.0), *([Edit("cell0", 0, 0, 3.0)] if kind == "lstm" else [])]
    found, plain = reading(kind).edited(edits), reading(kind)
    assert found.start["hidden0"].tolist() == [0, 0.75, 0, -2] and plain.start["hidden0"].tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(found.steps.hidden, by_torch(found), rtol=0, atol=1e-12)
    assert check_cell(found).passed and np.abs(found.steps.hidden - plain.steps.hidden).max() > 1e-3
    assert found.before()[0].tolist() == [0, 0.75, 0, -2] and (found.before()[1:] == found.steps.hidden[:-1]).all()


def test_the_start_counts_in_the_gru_of_2014_too_and_only_an_lstm_has_a_cell_state():
    far = [Edit("hidden0", unit, 0, 1000.0) for unit in range(4)]
    assert check_cell(reading("gru2014").edited(far)).passed
    assert compare_forms(reading("gru2014").edited(far)).reset_open < 1e-9
    np.testing.assert_array_equal(reading("gru").edited([Edit("cell0", 0, 0, 5.0)]).steps.hidden, reading("gru").steps.hidden)
    assert list(reading("lstm").start) == ["hidden0", "cell0"] and list(reading("rnn").start) == ["hidden0"]


@pytest.mark.parametrize("kind", GATES)
def test_two_rows_of_a_batch_are_torchs(kind):
    first = reading(kind).edited([Edit("hidden0", 2, 0, 0.5)])
    second = first.second()
    assert second.cell is first.cell and second.start["hidden0"][2] == 0.5 and (second.inputs != first.inputs).any()
    report = check_cell(first, second)
    assert report.passed and (report.rows, report.steps) == (2, 6)
    second.__dict__["steps"] = second.steps._replace(hidden=second.steps.hidden + 1e-5)
    if kind != "gru2014":
        assert not check_cell(first, second).passed


@pytest.mark.parametrize("kind", TORCH)
@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("backward", [False, True])
def test_a_cell_inside_a_stack_reads_what_torchs_layers_hand_it(kind, layer, backward):
    """The oracle is torch's own stack, cut off above the layer: its output holds both directions side by side."""
    torch.manual_seed(layer)
    stack = TORCH[kind](3, 4, num_layers=layer + 1, bidirectional=True, batch_first=True).double()
    layers = [[[weight.detach().numpy() for weight in stack.all_weights[2 * n + way]] for way in (0, 1)] for n in range(layer + 1)]
    tokens = np.random.default_rng(layer).normal(size=(7, 3))
    outputs = stack(torch.from_numpy(tokens)[None])[0][0].detach().numpy()  # (T, 2H)
    states = inside(kind, layers, tokens, layer, backward=backward).steps.hidden
    expected = outputs[::-1, 4:] if backward else outputs[:, :4]
    np.testing.assert_allclose(states, expected, rtol=0, atol=1e-12)


def test_weights_are_seeded_bounded_and_what_is_shown_is_all_there_is():
    first, again, other = (Cell.random("lstm", 3, 4, seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(first.weights, again.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any() and np.abs(a).max() <= 0.5 and (np.round(a, 2) == a).all()
    assert [w.shape for w in first.weights] == [(16, 3), (16, 4), (16,), (16,)]
    assert np.abs(Cell.random("lstm", 3, 4, seed=1, scale=3.0).weight_hh).max() > 1
    with pytest.raises(ConfigError, match="Did you mean 'gru'"):
        Cell.random("grux", 3, 4)


def test_sequences():
    assert set(SEQUENCES) == {"noise", "pulse", "wave"}
    assert sequence("pulse", 3, 2).tolist() == [[1, 1], [0, 0], [0, 0]]
    np.testing.assert_allclose(sequence("wave", 9, 1)[:, 0], np.round(np.sin(np.arange(9) * np.pi / 4), 2), atol=1e-9)
    assert sequence("noise", 1, 1).shape == (1, 1) and (sequence("noise", 4, 2, 1) != sequence("noise", 4, 2, 2)).any()
    for length in (0, -1):
        with pytest.raises(ConfigError, match="at least 1"):
            sequence("noise", length, 2)
    with pytest.raises(ConfigError, match="no sequence named"):
        sequence("speech", 3, 2)


def test_an_edit_changes_one_number_and_every_state_from_there_on():
    found = reading()
    after = found.edited([Edit("inputs", 2, 1, 5.0)])
    assert after.inputs[2, 1] == 5 and (after.inputs != found.inputs).sum() == 1
    changed = (after.steps.hidden != found.steps.hidden).any(-1)
    assert changed.tolist() == [False, False, True, True, True, True]
    np.testing.assert_allclose(after.steps.hidden, by_torch(after), rtol=0, atol=1e-12)
    after = found.edited(
        [Edit("weight_hh", 11, 3, 9.0), Edit("bias_ih", 0, 0, -1.0), Edit("bias_hh", 0, 0, 2.0), Edit("weight_ih", 0, 0, 3.0)]
    )
    assert (
        after.cell.weight_hh[11, 3] == 9 and after.cell.bias_ih[0] == -1 and after.cell.bias_hh[0] == 2 and after.cell.weight_ih[0, 0] == 3
    )
    np.testing.assert_allclose(after.steps.hidden, by_torch(after), rtol=0, atol=1e-12)
    assert found.inputs[2, 1] != 5  # the run before is still there


def test_edits_of_a_link():
    edits = (Edit("inputs", 3, 0, 0.5), Edit("weight_hh", 2, 1, -1.25), Edit("bias_ih", 0, 0, 100.0), Edit("hidden0", 1, 0, 2.0))
    assert parse_edits(",".join(map(str, edits))) == edits
    assert parse_edits("x.1.0:nan,x.1:2,y.1.0:2,x.a.0:1,:,x.1.0:1e9,x.1.0:1e999,") == ()
    assert len(parse_edits(",".join(["x.0.0:1"] * 1000))) == MOST_EDITS
    outside = [Edit("inputs", 6, 0, 9.0), Edit("inputs", -1, 0, 9.0), Edit("weight_ih", 0, 3, 9.0), Edit("bias_hh", 12, 0, 9.0)]
    assert not any((a != b).any() for a, b in zip(reading().edited(outside).cell.weights, reading().cell.weights, strict=True))
    np.testing.assert_array_equal(reading().edited(outside).inputs, reading().inputs)


def test_the_two_forms_are_compared():
    report = compare_forms(reading("gru2014", scale=3.0))
    torchs, original = reading("gru", scale=3.0), reading("gru2014", scale=3.0)
    difference = np.abs(by_torch(torchs) - original.steps.hidden).max(-1)
    assert report.as_they_are == pytest.approx(difference.max(), abs=1e-12) and report.at == difference.argmax() + 1
    assert report.as_they_are > 0.1 and report.roles_matched > 0.01 and report.reset_open < 1e-12
    turned = replace(reading("gru", scale=3.0).cell.turned(1), kind="gru2014")
    left = np.abs(Reading(turned, torchs.inputs).steps.hidden - by_torch(torchs)).max()
    assert report.roles_matched == pytest.approx(left, abs=1e-12)


def test_the_course():
    found = course_check()
    assert found["W_ih x + b_ih"] == found["W_hh h + b_hh"] == (2, 15) and found["r, z, n"] == found["h'"] == (2, 5)
    assert found["x"] == (2, 7) and found["difference"] < 1e-12


def test_an_update_gate_at_one():
    assert kept_by("gru")["the old state"] < 1e-12 < 0.1 < min(kept_by("gru")["the candidate"], kept_by("gru")["zero"])
    assert kept_by("gru2014")["the candidate"] < 1e-12 < 0.1 < kept_by("gru2014")["the old state"]


@pytest.mark.parametrize("kind", GATES)
def test_the_largest_weights_and_inputs_still_agree_with_torch(kind):
    rng = np.random.default_rng(0)
    size, rows = 8, GATES[kind] * 8
    weights = [rng.uniform(-1000, 1000, shape).round() for shape in ((rows, 4), (rows, size), rows, rows)]
    found = Reading(Cell(kind, *weights), rng.uniform(-1000, 1000, (32, 4)).round())
    assert check_cell(found).passed and all(np.isfinite(field).all() for field in found.steps)
