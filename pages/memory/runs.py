"""Trained runs on the page Memory: what of a loss reaches their states on one picture, and which patches moved which output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.errors import LabError, StoreError
from core.probes.memory.gradient_flow import SINGLE
from core.readable import agreement, number, power
from dashboard.kit.wording import ProofLine, marked
from dashboard.pictures.choose import Shown, choose_picture
from dashboard.runs.choose import Wanted, several
from dashboard.runs.choose import choose_runs as chosen_runs
from dashboard.runs.opened import Weighted, opened
from dashboard.shell import services, show, visitor
from dashboard.shell.download import download
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.memory.board import influence_board
from pages.memory.controls import choose_weights
from pages.memory.lookups import influences, paths
from pages.memory.view import columns_csv, influence_card, influence_message, influences_csv, problem_card

if TYPE_CHECKING:
    from core.probes.memory.run_memory import StatePath
    from core.training.runs.checkpoint import OpenedModel

MOST_RUNS = 3
RECURRENT = ("rnn", "lstm", "gru")
FIRST_RUNS = tuple(f"recorded-cifar10-compare-{kind}-0" for kind in RECURRENT)  # one of each kind of cell
RUNS = several("memory", FIRST_RUNS)
WANTED = Wanted(
    lambda config: config["model"] in RECURRENT,
    "carries no hidden state from patch to patch, so there is nothing to forget. Choose other runs.",
)
COLORS = {"rnn": "wrong", "lstm": "run", "gru": "right"}
DASHES = ("", "7 4", "2 3")  # of the first, second, third run of the same kind


def choose_runs() -> list[Weighted]:
    """The list of runs that are looked at."""
    help = f"Up to {MOST_RUNS} runs whose model carries a hidden state from patch to patch. A ViT has none, so it is not in the list."
    return chosen_runs(RUNS, WANTED, "Runs", first=FIRST_RUNS, most=MOST_RUNS, help=help)


# ---- what is known of a run ----


@dataclass(frozen=True, eq=False)
class OpenedRun:
    """A run, an epoch of it (from 0) and its model; `problem` says instead why there is none."""

    run: Weighted
    epoch: int = 0
    model: OpenedModel | None = None
    problem: str = ""

    @property
    def words(self) -> str:
        """How its model reads, in a few words."""
        config = self.model.metadata["config"]
        ways = "both ways" if config["bidirectional"] else "one way"
        layers = f"{config['num_layers']} layers, " if config["num_layers"] > 1 else ""
        read = "the mean of its states" if config["readout"] == "mean" else "its last state"
        recorded = "recorded · " if self.run.run_id != self.run.name else ""
        return f"{recorded}epoch {self.epoch + 1} · {layers}H = {config['hidden_size']}, reads {ways}, trained on {read}"


def look(run: Weighted, weights: str) -> OpenedRun:
    """Open the first or the best weights that are kept of a run."""
    try:
        kept = services.manager().kept_weights(run.run_id)
        if not kept:
            raise StoreError(f"Run {run.run_id} keeps no weights: choose another run, or train it again.")
        epoch = min(kept) if weights == "first" else run.best if run.best in kept else max(kept)
        return OpenedRun(run, epoch, opened(kept[epoch]))
    except LabError as error:
        return OpenedRun(run, problem=visitor.told(error))


# ---- panels ----


def runs_panel() -> tuple[Shown, list[Weighted]]:
    """The runs and the picture that they read, with all that is looked at in them; returns both."""
    st.header("The same in trained runs, on one picture")
    left, right = st.container(key="memory_runs_row").columns([3, 10], gap="medium")
    own, others = left.container(), left.container()
    with others:
        runs = choose_runs()
        weights, loss = choose_weights()
    with own:
        picture = choose_picture(sorted({name for run in runs for name in services.run(run.run_id).classes}), first="ship")
    with right, st.spinner("Opening the runs"):
        opened_runs = [look(run, weights) for run in runs]
        trained_panel(picture, opened_runs, loss)
    st.markdown(
        "**Which patches influenced which output?** Point at a patch, or at a row of a map: the bright patches influenced the output there."
    )
    with st.spinner("Following every patch to every output"):
        influence_panel(picture, opened_runs)
    return picture, runs


def trained_panel(picture: Shown, opened_runs: Sequence[OpenedRun], loss: str) -> None:
    """The gradient of the loss at the hidden states of trained runs on the picture, as a share of the last one's."""
    lines, words, problems = [], [], []
    for one in opened_runs:
        if one.problem:
            problems.append(f"{one.run.name}: {one.problem}")
            continue
        try:
            state_paths, class_name = _paths(picture, one, loss)
        except LabError as error:
            problems.append(f"{one.run.name}: {visitor.told(error)}")
            continue
        lines += _lines(one, state_paths, lines)
        words.append(f"{one.run.name} {_arrives(state_paths[0].state)} of its loss of “{class_name}”")
    for problem in problems:
        show.warning(problem)
    if not lines:
        return
    lines = padded(lines)
    time_chart(_trained_chart(lines, loss), key="memory_trained")
    show.markdown("What reaches patch 1: " + "; ".join(words) + ".")
    columns, steps = {line.name: line.values for line in lines}, range(1, len(lines[0].values) + 1)
    download("Numbers as CSV", lambda: columns_csv("t", steps, columns), "trained-flow.csv", key="memory_trained_csv")


