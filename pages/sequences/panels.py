"""The panels of the page Sequences: the unrolled network with its proof, and a padded batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import LabError
from core.probes.recurrence.padding import packing, parse_lengths
from core.probes.recurrence.unrolled import READS, TASKS
from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.shell.torch_first import torch_first
from dashboard.unrolled import unrolled, unrolled_data
from dashboard.unrolled.svg import STYLE, links, words
from pages.sequences.controls import EXAMPLES, LENGTHS, MAP, SequenceChoices, take
from pages.sequences.examples import EXPLAINED, sentence_of
from pages.sequences.lookups import padded, small, task_run
from pages.sequences.view import figure, padded_html, padding_html, padding_proof, part_sentences, proof_line, shapes_csv, steps_html

if TYPE_CHECKING:
    from core.probes.recurrence.task_shapes import TaskRun

WAITING = "The shapes appear in a moment, read from the running network."


def map_panel(choices: SequenceChoices) -> None:
    """The map and the chosen network, with what was measured. Before torch is loaded it has no shapes, and then the page runs again."""
    torch_first(lambda: _waiting(choices), "core.probes.recurrence.task_shapes")
    try:
        run = task_run(choices.task, choices.sizes, choices.cell)
    except LabError as error:
        show.error(error)
        run = None
    _draw(choices, run)
    if run is not None:
        st.html(steps_html(choices.task, run.shapes, choices.sizes))


def _waiting(choices: SequenceChoices) -> None:
    _draw(choices, None)
    st.html(steps_html(choices.task, (), choices.sizes, waiting=WAITING))


def proof_panel(choices: SequenceChoices) -> None:
    """The proof and the downloads of what is shown."""
    try:
        run = task_run(choices.task, choices.sizes, choices.cell)
    except LabError:  # the picture says so
        return
    show.proof(proof_line(choices, run))
    downloads(choices, run)


def _draw(choices: SequenceChoices, run: TaskRun | None) -> None:
    graph, (title, _) = choices.graph, TASKS[choices.task]
    data = unrolled_data(
        figure(choices, run),
        links(graph),
        told=part_sentences(graph, choices.sizes),
        idle=f"{title}: {EXPLAINED[choices.task][choices.example == 'picture']}. The head reads {READS[choices.task]}. Point at a part "
        f"to see what it depends on, and what depends on it.",
        choices=[
            {"name": name, "title": title, "told": told, "svg": small(name), "chosen": "1" if name == choices.task else ""}
            for name, (title, told) in TASKS.items()
        ],
        switch=[{"name": name, "title": title, "chosen": "1" if name == choices.example else ""} for name, title in EXAMPLES.items()],
        names=("Shape of the task", "Example"),
        words=words(graph),
    )
    unrolled(data, key=MAP, on_choice=take)


def downloads(choices: SequenceChoices, run: TaskRun) -> None:
    """The figure and the shapes, to take along."""
    with st.container(horizontal=True):
        download("Figure (SVG)", lambda: figure(choices, run, style=STYLE), f"{choices.task}.svg", key="sequences_svg")
        download("Shapes (CSV)", lambda: shapes_csv(run), f"{choices.task}.csv", key="sequences_csv")


def padding_panel(choices: SequenceChoices) -> None:
    """A batch of sequences of other lengths, padded and packed."""
    st.header("Other lengths in one batch: padding, masking, packing")
    own = lengths_of(choices.sizes.B, choices.sizes.T)
    help = "Whole numbers with spaces between them. If it is empty, there are B sequences, the longest with T steps."
    text = LENGTHS.text_input("Lengths of the sequences", max_chars=60, placeholder=" ".join(map(str, own)), help=help)
    lengths = own
    if text.strip():
        try:
            lengths = parse_lengths(text)
        except LabError as error:
            show.error(error)
    words = [sentence_of(length)[0] for length in lengths]
    st.html(padding_html(packing(lengths), words))
    report = padded(lengths, choices.sizes.C, choices.sizes.H, choices.sizes.K, choices.cell)
    st.html(padded_html(report, lengths))
    show.proof(padding_proof(report))
    st.markdown(
        "A recurrent network can stop at the end of each sequence, so packing costs nothing. Attention and convolution compute all T "
        "places of the batch at once, so they need a **mask** that says what is padding."
    )


def lengths_of(batch: int, longest: int) -> tuple[int, ...]:
    """Lengths for a batch, each sequence two steps shorter than the one before it."""
    return tuple(max(1, longest - 2 * b) for b in range(batch))
