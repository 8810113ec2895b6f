"""Muon against the polynomial that it stands for, computed by singular values, and against torch's own."""

import pytest
import torch
from torch import nn

from core.training.loop.muon import COEFFICIENTS, ITERATIONS, Muon, gates, orthogonal


def exactly(matrix):
    """What Newton-Schulz iterations do, on singular values in float64."""
    u, s, v = torch.linalg.svd(matrix.double() / matrix.double().norm(), full_matrices=False)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        s = a * s + b * s**3 + c * s**5
    return u @ s.diag() @ v


def parameters(*shapes):
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def give_gradients(params, seed):
    generator = torch.Generator().manual_seed(seed)
    for p in params:
        p.grad = torch.randn(p.shape, generator=generator)


@pytest.mark.parametrize("shape", [(8, 8), (24, 10), (10, 24), (96, 64), (1, 7)])
def test_orthogonal_is_the_polynomial_of_the_singular_values(shape):
    matrices = torch.randn(3, *shape, generator=torch.Generator().manual_seed(1))
    for found, matrix in zip(orthogonal(matrices), matrices, strict=True):
        assert torch.allclose(found.double(), exactly(matrix), atol=1e-4)


def test_orthogonal_of_a_zero_gradient_is_zero():
    assert orthogonal(torch.zeros(2, 4, 3)).abs().max() == 0


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_steps_are_those_of_torch_up_to_its_bfloat16(weight_decay):
    shapes = [(12, 5), (5, 12), (12, 5), (9, 9)]
    ours, theirs = parameters(*shapes), parameters(*shapes)
    start = [p.detach().clone() for p in ours]
    optimizers = Muon(ours, lr=0.02, weight_decay=weight_decay), torch.optim.Muon(theirs, lr=0.02, weight_decay=weight_decay)
    for step in range(4):
        for params, optimizer in zip((ours, theirs), optimizers, strict=True):
            give_gradients(params, step)
            optimizer.step()
    for one, other, before in zip(ours, theirs, start, strict=True):
        moved = (other - before).norm()
        assert moved > 0.02 and (one - other).norm() < 0.02 * moved


def test_the_gates_of_a_gru_are_stepped_one_by_one():
    gru = nn.GRU(4, 6, bidirectional=True)
    found = gates(gru)
    assert {tuple(p.shape): parts for p, parts in found.items()} == {(18, 4): 3, (18, 6): 3} and len(found) == 4
    assert set(gates(nn.LSTM(4, 6)).values()) == {4} and set(gates(nn.RNN(4, 6)).values()) == {1}

    whole = nn.Parameter(gru.weight_ih_l0.detach().clone())
    parts = [nn.Parameter(part.clone()) for part in whole.detach().chunk(3)]
    whole.grad = torch.randn(whole.shape, generator=torch.Generator().manual_seed(2))
    for part, grad in zip(parts, whole.grad.chunk(3), strict=True):
        part.grad = grad
    Muon([whole], parts={whole: 3}).step()
    Muon(parts).step()
    assert torch.allclose(whole, torch.cat(parts), atol=1e-6)


def test_a_convolutions_kernels_are_the_rows_of_a_matrix():
    kernels, rows = parameters((6, 3, 2, 2), (6, 12))
    rows.data = kernels.detach().flatten(1).clone()
    kernels.grad = torch.randn(kernels.shape, generator=torch.Generator().manual_seed(3))
    rows.grad = kernels.grad.flatten(1)
    for parameter in (kernels, rows):
        Muon([parameter]).step()
    assert torch.equal(kernels.flatten(1), rows)


def test_parameters_without_a_gradient_stay():
    (parameter,) = parameters((3, 3))
    before = parameter.detach().clone()
    Muon([parameter], weight_decay=0.1).step()
    assert torch.equal(parameter, before)
