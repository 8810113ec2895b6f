"""The compiled scan against nn.GRU, in every direction, shape and number of threads."""

from __future__ import annotations

import copy
import itertools
import multiprocessing
import os
import platform
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models import Task, build_model
from core.models.gru import GRU, kernels, use_kernel
from core.training.loop.device import choose_plan

ROOT = Path(__file__).resolve().parents[3]


def pair(*args, **options) -> tuple[nn.GRU, GRU]:
    """PyTorch's GRU and ours with the same weights, ours computed by the scan."""
    torch.manual_seed(0)
    theirs, ours = nn.GRU(*args, batch_first=True, **options), GRU(*args, batch_first=True, **options)
    ours.load_state_dict(theirs.state_dict())
    ours.kernel = "scan"
    return theirs, ours


def scanned(gru: GRU) -> None:
    """Let `gru` fail where it would fall back to nn.GRU."""
    gru._scans = lambda tokens: True


def close(ours: torch.Tensor, theirs: torch.Tensor, exact: torch.Tensor | None = None) -> None:
    """Equal to 1e-6 of the largest value (or of 1); against `exact`, PyTorch's own error may be made twice on top."""
    assert ours.shape == theirs.shape
    own_error = 0 if exact is None else (theirs - exact).abs().max()
    assert (ours - (theirs if exact is None else exact)).abs().max() <= 1e-6 * theirs.abs().max().clamp(min=1) + 2 * own_error


def compare(reference, run_ours, theirs: nn.GRU, ours: GRU, tokens: torch.Tensor) -> None:
    """Same states, and the same gradients of tokens and weights in some direction, as PyTorch's in float32 and in float64."""
    exactly = copy.deepcopy(theirs).double()
    results = []
    for gru, run in ((ours, run_ours), (theirs, partial(reference, theirs)), (exactly, partial(reference, exactly))):
        own = tokens.to(next(gru.parameters()).dtype, copy=True).requires_grad_()
        gru.zero_grad()
        states = run(own)
        direction = torch.linspace(-1, 2, states.numel(), dtype=states.dtype).reshape(states.shape)
        (states * direction).sum().backward()
        results.append([states.detach(), own.grad, *(p.grad for p in gru.parameters())])
    for values in zip(*results, strict=True):
        close(*values)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("batch", "steps", "inputs", "hidden", "layers", "bidirectional"),
    [
        (32, 256, 64, 25, 2, False),  # the hand-in
        (13, 17, 10, 16, 1, True),  # nothing is a whole vector or a whole tile
        (1, 8, 3, 1, 3, True),
        (9, 300, 32, 64, 1, False),  # longer than a block of the weight gradients
        (5, 16, 48, 130, 2, True),
    ],
)
def test_it_equals_torchs_gru(batch, steps, inputs, hidden, layers, bidirectional, threads):
    theirs, ours = pair(inputs, hidden, num_layers=layers, bidirectional=bidirectional)
    scanned(ours)
    tokens = torch.randn(batch, steps, inputs)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        compare(lambda gru, x: gru(x)[0], lambda x: ours(x)[0], theirs, ours, tokens)
        close(ours(tokens)[1], theirs(tokens)[1])
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("kernel", ["torch", "scan"])
@pytest.mark.parametrize(("height", "width"), [(16, 16), (8, 8), (4, 4), (3, 5)])
def test_a_sweep_is_one_sequence_a_line(height, width, columns, kernel):
    theirs, ours = pair(12, 20, bidirectional=True)
    ours.kernel = kernel
    grid = torch.randn(5, height, width, 12)

    def line_by_line(gru: nn.GRU, grid: torch.Tensor) -> torch.Tensor:
        lines = grid.unbind(2 if columns else 1)
        return torch.stack([gru(line)[0] for line in lines], dim=2 if columns else 1)

    compare(line_by_line, lambda x: ours.sweep(x, columns=columns), theirs, ours, grid)


