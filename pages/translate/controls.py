"""What the page Translate looks at: a task, the weights of a run (or none), an input, and a way of decoding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import streamlit as st

from core.checks import Text
from core.data.seq_tasks import SEQ_TASKS, SeqTask
from core.errors import LabError, unknown
from core.models import MODELS
from core.recorded import RECORDED
from dashboard.runs.opened import Weighted, kept_epochs, seq2seq_runs
from dashboard.shell import services, show, state

TASK, HOW, NEXT, MORE = "translate_task", "translate_how", "translate_next", "translate_more"
WIDTH, ALPHA, TEMPERATURE, DRAWN = (f"translate_{name}" for name in ("width", "alpha", "temperature", "drawn"))
HOWS = {"greedy": "greedy", "beam": "beam search", "sampled": "sampled"}
UNTRAINED = "untrained"
FIRST_TASK, FIRST_WIDTH, FIRST_ALPHA, FIRST_TEMPERATURE = "dates", 4, 0.0, 1.0
WIDTHS, TEMPERATURES, ALPHAS, SEEDS = range(1, 17), (0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0), (0.0, 0.3, 0.6, 1.0), range(1000)
TYPED = 10_000  # characters that the box takes: what is too long is said, not cut off
LINKED = 200  # characters of an input that a link takes


@dataclass(frozen=True)
class Asked:
    """What the controls say. `epoch` counts from 0; None of weights that nobody has trained."""

    task: str
    run: Weighted | None
    epoch: int | None
    text: str
    how: str
    width: int
    alpha: float
    temperature: float
    seed: int

    @property
    def spec(self) -> SeqTask:
        return SEQ_TASKS[self.task]

    @property
    def name(self) -> str:
        """All of it in a line; another one for every other output."""
        run = self.run.run_id if self.run else UNTRAINED
        return f"{self.task} {run} {self.epoch} {self.how} {self.width} {self.alpha} {self.temperature} {self.seed} {self.text}"

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        run = self.run.run_id if self.run else UNTRAINED
        return {
            "task": "" if self.task == FIRST_TASK else self.task,
            **state.run_link(run, self.epoch, best=self.run.best if self.run else None, first=first_recorded(seq2seq_runs(self.task))),
            "text": "" if self.text == self.spec.example or len(self.text) > LINKED else self.text,
            "how": "" if self.how == "greedy" else self.how,
            "width": "" if self.how != "beam" or self.width == FIRST_WIDTH else str(self.width),
            "alpha": "" if self.how != "beam" or self.alpha == FIRST_ALPHA else f"{self.alpha:g}",
            "temperature": "" if self.how != "sampled" or self.temperature == FIRST_TEMPERATURE else f"{self.temperature:g}",
            "random": "" if self.how != "sampled" or not self.seed else str(self.seed),
        }

    @property
    def code(self) -> str:
        """Python that writes the same from the file of weights."""
        more = {"beam": f", width={self.width}, alpha={self.alpha:g}", "sampled": f", temperature={self.temperature:g}, seed={self.seed}"}
        images = "source = images  # (S, 3, 32, 32) uint8"
        source = images if self.spec.images else f"source = torch.tensor(opened.task.source({self.text!r}))"
        return (
            "import torch\nfrom pathlib import Path\nfrom core.probes.seq2seq.written import write_out\n"
            "from core.training.runs.checkpoint import open_seq2seq\n\n"
            f'opened = open_seq2seq(Path("epoch-{(self.epoch or 0):04d}.safetensors"))  # {self.run.run_id if self.run else UNTRAINED}\n'
            f"{source}\n"
            f"written = write_out(opened.model, source, how={self.how!r}{more.get(self.how, '')})\n"
            "print(opened.vocabulary.decode(written.tokens), written.choices)  # at most as long as trained outputs, unless limit= is given"
        )


def first_run(runs: Iterable[str], recorded: str) -> str:
    """The run that is shown before any is chosen: the one that other pages of this session show, if it is in `runs`, else `recorded`."""
    mine = state.shown_run()
    return mine if mine in runs else recorded


def first_recorded(runs: Mapping[str, Weighted]) -> str:
    """The recorded run that everybody's page opens on: a transformer as its preset has it, else any, else none.

    Whatever somebody else has trained: it must not change what a prepared link shows.
    """
    plain = {"model": "transformer", "positions": "sinusoidal", "mask": "subsequent"}
    recorded = [run_id for run_id in runs if run_id.startswith(RECORDED)]
    return min(recorded, key=lambda run_id: any(runs[run_id].config.get(name) != value for name, value in plain.items()), default=UNTRAINED)


# ---- the controls ----


def begin() -> None:
    """Give the controls their first values, of the link or of a run that has just reached its first epoch; say what cannot be used."""
    if TASK not in st.session_state:
        _from_link()
    if NEXT in st.session_state:
        run_id = st.session_state.pop(NEXT)
        run = seq2seq_runs().get(run_id)
        if run is not None:
            st.session_state[TASK] = run.config["dataset"]
            st.session_state[_run_key(run.config["dataset"])] = run_id
            st.session_state[_epoch_key(run_id)] = run.best + 1  # not that of the address, which says what was shown before


def _from_link() -> None:
    task, run_id = state.linked("task"), state.linked_run()
    run = seq2seq_runs().get(run_id)
    if task and task not in SEQ_TASKS:
        state.refuse("task", str(unknown("task", task, SEQ_TASKS)))
    task = task if task in SEQ_TASKS else run.config["dataset"] if run else FIRST_TASK
    if run_id not in ("", UNTRAINED) and (run is None or run.config["dataset"] != task):
        state.say(_why_not(run_id, run, task))
    st.session_state[TASK] = task
    if text := state.read("text", Text(LINKED)):
        st.session_state[_text_key(task)] = text
    if run_id == UNTRAINED or (run is not None and run.config["dataset"] == task):
        st.session_state[_run_key(task)] = run_id
    state.start(HOW, "how", HOWS, "greedy")
    state.start(WIDTH, "width", WIDTHS, FIRST_WIDTH)
    state.start(ALPHA, "alpha", ALPHAS, FIRST_ALPHA)
    state.start(TEMPERATURE, "temperature", TEMPERATURES, FIRST_TEMPERATURE)
    state.start(DRAWN, "random", SEEDS, 0)


def _why_not(run_id: str, run: Weighted | None, task: str) -> str:
    """Why a run that a link names is not shown."""
    if run is not None:
        other = SEQ_TASKS[run.config["dataset"]].title
        return f"Run {run_id} was trained on {other}, not on {SEQ_TASKS[task].title}: choose that task to see it."
    try:
        kind = services.run(run_id).kind
    except LabError:
        return f"There is no run {run_id[:60]} here (any more): choose another one."
    if kind == "images":
        return f"Run {run_id} names images and writes no sequences: choose another one, or look at it on Train."
    return f"Run {run_id} keeps no weights (yet): choose another one."


def _text_key(task: str) -> str:
    return f"translate_text_{task}"


def _run_key(task: str) -> str:
    return f"translate_run_{task}"


def _epoch_key(run_id: str) -> str:
    return f"translate_epoch_{run_id}"


def choose() -> Asked:
    """The controls in one row: task, weights, input, and the way of decoding with what belongs to it."""
    one, two, three, four, five = st.columns([4, 6, 6, 4, 3], gap="small", vertical_alignment="bottom")
    with one:
        task = st.selectbox("Task", list(SEQ_TASKS), format_func=lambda name: SEQ_TASKS[name].title, key=TASK, persist_state="session")
    with two:
        run = _choose_run(task)
    with three:
        text = _type(task)
    with four:
        how = _choose_how()
    with five, st.popover("More", width="stretch", key=MORE, on_change="rerun") as box:  # drawn while it is open: each control costs time
        epoch = _choose_epoch(run, drawn=box.open)
        if box.open:
            _more()
    width, alpha, temperature, seed = (st.session_state[key] for key in (WIDTH, ALPHA, TEMPERATURE, DRAWN))
    return Asked(task, run, epoch, text, how, width, alpha, temperature, seed or 0)


def _more() -> None:
    """What belongs to one way of decoding alone."""
    st.slider("Beam: beginnings at a time", WIDTHS[0], WIDTHS[-1], key=WIDTH, persist_state="session")
    st.select_slider(
        "Beam: score = log p / tokens to the power of", ALPHAS, key=ALPHA, persist_state="session",
        help="0 ranks by probability alone, which favours short outputs.",
    )  # fmt: skip
    st.select_slider("Sampled: temperature", TEMPERATURES, key=TEMPERATURE, persist_state="session")
    st.number_input("Sampled: seed", SEEDS[0], SEEDS[-1], key=DRAWN, persist_state="session")


def _choose_run(task: str) -> Weighted | None:
    runs, key = seq2seq_runs(task), _run_key(task)
    options = [*runs, UNTRAINED]
    if st.session_state.get(key) not in options:  # a first visit, or somebody has deleted it
        st.session_state[key] = first_run(runs, first_recorded(runs))
    chosen = st.selectbox(
        "Weights", options, key=key,
        format_func=lambda run_id: show.plain(run_words(runs[run_id]) if run_id in runs else "random, nobody has trained them"),
        persist_state="session", help="Runs on this task, newest first; those that came with the lab are called recorded. "
        "Percentages: tokens right on validation pairs, those before them given.",
    )  # fmt: skip
    return runs.get(chosen)


def run_words(run: Weighted) -> str:
    """A run in a few words."""
    recorded = "recorded · " if run.run_id != run.name else ""
    title = MODELS[run.config["model"]].title if run.config["model"] in MODELS else run.config["model"]
    return f"{title}, {run.val_top1:.1%} · {recorded}{run.name}"


def _type(task: str) -> str:
    key = _text_key(task)
    st.session_state.setdefault(key, SEQ_TASKS[task].example)
    return st.text_input(
        "Input", key=key, persist_state="session", max_chars=TYPED, help=f"{SEQ_TASKS[task].help} Enter writes the output."
    )


def _choose_how() -> str:
    return st.selectbox(
        "Decoding", list(HOWS), format_func=HOWS.get, key=HOW, persist_state="session",
        help="Greedy: always the most probable token. Beam: the best of several beginnings survive each step. Sampled: drawn by chance.",
    )  # fmt: skip


def _choose_epoch(run: Weighted | None, *, drawn: bool) -> int | None:
    if run is None:
        return None
    kept = list(kept_epochs(run))
    key, best = _epoch_key(run.run_id), run.best if run.best in kept else kept[-1]
    state.start(key, "epoch" if state.linked_run() in ("", run.run_id) else "", [n + 1 for n in kept], best + 1)
    if st.session_state[key] - 1 not in kept:  # thinned meanwhile
        st.session_state[key] = best + 1
    if drawn and len(kept) == 1:
        show.caption(f"Epoch {kept[0] + 1}: the only one whose weights are kept.")
    elif drawn:
        st.select_slider("Epoch", [n + 1 for n in kept], format_func="{:d}".format, key=key, persist_state="session")
    return st.session_state[key] - 1
