"""Beam search: several beginnings at once, of which the best survive every step; all that was looked at is kept as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.decoding.prefix import as_numbers, begin, most_tokens
from core.decoding.records import why_ended
from core.errors import ConfigError
from core.models.seq2seq_task import Seq2Seq
from core.symbols import BOS, EOS

WIDEST = 4096


@dataclass(frozen=True)
class BeamNode:
    """A beginning that was looked at: that of its parent and one token more. Number 0 is BOS."""

    number: int
    parent: int  # -1 of BOS
    depth: int  # how many tokens follow BOS
    token: int
    log_prob: float  # of the token, after its parent
    total: float  # of the whole beginning, natural logarithm
    score: float  # total / depth^alpha, by which beginnings are ranked
    kept: bool

    @property
    def ended(self) -> bool:
        return self.token == EOS


@dataclass(frozen=True)
class BeamSearch:
    """A search as a tree: every node that was kept, and for each beginning its most probable continuations that were not."""

    nodes: tuple[BeamNode, ...]  # by number: a parent before its children
    leaves: tuple[int, ...]  # the outputs, best first: those that ended, then those that were cut off at `limit`
    width: int
    alpha: float
    limit: int

    @property
    def best(self) -> BeamNode:
        return self.nodes[self.leaves[0]]

    @property
    def tokens(self) -> tuple[int, ...]:
        """What the best output says, EOS too, BOS not."""
        return self.tokens_of(self.best)

    @property
    def end(self) -> str:
        """Why the best output ended, in a sentence."""
        return why_ended(self.best.ended, self.best.depth, self.limit)

    def tokens_of(self, node: BeamNode) -> tuple[int, ...]:
        """All tokens from BOS to a node, BOS not."""
        return tuple(one.token for one in self.path(node))

    def path(self, node: BeamNode) -> tuple[BeamNode, ...]:
        """All nodes that lead to a node, itself the last, BOS not."""
        found = []
        while node.parent >= 0:
            found.append(node)
            node = self.nodes[node.parent]
        return tuple(reversed(found))

    def step(self, depth: int) -> tuple[BeamNode, ...]:
        """What was looked at in one step, best first."""
        return tuple(sorted(self.steps.get(depth, ()), key=lambda node: (-node.score, node.number)))

    @cached_property
    def steps(self) -> dict[int, list[BeamNode]]:
        found: dict[int, list[BeamNode]] = {}
        for node in self.nodes:
            found.setdefault(node.depth, []).append(node)
        return found


@torch.no_grad()
def beam(
    model: Seq2Seq,
    source: Tensor,
    *,
    width: int = 4,
    alpha: float = 0.0,
    limit: int | None = None,
    branches: int = 5,
    cached: bool = True,
) -> BeamSearch:
    """Search the output of one source, (S,) tokens or (S, 3, P, P) images, with `width` beginnings at once (Sutskever et al. 2014).

    A beginning that ends leaves the search and takes its place with it; the search ends when no place is left, or at `limit` tokens. A
    total sinks with every token, so long outputs lose; divided by length^alpha they do less so (after Wu et al. 2016). For each beginning
    its `branches` most probable continuations are recorded, those kept always. Width 1 is greedy decoding.

    Raises ConfigError for a width or a number of branches out of range and for a negative alpha.
    """
    _check(width, alpha, branches)
    most, prefix = most_tokens(model, limit), begin(model, source[None], cached=cached)
    nodes = [BeamNode(0, -1, 0, BOS, 0.0, 0.0, 0.0, True)]
    live, leaves = [nodes[0]], []
    for depth in range(1, most + 1):
        log_probs, prefix = prefix.after(torch.tensor([node.token for node in live], device=source.device))
        grown = _grow(nodes, live, as_numbers(log_probs), depth, width - len(leaves), alpha, max(branches, width))
        leaves += [node for _, node in grown if node.ended]
        going_on = [(row, node) for row, node in grown if not node.ended]
        live = [node for _, node in going_on]
        if not live:
            break
        prefix = prefix.rows(torch.tensor([row for row, _ in going_on], device=source.device))
    ranked = sorted([*leaves, *live], key=lambda node: (not node.ended, -node.score))
    return BeamSearch(tuple(nodes), tuple(node.number for node in ranked), width, alpha, most)


def _grow(
    nodes: list[BeamNode], live: list[BeamNode], log_probs: np.ndarray, depth: int, places: int, alpha: float, branches: int
) -> list[tuple[int, BeamNode]]:
    """Add the continuations of the `live` nodes, by (L, V) log-probabilities, to `nodes`; return the `places` best, each with its row."""
    totals = np.array([node.total for node in live])[:, None] + log_probs  # (L, V)
    scores = totals / depth**alpha
    best = np.argsort(-scores, axis=None, kind="stable")[:places]  # of all L * V
    kept = {divmod(int(place), log_probs.shape[1]) for place in best}
    found = []
    for row, parent in enumerate(live):
        for token in map(int, np.argsort(-log_probs[row], kind="stable")[:branches]):
            stays = (row, token) in kept
            total, score = float(totals[row, token]), float(scores[row, token])
            node = BeamNode(len(nodes), parent.number, depth, token, float(log_probs[row, token]), total, score, stays)
            nodes.append(node)
            if stays:
                found.append((row, node))
    return sorted(found, key=lambda pair: -pair[1].score)


def _check(width: int, alpha: float, branches: int) -> None:
    if not 1 <= width <= WIDEST:
        raise ConfigError(f"width = {width:,} is out of range: choose 1 (greedy) to {WIDEST:,} beginnings.")
    if not 0 <= alpha < np.inf:
        raise ConfigError(f"alpha = {alpha:g} is out of range: choose 0 (no normalisation) or more.")
    if branches < 0:
        raise ConfigError(f"branches = {branches} is out of range: choose 0 or more.")
