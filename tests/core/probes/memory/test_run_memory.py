"""Gradients and influences in trained classifiers, against autograd through the model, finite differences and a closed form."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError, DataError
from core.models import Task, build_model
from core.probes.memory.run_memory import check_run, influence, loss_paths, reach, read_by

CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
KINDS_OF_RUNS = [
    (cell, layers, both, readout) for cell in CELLS for layers, both, readout in ((1, False, "last"), (1, True, "mean"), (2, True, "last"))
]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def made(cell="gru", *, layers=1, both=False, readout="last", patch=8, **more):
    """A small classifier of 16 patches at random weights, in eval mode."""
    values = {"patch_size": patch, "embed_dim": 8, "hidden_size": 6, "num_layers": layers, "bidirectional": both, "readout": readout} | more
    return build_model(cell, Task(), seed=1, **values).eval()


def image():
    return torch.randn(1, 3, 32, 32)


def outputs(model, tokens):
    """The head's answer at every state, (T, K)."""
    return model.head(model.rnn(tokens)[0][0])


@pytest.mark.parametrize(("cell", "layers", "both", "readout"), KINDS_OF_RUNS)
def test_influences_are_the_jacobians_of_autograd(cell, layers, both, readout):
    model = made(cell, layers=layers, both=both, readout=readout).double()
    picture = image().double()
    found = influence(model, picture)
    jacobian = torch.autograd.functional.jacobian(lambda tokens: outputs(model, tokens), model.embed(picture).detach())  # (T, K, 1, T, C)
    assert found == pytest.approx(jacobian[:, :, 0].square().sum(dim=(1, 3)).sqrt().numpy(), rel=1e-9, abs=1e-14)
    if not both:
        assert (np.triu(found, 1) == 0).all()  # a later patch moves no earlier output


def test_an_influence_is_what_nudges_of_a_token_do():
    model = made("lstm", layers=2).double()
    picture = image().double()
    found, tokens = influence(model, picture), model.embed(picture).detach()
    for s, t in ((15, 15), (15, 2), (7, 5), (3, 9)):
        squared = 0.0
        for feature in range(tokens.shape[2]):
            nudge = torch.zeros_like(tokens)
            nudge[0, t, feature] = 1e-5
            slope = (outputs(model, tokens + nudge)[s] - outputs(model, tokens - nudge)[s]) / 2e-5
            squared += slope.square().sum().item()
        assert squared**0.5 == pytest.approx(found[s, t], rel=1e-5, abs=1e-9)


def test_a_network_that_is_as_good_as_linear_has_the_closed_form():
    model = made("rnn").double()
    model.embed.norm.weight.data.mul_(1e-6)  # tanh x = x for such tokens
    for name in ("bias_ih_l0", "bias_hh_l0"):
        getattr(model.rnn, name).data.zero_()
    found = influence(model, image().double())
    head, back, given = (w.detach() for w in (model.head.weight, model.rnn.weight_hh_l0, model.rnn.weight_ih_l0))
    for s, t in ((15, 0), (15, 15), (9, 4)):
        assert found[s, t] == pytest.approx((head @ torch.linalg.matrix_power(back, s - t) @ given).norm().item(), rel=1e-6)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("readout", ["last", "mean"])
def test_what_of_a_loss_reaches_each_state_is_as_autograd_says(cell, readout):
    model, picture = made(cell).double(), image().double()
    step = CELLS[cell](8, 6).double()
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        getattr(step, name).data = getattr(model.rnn, f"{name}_l0").data
    tokens = model.embed(picture).detach()
    state = carried = torch.zeros(1, 6, dtype=torch.float64)
    kept = []
    for t in range(tokens.shape[1]):
        carried = step(tokens[:, t], (state, carried) if cell == "lstm" else state)
        state, carried = carried if cell == "lstm" else (carried, carried)
        kept.append((state, carried))
        state.retain_grad()
        carried.retain_grad()
    read = state if readout == "last" else torch.stack([pair[0] for pair in kept]).mean(dim=0)
    nn.functional.cross_entropy(model.head(read), torch.tensor([3])).backward()
    (path,) = loss_paths(model, picture, 3, readout=readout)
    assert path.state == pytest.approx([pair[0].grad.norm().item() for pair in kept], rel=1e-9)
    assert not path.backwards and (path.memory is not None) == (cell == "lstm")
    if cell == "lstm":
        assert path.memory == pytest.approx([pair[1].grad.norm().item() for pair in kept], rel=1e-9)


def test_a_run_in_both_directions_has_a_path_for_each_and_they_end_at_opposite_patches():
    forwards, backwards = loss_paths(made("rnn", both=True), image(), 0, readout="last")
    assert not forwards.backwards and backwards.backwards
    assert forwards.state.argmax() == 15 and backwards.state.argmax() == 0
    assert forwards.state[0] < 0.1 * forwards.state[15] and backwards.state[15] < 0.1 * backwards.state[0]


def test_the_head_reads_the_last_state_of_each_direction():
    states = np.arange(12.0).reshape(3, 4)  # T = 3, two directions of H = 2
    assert read_by(states, "last", 2).tolist() == [8, 9, 2, 3]
    assert read_by(states, "last", 1).tolist() == [8, 9, 10, 11]
    assert read_by(states, "mean", 2).tolist() == [4, 5, 6, 7]


@pytest.mark.parametrize(("cell", "layers", "both", "readout"), KINDS_OF_RUNS)
def test_the_proof_passes_and_fails_when_it_should(cell, layers, both, readout):
    model, picture = made(cell, layers=layers, both=both, readout=readout), image()
    found = influence(model, picture)
    assert check_run(model, picture, found).passed
    wrong = found.copy()
    wrong[-1, -1] *= 1.01
    assert not check_run(model, picture, wrong).passed


def test_how_many_of_the_latest_patches_an_output_hangs_on():
    assert reach(np.array([1.0, 0, 0, 8, 1, 99]), 4) == 2
    assert reach(np.array([1.0, 1, 1, 1]), 3) == 4
    assert reach(np.array([0.0, 5]), 0) == 0


def test_one_patch_and_one_hidden_unit():
    model = made("gru", patch=32, hidden_size=1)
    assert influence(model, image()).shape == (1, 1)
    (path,) = loss_paths(model, image(), 0, readout="mean")
    assert path.state.shape == (1,) and path.state[0] > 0


def test_what_has_no_states_or_no_numbers_is_said():
    vit = build_model("vit", Task(), seed=0, patch_size=8, embed_dim=8, num_heads=2).eval()
    with pytest.raises(ConfigError, match="ViT hands no hidden state from patch to patch"):
        influence(vit, image())
    with pytest.raises(ConfigError, match="1,024 patches"):
        loss_paths(made(patch=1), image(), 0, readout="last")
    broken = made()
    broken.head.weight.data.fill_(float("nan"))
    with pytest.raises(DataError, match="no finite numbers"):
        loss_paths(broken, image(), 0, readout="last")
    with pytest.raises(DataError, match="no finite influences"):
        influence(broken, image())


def test_weights_that_explode_give_infinite_norms_and_no_warning():
    model = made("rnn").double()
    model.rnn.weight_hh_l0.data.copy_(1e200 * torch.eye(6, dtype=torch.float64))
    model.embed.norm.weight.data.zero_()  # states stay at 0, where tanh has slope 1
    model.embed.norm.bias.data.zero_()
    for name in ("bias_ih_l0", "bias_hh_l0"):
        getattr(model.rnn, name).data.zero_()
    (path,) = loss_paths(model, image().double(), 0, readout="last")
    assert np.isinf(path.state[0]) and np.isfinite(path.state[-1])
