"""Trained runs on the page Memory: what of a loss reaches their states on one picture, and which patches moved which output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.errors import LabError, StoreError
from core.probes.gradient_flow import SINGLE
from dashboard.kit.wording import marked
from dashboard.pictures.choose import Shown
from dashboard.pictures.reading import normalized
from dashboard.runs.choose import Wanted, several
from dashboard.runs.choose import choose_runs as chosen_runs
from dashboard.runs.opened import Weighted, opened
from dashboard.shell import services, show, state, visitor
from dashboard.shell.words import number
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.memory.board import influence_board
from pages.memory.view import columns_csv, influence_card, influence_message, influences_csv, problem_card

if TYPE_CHECKING:
    from core.probes.run_memory import MemoryCheck, StatePath
    from core.training.checkpoint import OpenedModel

WEIGHTS, LOSS = "memory_weights", "memory_loss"
MOST_RUNS = 3
RECURRENT = ("rnn", "lstm", "gru")
FIRST_RUNS = tuple(f"recorded-cifar10-compare-{kind}-0" for kind in RECURRENT)  # one of each kind of cell
RUNS = several("memory", FIRST_RUNS)
WANTED = Wanted(
    lambda config: config["model"] in RECURRENT,
    "hands no hidden state from patch to patch in one sequence, so there is nothing to forget. Choose others.",
)
WEIGHTS_WORDS = {"best": "best epoch", "first": "first epoch"}
LOSS_WORDS = {"last": "the last state", "trained": "as it was trained"}
COLORS = {"rnn": "wrong", "lstm": "run", "gru": "right"}
DASHES = ("", "7 4", "2 3")  # of the first, second, third run of the same kind


def choose_runs() -> list[Weighted]:
    """The list of runs that are looked at."""
    help = f"Up to {MOST_RUNS} runs whose model hands a hidden state from patch to patch. A ViT has none: it is not in the list."
    return chosen_runs(RUNS, WANTED, "Trained runs", first=FIRST_RUNS, most=MOST_RUNS, help=help)


def choose_weights() -> tuple[str, str]:
    """Which weights of a run, and what its loss reads."""
    state.start(WEIGHTS, "weights", WEIGHTS_WORDS, "best")
    state.start(LOSS, "loss", LOSS_WORDS, "last")
    weights = st.selectbox(
        "Weights of the", list(WEIGHTS_WORDS), format_func=WEIGHTS_WORDS.get, key=WEIGHTS, persist_state="session",
        help="The first and the best epoch whose weights are kept.",
    )  # fmt: skip
    loss = st.selectbox(
        "Loss reads", list(LOSS_WORDS), format_func=LOSS_WORDS.get, key=LOSS, persist_state="session",
        help="The last state alone: what arrives at a patch has come through every step after it. As it was trained: a run that reads the "
        "mean of its states gives each a way to the loss of its own.",
    )  # fmt: skip
    return weights, loss


def link_values(runs: Sequence[Weighted]) -> dict[str, str]:
    """What a link says of the runs, empty where the page opens so anyway."""
    weights, loss = st.session_state.get(WEIGHTS, "best"), st.session_state.get(LOSS, "last")
    return {
        "runs": RUNS.written([run.run_id for run in runs]),
        "weights": "" if weights == "best" else weights,
        "loss": "" if loss == "last" else loss,
    }


# ---- what is known of a run ----


@dataclass(frozen=True, eq=False)
class Looked:
    """A run, an epoch of it (from 0) and its model; `problem` says instead why there is none."""

    run: Weighted
    epoch: int = 0
    model: OpenedModel | None = None
    problem: str = ""

    @property
    def told(self) -> str:
        """How its model reads, in a few words."""
        config = self.model.metadata["config"]
        ways = "both ways" if config["bidirectional"] else "one way"
        layers = f"{config['num_layers']} layers, " if config["num_layers"] > 1 else ""
        read = "the mean of its states" if config["readout"] == "mean" else "its last state"
        recorded = "recorded · " if self.run.run_id != self.run.name else ""
        return f"{recorded}epoch {self.epoch + 1} · {layers}H = {config['hidden_size']}, reads {ways}, trained on {read}"


def look(run: Weighted, weights: str) -> Looked:
    """Open the first or the best weights that are kept of a run."""
    try:
        kept = services.manager().kept_weights(run.run_id)
        if not kept:
            raise StoreError(f"Run {run.run_id} keeps no weights: choose another run, or train it again.")
        epoch = min(kept) if weights == "first" else run.best if run.best in kept else max(kept)
        return Looked(run, epoch, opened(kept[epoch]))
    except LabError as error:
        return Looked(run, problem=visitor.told(error))


@st.cache_data(max_entries=128, show_spinner=False)
def paths(run_id: str, epoch: int, picture: bytes, label: int, readout: str, _model: OpenedModel, _pixels: np.ndarray) -> list[StatePath]:
    """Where the loss of class `label` arrives at a run's states on a picture."""
    from core.probes.run_memory import loss_paths

    return loss_paths(_model.model, normalized(_model, _pixels[None]), label, readout=readout)


