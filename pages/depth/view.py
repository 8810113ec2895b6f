"""Tables, curves and sentences of the page Depth and direction. Pure; escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.frames import csv_text, frame
from core.probes.recurrence.unrolled import HEADS, Graph
from core.readable import agreement, percent, power
from dashboard.kit.wording import ProofLine, escape, marked
from dashboard.unrolled.svg import RowLabel, unrolled_svg

if TYPE_CHECKING:
    from core.probes.recurrence.direction import BiasReport, HeadReport, LeakReport, StackReport
    from core.probes.recurrence.later_word import Sentence
    from core.probes.recurrence.later_word_training import LaterWordLesson
    from pages.depth.controls import DepthChoices

WIDTH, HEIGHT = 360, 190  # of a panel of curves
LEFT, RIGHT, TOP, BOTTOM = 38, 10, 22, 30
WAYS = ("forward", "backward")


# ---- the stack ----


def stack_sentences(graph: Graph, report: StackReport) -> dict[str, str]:
    """A sentence on each part of a stack, with the Jacobians that were measured."""
    length = report.norms.shape[-1]
    sentences = {}
    for node in graph.nodes:
        before = graph.before(node.name)
        inputs = [t for t in range(1, length + 1) if f"x{t}" in before]
        reads = "all inputs" if len(inputs) == length else f"input{'s' * (len(inputs) > 1)} {', '.join(map(str, inputs))}"
        if node.kind == "state":
            layer, t = map(int, node.name[1:].split("."))
            way = "fb".index(node.name[0])
            numbers = " · ".join(f"x{s + 1} {value:.2g}" for s, value in enumerate(report.norms[layer - 1, way, t - 1]))
            sentences[node.name] = f"Layer {layer}, {WAYS[way]}, step {t}: depends on {reads}. ‖∂h/∂x‖: {numbers}."
        elif node.kind == "input":
            states = [n for n in graph.after(node.name) if graph.known[n].kind == "state"]
            sentences[node.name] = f"Input {node.name}: {len(states)} of {len(graph.named('state'))} states depend on it."
        else:
            sentences[node.name] = f"Output {node.name}: depends on {reads}."
    return sentences


def strengths(report: StackReport) -> dict[str, dict[str, float]]:
    """For each state, how strongly it depends on each input: its Jacobian's norm as a share of its largest one."""
    layers, directions, length, _ = report.norms.shape
    shares = {}
    for layer, way, t in np.ndindex(layers, directions, length):
        norms = report.norms[layer, way, t]
        shares[f"{'fb'[way]}{layer + 1}.{t + 1}"] = {f"x{s + 1}": round(float(norms[s] / norms.max()), 3) for s in range(length)}
    return shares


def figure(choices: DepthChoices, report: StackReport | None, *, style: str = "") -> str:
    """The stack as SVG, its rows named."""
    shape = f"(1, {choices.length}, {choices.hidden})"
    rows = {0: RowLabel("inputs x")}
    for layer in range(1, choices.layers + 1):
        for place, way in enumerate(("forward", "backward")[: 1 + choices.bidirectional]):
            row = (layer - 1) * (1 + choices.bidirectional) + place + 1
            rows[row] = RowLabel(f"layer {layer}, {way}", shape if report else "")
    rows[max(rows) + 1] = RowLabel("the head reads", str(report.reads[choices.head]) if report else "")
    zeros = [f"f{layer}.1" for layer in range(1, choices.layers + 1)]
    zeros += [f"b{layer}.{choices.length}" for layer in range(1, choices.layers + 1)] if choices.bidirectional else []
    words = f"{choices.layers} recurrent layers, {'both directions' if choices.bidirectional else 'forward only'}, unrolled"
    return unrolled_svg(choices.graph, label=words, rows=rows, zeros=zeros, style=style)


