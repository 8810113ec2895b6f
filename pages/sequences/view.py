"""Boxes, tables and sentences of the page Sequences. Pure; escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.probes.recurrence.padding import Packing
from core.probes.recurrence.unrolled import TASKS, Graph
from core.readable import percent, power
from dashboard.kit.wording import ProofLine, escape, marked
from dashboard.shell.words import counted
from dashboard.unrolled.svg import RowLabel, unrolled_svg
from pages.sequences.examples import Example, picture_example, text_example

if TYPE_CHECKING:
    from core.probes.recurrence.convolution import ConvolutionCost
    from core.probes.recurrence.padded_batch import PaddedReport
    from core.probes.recurrence.task_shapes import TaskRun
    from core.probes.recurrence.task_sizes import Sizes
    from pages.sequences.controls import SequenceChoices

MEANINGS = {
    "inputs x": "{what} of C = {C} numbers",
    "hidden layer h": "one linear layer and tanh: (B, H)",
    "first state": "the input becomes the first state: (B, H)",
    "state of a step": "one step at a time: (B, 1, H)",
    "state d of a step": "the decoder, one step at a time: (B, 1, H)",
    "logits of a step": "its most probable class is the next input",
    "states h": "one cell, T times: (B, T, H)",
    "states h of the encoder": "one cell, T times: (B, T, H)",
    "handed over": "all that the decoder knows of the inputs: (1, B, H)",
    "the last state": "all that the head reads: (B, H)",
}
LOGITS = {
    "one-to-one": "(B, K)",
    "one-to-many": "all steps side by side: (B, S, K)",
    "many-to-one": "one answer for each sequence: (B, K)",
    "same-length": "the same head on every state: (B, T, K)",
    "other-length": "all steps side by side: (B, S, K)",
}


def steps_html(task: str, shapes: Sequence[tuple[str, tuple[int, ...], int]], sizes: Sizes, *, waiting: str = "") -> str:
    """What came out of each step of a network, as a row of boxes with their shapes."""
    if waiting:
        return f'<p class="lab-sequence-waiting">{escape(waiting)}</p>'
    alone = task in ("one-to-one", "one-to-many")
    what = f"B = {sizes.B} vectors" if alone else f"B = {sizes.B} sequences of T = {sizes.T}, each"
    boxes = []
    for name, shape, times in shapes:
        meaning = LOGITS[task] if name == "logits y" else MEANINGS[name].format(what=what, C=sizes.C)
        often = f" × {times}" if times > 1 else ""
        look = ' class="layer"' if "state" in name else ""
        boxes.append(
            f"<li{look}><b>{escape(name)}</b><code>({', '.join(map(str, shape))}){often}</code><span>{escape(meaning)}</span></li>"
        )
    return f'<ol class="lab-steps lab-sequence-steps">{"".join(boxes)}</ol>'


def part_sentences(graph: Graph, sizes: Sizes) -> dict[str, str]:
    """A sentence on each part of a task's network, for who points at it."""
    inputs, outputs = graph.named("input"), graph.named("output")
    sentences = {}
    for node in graph.nodes:
        if not node.used:
            continue
        before, after = graph.before(node.name), graph.after(node.name)
        reads = f"input{_which(before, inputs)}"
        feeds = f"output{_which(after, outputs)}"
        sentences[node.name] = {
            "input": f"Input {node.name}, (B, C) = ({sizes.B}, {sizes.C}): {feeds} of {len(outputs)} depend on it.",
            "state": f"State {node.name}, (B, H) = ({sizes.B}, {sizes.H}): it depends on {reads} of {len(inputs)}; "
            + (f"{feeds} of {len(outputs)} depend on it." if after.intersection(outputs) else "no output depends on it."),
            "output": f"Output {node.name}, (B, K) = ({sizes.B}, {sizes.K}): it depends on {reads} of {len(inputs)}.",
        }[node.kind]
    return sentences


