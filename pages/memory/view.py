"""The page Memory in words, tables and messages to the browser. Pure; what is anyone's text is escaped where it meets HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.frames import csv_text, frame
from core.probes.memory.gradient_flow import SINGLE, Flow, FlowSetup
from core.probes.memory.recall_task import CHANCE, SYMBOLS, RecallBatch, beyond_chance, span
from core.readable import number, percent
from dashboard.kit.packed import packed, packed_picture
from dashboard.kit.wording import joined, marked
from dashboard.training.time_chart import Line, chart_data

NAMES = {"rnn": "plain RNN", "lstm": "LSTM", "gru": "GRU", "linear": "RNN without tanh"}
COLORS = {"rnn": "wrong", "lstm": "run", "gru": "right", "linear": "ink"}
CELL_STATE = "LSTM cell state c"
GATE_WORDS = {"rnn": "mean slope of tanh × radius", "lstm": "mean forget gate f", "gru": "mean update gate z", "linear": "radius"}
LETTERS = "ABCDEFGH"  # the symbols of the recall task
STRONG = 0.01  # of the gradient: as much as an optimiser can still learn from beside what comes from nearer steps


def flow_chart(flows: Mapping[str, Flow], setup: FlowSetup) -> dict[str, Any]:
    """The message of the chart: a line a cell, and one for the LSTM's cell state."""
    lines = [Line(NAMES[kind], COLORS[kind], flow.state, "2 4" if kind == "linear" else "") for kind, flow in flows.items()]
    lines.insert(2, Line(CELL_STATE, COLORS["lstm"], flows["lstm"].memory, "7 4"))
    smallest, largest = SINGLE
    note = ""
    if any((line.values > largest).any() for line in lines):
        note += f"▲ Above {number(largest)} a float32 is infinite, so a training would stop there with a loss that is not a number. "
    if any((line.values < smallest).any() for line in lines):
        note += f"▼ Below {number(smallest)} a float32 is exactly 0, so in a training no gradient at all arrives there. "
    return chart_data(
        f"Gradient of the loss at h_t, from step {setup.length} back to step 1",
        lines,
        x="step t",
        y="Norm of the gradient, log axis",
        log=True,
        height=330,
        limits=SINGLE,
        note=note + "Computed here in float64." * bool(note),
    )


