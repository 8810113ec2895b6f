"""A network unrolled by hand against nn.RNN, nn.LSTM and nn.GRU: stacked, bidirectional, at hundreds of sizes."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models.unrolled import layers_of, unroll, unroll_layers

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def layer(name, width, hidden, generator, **options):
    made = LAYERS[name](width, hidden, batch_first=True, **options).double()
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=0.7, generator=generator)
    return made


@pytest.mark.parametrize("name", LAYERS)
def test_it_equals_torch_at_hundreds_of_sizes(name):
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for case in range(200):
        batch, length, width, hidden, depth = (int(torch.randint(1, most, (), generator=generator)) for most in (4, 12, 9, 9, 4))
        rnn = layer(name, width, hidden, generator, num_layers=depth, bidirectional=bool(case % 2))
        x = torch.randn(batch, length, width, dtype=torch.float64, generator=generator)
        with torch.no_grad():
            ours = unroll_layers(name, x, layers_of(rnn))
            outputs, final = rnn(x)
        pairs = [(ours.outputs, outputs), *zip((ours.hidden, ours.cell), final if name == "lstm" else (final,), strict=False)]
        assert all(a.shape == b.shape for a, b in pairs)
        worst = max(worst, *((a - b).abs().max().item() for a, b in pairs))
    assert worst < 1e-12  # the promise is 1e-6


def test_every_layer_and_direction_is_kept_in_the_order_of_the_sequence():
    rnn = layer("gru", 3, 4, torch.Generator().manual_seed(0), num_layers=2, bidirectional=True)
    x = torch.randn(2, 5, 3, dtype=torch.float64)
    found = unroll_layers("gru", x, layers_of(rnn))
    assert [len(directions) for directions in found.steps] == [2, 2]
    forward, backward = found.steps[1]
    assert forward.reset.shape == (2, 5, 4) and forward.from_input.shape == (2, 5, 12)
    torch.testing.assert_close(found.outputs, torch.cat([forward.hidden, backward.hidden], -1))
    torch.testing.assert_close(found.hidden[2], forward.hidden[:, -1])
    torch.testing.assert_close(found.hidden[3], backward.hidden[:, 0])  # trap 3: it ended at the first step


def test_a_sequence_reversed_and_read_backwards_is_the_same():
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(2, 6, 3)), [rng.normal(size=size) for size in ((16, 3), (16, 4), 16, 16)]
    there, back = unroll("lstm", x, weights), unroll("lstm", x[:, ::-1].copy(), weights, reverse=True)
    for a, b in zip(there, back, strict=True):
        np.testing.assert_array_equal(a, b[:, ::-1])


def test_samples_do_not_leak_into_each_other():
    """Trap 2: one sample's states may not depend on another's inputs."""
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(3, 6, 2)), [rng.normal(size=size) for size in ((12, 2), (12, 4), 12, 12)]
    other = x.copy()
    other[1] += 1
    before, after = unroll("gru", x, weights).hidden, unroll("gru", other, weights).hidden
    np.testing.assert_array_equal(before[[0, 2]], after[[0, 2]])
    assert np.abs(before[1] - after[1]).max() > 0.1


@pytest.mark.parametrize("name", [*LAYERS, "gru2014"])
def test_ten_thousand_steps_of_one_unit(name):
    gates = {"rnn": 1, "lstm": 4}.get(name, 3)
    found = unroll(name, np.ones((1, 10_000, 1)), [np.full(size, 0.5) for size in ((gates, 1), (gates, 1), gates, gates)])
    assert found.hidden.shape == (1, 10_000, 1) and np.isfinite(found.hidden).all()


def test_what_cannot_be_unrolled_says_so():
    with pytest.raises(ConfigError, match="at least one"):
        unroll("gru", np.zeros((1, 0, 2)), [np.zeros(size) for size in ((3, 2), (3, 1), 3, 3)])
    with pytest.raises(ConfigError, match="Did you mean 'gru'"):
        unroll("grux", np.zeros((1, 1, 2)), [])
