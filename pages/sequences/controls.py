"""Controls of the page Sequences: which task, which sizes; a batch of other lengths, a word as a vector, a convolution."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.probes.recurrence.task_sizes import MOST, Sizes
from core.probes.recurrence.unrolled import TASKS, Graph, task_graph
from dashboard.pictures.choose import Shown, choose_picture
from dashboard.shell.choices import Choice, links
from dashboard.unrolled import choice_sent

MAP = "sequences_map"  # the drawing's key
EXAMPLES = {"words": "Words", "picture": "Picture"}
CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
SIZE_LABELS = {
    "T": "Inputs, T",
    "S": "Outputs, S",
    "B": "Batch, B",
    "C": "Embedding size, C",
    "H": "Hidden size, H",
    "K": "Classes, K",
}
SIZE_HELP = {
    "T": "How many words or strips go in.",
    "S": "How many outputs there are, where the task allows another number than inputs.",
    "B": "How many sequences are computed together.",
    "C": "How many numbers each input has.",
    "H": "How many numbers each hidden state has.",
    "K": "How many numbers each output has.",
}
LENGTHS_OF = {"one-to-one": "", "one-to-many": "S", "many-to-one": "T", "same-length": "T", "other-length": "TS"}  # that a task has

TASK = Choice("sequences", "task", tuple(TASKS), first="many-to-one")
EXAMPLE = Choice("sequences", "example", tuple(EXAMPLES), first="words")
CELL = Choice("sequences", "cell", tuple(CELLS), first="gru")
SIZES = {name: Choice("sequences", name, range(1, MOST[name] + 1), first=getattr(Sizes(), name)) for name in SIZE_LABELS}
LENGTHS = Choice("sequences", "lengths", write=str.strip)
VECTOR = Choice("sequences", "vector", (2, 4, 8, 32), first=8)
WORD = Choice("sequences", "word", first="spider")  # one of those of the lesson, which are known when it has been loaded
KERNEL = Choice("sequences", "k", (1, 3, 5, 7), first=3)
LAYERS = Choice("sequences", "layers", range(1, 9), first=2)


@dataclass(frozen=True)
class SequenceChoices:
    """What the controls of the network say."""

    task: str
    example: str
    cell: str
    sizes: Sizes
    picture: Shown | None

    @property
    def graph(self) -> Graph:
        """The network of the task, unrolled."""
        return task_graph(self.task, self.sizes.T, self.sizes.S)

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says of the network; empty where it opens so anyway."""
        return {**links(TASK, EXAMPLE, CELL, *SIZES.values()), **(self.picture.link if self.picture else {})}

    @property
    def code(self) -> str:
        """Python that runs the same network."""
        inside = ", ".join(f"{name}={getattr(self.sizes, name)}" for name in SIZES)
        cell = "" if self.cell == CELL.first else f', cell="{self.cell}"'
        return (
            f'from core.probes.recurrence.task_shapes import Sizes, run_task\n\nfound = run_task("{self.task}", Sizes({inside}){cell})\n'
            "print(found.shapes)  # what comes out of each step, and how many times\nprint(found.reach)  # (outputs, inputs)"
        )


def choose() -> SequenceChoices:
    """The sliders and what is behind "More"; the task and the example are chosen in the picture."""
    task, sizes = TASK.value, {}
    for name in SIZES:
        idle = name in "TS" and name not in LENGTHS_OF[task]
        sizes[name] = SIZES[name].slider(
            SIZE_LABELS[name], disabled=idle, help=f"{SIZE_HELP[name]} In {TASKS[task][0]} it is fixed." if idle else SIZE_HELP[name]
        )
    picture = None
    with st.popover("More", icon=":material/tune:", width="stretch", key="sequences_more"):
        cell = CELL.segmented("Cell", format_func=CELLS.get)
        if EXAMPLE.value == "picture":
            picture = choose_picture((), first="ship")
    return SequenceChoices(task, EXAMPLE.value, cell, Sizes(**sizes), picture)


def take() -> None:
    """Take over what has been chosen in the picture."""
    if chosen := choice_sent(key=MAP, choices=TASKS, switch=EXAMPLES):
        TASK.set(chosen[0])
        EXAMPLE.set(chosen[1])


def link_of(choices: SequenceChoices) -> dict[str, str]:
    """What a link to the whole page says."""
    return {**choices.link, **links(LENGTHS, VECTOR, WORD, KERNEL, LAYERS)}
