"""The page Try it: the board with the answers, its proof, and the question which erasure changes more of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import LabError
from core.evaluation.pictures import QUARTER, check_answers, parse_edits
from dashboard.kit.wording import ProofLine
from dashboard.runs.opened import Weighted, open_best, weighted_runs
from dashboard.shell import show, visitor
from dashboard.shell.predict import predict
from dashboard.shell.torch_first import torch_first
from pages.try_it.board import patch_board
from pages.try_it.controls import BOARD, FIRST_RUNS, TryItChoices, edits_text_of
from pages.try_it.lookups import effects
from pages.try_it.view import because, board_data, more_changed, proof_line, waiting_data


def board(choices: TryItChoices) -> str:
    """The board with the answers; returns the edits as text. Before torch is loaded it has no answers, and then the page runs again."""
    picture, patch = choices.picture, choices.patch
    try:
        text = edits_text_of(picture, patch)
    except LabError as error:
        show.warning(f"The edits cannot be made: {visitor.told(error)}")
        text = ""
    torch_first(lambda: patch_board(waiting_data(picture, text, patch), key=BOARD))
    patch_board(board_data(picture, choices.runs, parse_edits(text, patch), patch, open_best), key=BOARD)
    return text


def proof(choices: TryItChoices) -> ProofLine | None:
    """The proof line for the answers to the picture as it is."""
    pixels, checks = choices.picture.pixels, []
    for run in choices.runs:
        try:
            opened = open_best(run)[1]
            others = [np.full_like(pixels, value) for value in (0, 255)]
            checks.append(check_answers(opened, np.stack([pixels, *others])))
        except LabError:  # its card says what is wrong
            continue
    return proof_line(checks)


def question(runs: Sequence[Weighted]) -> None:
    """Which erasure changes more answers? Counted on validation images of the first chosen run that knows the shapes."""
    run = next((run for run in runs if run.config["dataset"] == "shapes"), weighted_runs()[FIRST_RUNS[0]])
    try:
        middle, corners = effects(run.run_id, open_best(run)[0])
    except LabError:  # its card says what is wrong
        return
    predict(
        f"A quarter of each of {middle.images} validation images of Shapes is erased: {QUARTER} × {QUARTER} pixels, four times. Which "
        f"erasure changes more answers of {run.run_id}?",
        ("erasing the middle", "erasing the corners", "both the same"),
        answer=more_changed(middle, corners),
        because=because(middle, corners),
        key="try_it_predict",
    )
