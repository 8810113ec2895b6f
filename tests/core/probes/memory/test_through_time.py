"""Gradients through time by hand against autograd, finite differences and the closed form of a linear network."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.probes.memory.through_time import GATES, Weights, backward, forward, norms

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
STEPS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}


def drawn(kind, rng, inputs, units, scale=0.7):
    gates = GATES[kind] * units
    shapes = ((gates, inputs), (gates, units), (gates,), (gates,))
    return Weights(*(scale * rng.normal(size=shape) for shape in shapes))


def torch_step(kind, weights):
    """PyTorch's own cell with these weights, in float64."""
    cell = STEPS[kind](weights.weight_ih.shape[1], weights.weight_hh.shape[1]).double()
    for name, value in weights._asdict().items():
        getattr(cell, name).data = torch.from_numpy(value)
    return cell


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize(("batch", "length", "inputs", "units"), [(2, 10, 3, 5), (1, 1, 1, 1), (4, 23, 2, 8), (3, 2, 7, 1)])
def test_states_and_all_gradients_are_those_of_torch(kind, batch, length, inputs, units):
    rng = np.random.default_rng(length)
    weights, tokens, pull = (
        drawn(kind, rng, inputs, units),
        rng.normal(size=(batch, length, inputs)),
        rng.normal(size=(length, batch, units)),
    )
    cell, given = torch_step(kind, weights), torch.from_numpy(tokens).requires_grad_()
    state, hidden, memory = torch.zeros(batch, units, dtype=torch.float64), [], []
    carried = (state, state)
    for t in range(length):
        if kind == "lstm":
            carried = cell(given[:, t], carried)
            memory.append(carried[1])
            state = carried[0]
        else:
            state = cell(given[:, t], state)
        hidden.append(state)
    for value in (*hidden, *memory):
        value.retain_grad()
    (torch.stack(hidden) * torch.from_numpy(pull)).sum().backward()

    trace = forward(kind, tokens, weights)
    assert np.allclose(trace.states, torch.stack(hidden).detach(), atol=1e-12)
    found = list(backward(trace, weights, pull))
    assert [step.t for step in found] == list(reversed(range(length)))
    for step in found:
        assert np.allclose(step.state, hidden[step.t].grad, atol=1e-11)
        assert np.allclose(step.gates @ weights.weight_ih, given.grad[:, step.t], atol=1e-11)
        if kind == "lstm":
            assert np.allclose(step.memory, memory[step.t].grad, atol=1e-11)
        else:
            assert step.memory is None


@pytest.mark.parametrize("kind", ["linear", *STEPS])
def test_a_nudge_of_an_input_moves_the_loss_as_its_gradient_says(kind):
    rng = np.random.default_rng(3)
    weights, tokens, pull = drawn(kind, rng, 3, 6, 0.4), rng.normal(size=(2, 9, 3)), rng.normal(size=(9, 2, 6))
    gradients = {step.t: step.gates @ weights.weight_ih for step in backward(forward(kind, tokens, weights), weights, pull)}

    def loss(values):
        return (forward(kind, values, weights).states * pull).sum()

    for b, t, c in ((0, 0, 0), (1, 4, 2), (0, 8, 1)):
        nudge = np.zeros_like(tokens)
        nudge[b, t, c] = 1e-6
        slope = (loss(tokens + nudge) - loss(tokens - nudge)) / 2e-6
        assert slope == pytest.approx(gradients[t][b, c], rel=1e-6, abs=1e-8)


def test_a_linear_network_multiplies_by_its_matrix_at_every_step():
    rng = np.random.default_rng(0)
    weights, length = drawn("linear", rng, 2, 4), 12
    pull = np.zeros((length, 1, 4))
    pull[-1] = rng.normal(size=4)
    for step in backward(forward("linear", rng.normal(size=(1, length, 2)), weights), weights, pull):
        closed = np.linalg.matrix_power(weights.weight_hh.T, length - 1 - step.t) @ pull[-1, 0]
        assert np.allclose(step.state[0], closed, rtol=1e-12)


def test_many_losses_of_one_sequence_go_back_at_the_same_time():
    rng = np.random.default_rng(1)
    for kind in GATES:
        weights, tokens, pull = drawn(kind, rng, 3, 4), rng.normal(size=(1, 7, 3)), rng.normal(size=(7, 5, 4))
        trace = forward(kind, tokens, weights)
        together = [step.state for step in backward(trace, weights, pull)]
        for loss in range(5):
            alone = [step.state for step in backward(trace, weights, pull[:, [loss]])]
            assert np.allclose(np.stack(together)[:, loss], np.stack(alone)[:, 0], atol=1e-14)


def test_what_overflows_is_infinite_and_never_a_warning():
    weights = Weights(np.ones((1, 1)), np.full((1, 1), 1e200), np.zeros(1), np.zeros(1))
    pull = np.zeros((4, 1, 1))
    pull[-1] = 1
    found = [norms(step.state)[0] for step in backward(forward("linear", np.ones((1, 4, 1)), weights), weights, pull)]
    assert found == [1.0, 1e200, np.inf, np.inf]


def test_norms_of_numbers_whose_squares_leave_float64():
    assert norms(np.array([[3e200, 4e200], [3e-200, 4e-200], [0, 0], [np.inf, 1], [np.nan, 1]])) == pytest.approx(
        [5e200, 5e-200, 0, np.inf, np.inf]
    )


def test_an_unknown_cell_is_named():
    with pytest.raises(ConfigError, match="There is no cell named 'gruu'. Did you mean 'gru'"):
        forward("gruu", np.zeros((1, 1, 1)), drawn("rnn", np.random.default_rng(0), 1, 1))