@st.cache_data(max_entries=64, show_spinner=False)
def influences(
    run_id: str, epoch: int, picture: bytes, _model: OpenedModel, _pixels: np.ndarray
) -> tuple[np.ndarray, list[int], MemoryCheck]:
    """Influences (T, T) of a run on a picture, from how many of the latest patches most of each comes, and the proof."""
    from core.probes.run_memory import check_run, influence, reach

    image = normalized(_model, _pixels[None])
    found = influence(_model.model, image)
    return found, [reach(row, s) for s, row in enumerate(found)], check_run(_model.model, image, found)


# ---- panels ----


def trained_panel(picture: Shown, looked: Sequence[Looked], loss: str) -> None:
    """The gradient of the loss at the hidden states of trained runs on the picture, as a share of the last one's."""
    lines, words, problems = [], [], []
    for one in looked:
        if one.problem:
            problems.append(f"{one.run.name}: {one.problem}")
            continue
        try:
            found, asked = _paths(picture, one, loss)
        except LabError as error:
            problems.append(f"{one.run.name}: {visitor.told(error)}")
            continue
        lines += _lines(one, found, lines)
        words.append(f"{one.run.name} {_arrives(found[0].state)} of its loss of “{asked}”")
    for problem in problems:
        show.warning(problem)
    if not lines:
        return
    longest = max(len(line.values) for line in lines)
    lines = [
        Line(line.name, line.color, np.pad(line.values, (0, longest - len(line.values)), constant_values=np.nan), line.dash)
        for line in lines
    ]
    read = "the last state" if loss == "last" else "what each run was trained to read"
    time_chart(
        chart_data(
            "Trained: gradient of the loss at h_t, as a share of that at the last patch", lines, x="patch t", log=True, height=300,
            y="Share of the gradient at the last patch, log axis", limits=SINGLE,
            note=f"Cross-entropy of the true class where it is known, else of the answer; the loss reads {read}. Top layer; of a run that "
            "reads both ways the direction from the first patch to the last.",
        ),
        key="memory_trained",
    )  # fmt: skip
    show.markdown("What reaches patch 1: " + "; ".join(words) + ".")
    st.download_button(
        "Numbers as CSV", lambda: columns_csv("t", range(1, longest + 1), {line.name: line.values for line in lines}), "trained-flow.csv",
        "text/csv", icon=":material/download:", on_click="ignore", key="memory_trained_csv",
    )  # fmt: skip


def _paths(picture: Shown, one: Looked, loss: str) -> tuple[list[StatePath], str]:
    """The paths of a run, and the class whose loss it is."""
    from core.evaluation.pictures import probabilities

    classes = one.model.classes
    known = picture.label in classes
    label = classes.index(picture.label) if known else int(probabilities(one.model, picture.pixels[None])[0].argmax())
    readout = "last" if loss == "last" else one.model.metadata["config"]["readout"]
    return paths(one.run.run_id, one.epoch, picture.pixels.tobytes(), label, readout, one.model, picture.pixels), classes[label]


def _lines(one: Looked, found: Sequence[StatePath], before: Sequence[Line]) -> list[Line]:
    """The line of a run: its states, read from the first patch to the last."""
    path, color = found[0], COLORS[one.run.config["model"]]
    dash = DASHES[sum(line.color == color for line in before)]
    return [Line(one.run.name, color, share(path.state), dash)]


def share(values: np.ndarray) -> np.ndarray:
    """Norms as shares of the last one; of zeros nothing (NaN)."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return values / values[-1] if values[-1] else np.full(len(values), np.nan)


def _arrives(values: np.ndarray) -> str:
    found = share(values)[0]
    return "no gradient at all" if np.isnan(found) else number(float(found))


def influence_panel(picture: Shown, looked: Sequence[Looked]) -> None:
    """The influence board, and its proof."""
    cards, checks, maps = [], [], {}
    for one in looked:
        if one.problem:
            cards.append(problem_card(one.run.name, one.problem))
            continue
        try:
            found, latest, check = influences(one.run.run_id, one.epoch, picture.pixels.tobytes(), one.model, picture.pixels)
        except LabError as error:
            cards.append(problem_card(one.run.name, visitor.told(error)))
            continue
        patch = one.model.metadata["config"]["patch_size"]
        cards.append(influence_card(one.run.name, one.told, patch, found, latest))
        checks.append(check)
        maps[one.run.name] = found
    influence_board(influence_message(picture.pixels, cards), key="memory_influence")
    if checks:
        show.caption(_proof(picture, checks))
        st.download_button(
            "Influences as CSV", lambda: influences_csv(maps), "influences.csv", "text/csv", icon=":material/download:", on_click="ignore",
            key="memory_influence_csv",
        )  # fmt: skip


def _proof(picture: Shown, checks: Sequence[Any]) -> str:
    outputs, answer = max(check.outputs for check in checks), max(check.answer for check in checks)
    verdict = "equal" if all(check.passed for check in checks) else "not equal"
    return marked(
        "Influence of patch t on output s: norm of the Jacobian of the class scores that the head gives the "
        "state after patch s, by the token of patch t. Picture: {}; brightness by its root. Map: row = "
        "output s, column = input t, of its largest. Proof: by hand against autograd through the model, on "
        "two outputs and the loss: largest relative differences {:.1g} and {:.1g}, tolerance {:.0g}: **{}**.",
        picture.caption,
        outputs,
        answer,
        checks[0].tolerance,
        verdict,
    )
