"""Depth, direction and three traps: against torch's own layers, autograd's Jacobian and definitions."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models import building
from core.models.recurrent import CELLS, recurrent_layers
from core.probes.recurrence.direction import FEATURES, measure_heads, measure_leaks, measure_stack, positional_bias, read_states
from core.probes.recurrence.unrolled import HEADS, stack_graph

SIZES = {"cell": "gru", "length": 5, "layers": 2, "bidirectional": True, "hidden": 6}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (3, False), (1, True), (2, True), (3, True)])
def test_jacobians_are_where_the_graph_has_a_way_and_the_stack_is_torchs(cell, layers, bidirectional):
    found = measure_stack(cell=cell, length=5, layers=layers, bidirectional=bidirectional, hidden=4)
    assert found.passed and found.norms.shape == (layers, 1 + bidirectional, 5, 5)
    assert found.shapes == (("states", (1, 5, 4 * (1 + bidirectional))), ("h", (layers * (1 + bidirectional), 1, 4)))


def test_norms_are_those_of_autograds_jacobian():
    found = measure_stack(**SIZES)
    with building(0):
        rnn = nn.GRU(FEATURES, 6, num_layers=2, bidirectional=True, batch_first=True).double()
    x = torch.randn(1, 5, FEATURES, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    jacobian = torch.autograd.functional.jacobian(lambda x: rnn(x)[0][0], x)[:, :, 0]  # (T, 2H, T, C)
    expected = torch.stack([part.square().sum((1, 3)).sqrt() for part in jacobian.split(6, dim=1)])  # (directions, T, T)
    assert np.allclose(found.norms[1], expected.numpy(), rtol=1e-10)


def test_one_layer_of_each_direction_sees_one_side():
    forward, backward = measure_stack(**{**SIZES, "layers": 1}).norms[0] > 0
    assert np.array_equal(forward, np.tril(np.ones((5, 5), bool))) and np.array_equal(backward, np.triu(np.ones((5, 5), bool)))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("head", HEADS)
def test_a_head_depends_on_what_it_is_drawn_to_read(head, bidirectional):
    found = measure_heads(**{**SIZES, "bidirectional": bidirectional})[head]
    graph = stack_graph(5, 2, bidirectional=bidirectional, head=head)
    read = {node.name for node in graph.nodes if node.read}
    for at, way in enumerate("fb"[: 1 + bidirectional]):
        before = {n for name in read if name[0] == way for n in graph.before(name)}
        assert [f"x{t}" in before for t in range(1, 6)] == (found.norms[at] > 0).tolist()
    wide = 6 * (1 + (bidirectional and head != "h[-1]"))
    assert found.shape == measure_stack(**{**SIZES, "bidirectional": bidirectional}).reads[head]
    assert found.shape == ((1, 5, wide) if head == "every" else (1, wide))


def test_the_wrong_state_leaves_half_of_the_top_layer_unlearned():
    """Trap 3: of the top layer (it reads 2H = 12) the forward GRU has 3H (2H + H) + 6H weights."""
    assert measure_heads(**SIZES)["both"].unused == 0
    assert measure_heads(**SIZES)["h[-1]"].unused == 3 * 6 * 18 + 36
    assert measure_heads(**{**SIZES, "bidirectional": False})["h[-1]"].unused == 0
    assert measure_heads(**SIZES)["states[:, -1]"].unused == 3 * 6 * 6  # weight_hh of the backward GRU: it has only met a state of 0


def test_in_one_layer_the_last_step_of_the_backward_direction_has_read_one_input():
    found = measure_heads(**{**SIZES, "layers": 1})["states[:, -1]"]
    assert (found.norms[0] > 0).all() and (found.norms[1] > 0).tolist() == [False] * 4 + [True]


@pytest.mark.parametrize("cell", CELLS)
def test_both_is_the_forward_end_and_the_backward_end(cell):
    rnn = recurrent_layers(cell, input_size=3, hidden_size=4, num_layers=2, bidirectional=True)
    states, final = rnn(torch.randn(2, 5, 3))
    assert torch.equal(read_states(rnn, states, final, "both"), torch.cat((states[:, -1, :4], states[:, 0, 4:]), 1))
    assert torch.equal(read_states(rnn, states, final, "h[-1]"), states[:, 0, 4:])


def test_the_fourth_positional_argument_is_bias():
    """Trap 1, and how many weights each has: a layer of nn.GRU has 3H (C + H) + 6H."""
    wrong, right = positional_bias()
    assert (wrong.bias, wrong.bidirectional, wrong.shape) == (True, False, (2, 10, 5))
    assert (right.bias, right.bidirectional, right.shape) == (True, True, (2, 10, 10))
    assert wrong.weights == 15 * 12 + 30 + 15 * 10 + 30 and right.weights == 2 * (15 * 12 + 30 + 15 * 15 + 30)


@pytest.mark.parametrize("kind", ["gru", "encoder"])
def test_samples_leak_without_batch_first(kind):
    """Trap 2: a GRU carries earlier samples into later ones, attention mixes all of them. The shapes tell nothing."""
    right, wrong = measure_leaks(kind, batch_first=True), measure_leaks(kind, batch_first=False)
    assert right.shape == wrong.shape == (4, 6, 4) and right.leaks == 0
    assert np.array_equal(right.changes > 0, np.eye(4, dtype=bool))
    expected = np.tril(np.ones((4, 4), bool)) if kind == "gru" else np.ones((4, 4), bool)
    assert np.array_equal(wrong.changes > 0, expected) and wrong.leaks == {"gru": 6, "encoder": 12}[kind]


@pytest.mark.parametrize(("name", "value"), [("length", 0), ("length", 10_000), ("layers", 4), ("hidden", 0)])
def test_sizes_that_are_not_on_offer(name, value):
    with pytest.raises(ConfigError, match=f"= {value}: choose 1 to"):
        measure_stack(**{**SIZES, name: value})


def test_names_that_are_not_known():
    with pytest.raises(ConfigError, match="no layer named 'lstm'"):
        measure_leaks("lstm", batch_first=True)
    rnn = recurrent_layers("gru", input_size=3, hidden_size=4, num_layers=1, bidirectional=True)
    with pytest.raises(ConfigError, match="no head named"):
        read_states(rnn, *rnn(torch.zeros(1, 2, 3)), "last")
    with pytest.raises(ConfigError, match="two or more"):
        measure_leaks("gru", batch_first=True, samples=1)
