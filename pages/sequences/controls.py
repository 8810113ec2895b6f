"""The page Sequences: which task, which sizes, and the unrolled network with its measured shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import LabError
from core.probes.padding import MOST_STEPS
from core.probes.task_sizes import Sizes
from core.probes.unrolled import READS, TASKS, Graph, task_graph
from dashboard.kit.wording import marked
from dashboard.pictures.choose import Shown, choose_picture
from dashboard.shell import show, state
from dashboard.shell.choice import segmented_control
from dashboard.shell.predict import predict
from dashboard.shell.torch_first import torch_first
from dashboard.unrolled import choice_sent, unrolled, unrolled_data
from dashboard.unrolled.svg import STYLE, RowLabel, links, unrolled_svg, words
from pages.sequences.examples import EXPLAINED, Example, picture_example, text_example
from pages.sequences.view import steps_html, told_parts

if TYPE_CHECKING:
    from core.probes.task_shapes import TaskRun

MAP, TASK, EXAMPLE, CELL = "sequences_map", "sequences_task", "sequences_example", "sequences_cell"
FIRST_TASK, FIRST_CELL = "many-to-one", "gru"
EXAMPLES = {"words": "Words", "picture": "Picture"}
CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
SIZES = {  # most, first, what it is called, help
    "T": (MOST_STEPS, 5, "Inputs, T", "Words or strips that go in."),
    "S": (8, 7, "Outputs, S", "Where a task has a length of its own for what comes out."),
    "B": (8, 2, "Batch, B", "Sequences that are computed together."),
    "C": (64, 3, "Features, C", "Numbers of each input."),
    "H": (64, 50, "State, H", "Numbers of each hidden state."),
    "K": (20, 7, "Classes, K", "Numbers of each output."),
}
LENGTHS = {"one-to-one": "", "one-to-many": "S", "many-to-one": "T", "same-length": "T", "other-length": "TS"}  # that a task has
WAITING = "Shapes are read off the running network in a moment."


@dataclass(frozen=True)
class Asked:
    """What the controls say."""

    task: str
    example: str
    cell: str
    sizes: Sizes
    picture: Shown | None

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        sizes = {name: getattr(self.sizes, name) for name in SIZES}
        return {
            "task": "" if self.task == FIRST_TASK else self.task,
            "example": "" if self.example == "words" else self.example,
            "cell": "" if self.cell == FIRST_CELL else self.cell,
            **{name: "" if value == SIZES[name][1] else str(value) for name, value in sizes.items()},
            **(self.picture.link if self.picture else {}),
        }

    @property
    def code(self) -> str:
        """Python that runs the same network."""
        inside = ", ".join(f"{name}={getattr(self.sizes, name)}" for name in SIZES)
        cell = "" if self.cell == FIRST_CELL else f', cell="{self.cell}"'
        return (
            f'from core.probes.task_shapes import Sizes, run_task\n\nfound = run_task("{self.task}", Sizes({inside}){cell})\n'
            "print(found.shapes)  # what comes out of each step, and how many times\nprint(found.reach)  # (outputs, inputs)"
        )


# ---- controls ----


def choose() -> Asked:
    """The sliders and what is behind "More"; the task and the example are chosen in the picture."""
    state.start(TASK, "task", TASKS, FIRST_TASK)
    state.start(EXAMPLE, "example", EXAMPLES, "words")
    task, sizes = st.session_state[TASK], {}
    for name, (most, first, label, told) in SIZES.items():
        key, idle = f"sequences_{name}", name in "TS" and name not in LENGTHS[task]
        state.start(key, name, range(1, most + 1), first)
        sizes[name] = st.slider(
            show.label(label), 1, most, key=key, persist_state="session", disabled=idle,
            help=show.label(f"{told} {TASKS[task][0]} has none to choose." if idle else told),
        )  # fmt: skip
    picture = None
    with st.popover("More", icon=":material/tune:", width="stretch", key="sequences_more"):
        state.start(CELL, "cell", CELLS, FIRST_CELL)
        cell = segmented_control("Cell", list(CELLS), format_func=CELLS.get, key=CELL, persist_state="session")
        if st.session_state[EXAMPLE] == "picture":
            picture = choose_picture((), first="ship")
    return Asked(task, st.session_state[EXAMPLE], cell, Sizes(**sizes), picture)


def _take() -> None:
    """Take over what has been chosen in the picture."""
    if chosen := choice_sent(key=MAP, choices=TASKS, switch=EXAMPLES):
        st.session_state[TASK], st.session_state[EXAMPLE] = chosen


# ---- the picture ----


def map_panel(asked: Asked) -> None:
    """The map and the chosen network, with what was measured. Before torch is loaded it has no shapes, and then the page runs again."""
    torch_first(lambda: _waiting(asked), "core.probes.task_shapes")
    try:
        run = measured(asked.task, asked.sizes, asked.cell)
    except LabError as error:
        show.error(error)
        run = None
    _draw(asked, run)
    if run is not None:
        st.html(steps_html(asked.task, run.shapes, asked.sizes))


def _waiting(asked: Asked) -> None:
    _draw(asked, None)
    st.html(steps_html(asked.task, (), asked.sizes, waiting=WAITING))


def proof_panel(asked: Asked) -> None:
    """The proof and the downloads of what is shown."""
    try:
        run = measured(asked.task, asked.sizes, asked.cell)
    except LabError:  # the picture says so
        return
    show.caption(proof_line(asked, run))
    downloads(asked, run)


@st.cache_data(max_entries=512, show_spinner=False)
def measured(task: str, sizes: Sizes, cell: str) -> TaskRun:
    """The network of a task, run once."""
    from core.probes.task_shapes import run_task

    return run_task(task, sizes, cell=cell)


def _draw(asked: Asked, run: TaskRun | None) -> None:
    graph = task_graph(asked.task, asked.sizes.T, asked.sizes.S)
    unrolled(
        unrolled_data(
            figure(asked, graph, run),
            links(graph),
            told=told_parts(graph, asked.sizes),
            idle=f"{TASKS[asked.task][0]}: {EXPLAINED[asked.task][asked.example == 'picture']}. The head reads {READS[asked.task]}. "
            "Point at a part: what it depends on, and what depends on it, lights up.",
            choices=[
                {"name": name, "title": title, "told": told, "svg": small(name), "chosen": "1" if name == asked.task else ""}
                for name, (title, told) in TASKS.items()
            ],
            switch=[{"name": name, "title": title, "chosen": "1" if name == asked.example else ""} for name, title in EXAMPLES.items()],
            names=("Shape of the task", "Example"),
            words=words(graph),
        ),
        key=MAP,
        on_choice=_take,
    )


@st.cache_data(show_spinner=False)
def small(task: str) -> str:
    """A task as it stands on the map."""
    return unrolled_svg(task_graph(task, 3, 3), label=TASKS[task][0])


def figure(asked: Asked, graph: Graph, run: TaskRun | None, *, style: str = "") -> str:
    """The chosen network as SVG, with the shapes that were measured."""
    shapes = {name: shape for name, shape, _ in run.shapes} if run else {}
    states = next(
        (shapes[name] for name in ("states h", "states h of the encoder", "hidden layer h", "state of a step") if name in shapes), ""
    )
    rows = {0: RowLabel("inputs x", _shape(shapes.get("inputs x"))), 2: RowLabel("logits y", _shape(shapes.get("logits y")))}
    decoder = asked.task == "one-to-many" and states
    rows[1] = RowLabel("state, each step" if decoder else "hidden layer" if asked.task == "one-to-one" else "states h", _shape(states))
    shown = _example(asked, graph)
    zeros = ["h1"] if asked.task not in ("one-to-one", "one-to-many") else []
    return unrolled_svg(
        graph, label=f"{TASKS[asked.task][0]}, unrolled", rows=rows, tokens=shown.words, pictures=shown.pictures, zeros=zeros, style=style
    )


def _example(asked: Asked, graph: Graph) -> Example:
    if asked.picture is None:
        return text_example(asked.task, graph)
    return picture_example(asked.task, graph, asked.picture.pixels, asked.picture.label)


def _shape(shape: tuple[int, ...] | str | None) -> str:
    return str(tuple(shape)) if shape else ""


def proof_line(asked: Asked, run: TaskRun) -> str:
    """What the gradients of the running network say of the picture."""
    outputs, inputs = run.reach.shape
    wrong = run.differing(asked.task, asked.sizes)
    return marked(
        "Proof, float64: the gradient of each of {} output{} with respect to each of {} input{} is other "
        "than 0 exactly where the picture has a way; pairs that differ: {} of {}: **{}**. {:,} weights at "
        "random, seed 0: shapes do not depend on them.",
        outputs,
        "s" * (outputs > 1),
        inputs,
        "s" * (inputs > 1),
        wrong,
        outputs * inputs,
        "passed" if not wrong else "not passed",
        run.weights,
    )


def downloads(asked: Asked, run: TaskRun) -> None:
    """The figure and the shapes, to take along."""
    graph = task_graph(asked.task, asked.sizes.T, asked.sizes.S)
    with st.container(horizontal=True):
        st.download_button(
            "Figure (SVG)", lambda: figure(asked, graph, run, style=STYLE), f"{asked.task}.svg", "image/svg+xml",
            icon=":material/download:", on_click="ignore", key="sequences_svg",
        )  # fmt: skip
        st.download_button(
            "Shapes (CSV)", lambda: shapes_csv(run), f"{asked.task}.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="sequences_csv",
        )  # fmt: skip


def shapes_csv(run: TaskRun) -> str:
    """One line a step: what comes out, its shape, and how many times the step is done."""
    lines = [f'{name},"{" x ".join(map(str, shape))}",{times}' for name, shape, times in run.shapes]
    return "\n".join(["step,shape,times", *lines, ""])


# ---- the question ----


def question() -> None:
    """One cell for every element: the number of weights does not depend on the length."""
    from core.probes.task_shapes import Sizes, run_task

    short, long = (run_task("many-to-one", Sizes(B=2, T=length, C=3, H=50, K=7)) for length in (5, 10))
    more = long.weights != short.weights
    predict(
        "A GRU reads T = 5 words and answers with one class. It is to read T = 10: how many weights does it need?",
        ("twice as many", "as many as before", "a few more"),
        answer="twice as many" if more else "as many as before",
        because=f"Counted: {short.weights:,} at T = 5 and {long.weights:,} at T = 10. One cell is applied to every element, with the same "
        "weights: unrolling draws it T times, but there is only one. So a network that was trained on short sequences can read long ones.",
        key="sequences_predict",
    )
