"""Cells and sequences of the page The cell, what edits do to them, and the proof line."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models.cells import GATES
from core.probes.cell_by_hand import ARRAYS, MOST_EDITS, SEQUENCES, Cell, Edit, Reading, parse_edits, sequence
from core.probes.cell_proof import check_cell, compare_forms, course_check, kept_by

TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def reading(kind="gru", length=6, width=3, hidden=4, **options):
    return Reading(Cell.random(kind, width, hidden, **options), sequence("noise", length, width))


def by_torch(found):
    """The states (T, H) of nn.RNN, nn.LSTM or nn.GRU with the same weights."""
    layer = TORCH[found.cell.kind](found.cell.inputs, found.cell.hidden, batch_first=True).double()
    layer.load_state_dict({f"{name}_l0": torch.from_numpy(getattr(found.cell, name)) for name in ARRAYS})
    return layer(torch.from_numpy(found.inputs)[None])[0][0].detach().numpy()


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
    edits = (Edit("inputs", 3, 0, 0.5), Edit("weight_hh", 2, 1, -1.25), Edit("bias_ih", 0, 0, 100.0))
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