def proof_line(report: StackReport) -> ProofLine:
    """What was compared, the largest difference, the tolerance and the verdict."""
    layers, directions, length, _ = report.norms.shape
    states, h = (shape for _, shape in report.shapes)
    says = marked(
        "the states of every layer and those of torch's own stack are {}, and a state depends on an input exactly where the picture has a "
        "path",
        agreement(report.max_abs_diff),
    )
    figures = marked(
        "float64; largest difference {}, tolerance {}. Of {} pairs of a state and an input, {} have ‖∂h/∂x‖ above 0 without a path, or 0 "
        "with one. torch returns states {} and h {}; {:,} random weights, seed 0.",
        power(report.max_abs_diff),
        power(report.tolerance),
        layers * directions * length * length,
        report.differing(),
        states,
        h,
        report.weights,
    )
    return ProofLine(says, report.passed, figures)


def jacobians_csv(report: StackReport) -> str:
    """One line a state: the Frobenius norm of its Jacobian by each input."""
    places, length = np.ndindex(report.norms.shape[:3]), report.norms.shape[3]
    rows = [(layer + 1, ("forward", "backward")[way], t + 1, *report.norms[layer, way, t].tolist()) for layer, way, t in places]
    return csv_text(frame(rows, ("layer", "direction", "step", *(f"x{t + 1}" for t in range(length)))), digits="%.6g")


def head_html(reports: Mapping[str, HeadReport], chosen: str) -> str:
    """What each way to read a stack gets: its code, shape, what it depends on, and which weights learn nothing from it."""
    rows = []
    for head, report in reports.items():
        reads = "; ".join(f"{WAYS[way]} {_reach(norms)}" for way, norms in enumerate(report.norms))
        lost = f"{report.unused:,} of {report.weights:,}" if report.unused else "none"
        look = f"{'chosen' if head == chosen else ''}{' wrong' if report.unused else ''}".strip()
        rows.append(
            f'<tr class="{look}"><th scope="row">{escape(HEADS[head][0])}<br><code>{escape(HEADS[head][1])}</code></th>'
            f"<td><code>({', '.join(map(str, report.shape))})</code></td><td class='text'>{reads}</td><td>{lost}</td></tr>"
        )
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-heads">'
        "<caption>What each head depends on, measured by gradients</caption>"
        '<thead><tr><th scope="col">the head reads</th><th scope="col">shape</th><th scope="col">its states depend on inputs</th>'
        '<th scope="col" title="weights of the recurrent layers whose gradient is exactly 0">weights that learn nothing</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _reach(norms: np.ndarray) -> str:
    places = [t + 1 for t, norm in enumerate(norms) if norm > 0]
    if not places:
        return "– (not read)"
    return f"{places[0]} to {places[-1]}" if len(places) > 1 else f"{places[0]} only"


# ---- traps 1 and 2 ----


def bias_html(reports: Sequence[BiasReport]) -> str:
    """Trap 1: what is made by position, and by keyword."""
    rows = "".join(
        f'<tr class="{"right" if one.bidirectional else "wrong"}"><th scope="row"><code>{escape(one.kind)}</code></th>'
        f"<td>{one.bias}</td><td>{one.bidirectional}</td><td><code>{one.shape}</code></td><td>{one.weights:,}</td></tr>"
        for one in reports
    )
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-padded"><caption>Both read a batch (2, 10, 7)</caption><thead><tr>'
        '<th scope="col"></th><th scope="col">.bias</th><th scope="col">.bidirectional</th><th scope="col">states</th>'
        f'<th scope="col">weights</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def leaks_html(report: LeakReport, title: str) -> str:
    """Trap 2: a grid of samples by samples; a cell off the diagonal that is not 0 is a leak."""
    count = len(report.changes)
    most = float(report.changes.max()) or 1.0
    head = "".join(f'<th scope="col">{b + 1}</th>' for b in range(count))
    rows = "".join(
        f'<tr><th scope="row">{a + 1}</th>'
        + "".join(
            f'<td class="{"own" if a == b else "leak" if value else ""}" style="--v:{value / most:.3f}">{value:.2g}</td>'
            for b, value in enumerate(report.changes[a])
        )
        + "</tr>"
        for a in range(count)
    )
    verdict = f"{report.leaks} leaks" if report.leaks else "no leak"
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-leaks">'
        f"<caption>{escape(title)}: output {report.shape}, <b>{verdict}</b></caption>"
        f'<thead><tr><th scope="col"></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


# ---- a later word ----