def padded(lines: Sequence[Line]) -> list[Line]:
    """Lines of equal length: of a run that reads fewer patches than another nothing (NaN) follows."""
    longest = max(len(line.values) for line in lines)
    ends = {"constant_values": np.nan}
    return [Line(line.name, line.color, np.pad(line.values, (0, longest - len(line.values)), **ends), line.dash) for line in lines]


def _trained_chart(lines: Sequence[Line], loss: str) -> dict[str, Any]:
    """The chart of some runs."""
    read = "the last state" if loss == "last" else "what each run was trained to read"
    return chart_data(
        "Trained runs: gradient of the loss at h_t, as a share of the gradient at the last patch",
        lines,
        x="patch t",
        log=True,
        height=300,
        y="Share of the gradient at the last patch, log axis",
        limits=SINGLE,
        note=f"The loss is the cross-entropy of the true class, or of the answer if the true class is unknown; it uses {read}. Shown is "
        f"the top layer, and of a bidirectional run the forward direction.",
    )


def _paths(picture: Shown, one: OpenedRun, loss: str) -> tuple[list[StatePath], str]:
    """The paths of a run, and the class whose loss it is."""
    from core.evaluation.pictures import probabilities

    classes = one.model.classes
    known = picture.label in classes
    label = classes.index(picture.label) if known else int(probabilities(one.model, picture.pixels[None])[0].argmax())
    readout = "last" if loss == "last" else one.model.metadata["config"]["readout"]
    return paths(one.run.run_id, one.epoch, picture.pixels.tobytes(), label, readout, one.model, picture.pixels), classes[label]


def _lines(one: OpenedRun, state_paths: Sequence[StatePath], before: Sequence[Line]) -> list[Line]:
    """The line of a run: its states, read from the first patch to the last."""
    path, color = state_paths[0], COLORS[one.run.config["model"]]
    dash = DASHES[sum(line.color == color for line in before)]
    return [Line(one.run.name, color, share(path.state), dash)]


def share(values: np.ndarray) -> np.ndarray:
    """Norms as shares of the last one; of zeros nothing (NaN)."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return values / values[-1] if values[-1] else np.full(len(values), np.nan)


def _arrives(values: np.ndarray) -> str:
    first = share(values)[0]
    return "no gradient at all" if np.isnan(first) else number(float(first))


def influence_panel(picture: Shown, opened_runs: Sequence[OpenedRun]) -> None:
    """The influence board, and its proof."""
    cards, checks, maps = [], [], {}
    for one in opened_runs:
        if one.problem:
            cards.append(problem_card(one.run.name, one.problem))
            continue
        try:
            table, latest, check = influences(one.run.run_id, one.epoch, picture.pixels.tobytes(), one.model, picture.pixels)
        except LabError as error:
            cards.append(problem_card(one.run.name, visitor.told(error)))
            continue
        patch = one.model.metadata["config"]["patch_size"]
        cards.append(influence_card(one.run.name, one.words, patch, table, latest))
        checks.append(check)
        maps[one.run.name] = table
    influence_board(influence_message(picture.pixels, cards), key="memory_influence")
    if checks:
        show.caption(
            f"Brightness of a patch: how much it changes the class scores after patch s. Map: row = output s, column = input t, relative "
            f"to the largest of its row. Picture: {picture.caption}."
        )
        show.proof(_proof(checks))
        download("Influences as CSV", lambda: influences_csv(maps), "influences.csv", key="memory_influence_csv")


def _proof(checks: Sequence[Any]) -> ProofLine:
    outputs, answer = max(check.outputs for check in checks), max(check.answer for check in checks)
    says = marked("the influences computed by hand and those of autograd through the model are {}", agreement(max(outputs, answer)))
    figures = marked(
        "The influence of patch t on output s is the norm of the Jacobian of the class scores, which the head gives the state after "
        "patch s, by the token of patch t; brightness is its root. Largest relative difference on two outputs {}, on the loss {}; "
        "tolerance {}.",
        power(outputs),
        power(answer),
        power(checks[0].tolerance),
    )
    return ProofLine(says, all(check.passed for check in checks), figures)
