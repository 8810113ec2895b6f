"""Unrolled networks as SVG, with a name on every part so that the browser can light it up. Pure; escaped."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.probes.recurrence.unrolled import Edge, Graph, Node
from dashboard.kit.wording import escape

COLUMN, ROW, RADIUS, SIDE = 66, 66, 17, 34  # px
NARROW, MANY = 52, 9  # a column where there are more than so many
TIGHT_ROW, SMALL = 46, 12  # of a stack in two directions: backward states stand beside forward ones
GUTTER, EDGE = 128, 12
TOKEN = 30  # above outputs and below inputs: a word or a patch

# Of a figure that has been taken along: there the page's style is missing.
STYLE = (
    "svg{font-family:sans-serif;color:#1b1f24;background:#fff}text{font-size:13px;fill:currentColor;text-anchor:middle}"
    "tspan.sub{font-size:9px}.row text{text-anchor:start;font-size:12px}.row .shape{font-family:monospace}"
    ".edge{stroke:#1b1f24;stroke-width:1.4;fill:none}.edge.fed{stroke-dasharray:4 3}.head{fill:#1b1f24}"
    ".node>:is(circle,rect){stroke:#1b1f24;stroke-width:1.4;fill:#fff}.node.state>circle{fill:#cce3f0}.node.output>rect{fill:#ccece3}"
    ".node.read>circle{stroke:#0072b2;stroke-width:3.5}.unused{opacity:.2}.backward>circle{stroke-dasharray:3 2}"
)


@dataclass(frozen=True)
class RowLabel:
    """What stands at the left of a row: its name and, once it has been measured, its shape."""

    name: str
    shape: str = ""


def unrolled_svg(
    graph: Graph,
    *,
    label: str,
    rows: Mapping[int, RowLabel] | None = None,
    tokens: Mapping[str, str] | None = None,
    pictures: Mapping[str, str] | None = None,
    zeros: Collection[str] = (),
    style: str = "",
) -> str:
    """A graph of `core.probes.recurrence.unrolled`. `label` says it in words; `rows` are named at the left; `tokens` are words, and
    `pictures` data URIs, below inputs and above outputs by node; states in `zeros` start from 0.

    Each node is a group with data-node, each arrow has data-from and data-to.
    """
    plan = _Plan(graph, gutter=GUTTER if rows else EDGE, tokens=bool(tokens or pictures))
    parts = [_arrow_head(), *(f"<style>{style}</style>" if style else "",)]
    parts += [_row(plan, row, row_label) for row, row_label in (rows or {}).items()]
    parts += [_edge(plan, edge) for edge in graph.edges]
    parts += [_zero(plan, name) for name in zeros if name in graph.known]
    parts += [_node(plan, node) for node in graph.nodes]
    parts += [_token(plan, name, text) for name, text in (tokens or {}).items() if name in graph.known]
    parts += [_picture(plan, name, uri) for name, uri in (pictures or {}).items() if name in graph.known]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {plan.width:g} {plan.height:g}" width="{plan.width:g}" '
        f'height="{plan.height:g}" style="--wide: {plan.width:g}px" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


class _Plan:
    """Where everything stands."""

    def __init__(self, graph: Graph, *, gutter: int, tokens: bool):
        self.graph, self.top = graph, max(node.row for node in graph.nodes)
        self.stacked = any(node.name.startswith("b") for node in graph.nodes)
        columns = max(node.column for node in graph.nodes)
        self.column = NARROW if columns > MANY else COLUMN
        self.step = TIGHT_ROW if self.top > 2 else ROW
        self.radius = SMALL if self.stacked else RADIUS
        self.left = gutter + (26 if gutter > EDGE else 0)  # room for the zeros
        self.margin = (TOKEN if tokens else 0) + SIDE / 2 + EDGE
        self.width = self.left + self.column * columns + (30 if self.stacked else EDGE)
        self.height = 2 * self.margin + self.step * self.top

    def at(self, name: str) -> tuple[float, float]:
        """The middle of a node."""
        node = self.graph.known[name]
        aside = 0 if not self.stacked or node.kind != "state" else 13 if name.startswith("b") else -13
        return self.left + self.column * (node.column - 0.5) + aside, self.height - self.margin - self.step * node.row

    def size(self, name: str) -> float:
        """From the middle of a node to its border."""
        return self.radius if self.graph.known[name].kind == "state" else 14


def _arrow_head() -> str:
    return (
        '<defs><marker id="unrolled-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">'
        '<path class="head" d="M0 1 L8 4 L0 7 z"/></marker></defs>'
    )


def _edge(plan: _Plan, edge: Edge) -> str:
    (x1, y1), (x2, y2) = plan.at(edge.source), plan.at(edge.target)
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    start, end = plan.size(edge.source) + 1, plan.size(edge.target) + 3
    path = f"M{x1 + dx * start:.1f} {y1 + dy * start:.1f} L{x2 - dx * end:.1f} {y2 - dy * end:.1f}"
    return f'<path class="edge {edge.kind}" d="{path}" marker-end="url(#unrolled-head)" data-from="{edge.source}" data-to="{edge.target}"/>'


def _node(plan: _Plan, node: Node) -> str:
    x, y = plan.at(node.name)
    looks = [node.kind, *["unused"] * (not node.used), *["read"] * node.read, *["backward"] * node.name.startswith("b")]
    shape = (
        f'<circle cx="{x:g}" cy="{y:g}" r="{plan.radius}"/>'
        if node.kind == "state"
        else f'<rect x="{x - SIDE / 2:g}" y="{y - 14:g}" width="{SIDE}" height="28" rx="5"/>'
    )
    used = f' data-node="{node.name}" data-x="{x:g}" data-y="{y:g}"' if node.used else ""
    return f'<g class="node {" ".join(looks)}"{used}>{shape}{_name(node.name, x, y, small=plan.stacked and node.kind == "state")}</g>'


def _name(name: str, x: float, y: float, *, small: bool) -> str:
    """The name of a node with its number below the line; states of a stack are all called h, where they stand says the rest."""
    letter, number = re.fullmatch(r"([a-z])-?(?:\d+\.)?(\d*)", name).groups()
    letter = "h" if letter in "fb" else letter
    size = ' class="small"' if small else ""
    return f'<text x="{x:g}" y="{y + 4:g}"{size}>{letter}<tspan class="sub" dy="3">{number}</tspan></text>'


def _row(plan: _Plan, row: int, label: RowLabel) -> str:
    y = plan.height - plan.margin - plan.step * row
    shape = f'<text class="shape" x="0" y="{y + 14:g}">{escape(label.shape)}</text>' if label.shape else ""
    return f'<g class="row"><text x="0" y="{y - (2 if label.shape else -4):g}">{escape(label.name)}</text>{shape}</g>'


def _zero(plan: _Plan, name: str) -> str:
    x, y = plan.at(name)
    way = 1 if name.startswith("b") else -1
    start, end = x + way * (plan.radius + 17), x + way * (plan.radius + 3)
    return (
        f'<g class="zero"><path class="edge" d="M{start:g} {y:g} L{end:g} {y:g}" marker-end="url(#unrolled-head)"/>'
        f'<text x="{start + way * 6:g}" y="{y + 4:g}">0</text></g>'
    )


def _token(plan: _Plan, name: str, text: str) -> str:
    x, y = plan.at(name)
    away = 29 if plan.graph.known[name].kind == "input" else -21
    wide = f' textLength="{plan.column - 4}" lengthAdjust="spacingAndGlyphs"' if len(text) > plan.column / 8 else ""
    look = "" if plan.graph.known[name].used else " unused"
    return f'<text class="token{look}" x="{x:g}" y="{y + away:g}"{wide}>{escape(text)}</text>'


def _picture(plan: _Plan, name: str, uri: str) -> str:
    x, y = plan.at(name)
    top = y + 17 if plan.graph.known[name].kind == "input" else y - 17 - 26
    return f'<image class="token" href="{escape(uri)}" x="{x - 13:g}" y="{top:g}" width="26" height="26" preserveAspectRatio="none"/>'


def words(graph: Graph) -> dict[str, list[str]]:
    """Words for the kinds of parts, with the nodes that each names."""
    used = [node for node in graph.nodes if node.used]
    kinds = {"inputs": "input", "states": "state", "outputs": "output"}
    named = {word: [node.name for node in used if node.kind == kind] for word, kind in kinds.items()}
    named["what the head reads"] = [node.name for node in used if node.read]
    if any(node.name.startswith("b") for node in used):
        named["forward"] = [node.name for node in used if node.name.startswith("f")]
        named["backward"] = [node.name for node in used if node.name.startswith("b")]
    if any(node.name.startswith("d") for node in used):
        named["encoder"] = [node.name for node in used if node.name.startswith("h")]
        named["decoder"] = [node.name for node in used if node.name.startswith("d")]
    return named


def links(graph: Graph) -> dict[str, dict[str, Sequence[str]]]:
    """For each used node, what it depends on and what depends on it."""
    return {n.name: {"before": sorted(graph.before(n.name)), "after": sorted(graph.after(n.name))} for n in graph.nodes if n.used}
