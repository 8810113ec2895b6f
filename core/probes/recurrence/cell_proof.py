"""Is the cell by hand that of torch? The same weights in both, in float64; and how far the GRU of 2014 is from torch's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from core.models.cells import CELLS
from core.probes.recurrence.cell_by_hand import Cell, Reading, sequence

TOLERANCE = 1e-6
ONE_STEP = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
RESET, UPDATE = 0, 1  # gates of a GRU


@dataclass(frozen=True)
class CellReport:
    """Differences of the states by hand from those of PyTorch, over all steps."""

    kind: str  # of torch's cell
    steps: int
    rows: int  # of the batch
    cell: float  # largest difference from nn.GRUCell (or its like), called once a step on the states by hand
    layer: float  # from nn.GRU (or its like) over the whole sequence
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        return max(self.cell, self.layer) <= self.tolerance


@torch.no_grad()
def check_cell(reading: Reading, *others: Reading) -> CellReport:
    """Compare every state of `reading` with torch's own cell and layer; `others` are further rows of a batch, through the same cell.

    torch has no GRU of 2014. Its stand-in: with the reset gate held open and the sign of z's weights turned, nn.GRUCell must give what the
    form of 2014 gives with the reset gate held open.
    """
    cell, rows = reading.cell, (reading, *others)
    if cell.kind == "gru2014":
        opened = cell.shifted(RESET, max(map(_opening, rows)))
        return _compare([replace(row, cell=opened) for row in rows], replace(opened.turned(UPDATE), kind="gru"))
    return _compare(rows, cell)


def _compare(by_hand: Sequence[Reading], torchs: Cell) -> CellReport:
    name = torchs.kind
    one, layer = ONE_STEP[name](torchs.inputs, torchs.hidden), LAYERS[name](torchs.inputs, torchs.hidden, batch_first=True)
    for module in (one.double(), layer.double()):
        for parameter, weight in zip(module.parameters(), torchs.weights, strict=True):
            parameter.copy_(torch.from_numpy(weight))
    states = ("hidden", "cell") if name == "lstm" else ("hidden",)
    inputs = _batch([row.inputs for row in by_hand])  # (B, T, C)
    ours = [_batch([getattr(row.steps, state) for row in by_hand]) for state in states]  # each (B, T, H)
    starts = [_batch([row.before(state) for row in by_hand]) for state in states]  # what each step found, each (B, T, H)
    by_cell = one(inputs.flatten(0, 1), _pair([state.flatten(0, 1) for state in starts]))  # (B*T, H), a pair of an LSTM
    by_layer, _ = layer(inputs, _pair([state[None, :, 0].contiguous() for state in starts]))  # (B, T, H)
    return CellReport(
        kind=name,
        steps=inputs.shape[1],
        rows=len(by_hand),
        cell=max(_apart(mine.flatten(0, 1), theirs) for mine, theirs in zip(ours, _listed(by_cell), strict=True)),
        layer=_apart(ours[0], by_layer),
    )


@dataclass(frozen=True)
class FormsReport:
    """The GRU of 2014 against torch's over one sequence: largest difference of a state, and after how many steps it is reached."""

    as_they_are: float  # same weights: the reset gate's place and z's role both differ
    at: int  # step, from 1
    roles_matched: float  # the sign of z's weights turned in one: what is left comes from the reset gate's place
    reset_open: float  # and the reset gate held open in both: nothing is left
    tolerance: float = TOLERANCE


def compare_forms(reading: Reading) -> FormsReport:
    """Measure what the GRU of 2014 makes different on this sequence and these weights. `reading` is of a GRU in either form."""
    opening = _opening(reading)

    def apart(change: bool, opened: bool) -> np.ndarray:
        cell = reading.cell.shifted(RESET, opening) if opened else reading.cell
        torchs = replace(reading, cell=replace(cell, kind="gru")).steps.hidden
        original = replace(reading, cell=replace(cell.turned(UPDATE) if change else cell, kind="gru2014")).steps.hidden
        return np.abs(original - torchs).max(-1)  # (T, H) -> (T,)

    plain = apart(change=False, opened=False)
    return FormsReport(
        as_they_are=float(plain.max()),
        at=int(plain.argmax()) + 1,
        roles_matched=float(apart(True, False).max()),
        reset_open=float(apart(True, True).max()),
    )


def course_check(seed: int = 0) -> dict[str, tuple[int, ...] | float]:
    """Task 1.2 at the course's sizes, C = 7, H = 5, B = 2: the shapes on the way, and the largest difference from nn.GRUCell in float64."""
    rng = np.random.default_rng(seed)
    cell = Cell.random("gru", 7, 5, seed=seed)
    x, h = (torch.from_numpy(rng.normal(size=(2, size))) for size in (7, 5))
    step = CELLS["gru"](x, h, *map(torch.from_numpy, cell.weights))
    torchs = nn.GRUCell(7, 5).double()
    with torch.no_grad():
        for parameter, weight in zip(torchs.parameters(), cell.weights, strict=True):
            parameter.copy_(torch.from_numpy(weight))
        apart = _apart(step.hidden, torchs(x, h))
    shapes = {"x": x, "h": h, "W_ih x + b_ih": step.from_input, "W_hh h + b_hh": step.from_state, "r, z, n": step.reset, "h'": step.hidden}
    return {**{name: tuple(tensor.shape) for name, tensor in shapes.items()}, "difference": apart}


def kept_by(kind: str) -> dict[str, float]:
    """One step of a random GRU with every update gate held at 1: the largest distance of the new state from the old one, from the candidate
    and from zero."""
    free = Reading(Cell.random(kind, 3, 4, scale=2.0), sequence("noise", 2, 3))
    old = free.steps.hidden[:1]  # (1, H)
    step = CELLS[kind](free.inputs[1:], old, *free.cell.shifted(UPDATE, _opening(free)).weights)
    others = {"the old state": old, "the candidate": step.candidate, "zero": np.zeros_like(old)}
    return {name: float(np.abs(step.hidden - other).max()) for name, other in others.items()}


def _opening(reading: Reading) -> float:
    """A bias that opens a gate of `reading` at every step: more than all its other terms can take away, and 40 on top."""
    cell, state = reading.cell, max(1.0, float(np.abs(reading.start["hidden0"]).max()))
    return 40.0 + float(np.abs(reading.steps.from_input).max() + state * np.abs(cell.weight_hh).sum(-1).max() + np.abs(cell.bias_hh).max())


def _batch(rows: Sequence[np.ndarray]) -> Tensor:
    """Arrays (T, ...) as the rows of a tensor (B, T, ...)."""
    return torch.from_numpy(np.stack(rows))


def _pair(states: Sequence[Tensor]) -> Tensor | tuple[Tensor, ...]:
    """As torch takes a state: of an LSTM hidden and cell state, else the hidden one."""
    return tuple(states) if len(states) > 1 else states[0]


def _listed(states: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return states if isinstance(states, tuple) else (states,)


def _apart(ours: np.ndarray | Tensor, theirs: Tensor) -> float:
    return (torch.as_tensor(ours) - theirs).abs().max().item()
