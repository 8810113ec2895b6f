import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from core.models.cells import CELLS as BY_NAME
from core.models.cells import GATES, gru_cell, lstm_cell, rnn_cell

B, C, H = 2, 7, 5
CELLS = {"rnn": (nn.RNNCell, rnn_cell), "lstm": (nn.LSTMCell, lstm_cell), "gru": (nn.GRUCell, gru_cell)}


def both(name):
    """(outputs of torch's cell, outputs by hand, the leaves that both read)."""
    torch.manual_seed(0)
    torch_class, by_hand = CELLS[name]
    cell = torch_class(C, H).double()
    x, h, c = (torch.randn(B, n, dtype=torch.float64, requires_grad=True) for n in (C, H, H))
    state = (h, c) if name == "lstm" else h
    theirs = cell(x, state)
    ours = by_hand(x, state, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
    pairs = ((theirs[0], ours.hidden), (theirs[1], ours.cell)) if name == "lstm" else ((theirs, ours.hidden),)
    return pairs, [x, h, *([c] if name == "lstm" else []), *cell.parameters()]


@pytest.mark.parametrize("name", CELLS)
def test_a_step_equals_torch(name):
    for theirs, ours in both(name)[0]:
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", CELLS)
def test_a_step_equals_torch_at_hundreds_of_sizes(name):
    generator = torch.Generator().manual_seed(1)
    worst = 0.0
    for _ in range(200):
        batch, width, hidden = (int(torch.randint(1, most, (), generator=generator)) for most in (5, 20, 24))
        torch_class, by_hand = CELLS[name]
        cell = torch_class(width, hidden).double()
        for parameter in cell.parameters():
            nn.init.normal_(parameter, std=2.0, generator=generator)
        x, h, c = (torch.randn(batch, n, dtype=torch.float64, generator=generator) for n in (width, hidden, hidden))
        state = (h, c) if name == "lstm" else h
        theirs, ours = cell(x, state), by_hand(x, state, *cell.parameters())
        pairs = ((theirs[0], ours.hidden), (theirs[1], ours.cell)) if name == "lstm" else ((theirs, ours.hidden),)
        worst = max(worst, *((a - b).abs().max().item() for a, b in pairs))
    assert worst < 1e-12  # the promise is 1e-6


@pytest.mark.parametrize("name", BY_NAME)
def test_numpy_and_torch_give_the_same_record(name):
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=size) for size in ((GATES[name] * H, C), (GATES[name] * H, H), GATES[name] * H, GATES[name] * H)]
    x, h, c = (rng.normal(size=(B, n)) for n in (C, H, H))
    state = (h, c) if name == "lstm" else h
    ours = BY_NAME[name](x, state, *weights)
    as_tensors = tuple(map(torch.from_numpy, state)) if name == "lstm" else torch.from_numpy(state)
    theirs = BY_NAME[name](torch.from_numpy(x), as_tensors, *map(torch.from_numpy, weights))
    assert type(ours) is type(theirs)
    for field, mine in ours._asdict().items():
        assert isinstance(mine, np.ndarray)
        np.testing.assert_allclose(mine, getattr(theirs, field).numpy(), rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", CELLS)
def test_gradients_equal_torch(name):
    pairs, leaves = both(name)
    weight = torch.randn(B, H, dtype=torch.float64)
    theirs, ours = (torch.autograd.grad(sum((p[side] * weight).sum() for p in pairs), leaves) for side in (0, 1))
    for a, b in zip(theirs, ours, strict=True):
        assert a.abs().max() > 0
        torch.testing.assert_close(b, a, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", CELLS)
def test_steps_one_after_the_other_equal_the_layer(name):
    torch.manual_seed(0)
    layer = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[name](C, H, batch_first=True).double()
    x = torch.randn(B, 6, C, dtype=torch.float64)
    hidden = cell = torch.zeros(B, H, dtype=torch.float64)
    states = []
    for t in range(6):
        state = (hidden, cell) if name == "lstm" else hidden
        step = CELLS[name][1](x[:, t], state, *(p for p in layer.parameters()))
        hidden, cell = step.hidden, getattr(step, "cell", None)
        states.append(hidden)
    torch.testing.assert_close(torch.stack(states, 1), layer(x)[0], rtol=0, atol=1e-13)


def test_gates_are_kept_and_mean_what_they_say():
    torch.manual_seed(0)
    x, h, c = torch.randn(B, C), torch.rand(B, H), torch.randn(B, H)
    gru = gru_cell(x, h, *(p for p in nn.GRUCell(C, H).parameters()))
    assert gru._fields == ("from_input", "from_state", "reset", "update", "candidate", "hidden")
    assert all(((gate > 0) & (gate < 1)).all() for gate in (gru.reset, gru.update))
    torch.testing.assert_close(gru.hidden, (1 - gru.update) * gru.candidate + gru.update * h)
    lstm = lstm_cell(x, (h, c), *(p for p in nn.LSTMCell(C, H).parameters()))
    assert all(((gate > 0) & (gate < 1)).all() for gate in (lstm.input, lstm.forget, lstm.output))
    torch.testing.assert_close(lstm.cell, lstm.forget * c + lstm.input * lstm.candidate)
    torch.testing.assert_close(lstm.hidden, lstm.output * lstm.cell.tanh())


def test_an_open_update_gate_keeps_the_state():
    """Each gate sits in its own third: a huge bias on z alone must copy the state, whatever r and n are."""
    weights = [torch.randn(3 * H, C), torch.randn(3 * H, H), torch.zeros(3 * H), torch.zeros(3 * H)]
    weights[2][H : 2 * H] = 1e4
    h = torch.randn(B, H)
    torch.testing.assert_close(gru_cell(torch.randn(B, C), h, *weights).hidden, h)


def test_the_affine_maps_are_what_the_gates_are_made_of():
    """Task 1.2: one affine map (3H) of the input and one of the state, split in the order r, z, n."""
    torch.manual_seed(0)
    x, h, cell = torch.randn(B, C), torch.randn(B, H), nn.GRUCell(C, H)
    step = gru_cell(x, h, *cell.parameters())
    torch.testing.assert_close(step.from_input, nn.functional.linear(x, cell.weight_ih, cell.bias_ih))
    torch.testing.assert_close(step.from_state, nn.functional.linear(h, cell.weight_hh, cell.bias_hh))
    a, b = step.from_input, step.from_state
    torch.testing.assert_close(step.reset, (a[:, :H] + b[:, :H]).sigmoid())
    torch.testing.assert_close(step.update, (a[:, H : 2 * H] + b[:, H : 2 * H]).sigmoid())
    torch.testing.assert_close(step.candidate, (a[:, 2 * H :] + step.reset * b[:, 2 * H :]).tanh())


def by_loops_2014(x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    """One unit after the other with Python's own floats, as the papers of 2014 have it: reset before the matmul, z takes the candidate."""
    size, dot = len(h), lambda row, vector: sum(a * b for a, b in zip(row, vector, strict=True))
    gate = lambda at: 1 / (1 + math.exp(-(dot(weight_ih[at], x) + bias_ih[at] + dot(weight_hh[at], h) + bias_hh[at])))  # noqa: E731
    r = [gate(j) for j in range(size)]
    seen = [a * b for a, b in zip(r, h, strict=True)]
    found = []
    for j in range(size):
        at, z = 2 * size + j, gate(size + j)
        n = math.tanh(dot(weight_ih[at], x) + bias_ih[at] + dot(weight_hh[at], seen) + bias_hh[at])
        found.append((1 - z) * h[j] + z * n)
    return found


def test_the_form_of_2014_equals_loops_written_apart():
    rng = np.random.default_rng(3)
    for _ in range(100):
        width, hidden = (int(n) for n in rng.integers(1, 9, 2))
        weights = [rng.normal(size=size) for size in ((3 * hidden, width), (3 * hidden, hidden), 3 * hidden, 3 * hidden)]
        x, h = rng.normal(size=width), rng.normal(size=hidden)
        ours = gru_cell(x[None], h[None], *weights, original=True).hidden[0]
        np.testing.assert_allclose(ours, by_loops_2014(x.tolist(), h.tolist(), *(w.tolist() for w in weights)), rtol=0, atol=1e-12)


def test_the_two_forms_differ_by_the_reset_gate_and_a_change_of_sign():
    """1 - sigmoid(a) = sigmoid(-a): z's other role is only a name. What is left is the place of the reset gate; open, it leaves nothing."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=size) for size in ((3 * H, C), (3 * H, H), 3 * H, 3 * H)]
    x, h = rng.normal(size=(B, C)), rng.normal(size=(B, H))
    turned = [w.copy() for w in weights]
    for w in turned:
        w[H : 2 * H] *= -1
    torchs, original = gru_cell(x, h, *weights), partial(gru_cell, original=True)
    assert np.abs(original(x, h, *turned).hidden - torchs.hidden).max() > 1e-2
    assert np.abs(original(x, h, *weights).hidden - torchs.hidden).max() > 1e-2
    for w in (weights, turned):
        w[2][:H] = 1e3
    np.testing.assert_allclose(original(x, h, *turned).hidden, gru_cell(x, h, *weights).hidden, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", BY_NAME)
def test_huge_weights_saturate_and_stay_finite(name):
    weights = [np.full(size, 1e6) for size in ((GATES[name] * H, C), (GATES[name] * H, H), GATES[name] * H, GATES[name] * H)]
    x, h = np.full((B, C), -1e6), np.full((B, H), 1.0)
    with np.errstate(all="raise"):
        step = BY_NAME[name](x, (h, h) if name == "lstm" else h, *weights)
    assert all(np.isfinite(field).all() for field in step)
