"""Controls of the page Depth and direction: those of the stack, and those of the lesson below it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.probes.recurrence.later_word import MOST_BETWEEN
from core.probes.recurrence.unrolled import HEADS, Graph, stack_graph
from dashboard.shell.choices import Choice, links

CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
DIRECTIONS = {"one": "Forward", "both": "Both"}
HEAD_NAMES = {
    "every": "every state (a tag a step)",
    "both": "both last states (right)",
    "h[-1]": "h[-1] (trap)",
    "states[:, -1]": "states[:, -1] (trap)",
    "mean": "the mean of all states",
}
LAST_STATE = {"both": "the last state", "h[-1]": "h[-1], the last state", "states[:, -1]": "states[:, -1], the last state"}  # one direction

LAYERS = Choice("depth", "layers", range(1, 4), first=2)
WAYS = Choice("depth", "ways", tuple(DIRECTIONS), first="both")
LENGTH = Choice("depth", "T", range(1, 9), first=5)
HEAD = Choice("depth", "head", tuple(HEADS), first="both")
CELL = Choice("depth", "cell", tuple(CELLS), first="gru")
HIDDEN = Choice("depth", "H", range(1, 13), first=6)

BETWEEN = Choice("depth", "between", range(MOST_BETWEEN + 1), first=2)
SEED = Choice("depth", "seed", range(1000), first=0, old=("random",))
RATE = Choice("depth", "rate", (0.002, 0.005, 0.01, 0.02, 0.05, 0.2), first=0.02, write="{:g}".format)
SENTENCE = Choice("depth", "sentence", first="the spider man turns the old red radio on")


@dataclass(frozen=True)
class DepthChoices:
    """What the controls of the stack say."""

    cell: str
    layers: int
    bidirectional: bool
    length: int
    hidden: int
    head: str

    @property
    def sizes(self) -> dict[str, object]:
        """As keywords of `core.probes.recurrence.direction`."""
        return {
            "cell": self.cell,
            "length": self.length,
            "layers": self.layers,
            "bidirectional": self.bidirectional,
            "hidden": self.hidden,
        }

    @property
    def graph(self) -> Graph:
        """The stack, unrolled."""
        return stack_graph(self.length, self.layers, bidirectional=self.bidirectional, head=self.head)

    @property
    def head_words(self) -> str:
        """What the head reads of this stack. In one direction three ways to ask for the last state are the same."""
        return HEADS[self.head][0] if self.bidirectional else LAST_STATE.get(self.head, HEADS[self.head][0])

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says of the stack; empty where it opens so anyway."""
        return links(LAYERS, LENGTH, HIDDEN, WAYS, HEAD, CELL)

    @property
    def code(self) -> str:
        """Python that measures the same."""
        inside = ", ".join(f"{name}={value!r}" for name, value in self.sizes.items())
        return (
            f"from core.probes.recurrence.direction import measure_heads, measure_stack\n\nstack = measure_stack({inside})\n"
            f"print(stack.norms.round(3))  # (layers, directions, T, T): state, input\nhead = measure_heads({inside})[{self.head!r}]\n"
            "print(head.shape, head.unused)  # weights that learn nothing"
        )


def choose() -> DepthChoices:
    """All controls of the stack."""
    layers = LAYERS.slider("Layers")
    ways = WAYS.segmented("Directions", format_func=DIRECTIONS.get, width="stretch")
    length = LENGTH.slider("Inputs, T")
    names = HEAD_NAMES if ways == "both" else HEAD_NAMES | LAST_STATE
    head = HEAD.selectbox("The head reads", format_func=names.get)
    with st.popover("More", icon=":material/tune:", width="stretch", key="depth_more"):
        cell = CELL.segmented("Cell", format_func=CELLS.get)
        hidden = HIDDEN.slider("Hidden size of one direction, H")
    return DepthChoices(cell, layers, ways == "both", length, hidden, head)


def link_of(choices: DepthChoices) -> dict[str, str]:
    """What a link to the whole page says: of the stack, of the lesson and of the sentence."""
    return {**choices.link, **links(BETWEEN, SEED, RATE, SENTENCE)}