def test_large_inputs_saturate_as_torchs_do():
    theirs, ours = pair(16, 16)
    scanned(ours)
    tokens = 100 * torch.randn(8, 16, 16)
    compare(lambda gru, x: gru(x)[0], lambda x: ours(x)[0], theirs, ours, tokens)
    assert ours(tokens)[0].abs().max() > 0.999


def test_nan_stays_nan():
    _, ours = pair(16, 16)
    scanned(ours)
    tokens = torch.randn(8, 16, 16)
    tokens[3, 5, 0] = torch.nan
    states = ours(tokens)[0]
    assert states[3, 5:].isnan().all()
    assert states[3, :5].isfinite().all() and states[:3].isfinite().all() and states[4:].isfinite().all()


def test_states_do_not_depend_on_the_other_sequences():
    _, ours = pair(16, 24)
    scanned(ours)
    tokens = torch.randn(20, 30, 16)
    assert torch.equal(ours(tokens)[0][7], ours(tokens[7:8])[0][0])


def test_nothing_is_kept_without_gradients():
    theirs, ours = pair(16, 24)
    scanned(ours)
    tokens = torch.randn(20, 30, 16)
    with torch.no_grad():
        states = ours(tokens)[0]
    assert not states.requires_grad
    close(states, theirs(tokens)[0].detach())


def test_a_graph_may_be_walked_twice():
    _, ours = pair(16, 24)
    scanned(ours)
    tokens = torch.randn(4, 9, 16, requires_grad=True)
    total = ours(tokens)[0].sum()
    (first,) = torch.autograd.grad(total, tokens, retain_graph=True)
    (second,) = torch.autograd.grad(total, tokens)
    assert torch.equal(first, second)


@pytest.mark.parametrize(
    ("tokens", "state", "options"),
    [
        (torch.randn(2, 5, 16), None, {}),  # too short
        (torch.randn(2, 9, 16).double(), None, {"dtype": torch.float64}),
        (torch.randn(2, 9, 16), torch.randn(1, 2, 8), {}),
        (torch.randn(9, 16), None, {}),  # one sequence without a batch
        (torch.randn(2, 9, 16), None, {"bias": False}),
    ],
)
def test_what_the_scan_cannot_do_torch_does(tokens, state, options):
    theirs, ours = pair(16, 8, **options)
    for expected, got in zip(theirs(tokens, state), ours(tokens, state), strict=True):
        assert torch.equal(expected, got)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_dropout_between_layers_is_torchs(bidirectional):
    """Where everything is dropped, the second layer reads zeros, and the tokens do not matter; in eval mode nothing is dropped."""
    theirs, ours = pair(16, 8, num_layers=2, dropout=1.0, bidirectional=bidirectional)
    upper = nn.GRU(8 * (1 + bidirectional), 8, batch_first=True, bidirectional=bidirectional)
    upper.load_state_dict({name.replace("_l1", "_l0"): value for name, value in theirs.state_dict().items() if "_l1" in name})
    tokens = torch.randn(2, 9, 16)
    close(ours(tokens)[0], upper(torch.zeros(2, 9, upper.input_size))[0])
    close(ours.eval()(tokens)[0], theirs.eval()(tokens)[0])


def test_it_works_from_many_threads_at_once():
    theirs, ours = pair(16, 24)
    scanned(ours)
    tokens = torch.randn(40, 30, 16)
    expected, got = theirs(tokens)[0].detach(), {}

    def run(number: int) -> None:
        torch.set_num_threads(2)
        got[number] = [ours(tokens)[0].detach() for _ in range(5)]

    workers = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(got) == 4
    for states in itertools.chain(*got.values()):
        close(states, expected)


