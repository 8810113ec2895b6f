"""Tables, drawings and sentences of the page Attention by hand. Pure; escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.probes.attention.by_hand import ByHand, Saturation
from core.readable import agreement, power
from dashboard.kit.wording import ProofLine, marked

if TYPE_CHECKING:
    from core.probes.attention.proof import AttentionReport

SIGNS = {"none": "1, not scaled", "sqrt(D)": "√D", "sqrt(T)": "√T"}


def proof_line(report: AttentionReport) -> ProofLine:
    """What was compared, the largest differences, the tolerance and the verdict."""
    empty = ""
    if report.nan_rows:
        rows = "one row has" if report.nan_rows == 1 else f"{report.nan_rows} rows have"
        empty = f"; {rows} nothing to read, and nn.MultiheadAttention answers NaN there"
    says = marked(
        "these numbers and those of torch's F.scaled_dot_product_attention and nn.MultiheadAttention are {}{}",
        agreement(max(report.fused, report.module)),
        empty,
    )
    figures = marked(
        "Same weights, float64. Largest difference from F.scaled_dot_product_attention {}, from nn.MultiheadAttention {} ({} rows), of the "
        "sum of a row from 1 {}. Masked weights that are not exactly 0: {}. Tolerance {}.",
        power(report.fused),
        power(report.module),
        report.rows,
        power(report.total),
        report.leaks,
        power(report.tolerance),
    )
    return ProofLine(says, report.passed, figures)


def saturation_html(saturations: Sequence[Saturation], *, chosen: str, hand: ByHand, temperature: float, what: str) -> str:
    """A line a divisor: the spread of the scaled scores, and what it does to weights, entropy and gradient. `what` was measured."""
    if not saturations:
        return "<p>No token may read anything here, so there is no row to measure. Choose another mask, or two tokens.</p>"
    length, rows = len(hand.tokens), int(hand.reads.sum()) * hand.heads
    body = "".join(
        f'<tr class="{"chosen" if one.divisor == chosen else ""}"><th scope="row">{SIGNS[one.divisor]}</th><td>{one.value:.2f}</td>'
        f"<td>{one.spread:.2f}</td><td>{one.largest:.3f}</td><td>{one.entropy:.2f}</td><td>{one.slope:.3f}</td></tr>"
        for one in saturations
    )
    titles = {
        "divided by": "",
        "is": "",
        "spread": "standard deviation of the scaled scores that may be read",
        "largest weight": "of a row; 1 is saturated",
        "entropy": f"of a row, in nats; {length} equal weights have ln {length}",
        "‖J‖": "size (Frobenius norm) of softmax's Jacobian, diag(w) − w wᵀ: what a gradient is multiplied by on its way back",
    }
    head = "".join(
        f'<th scope="col"{f" title={chr(34)}{meaning}{chr(34)}" if meaning else ""}>{name}</th>' for name, meaning in titles.items()
    )
    hot = f", temperature {temperature:g}" if temperature != 1 else ""
    caption = (
        f"{what}: D = {hand.size}, T = {length}{hot}, means over {rows} row{'s' * (rows != 1)}. "
        f"(Equal weights have entropy ln {length} = {math.log(length):.2f} and ‖J‖ = {(length - 1) ** 0.5 / length:.3f}.)"
    )
    table = f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="lab-scroll"><table class="lab-table lab-tight lab-saturation">{table}</table></div>'


def spread_html(measured: Sequence[Sequence[float]], sizes: Sequence[int], lengths: Sequence[int]) -> str:
    """The spread of scores of random queries and keys: a line a number of tokens, a column a size of keys."""
    head = "".join(f'<th scope="col">D = {size}</th>' for size in sizes)
    body = "".join(
        f'<tr><th scope="row">T = {length}</th>{"".join(f"<td>{value:.2f}</td>" for value in line)}</tr>'
        for length, line in zip(lengths, measured, strict=True)
    )
    expected = "".join(f"<td>{size**0.5:.2f}</td>" for size in sizes)
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-spread"><caption>Standard deviation of q · k: measured on about '
        f'100,000 pairs of standard normal q and k (seed 0)</caption><thead><tr><th scope="col"></th>{head}</tr></thead><tbody>{body}'
        f'<tr class="total"><th scope="row">√D</th>{expected}</tr></tbody></table></div>'
    )


def because(none: Saturation, by_size: Saturation) -> str:
    """The numbers behind the answer to the question."""
    return (
        f"Divided by √D = 8, the scores have a standard deviation of {by_size.spread:.1f}, and ‖J‖ = {by_size.slope:.3f} (means over "
        f"six rows). Without the division it is {none.spread:.1f}: the largest weight of a row is {none.largest:.2f}, and ‖J‖ = "
        f"{none.slope:.3f}, only {100 * none.slope / by_size.slope:.0f} % of the gradient."
    )


def course_line(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """The shapes that a forward pass of the lab's MultiHeadAttention has, in words."""
    way = " → ".join(f"{name} {shape}" for name, shape in shapes.items())
    _, heads, length, size = shapes["q, k, v of the heads"]
    return (
        f"Read off by a hook while it computes: {way}. T = {length} tokens make {length} × {length} = {length**2:,} weights a head; "
        f"D = C / heads = {heads * size} / {heads} = {size}."
    )


def layer_html() -> str:
    """One encoder layer, drawn from left to right: two residual connections, LayerNorm before each branch."""

    def branch(steps: Sequence[tuple[str, str]]) -> str:
        inside = "".join(f"<span>{name}<small>{shape}</small></span>" for name, shape in steps)
        return f'<div class="branch"><i></i><div>{inside}</div></div><b title="sum of what came and what the branch adds">+</b>'

    tokens = "(B, T, C)"
    attention = branch([("LayerNorm", tokens), ("attention of h heads", "weights (B, h, T, T)"), ("dropout", tokens)])
    network = branch([("LayerNorm", tokens), ("Linear, GELU, Linear", "(B, T, M) inside"), ("dropout", tokens)])
    label = (
        "One encoder layer: tokens pass LayerNorm, attention and dropout and are added to what they were; then LayerNorm, a network on "
        "each token and dropout, and are added again. N such layers are stacked; the shape never changes."
    )
    return (
        f'<figure class="lab-layer" aria-label="{label}"><div class="line lab-scroll"><span class="end">tokens'
        f'<small>{tokens}</small></span><div class="frame"><em>× N layers</em>{attention}{network}</div><span class="end">tokens'
        f"<small>{tokens}</small></span></div>"
        "<figcaption>One encoder layer (LayerNorm first, as in a ViT). The arcs are the two residual connections: the result of a branch "
        "is added to its input. The shape stays (B, T, C), so N layers stack. M is the width of the network.</figcaption></figure>"
    )