def curve_svg(
    curves: Mapping[str, Sequence[tuple[int, float]]], looks: Mapping[str, str], *, title: str, steps: int, guess: float | None = None
) -> str:
    """Accuracies (0 to 1) over training steps, a curve each by its name; a dashed line at what the best `guess` gets."""

    def x(step: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * step / steps

    def y(share: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)

    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        f'<text x="{LEFT - 4}" y="{y(share) + 3:.1f}" text-anchor="end">{percent(share, 0)}</text>'
        for share in (0.0, 0.5, 1.0)
    )
    marks = "".join(
        f'<text x="{x(step):.1f}" y="{HEIGHT - BOTTOM + 13}" text-anchor="middle">{step}</text>' for step in (0, steps // 2, steps)
    )
    drawn = []
    for curve, points in curves.items():
        path = " ".join(f"{x(step):.1f},{y(share):.1f}" for step, share in points)
        x_end, y_end = x(points[-1][0]), y(points[-1][1])
        drawn.append(f'<polyline class="{looks[curve]}" points="{path}"/>')
        drawn.append(f'<circle class="{looks[curve]}" cx="{x_end:.1f}" cy="{y_end:.1f}" r="3.2"/>')
    level = ""
    if guess is not None:
        level = (
            f'<line class="even" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(guess):.1f}" y2="{y(guess):.1f}"/>'
            f'<text x="{WIDTH - RIGHT}" y="{y(guess) + 16:.1f}" text-anchor="end">best guess without it: {percent(guess, 0)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<text class="title" x="{LEFT}" y="12">{escape(title)}</text>{grid}{marks}{level}{"".join(drawn)}'
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 4}" text-anchor="middle">training steps</text></svg>'
    )


def points_csv(lesson: LaterWordLesson) -> str:
    """One line a reader and step."""
    rows = [(name, p.step, p.loss, p.later_words, p.every_word) for name, own in lesson.points.items() for p in own]
    return csv_text(frame(rows, ("reader", "step", "loss", "later_words", "every_word")), digits="%.6g")


def translations_html(sentence: Sentence, said: Mapping[str, Sequence[tuple[str, float]]], names: Mapping[str, str]) -> str:
    """A sentence word by word, what is right, and what each reader says; words that a later one decides are marked."""
    opened = ["open" if word.decided_by is not None else "" for word in sentence.words]
    head = "".join(
        f'<th scope="col" class="{look}" title="{_decided(sentence, at)}">{escape(sentence.words[at].english)}</th>'
        for at, look in enumerate(opened)
    )
    right = "".join(f"<td>{escape(word.spanish)}</td>" for word in sentence.words)
    lines = ""
    for reader, answers in said.items():
        cells = "".join(
            f'<td class="{"right" if answer == word.spanish else "wrong"}">{"✓" if answer == word.spanish else "✗"} {escape(answer)}'
            f"<small>{percent(share, 0)}</small></td>"
            for word, (answer, share) in zip(sentence.words, answers, strict=True)
        )
        lines += f'<tr><th scope="row">{escape(names[reader])}</th>{cells}</tr>'
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-spoken">'
        "<caption>Underlined: words that a later word decides. Below each answer: its probability</caption>"
        f'<thead><tr><th scope="col">English</th>{head}</tr></thead><tbody><tr class="total">'
        f'<th scope="row">Spanish, word by word</th>{right}</tr>{lines}</tbody></table></div>'
    )


def _decided(sentence: Sentence, at: int) -> str:
    by = sentence.words[at].decided_by
    return f"decided by {escape(sentence.words[by].english)}" if by is not None else "known when it is read"


def ends_html(rows: Mapping[str, tuple[float, float]], heads: Mapping[str, tuple[str, str]]) -> str:
    """How often each head names the first and the last word."""
    body = "".join(
        f'<tr><th scope="row">{escape(heads[head][0])}<br><code>{escape(heads[head][1])}</code></th>'
        + "".join(f'<td class="{"" if share > 0.5 else "off"}">{percent(share, 0)}</td>' for share in shares)
        + "</tr>"
        for head, shares in rows.items()
    )
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-padded"><thead><tr><th scope="col">the head reads</th>'
        f'<th scope="col">first word named</th><th scope="col">last word named</th></tr></thead><tbody>{body}</tbody></table></div>'
    )