def _scan_in_child(queue, ours, tokens):
    torch.set_num_threads(2)
    queue.put(ours(tokens)[0].detach().numpy())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_it_survives_a_fork():
    _, ours = pair(16, 24)
    tokens = torch.randn(40, 30, 16)
    torch.set_num_threads(2)
    try:
        expected = ours(tokens)[0].detach()  # starts the threads, which the child does not get
    finally:
        torch.set_num_threads(1)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_scan_in_child, args=(queue, ours, tokens))
    child.start()
    got = queue.get(timeout=60)
    child.join()
    assert torch.equal(torch.from_numpy(got), expected)


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names processors of another kind")
@pytest.mark.parametrize(("name", "features"), [("haswell", "+avx2,+fma"), ("x86-64", "+sse2")])
def test_it_is_right_on_older_processors(name, features):
    """The same test in a process that compiles for vectors of 8 and of 4 numbers."""
    test = f"{__file__}::test_it_equals_torchs_gru"
    env = {**os.environ, "NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", test], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_kernel_of_a_model_is_chosen_by_name():
    model = build_model("gru", Task(), seed=0)
    assert kernels(model) == ("torch", "scan")
    use_kernel(model, "scan")
    assert model.rnn.kernel == "scan" and GRU.kernel == "torch"
    with pytest.raises(ConfigError, match="kernel"):
        use_kernel(model, "fast")
    assert kernels(build_model("cnn", Task(), seed=0)) == ("torch",)


@pytest.mark.parametrize("width", [1, 4, 6, 16])
@pytest.mark.parametrize("layers", [1, 2])
def test_a_wrong_width_is_refused_as_nn_gru_does(width, layers):
    theirs, ours = pair(5, 7, num_layers=layers)
    for gru in (theirs, ours):
        with pytest.raises(RuntimeError, match=f"(?i)input.*must be equal to input_size.*5.*{width}"):
            gru(torch.randn(2, 9, width))
    with pytest.raises(RuntimeError, match="input_size"):
        ours.sweep(torch.randn(2, 3, 9, width))


@pytest.mark.parametrize(("weights", "inputs"), list(itertools.product((torch.float32, torch.float64, torch.bfloat16), repeat=2)))
def test_other_numbers_are_what_nn_gru_makes_of_them(weights, inputs):
    theirs, ours = (gru.to(weights) for gru in pair(5, 7))
    tokens = torch.randn(2, 9, 5).to(inputs)
    if weights != inputs:
        for gru in (theirs, ours):
            with pytest.raises((RuntimeError, ValueError)):
                gru(tokens)
        return
    expected, found = theirs(tokens)[0], ours(tokens)[0]
    assert found.dtype == expected.dtype == weights
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_a_packed_sequence_is_nn_grus():
    theirs, ours = pair(5, 7, bidirectional=True)
    packed = nn.utils.rnn.pack_padded_sequence(torch.randn(3, 12, 5), torch.tensor([12, 9, 2]), batch_first=True)
    (expected, last), (found, own) = theirs(packed), ours(packed)
    assert torch.equal(found.data, expected.data) and torch.equal(own, last)


@pytest.fixture
def nothing_can_be_kept(monkeypatch):
    """Numba finds no folder for what it compiles, as in an installation that is read-only, of a user without a home."""
    from numba.core import caching

    from core.models import gru

    for implementation in (caching.CompileResultCacheImpl, caching.CodeLibraryCacheImpl):
        monkeypatch.setattr(implementation, "_locator_classes", [])
    monkeypatch.delitem(sys.modules, "core.models.gru_scan", raising=False)
    gru.why_no_scan.cache_clear()
    yield
    monkeypatch.undo()
    gru.why_no_scan.cache_clear()


def test_without_a_folder_for_the_compiler_torch_computes(nothing_can_be_kept):
    model = build_model("gru", Task(), hidden_size=8)
    assert kernels(model) == ("torch",)
    with pytest.raises(ConfigError, match="kernel = scan cannot be compiled on this machine.*no locator.*Choose kernel = auto or torch"):
        use_kernel(model, "scan")
    use_kernel(model, "torch")
    plan = choose_plan(lambda kernel: use_kernel(model, kernel), kernels(model), torch.device("cpu"), threads=1)
    assert plan == (1, "torch")


def test_the_scan_is_there_where_it_can_be_kept():
    assert kernels(build_model("gru", Task(), hidden_size=8)) == ("torch", "scan")
