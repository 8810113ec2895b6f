"""All matrices of one attention, linked: a cell that is pointed at shows the row and column it comes from, and its sum in numbers.

    linked_matrices(matrices_data(hand, names), key="matrices")

What follows the mouse, a finger or the arrow keys happens in the browser on data that is sent once, all heads included.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.probes.attention.by_hand import ByHand
from dashboard.kit.component import component
from dashboard.kit.packed import packed

FLAT = {
    "tokens": "Tokens x", "wq": "Weights W_q", "q": "Queries q", "wk": "Weights W_k", "k": "Keys k", "wv": "Weights W_v", "v": "Values v",
}  # fmt: skip
SQUARE = {"scores": "Scores", "scaled": "Scaled scores", "masked": "Masked scores", "weights": "Weights"}
ENDS = {"joined": "Heads joined", "wo": "Weights W_o", "output": "Output"}


def _figures(matrices: dict[str, str]) -> str:
    return "".join(
        f'<figure><figcaption></figcaption><canvas data-matrix="{name}" tabindex="0" role="slider" aria-valuenow="1" '
        f'aria-label="{told}: arrow keys move from cell to cell"></canvas><small></small></figure>'
        for name, told in matrices.items()
    )


HTML = f"""<div class="matrices">
  <div class="matrices-step"><b>1</b><span>Project, and split C features into heads of D</span></div>
  <div class="matrices-flat">{_figures(FLAT)}</div>
  <div class="matrices-step"><b>2</b><span>Compare, scale, mask, softmax: row = who reads, column = what is read</span>
    <div class="matrices-heads" role="group" aria-label="Head that is shown"></div></div>
  <div class="matrices-square"><div class="matrices-labels" aria-hidden="true"></div>{_figures(SQUARE)}</div>
  <div class="matrices-step"><b>3</b><span>Read values with the weights, join the heads, mix them</span></div>
  <div class="matrices-ends">{_figures(ENDS)}<table class="matrices-stats"></table></div>
  <div class="matrices-told"><b class="matrices-name"></b><div class="matrices-sum"></div><div class="matrices-note"></div></div>
</div>"""

_mount = component(__file__, HTML)


def matrices_data(
    hand: ByHand, names: Sequence[str], *, origin: str, divisor: str, scaling: str, temperature: float, pictures: Sequence[str] = (),
    token: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What the browser needs: all numbers one after the other as base64 of float32, lowest byte first; `parts` says how many of each.

    `names` and `pictures` (data URIs, or none) are those of the tokens; `origin` says where their features come from, `divisor` and
    `scaling` what scores are divided by, in words and as it is written behind a score; `token` is the one that is marked.
    """
    matrices = hand.projections
    parts = {
        "tokens": hand.tokens, "wq": matrices.query, "wk": matrices.key, "wv": matrices.value, "wo": matrices.output,
        "q": hand.q, "k": hand.k, "v": hand.v, "scores": hand.scores, "scaled": hand.scaled, "weights": hand.weights,
        "joined": hand.joined, "output": hand.output, "entropy": hand.entropy, "slope": hand.jacobian,
    }  # fmt: skip
    return {
        "names": list(names),
        "pictures": list(pictures),
        "width": hand.tokens.shape[1],
        "heads": hand.heads,
        "mask": "".join("01"[int(allowed)] for allowed in hand.mask.ravel()),
        "parts": [[name, part.size] for name, part in parts.items()],
        "numbers": packed(np.concatenate([part.ravel() for part in parts.values()])),
        "origin": origin,
        "divisor": divisor,
        "scaling": scaling,
        "temperature": temperature,
        "token": token,
    }


def linked_matrices(data: dict[str, Any], *, key: str) -> None:
    """Draw or update the matrices `key` from `matrices_data`."""
    _mount(data=[data], key=key)