def figure(choices: SequenceChoices, run: TaskRun | None, *, style: str = "") -> str:
    """The chosen network as SVG, with the shapes that were measured."""
    shapes = {name: shape for name, shape, _ in run.shapes} if run else {}
    states = next(
        (shapes[name] for name in ("states h", "states h of the encoder", "hidden layer h", "state of a step") if name in shapes), ""
    )
    rows = {0: RowLabel("inputs x", _shape(shapes.get("inputs x"))), 2: RowLabel("logits y", _shape(shapes.get("logits y")))}
    decoder = choices.task == "one-to-many" and states
    rows[1] = RowLabel("state, each step" if decoder else "hidden layer" if choices.task == "one-to-one" else "states h", _shape(states))
    shown = _example(choices)
    zeros = ["h1"] if choices.task not in ("one-to-one", "one-to-many") else []
    return unrolled_svg(
        choices.graph,
        label=f"{TASKS[choices.task][0]}, unrolled",
        rows=rows,
        tokens=shown.words,
        pictures=shown.pictures,
        zeros=zeros,
        style=style,
    )


def _example(choices: SequenceChoices) -> Example:
    if choices.picture is None:
        return text_example(choices.task, choices.graph)
    return picture_example(choices.task, choices.graph, choices.picture.pixels, choices.picture.label)


def _shape(shape: tuple[int, ...] | str | None) -> str:
    return str(tuple(shape)) if shape else ""


def proof_line(choices: SequenceChoices, run: TaskRun) -> ProofLine:
    """What the gradients of the running network say of the picture."""
    outputs, inputs = run.reach.shape
    wrong = run.differing(choices.task, choices.sizes)
    says = "the gradient of an output with respect to an input is not 0 exactly where the picture has a path from one to the other"
    figures = marked(
        "{} and {}, float64. Pairs that differ from the picture: {} of {}. {:,} random weights, seed 0; the shapes do not depend on them.",
        counted(outputs, "outputs"),
        counted(inputs, "inputs"),
        wrong,
        outputs * inputs,
        run.weights,
    )
    return ProofLine(says, not wrong, figures)


def shapes_csv(run: TaskRun) -> str:
    """One line a step: what comes out, its shape, and how many times the step is done."""
    lines = [f'{name},"{" x ".join(map(str, shape))}",{times}' for name, shape, times in run.shapes]
    return "\n".join(["step,shape,times", *lines, ""])


def _which(reached: frozenset[str], names: Sequence[str]) -> str:
    """Which of some nodes are among `reached`: "s 1 to 4", " 3"."""
    places = [at for at, name in enumerate(names, 1) if name in reached]
    if len(places) == 1:
        return f" {places[0]}"
    whole = places == list(range(places[0], places[-1] + 1)) if places else False
    return f"s {places[0]} to {places[-1]}" if whole else f"s {', '.join(map(str, places)) or 'none'}"


# ---- padding, masking, packing ----


def padding_html(packing: Packing, words: Sequence[Sequence[str]]) -> str:
    """A padded batch as a grid, a row a sequence, and below it the same batch packed: step after step without padding."""
    steps = max(packing.lengths)
    head = "".join(f'<th scope="col">{t + 1}</th>' for t in range(steps))
    rows = "".join(
        f'<tr><th scope="row">sequence {b + 1}</th>'
        + "".join(f'<td class="step">{escape(words[b][t])}</td>' if t < length else '<td class="pad">0</td>' for t in range(steps))
        + f"<td>{length}</td></tr>"
        for b, length in enumerate(packing.lengths)
    )
    groups, at = [], 0
    for t, size in enumerate(packing.batch_sizes):
        cells = "".join(f"<i>{escape(words[b][s])}</i>" for b, s in packing.source[at : at + size])
        groups.append(f"<li><b>step {t + 1}: {size}</b>{cells}</li>")
        at += size
    share = packing.padding / (steps * len(packing.lengths))
    return (
        '<div class="lab-padding"><div class="lab-scroll"><table class="lab-table lab-tight"><caption>Padded, (B, T, C): '
        f"{packing.padding} of {steps * len(packing.lengths)} steps are padding ({percent(share, 0)})</caption>"
        f'<thead><tr><th scope="col"></th>{head}<th scope="col">length</th></tr></thead><tbody>{rows}</tbody></table></div>'
        f"<figure><figcaption>Packed, (steps, C): {sum(packing.lengths)} steps, the longest sequence first, no padding; batch_sizes = "
        f"{list(packing.batch_sizes)}</figcaption><ol>{''.join(groups)}</ol></figure></div>"
    )


