"""Why a plain RNN forgets, in numbers that do not depend on the probe: autograd, powers of the radius, products of gates."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.probes.memory.gradient_flow import BATCH, KINDS, FlowSetup, drawn_weights, gradient_flow, loss_direction, spectral_radius
from core.probes.memory.recall_task import FEATURES, recall_batch
from core.probes.memory.through_time import GATES

STEPS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}


def by_autograd(kind, setup):
    """Norms at every state, and at every cell state, by PyTorch's cell and its autograd."""
    cell = STEPS[kind](FEATURES, setup.units).double()
    for name, value in drawn_weights(kind, setup)._asdict().items():
        getattr(cell, name).data = torch.from_numpy(value)
    tokens = torch.from_numpy(recall_batch(BATCH, setup.length, np.random.default_rng(setup.seed)).inputs)
    state = carried = torch.zeros(BATCH, setup.units, dtype=torch.float64)
    kept = []
    for t in range(setup.length):
        carried = cell(tokens[:, t], (state, carried) if kind == "lstm" else state)
        state, carried = carried if kind == "lstm" else (carried, carried)
        kept.append((state, carried))
        state.retain_grad()
        carried.retain_grad()
    (state @ torch.from_numpy(loss_direction(setup))).sum().backward()
    return [np.array([pair[which].grad.norm(dim=1).mean().item() for pair in kept]) for which in (0, 1)]


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize(
    "setup", [FlowSetup(length=40), FlowSetup(length=25, radius=2.5, bias=-2, units=7, seed=3), FlowSetup(length=1, units=1)]
)
def test_norms_are_those_of_autograd(kind, setup):
    flow, (state, memory) = gradient_flow(kind, setup), by_autograd(kind, setup)
    assert flow.state == pytest.approx(state, rel=1e-9)
    assert (flow.memory is not None) == (kind == "lstm")
    if kind == "lstm":
        assert flow.memory == pytest.approx(memory, rel=1e-9)


def test_all_cells_start_from_a_gradient_of_length_one():
    assert [gradient_flow(kind, FlowSetup()).state[-1] for kind in KINDS] == pytest.approx([1, 1, 1, 1])


@pytest.mark.parametrize("radius", [0.5, 1.0, 3.0])
def test_every_block_has_the_radius_and_the_plain_one_is_the_candidates(radius):
    setup = FlowSetup(radius=radius)
    blocks = {kind: drawn_weights(kind, setup).weight_hh.reshape(GATES[kind], setup.units, setup.units) for kind in KINDS}
    for found in blocks.values():
        assert spectral_radius(found) == pytest.approx([radius] * len(found))
    assert np.array_equal(blocks["rnn"][0], blocks["lstm"][2]) and np.array_equal(blocks["rnn"][0], blocks["gru"][2])


def test_without_its_tanh_it_goes_by_powers_of_the_radius():
    for radius in (0.5, 2.0):
        flow = gradient_flow("linear", FlowSetup(length=400, radius=radius))
        assert flow.factor == pytest.approx(radius, rel=0.02)
    assert gradient_flow("linear", FlowSetup(length=60, units=1, radius=0.5)).state == pytest.approx(0.5 ** np.arange(59, -1, -1))


def test_a_forget_gate_alone_keeps_exactly_what_it_says():
    """No weights on the way: an LSTM's cell state is multiplied by f = sigmoid(bias) at every step, a GRU's state by z."""
    for bias in (-1.0, 0.0, 2.0):
        setup, gate = FlowSetup(length=20, radius=0, strength=0, bias=bias), 1 / (1 + np.exp(-bias))
        lstm, gru = gradient_flow("lstm", setup), gradient_flow("gru", setup)
        assert lstm.gate == pytest.approx(gate) and gru.gate == pytest.approx(gate)
        assert lstm.memory[:-1] / lstm.memory[1:] == pytest.approx(gate)
        assert gru.factor == pytest.approx(gate)
        assert gradient_flow("rnn", setup).state[:-1] == pytest.approx(0)


def test_the_claim_and_where_it_does_not_hold():
    """With an open forget gate LSTM and GRU keep what the plain RNN loses; at bias 0 they lose more, at a large radius it explodes."""
    arrives = {(kind, bias): gradient_flow(kind, FlowSetup(bias=bias)).arrives for kind in KINDS for bias in (0.0, 1.0, 3.0)}
    rnn, lstm, gru = ({bias: arrives[kind, bias] for bias in (0.0, 1.0, 3.0)} for kind in ("rnn", "lstm", "gru"))
    assert lstm[0.0] < rnn[0.0] == rnn[3.0] < gru[1.0] < lstm[1.0] < lstm[3.0]
    for seed in range(5):
        rnn, lstm, gru = (gradient_flow(kind, FlowSetup(bias=3, seed=seed)).arrives for kind in ("rnn", "lstm", "gru"))
        assert rnn < 1e-5 < 1e-2 < min(lstm, gru)
    assert (
        arrives["lstm", 0.0]
        < arrives["rnn", 0.0]
        == arrives["rnn", 3.0]
        < arrives["gru", 1.0]
        < arrives["lstm", 1.0]
        < arrives["lstm", 3.0]
    )
    assert gradient_flow("rnn", FlowSetup(radius=3)).arrives > 1e3


def test_the_ends_of_float64_are_told_apart_from_numbers():
    flow = gradient_flow("linear", FlowSetup(length=500, radius=0.1))
    assert flow.state[0] == 0 and flow.arrives == 0 and flow.factor == 0
    single = gradient_flow("rnn", FlowSetup(length=1))
    assert single.arrives == 1 and np.isnan(single.factor)
    assert np.isfinite(gradient_flow("linear", FlowSetup(length=500, radius=4)).state).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"length": 0}, "0 steps cannot be: choose 1 to 500"),
        ({"length": 10_000}, "10,000 steps cannot be: choose 1 to 500"),
        ({"radius": float("nan")}, "nan as spectral radius cannot be: choose 0 to 4"),
        ({"bias": 99.0}, "choose -8 to 8"),
        ({"units": 0}, "0 hidden units cannot be: choose 1 to 128"),
        ({"strength": -1.0}, "choose 0 to 4"),
    ],
)
def test_what_cannot_be_is_said(values, message):
    with pytest.raises(ConfigError, match=message):
        FlowSetup(**values)


def test_the_recall_task_has_one_mark_and_asks_for_what_it_marks():
    batch = recall_batch(200, 12, np.random.default_rng(0))
    assert (
        batch.inputs.shape == (200, 12, FEATURES)
        and (batch.inputs[..., :-1].sum(-1) == 1).all()
        and (batch.inputs[..., -1].sum(-1) == 1).all()
    )
    for inputs, target, distance in zip(*batch, strict=True):
        (marked,) = np.flatnonzero(inputs[:, -1])
        assert inputs[marked, target] == 1 and distance == 11 - marked
    assert set(batch.distances) == set(range(12)) and set(batch.targets) == set(range(8))
    with pytest.raises(ConfigError, match="0 steps cannot be drawn"):
        recall_batch(1, 0, np.random.default_rng(0))