def flow_html(flows: Mapping[str, Flow], setup: FlowSetup) -> str:
    """What arrives at the first step, and by what each step multiplies, beside what the gate alone would do."""
    rows = []
    for kind, flow in flows.items():
        gate = {"rnn": flow.gate * setup.radius, "linear": setup.radius}.get(kind, flow.gate)
        cells = (number(flow.arrives), number(flow.factor), f"{number(gate)} <small>{GATE_WORDS[kind]}</small>", lost(flow))
        rows.append(f'<tr><th scope="row">{NAMES[kind]}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    head = "".join(f'<th scope="col">{title}</th>' for title in ("arrives at t = 1", "factor per step", "cause", "below 1 %"))
    return (
        '<div class="lab-scroll"><table class="lab-table lab-memory"><thead><tr><th scope="col">cell</th>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def lost(flow: Flow) -> str:
    """After how many steps back less than a hundredth of the gradient is left, for good."""
    with np.errstate(invalid="ignore", over="ignore"):
        share = flow.state / flow.state[-1] if flow.state[-1] else np.zeros_like(flow.state)
    enough = np.flatnonzero(~(share < STRONG))
    first = int(enough[0]) if len(enough) else len(share)
    return "never here" if first == 0 else f"after {len(share) - first} step{'s' * (len(share) - first != 1)}"


def flow_verdict(flows: Mapping[str, Flow], setup: FlowSetup) -> str:
    """What these numbers say of the claim, also where they contradict it."""
    if setup.length == 1:
        return "A sequence of one step has nothing to forget. Choose a longer sequence."
    rnn, lstm, gru = (flows[kind].arrives for kind in ("rnn", "lstm", "gru"))
    sentences = [
        f"Over {setup.length - 1} steps the plain RNN's gradient {changed(rnn)}, the LSTM's {changed(lstm)}, the GRU's {changed(gru)}."
    ]
    worse = [NAMES[kind] for kind, value in (("lstm", lstm), ("gru", gru)) if value < rnn <= 1]
    if max(rnn, lstm, gru) > 1e3:
        sentences.append(
            marked("**Exploding**: one step of the optimiser along such a gradient goes much too far. Clipping its norm is the usual cure.")
        )
    if not (rnn < STRONG) and np.isfinite(rnn) and rnn <= 1e3:
        sentences.append(
            marked(
                "**The plain RNN keeps the gradient here**, because its radius happens to balance the slope of tanh. Change the "
                "radius a little, and it no longer does."
            )
        )
    if worse:
        sentences.append(
            marked(
                "**Here the claim fails**: {} lose more than the plain RNN. With this bias a gate keeps {} of the state at each step. "
                "Gates help only once they are open.",
                " and ".join(worse),
                number(flows["lstm"].gate),
            )
        )
    elif rnn < STRONG <= min(lstm, gru):
        sentences.append(marked("**The plain RNN forgets, the gated cells do not.**"))
    elif rnn < min(lstm, gru) < STRONG:
        sentences.append(
            marked("**All gradients fade, that of the plain RNN fastest.** Open the forget gate (bias 3), and the gated cells keep theirs.")
        )
    return joined(sentences)


def changed(arrives: float) -> str:
    """What became of a gradient of 1."""
    if not np.isfinite(arrives):
        return "overflows"
    return f"{'grows' if arrives > 1 else 'shrinks'} to {number(arrives)}"


def flow_csv(flows: Mapping[str, Flow]) -> str:
    """The norms as CSV, a line a step."""
    columns = {kind: flow.state for kind, flow in flows.items()} | {"lstm cell state": flows["lstm"].memory}
    return columns_csv("t", np.arange(1, len(flows["rnn"].state) + 1), columns)


def columns_csv(first: str, places: Sequence[int], columns: Mapping[str, np.ndarray]) -> str:
    """Columns of equal length as CSV."""
    return csv_text(frame(zip(places, *columns.values(), strict=True), (first, *columns)), digits="%.9g")


# ---- trained runs ----


def influence_card(name: str, words: str, patch: int, table: np.ndarray, reach: Sequence[int]) -> dict[str, Any]:
    """A run on the influence board: influences (T, T) travel as base64 of float32."""
    return {"name": name, "told": words, "patch": patch, "tokens": len(table), "map": packed(table), "reach": list(reach), "problem": ""}


def problem_card(name: str, problem: str) -> dict[str, Any]:
    """A run that cannot be shown, and why."""
    return {"name": name, "told": "", "tokens": 0, "problem": problem}


def influence_message(pixels: np.ndarray, cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The message of the influence board; `pixels` (3, 32, 32) uint8."""
    return {"pixels": packed_picture(pixels), "cards": list(cards)}


def influences_csv(maps: Mapping[str, np.ndarray]) -> str:
    """Influences (T, T) of some runs as CSV: a line for each output s of a run, a column for each input t."""
    most = max(len(table) for table in maps.values())
    rows = [(name, s, *row, *[None] * (most - len(row))) for name, table in maps.items() for s, row in enumerate(table.tolist(), 1)]
    return csv_text(frame(rows, ("run", "output", *(f"input {t + 1}" for t in range(most)))), digits="%.6g")


# ---- the recall task ----


def task_html(batch: RecallBatch) -> str:
    """The first sequence of `batch` as a row of letters, the marked one lit, and what the cell has to answer."""
    letters = [LETTERS[one] for one in batch.inputs[0, :, :SYMBOLS].argmax(1)]  # (T, 8) -> (T,)
    marked = int(batch.inputs[0, :, SYMBOLS].argmax())
    row = "".join(f"<b>{letter}</b>" if t == marked else f"<span>{letter}</span>" for t, letter in enumerate(letters))
    back = len(letters) - 1 - marked
    words = f"{letters[marked]}, {back} step{'s' * (back != 1)} back"
    return f'<div class="lab-recall">One sequence: <span class="lab-recall-row">{row}</span> → <b>?</b> <small>({words})</small></div>'


def recall_verdict(kind: str, by_distance: np.ndarray, right: float, count: int) -> str:
    """How far back a cell recalls, in words."""
    back = span(by_distance)
    if not beyond_chance(right, count):
        return f"{NAMES[kind]} {percent(right)}: no better than guessing ({percent(CHANCE)})"
    if back == len(by_distance):
        return f"{NAMES[kind]} {percent(right)}: recalls every distance, 0 to {back - 1}"
    far = f"recalls up to {back - 1} steps back" if back else "is no better than chance at any distance"
    return f"{NAMES[kind]} {percent(right)}: {far}"
