import pytest
import torch
from torch import nn

from core.models.cells import gru_cell, lstm_cell, rnn_cell

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
    assert gru._fields == ("reset", "update", "candidate", "hidden")
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