def padded_html(report: PaddedReport, lengths: Sequence[int]) -> str:
    """How far what is read of the batch lies from what each sequence gives by itself."""
    lines = (
        ("padded, states[:, -1]", report.last_step, "has also read the zeros after the end"),
        ("padded, state at its own last step", report.gathered, "right: the state at the end is looked up"),
        ("packed, last state", report.packed, "right: a sequence that has ended is no longer computed"),
        ("padded, backward direction", report.backward, "has read the zeros before the sequence"),
        ("packed, backward direction", report.backward_packed, "right"),
        ("mean over all steps", report.mean_all, "the padding is counted, too"),
        ("mean over its own steps (masked)", report.mean_masked, "right"),
    )
    head = "".join(f'<th scope="col">length {length}</th>' for length in lengths)
    body = "".join(
        f'<tr class="{"right" if float(differences.max()) <= report.tolerance else "wrong"}"><th scope="row">{name}</th>'
        + "".join(_cell(float(value), report.tolerance) for value in differences)
        + f'<td class="text">{meaning}</td></tr>'
        for name, differences, meaning in lines
    )
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight lab-padded"><caption>Largest difference from each sequence read '
        f'alone</caption><thead><tr><th scope="col"></th>{head}<th scope="col"></th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def _cell(value: float, tolerance: float) -> str:
    written = "0" if value == 0 else power(value) if value < 1e-3 else f"{value:.3f}"
    return f"<td{' class=off' if value > tolerance else ''}>{written}</td>"


def padding_proof(report: PaddedReport) -> ProofLine:
    """What was compared with torch, and the losses with and without a mask."""
    same = "the same" if report.same_packing else "not the same"
    says = "packed, looked up and masked states are those of each sequence read alone, and the packing is torch's own"
    figures = marked(
        "The rows and batch sizes drawn here and those of torch.nn.utils.rnn.pack_padded_sequence ({} → {}) are {}. Tolerance {}, "
        "float64. With a tag for each step and random weights, the mean loss is {:.3f} over the steps that are there, and {:.3f} if the "
        "padding is counted, too as class 0.",
        report.padded_shape,
        report.packed_shape,
        same,
        power(report.tolerance),
        report.loss,
        report.loss_padding,
    )
    return ProofLine(says, report.passed, figures)


# ---- words ----


def likeness_html(cosines: np.ndarray, words: Sequence[str], chosen: str, caption: str) -> str:
    """Cosines (V, V) of all pairs of words as a grid: blue above 0, orange below, the chosen word's row and column framed."""
    cells = "".join(
        f'<i class="{"pos" if value >= 0 else "neg"}{" chosen" if chosen in (words[i], words[j]) else ""}" '
        f'style="--v:{min(1, abs(value)):.2f}" title="{escape(words[i])}, {escape(words[j])}: {value:.2f}"></i>'
        for i, row in enumerate(cosines)
        for j, value in enumerate(row)
    )
    off = cosines[~np.eye(len(words), dtype=bool)]
    head = f"{escape(caption)}; from {off.min():.2f} to {off.max():.2f}"
    grid = f'<div style="--n:{len(words)}">{cells}</div>'
    figure = f'<figure class="lab-likeness" role="img" aria-label="{head}"><figcaption>{head}</figcaption>{grid}</figure>'
    return figure.replace("-0.", "−0.").replace("-1.", "−1.")


# ---- convolution ----


def convolution_html(costs: Sequence[ConvolutionCost], kernel: int, channels: int) -> str:
    """What one convolution costs over time, over an image, and over both."""
    names = {1: "over time", 2: "over an image", 3: "over time and image (video)"}
    most = max(cost.multiplications for cost in costs)
    rows = "".join(
        f'<tr><th scope="row">{cost.dims}-D, {names[cost.dims]}</th><td>{" × ".join(map(str, cost.shape))}</td>'
        f"<td>{' × '.join([str(kernel)] * cost.dims)}</td><td>{cost.weights:,}</td><td>{cost.multiplications:,}</td>"
        f'<td class="lab-cost"><i style="--v:{cost.multiplications / most:.4f}"></i></td></tr>'
        for cost in costs
    )
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight"><caption>One convolution from {channels} to {channels} channels, '
        'counted on the module</caption><thead><tr><th scope="col"></th><th scope="col">places</th><th scope="col">kernel</th>'
        '<th scope="col">weights</th><th scope="col" title="each weight once at each place">multiplications</th><th scope="col"></th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )
