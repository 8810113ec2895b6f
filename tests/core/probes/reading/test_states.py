"""Recorded states: against torch.nn run on each beginning, against the lab's own cells step by step; and hooks that leave no trace."""

import dataclasses
import threading

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError, DataError
from core.models import build_model
from core.models.cells import gru_cell, lstm_cell, rnn_cell
from core.models.orders import ORDERS, scan_order
from core.models.patches import patchify, unpatchify
from core.probes.reading.states import answers_in_order, check_states, record_states, steps_by_hand
from tests.core.probes.reading.test_reading import IDS, RECURRENT, images, model_of, recurrent_by_torch

ORDERED = [scan_order(kind, 4) for kind in ORDERS]  # of 16 patches
EQUATIONS = {"gru": gru_cell, "rnn": rnn_cell}


def hooks(model):
    return sum(len(part._forward_hooks) + len(part._forward_pre_hooks) for part in model.modules())


def torch_twin(model):
    kind = {"GRU": nn.GRU, "LSTM": nn.LSTM, "RNN": nn.RNN}[type(model.rnn).__name__]
    rnn = model.rnn
    twin = kind(rnn.input_size, rnn.hidden_size, rnn.num_layers, batch_first=True, bidirectional=rnn.bidirectional).double()
    twin.load_state_dict(rnn.state_dict())
    return twin


def walk(name, model, tokens, layers):
    """Every step of the last of some layers, forwards, one after the other by the lab's cells: a list of records (1, H)."""
    below = tokens
    for layer in range(layers):
        weights = [getattr(model.rnn, f"{part}_l{layer}") for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        hidden = cell = torch.zeros(1, model.rnn.hidden_size, dtype=tokens.dtype)
        steps = []
        for token in below:
            if name == "lstm":
                steps.append(lstm_cell(token[None], (hidden, cell), *weights))
                cell = steps[-1].cell
            else:
                steps.append(EQUATIONS[name](token[None], hidden, *weights))
            hidden = steps[-1].hidden
        below = torch.cat([step.hidden for step in steps])
    return steps


@pytest.mark.parametrize(("name", "more"), RECURRENT, ids=IDS[: len(RECURRENT)])
@torch.no_grad()
def test_a_state_is_what_torch_has_after_the_shorter_sequence(name, more):
    model, picture = model_of(name, more), images(1)
    record = record_states(model, picture, ORDERED)
    twin, size = torch_twin(model), 7 * (1 + more["bidirectional"])
    assert record.states.shape == record.read.shape == (5, 17, size) and record.beliefs.shape == (5, 17, 10)
    tokens = model.embed(picture)[0]
    for place, order in enumerate(ORDERED):
        read = tokens[torch.from_numpy(order)]
        assert torch.equal(record.tokens[place], read) and not record.states[place, 0].any()
        for t in range(1, 17):
            states, _ = twin(read[None, :t])
            if more["bidirectional"] and more["readout"] == "mean":
                ends = states.mean(1)
            else:
                ends = torch.cat((states[:, -1, :7], states[:, 0, 7:]), 1)  # where each direction ends; there is none beyond 7 of one
            torch.testing.assert_close(record.states[place, t], ends[0], rtol=0, atol=1e-12)
            heard = states.mean(1) if more["readout"] == "mean" else ends
            torch.testing.assert_close(record.read[place, t], heard[0], rtol=0, atol=1e-12)
            torch.testing.assert_close(record.beliefs[place, t], recurrent_by_torch(model, read[None, :t]), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "more"), [(name, more) for name, more in RECURRENT if more["num_layers"] > 1])
@torch.no_grad()
def test_the_states_of_a_lower_layer_are_what_torch_has_of_it_after_the_shorter_sequence(name, more):
    """The oracle: a network of one layer with the weights of the first, run on each beginning."""
    model, picture = model_of(name, more), images(1)
    record, whole = record_states(model, picture, ORDERED, 0), record_states(model, picture, ORDERED)
    assert (record.layer, whole.layer) == (0, 1) and torch.equal(record.beliefs, whole.beliefs) and torch.equal(record.read, whole.read)
    kind = {"GRU": nn.GRU, "LSTM": nn.LSTM, "RNN": nn.RNN}[type(model.rnn).__name__]
    alone = kind(model.rnn.input_size, 7, batch_first=True, bidirectional=more["bidirectional"]).double()
    alone.load_state_dict({name: value for name, value in model.rnn.state_dict().items() if "_l0" in name})
    for place, order in enumerate(ORDERED):
        read = model.embed(picture)[0][torch.from_numpy(order)]
        assert not record.states[place, 0].any()
        for t in range(1, 17):
            states, _ = alone(read[None, :t])
            mean = more["bidirectional"] and more["readout"] == "mean"
            ends = states.mean(1) if mean else torch.cat((states[:, -1, :7], states[:, 0, 7:]), 1)
            torch.testing.assert_close(record.states[place, t], ends[0], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "more"), RECURRENT, ids=IDS[: len(RECURRENT)])
@torch.no_grad()
def test_gates_are_those_of_the_cells_step_by_step(name, more):
    model, picture = model_of(name, more), images(1)
    for layer in range(more["num_layers"]):
        record = record_states(model, picture, ORDERED, layer)
        if more["bidirectional"] and layer:
            with pytest.raises(ConfigError, match="2 layers in both directions"):
                steps_by_hand(model, record.tokens)
            return
        found = steps_by_hand(model, record.tokens, layer)
        for place in range(len(ORDERED)):
            steps = walk(name, model, record.tokens[place], layer + 1)
            for field in steps[0]._fields:
                expected = torch.cat([getattr(step, field) for step in steps])
                torch.testing.assert_close(getattr(found, field)[place], expected, rtol=0, atol=1e-12)
        if not (more["bidirectional"] and more["readout"] == "mean"):
            torch.testing.assert_close(found.hidden, record.states[:, 1:, :7], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "more"), RECURRENT, ids=IDS[: len(RECURRENT)])
def test_the_check_passes_and_notices_what_is_wrong(name, more):
    model, picture = model_of(name, more).float(), images(1).float()
    for layer in range(more["num_layers"]):
        record = record_states(model, picture, ORDERED, layer)
        hands = None if more["bidirectional"] and layer else steps_by_hand(model, record.tokens, layer)
        found = check_states(model, picture, record, hands)
        assert found.passed and found.tolerance == 1e-5 and (found.by_hand is None) == (hands is None)
        late = dataclasses.replace(record, states=record.states.roll(1, 1))
        assert not check_states(model, picture, late, hands).passed
        other = dataclasses.replace(record, beliefs=record.beliefs.roll(1, 0))  # rows are not the first order
        assert check_states(model, picture, other, hands).whole > 1e-5
        if hands is not None:
            assert check_states(model, picture, record, hands._replace(hidden=hands.hidden + 1e-3)).by_hand > 1e-4


def test_a_model_is_left_as_it_was():
    model, picture = model_of(*RECURRENT[0]), images(1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    record_states(model, picture, ORDERED)
    steps_by_hand(model, model.embed(picture))
    assert hooks(model) == 0 and all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_hooks_are_gone_after_an_error():
    model = model_of(*RECURRENT[0])
    nn.init.constant_(model.head.bias, float("nan"))
    with pytest.raises(DataError, match="no finite numbers"):
        record_states(model, images(1), ORDERED)
    assert hooks(model) == 0


def test_hooks_hear_nothing_of_another_thread():
    """One model is shared by all who look at it: what another one reads meanwhile is none of this record."""
    model, picture = model_of(*RECURRENT[0]), images(1)
    expected = record_states(model, picture, ORDERED)

    def another(*_):
        handle.remove()
        thread = threading.Thread(target=lambda: model(images(3)))
        thread.start()
        thread.join()

    handle = model.rnn.register_forward_pre_hook(another)  # in the middle of the reading
    found = record_states(model, picture, ORDERED)
    assert torch.equal(found.states, expected.states) and torch.equal(found.read, expected.read)


@pytest.mark.parametrize("kind", ORDERS)
@torch.no_grad()
def test_another_order_is_another_picture(kind):
    """Reading the patches in an order is reading the picture whose patches were moved to these places, row by row."""
    model, pictures, order = model_of(*RECURRENT[0]), images(4), scan_order(kind, 4)
    moved = unpatchify(patchify(pictures, 8)[:, torch.from_numpy(order)], 8)
    assert torch.equal(answers_in_order(model, pictures, order), model(moved).argmax(-1))


@pytest.mark.parametrize("name", ["vit", "cnn", "renet"])
def test_models_without_a_state_are_refused(name):
    with pytest.raises(ConfigError, match="carries no state from patch to patch.*choose a GRU"):
        record_states(build_model(name).eval(), images(1).float(), ORDERED)


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(ConfigError, match="train mode"):
        record_states(build_model("gru", patch_size=8), images(1).float(), ORDERED)
    both = build_model("gru", patch_size=1, bidirectional=True).eval()
    with pytest.raises(ConfigError, match="1,024 patches.*at most 256"):
        record_states(both, images(1).float(), [np.arange(1024)])
    one = build_model("gru", patch_size=1).eval()
    assert record_states(one, images(1).float(), [np.arange(1024)]).states.shape == (1, 1025, 64)


def test_a_layer_that_is_not_there_is_refused():
    model = model_of(*RECURRENT[0])
    for layer in (-1, model.rnn.num_layers):
        with pytest.raises(ConfigError, match=f"no layer {layer + 1}: the model has {model.rnn.num_layers}"):
            record_states(model, images(1), ORDERED, layer)


def test_one_patch_and_one_unit():
    model = build_model("lstm", patch_size=32, hidden_size=1).eval()
    record = record_states(model, images(1).float(), [np.arange(1)])
    hands = steps_by_hand(model, record.tokens)
    assert record.states.shape == (1, 2, 1) and hands.cell.shape == (1, 1, 1)
    assert check_states(model, images(1).float(), record, hands).passed
