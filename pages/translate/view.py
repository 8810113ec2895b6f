"""What the page Translate sends to its board, and what can be taken along. Pure: records of core in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.frames import csv_text, frame
from core.symbols import EOS
from dashboard.kit.packed import packed
from dashboard.kit.wording import escape

if TYPE_CHECKING:
    from core.decoding.beam import BeamNode, BeamSearch
    from core.probes.seq2seq.written import Written

MOST_WEIGHTS = 600_000  # numbers of one kind of attention; where there are more, the board gets the mean over the heads
FIRST_STEP = 6  # of an output that is seen for the first time: some of it is written already
ROLES = ("encoder", "decoder", "cross")


def waiting_message(source: Sequence[str]) -> dict[str, Any]:
    """The input alone, while the model is being opened."""
    return {"what": "waiting", "source": [*source], "tokens": [], "maps": {}, "right": [], "images": None}


def board_message(
    written: Written,
    *,
    what: str,
    how: str,
    weights: str,
    source: Sequence[str],
    images: Sequence[str] | None,
    names: Sequence[str],
    right: Sequence[int] | None,
    texts: tuple[str, str | None],
    view: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that the board draws.

    `weights` says whose they are, `names` are those of all tokens, `source` those of the input, with their `images` if it is a row of
    them. `right` is the right answer with EOS, None where there is none; `texts` what was written, and what should have been.
    """
    return {
        "what": what, "how": how, "source": [*source], "images": images and [*images],
        "tokens": [names[token] for token in written.tokens],
        "right": [right is None or (t < len(right) and token == right[t]) for t, token in enumerate(written.tokens)],
        "choices": [[[names[c.token], _digits(c.probability), _digits(c.drawn)] for c in row] for row in written.choices],
        "sampled": how == "sampled", "end": f"{written.end} {weights}", "text": texts[0], "answer": texts[1],
        "bottleneck": written.bottleneck, "unseen": _unseen(written), "memory": _memory(written.memory),
        "maps": {role: _weights(found) for role in ROLES if (found := getattr(written, role)) is not None},
        "tree": written.tree and _tree(written.tree, names), "view": dict(view),
    }  # fmt: skip


def _unseen(written: Written) -> str:
    """Why there is no attention to look at; "" where there is."""
    if not written.bottleneck:
        return written.unseen
    tokens, features = written.memory.shape
    return (
        f"There is no attention here. The decoder gets only the last of the {tokens} columns of the memory, {features} numbers, "
        f"before it writes its first token, and never sees the input again. The longer the input, the more must fit into these numbers."
    )


def _digits(value: float) -> float:
    return float(f"{value:.6g}")


def _weights(found: np.ndarray) -> dict[str, Any]:
    """(L, H, rows, columns), 0 to 1, in 16 bits each."""
    if found.size > MOST_WEIGHTS:
        found = found.mean(1, keepdims=True)
    return {"shape": [*found.shape], "values": packed(np.round(found * 65535), "<u2")}


def _memory(states: np.ndarray) -> dict[str, Any]:
    """(S, C) on a scale of -127 to 127 around 0."""
    most = float(np.abs(states).max()) or 1.0
    return {
        "shape": [*states.shape],
        "most": _digits(most),
        "values": packed(np.round(states / most * 127), "i1"),
    }


def _tree(tree: BeamSearch, names: Sequence[str]) -> dict[str, Any]:
    return {"best": [0, *(node.number for node in tree.path(tree.best))], "nodes": [_node(node, names) for node in tree.nodes]}


def _node(node: BeamNode, names: Sequence[str]) -> dict[str, Any]:
    told = f"p = {np.exp(node.log_prob):.3g}, log p of the whole {node.total:.3f}, score {node.score:.3f}{'' if node.kept else ', dropped'}"
    return {
        "number": node.number, "parent": node.parent, "depth": node.depth, "name": names[node.token], "kept": node.kept,
        "score": _digits(node.score), "told": told,
    }  # fmt: skip


def outcomes_html(tree: BeamSearch, names: Sequence[str], joiner: str) -> str:
    """The outputs of a beam search, best first."""
    rows = ""
    for place, leaf in enumerate(tree.leaves):
        node = tree.nodes[leaf]
        text = joiner.join(names[token] for token in tree.tokens_of(node) if token != EOS)
        cut = "" if node.ended else " …"
        cells = f"<td>{np.exp(node.total):.3g}</td><td>{node.total:.3f}</td><td>{node.score:.3f}</td><td>{node.depth}</td>"
        rows += f'<tr><th scope="row">{place + 1}</th><td class="text">{escape(text) or "nothing"}{cut}</td>{cells}</tr>'
    titles = "".join(f'<th scope="col">{title}</th>' for title in ("", "output", "p", "log p", "score", "tokens"))
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight lab-written"><caption>All outputs of the search, {tree.width} '
        f"beginnings at a time; score = log p / tokens<sup>{tree.alpha:g}</sup>; … was cut off</caption>"
        f"<thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def weights_csv(written: Written, source: Sequence[str], names: Sequence[str]) -> str:
    """One line for every weight of the cross-attention; without one, for every choice."""
    tokens = [names[token] for token in written.tokens]
    if written.cross is None:
        rows = [
            (t + 1, names[c.token], int(c.token == written.tokens[t]), c.probability, c.drawn)
            for t, row in enumerate(written.choices)
            for c in row
        ]
        return csv_text(frame(rows, ("step", "token", "written", "probability", "chosen_from")), digits="%.9g")
    rows = [
        (layer + 1, head + 1, t + 1, tokens[t], s + 1, source[s], float(weight))
        for (layer, head, t, s), weight in np.ndenumerate(written.cross)
    ]
    return csv_text(frame(rows, ("layer", "head", "step", "writes", "place", "reads", "weight")), digits="%.9g")


def alignment_svg(written: Written, source: Sequence[str], names: Sequence[str], title: str) -> str:
    """The alignment as a picture: row = token written, column = token read, darkness = weight; last layer, mean over its heads."""
    found, cell, left, top = written.alignment, 22, 70, 62
    width, height = left + cell * found.shape[1] + 12, top + cell * found.shape[0] + 12
    parts = [f'<text x="8" y="18" font-weight="bold">{escape(title)}</text>']
    parts.append('<text x="8" y="36">row = written, column = read; last layer, mean over its heads; white 0, blue 1</text>')
    for s, name in enumerate(source):
        parts.append(f'<text x="{left + (s + 0.5) * cell:g}" y="{top - 6}" text-anchor="middle">{escape(_ink(name))[:24]}</text>')
    for t, token in enumerate(written.tokens):
        y = top + t * cell
        parts.append(f'<text x="{left - 6}" y="{y + 15}" text-anchor="end">{escape(_ink(names[token]))[:24]}</text>')
        box = f'y="{y}" width="{cell - 1}" height="{cell - 1}" fill="#0072b2" stroke="#ccc"'
        parts += [f'<rect x="{left + s * cell}" {box} fill-opacity="{weight:.4f}"/>' for s, weight in enumerate(found[t])]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="white"/>{"".join(parts)}</svg>'
    )


def _ink(name: str) -> str:
    return "␣" if name == " " else name


def token_words(name: str) -> str:
    """A token in a sentence."""
    return "the end" if name == "⊣" else "a space" if name == " " else name if len(name) > 1 else f"“{name}”"
