"""What the page Sequences has computed once for all: networks that ran, padded batches, learned vectors, convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.probes.recurrence.unrolled import TASKS, task_graph
from dashboard.unrolled.svg import unrolled_svg

if TYPE_CHECKING:
    from core.probes.recurrence.convolution import ConvolutionCost
    from core.probes.recurrence.padded_batch import PaddedReport
    from core.probes.recurrence.task_shapes import TaskRun
    from core.probes.recurrence.task_sizes import Sizes
    from core.probes.recurrence.word_vectors import Embedded

CHANNELS, SIZE, FRAMES = 16, 32, 16  # of the clip that convolutions go over


@st.cache_data(max_entries=512, show_spinner=False)
def task_run(task: str, sizes: Sizes, cell: str) -> TaskRun:
    """The network of a task, run once."""
    from core.probes.recurrence.task_shapes import run_task

    return run_task(task, sizes, cell=cell)


@st.cache_data(show_spinner=False)
def small(task: str) -> str:
    """A task as it stands on the map."""
    return unrolled_svg(task_graph(task, 3, 3), label=TASKS[task][0])


@st.cache_data(max_entries=256, show_spinner=False)
def padded(lengths: Sequence[int], features: int, hidden: int, classes: int, cell: str) -> PaddedReport:
    """The batch, read in all ways."""
    from core.probes.recurrence.padded_batch import padded_report

    return padded_report(lengths, features=features, hidden=hidden, classes=classes, cell=cell)


@st.cache_data(max_entries=8, show_spinner=False)
def embedded(width: int) -> Embedded:
    """Vectors of `width` numbers, learned."""
    from core.probes.recurrence.word_vectors import learn_embeddings

    return learn_embeddings(width)


@st.cache_data(show_spinner=False)
def costs(kernel: int) -> tuple[ConvolutionCost, ...]:
    """Convolutions over one, two and three dimensions."""
    from core.probes.recurrence.convolution import convolution_cost

    return tuple(convolution_cost(dims, kernel=kernel, channels=CHANNELS, size=SIZE, frames=FRAMES) for dims in (1, 2, 3))


@st.cache_data(show_spinner=False)
def viewed(layers: int, kernel: int) -> int:
    """The field of view, by gradients."""
    from core.probes.recurrence.convolution import measured_view

    return measured_view(layers, kernel, 2 * layers * kernel + 1)
