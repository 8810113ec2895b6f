"""Networks that write, against a loop over torch's own cells."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from core.errors import ConfigError
from core.models.recurrent import CELLS
from core.models.writing import ManyToMany, OneToMany, RecurrentDecoder

STEPS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}


def build(kind, cell):
    torch.manual_seed(0)
    return kind(cell=cell, input_size=3, hidden_size=10, num_classes=7).double()


def by_cells(decoder, state, steps, cell):
    """What the decoder has to write, one cell at a time, in (B, H) without a time axis."""
    one = STEPS[cell](10, 10).double()
    one.load_state_dict({name.removesuffix("_l0"): value for name, value in decoder.rnn.state_dict().items()})
    written, logits = torch.full((len(state[0]) if cell == "lstm" else len(state),), 7), []
    for _ in range(steps):
        state = one(F.embedding(written, decoder.embed.weight), state)
        hidden = state[0] if cell == "lstm" else state
        logits.append(hidden @ decoder.head.weight.T + decoder.head.bias)
        written = logits[-1].argmax(1)
    return torch.stack(logits, 1)


@pytest.mark.parametrize("cell", CELLS)
def test_one_to_many_writes_what_a_loop_of_cells_writes(cell):
    model, x = build(OneToMany, cell), torch.randn(2, 3).double()
    hidden = torch.tanh(x @ model.first.weight.T + model.first.bias)
    expected = by_cells(model.decoder, (hidden, torch.zeros_like(hidden)) if cell == "lstm" else hidden, 5, cell)
    assert expected.shape == (2, 5, 7)
    torch.testing.assert_close(model(x, 5), expected)


@pytest.mark.parametrize("cell", CELLS)
def test_the_decoder_starts_where_the_encoder_ends(cell):
    model, x = build(ManyToMany, cell), torch.randn(2, 6, 3).double()
    _, last = model.encoder(x)
    expected = by_cells(model.decoder, (last[0][0], last[1][0]) if cell == "lstm" else last[0], 4, cell)
    torch.testing.assert_close(model(x, 4), expected)


def test_more_steps_begin_with_the_same_ones():
    model, x = build(ManyToMany, "gru"), torch.randn(1, 3, 3).double()
    torch.testing.assert_close(model(x, 8)[:, :5], model(x, 5))


def test_samples_do_not_leak():
    model, x = build(ManyToMany, "lstm"), torch.randn(3, 4, 3).double()
    torch.testing.assert_close(model(x, 3)[1:2], model(x[1:2], 3))


def test_a_decoder_writes_at_least_one_output():
    with pytest.raises(ConfigError, match="at least one output, not 0"):
        RecurrentDecoder(cell="gru", hidden_size=4, num_classes=3)(torch.zeros(1, 1, 4), 0)
