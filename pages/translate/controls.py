"""What the page Translate looks at: a task, the weights of a run (or none), an input, and a way of decoding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import streamlit as st

from core.checks import Text
from core.data.seq_tasks import SEQ_TASKS, SeqTask
from core.errors import LabError
from core.models import MODELS
from core.readable import percent
from core.records.recorded import RECORDED
from dashboard.runs.choose import no_such_run
from dashboard.runs.opened import Weighted, kept_epochs, seq2seq_runs
from dashboard.shell import services, show, state
from dashboard.shell.choices import Choice, Kept, none_named
from dashboard.shell.link import link_of_run

HOWS = {"greedy": "greedy", "beam": "beam search", "sampled": "sampled"}
UNTRAINED = "untrained"
TYPED = 10_000  # characters that the box takes: what is too long is said, not cut off
LINKED = 200  # characters of an input that a link takes
TASK = Choice("translate", "task", SEQ_TASKS, first="dates", why_not=none_named("task"))
LINKED_TEXT = Choice("translate", "text", check=Text(LINKED))
HOW = Choice("translate", "how", HOWS, first="greedy")
WIDTH = Choice("translate", "width", range(1, 17), first=4)
ALPHA = Choice("translate", "alpha", (0.0, 0.3, 0.6, 1.0), first=0.0, write="{:g}".format)
TEMPERATURE = Choice("translate", "temperature", (0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0), first=1.0, write="{:g}".format)
SEED = Choice("translate", "seed", range(1000), first=0, old=("random",))
NEXT = Kept("translate", "next")  # a run that has just reached another epoch, to be shown


@dataclass(frozen=True)
class TranslateChoices:
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
            "task": TASK.written(self.task),
            **link_of_run(run, self.epoch, best=self.run.best if self.run else None, first=first_recorded(seq2seq_runs(self.task))),
            "text": "" if self.text == self.spec.example or len(self.text) > LINKED else self.text,
            "how": HOW.written(self.how),
            **({"width": WIDTH.written(self.width), "alpha": ALPHA.written(self.alpha)} if self.how == "beam" else {}),
            **({"temperature": TEMPERATURE.written(self.temperature), "seed": SEED.written(self.seed)} if self.how == "sampled" else {}),
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
    if not TASK.started:
        _from_link()
    if run_id := NEXT.take():
        run = seq2seq_runs().get(run_id)
        if run is not None:
            TASK.set(run.config["dataset"])
            run_choice(run.config["dataset"]).set(run_id)
            epoch_choice(run).set(run.best + 1)  # not that of the address, which says what was shown before


def _from_link() -> None:
    run_id = state.linked_run()
    run = seq2seq_runs().get(run_id)
    task = TASK.linked or (run.config["dataset"] if run else TASK.first)
    if run_id not in ("", UNTRAINED) and (run is None or run.config["dataset"] != task):
        state.say(_why_not(run_id, run, task))
    TASK.set(task)
    if text := LINKED_TEXT.linked:
        text_choice(task).set(text)
    if run_id == UNTRAINED or (run is not None and run.config["dataset"] == task):
        run_choice(task).set(run_id)


def _why_not(run_id: str, run: Weighted | None, task: str) -> str:
    """Why a run that a link names is not shown."""
    if run is not None:
        other = SEQ_TASKS[run.config["dataset"]].title
        return f"Run {run_id} was trained on {other}, not on {SEQ_TASKS[task].title}: choose that task to see it."
    try:
        kind = services.run(run_id).kind
    except LabError:
        return no_such_run(run_id)
    if kind == "images":
        return f"Run {run_id} classifies images and writes no sequences. Choose another run, or look at it on Train."
    return f"Run {run_id} keeps no weights (yet): choose another one."


def text_choice(task: str) -> Choice:
    """The input of a task, whichever other is shown meanwhile."""
    return Choice("translate", f"text_{task}", first=SEQ_TASKS[task].example, in_link=False)


def run_choice(task: str) -> Choice:
    """The weights for a task."""
    return Choice("translate", f"run_{task}", in_link=False)


def epoch_choice(run: Weighted) -> Choice:
    """The epoch of a run, from 1."""
    return Choice("translate", f"epoch_{run.run_id}", in_link=False)


def choose() -> TranslateChoices:
    """The controls in one row: task, weights, input, and the way of decoding with what belongs to it."""
    one, two, three, four, five = st.columns([4, 6, 6, 4, 3], gap="small", vertical_alignment="bottom")
    with one:
        task = TASK.selectbox("Task", format_func=lambda name: SEQ_TASKS[name].title)
    with two:
        run = _choose_run(task)
    with three:
        help = f"{SEQ_TASKS[task].help} Enter writes the output."
        choice = text_choice(task)
        text = choice.text_input("Input", max_chars=TYPED, help=help)
    with four:
        help = (
            "Greedy: always the most probable token. Beam: several of the best beginnings are kept at each step. Sampled: each token "
            "is drawn at random."
        )
        how = HOW.selectbox("Decoding", format_func=HOWS.get, help=help)
    with five, st.popover("More", width="stretch", key="translate_more", on_change="rerun") as box:  # drawn while open: each takes time
        epoch = _choose_epoch(run, drawn=box.open)
        if box.open:
            _more()
    return TranslateChoices(task, run, epoch, text, how, WIDTH.value, ALPHA.value, TEMPERATURE.value, SEED.value or 0)


def _more() -> None:
    """What belongs to one way of decoding alone."""
    WIDTH.slider("Beam width")
    ALPHA.slider(
        "Beam: length normalisation α in score = log p / tokens^α", help="With 0 only the probability counts, which favours short outputs."
    )
    TEMPERATURE.slider("Sampled: temperature")
    SEED.number_input("Sampled: seed")


def _choose_run(task: str) -> Weighted | None:
    runs, choice = seq2seq_runs(task), run_choice(task)
    options = [*runs, UNTRAINED]
    if choice.now not in options:  # a first visit, or somebody has deleted it
        choice.set(first_run(runs, first_recorded(runs)))
    chosen = choice.among(options).selectbox(
        "Run",
        format_func=lambda run_id: run_words(runs[run_id]) if run_id in runs else "random weights, untrained",
        help="Runs on this task, the newest first. The percentage is the share of correct tokens on validation pairs, when the tokens "
        "before them are given.",
    )
    return runs.get(chosen)


def run_words(run: Weighted) -> str:
    """A run in a few words."""
    recorded = "recorded · " if run.run_id != run.name else ""
    title = MODELS[run.config["model"]].title if run.config["model"] in MODELS else run.config["model"]
    return f"{title}, {percent(run.val_top1)} · {recorded}{run.name}"


def _choose_epoch(run: Weighted | None, *, drawn: bool) -> int | None:
    if run is None:
        return None
    kept = list(kept_epochs(run))
    numbers, choice = [n + 1 for n in kept], epoch_choice(run)
    if not choice.started and state.linked_run() in ("", run.run_id) and (linked := Choice("translate", "epoch", numbers).linked):
        choice.set(linked)
    choice = choice.among(numbers, first=(run.best if run.best in kept else kept[-1]) + 1)  # it may have been thinned meanwhile
    if drawn and len(kept) == 1:
        show.caption(f"Epoch {kept[0] + 1}: the only one whose weights are kept.")
    elif drawn:
        choice.slider("Epoch", format_func="{:d}".format)
    return choice.value - 1
