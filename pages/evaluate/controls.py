"""Controls of the page Evaluate: which run, which images it is judged on, which run is subtracted, what is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.text import MOST_PATH
from core.training.history import Snapshot
from dashboard.runs.choose import Wanted, begun_runs, choose_run, run_words
from dashboard.runs.labels import run_label
from dashboard.runs.outputs import outputs
from dashboard.shell import services
from dashboard.shell.choices import Choice, links
from pages.evaluate.view import NORMS, SPLITS, recorded_matrices

JUDGED = Wanted(weights=False, published=True)
OWN_FOLDER = "folder"
IMAGES = {**SPLITS, OWN_FOLDER: "Own folder"}
VIEWS = {"images": "Images", "class": "Class", "curves": "Curves", "sure": "Sureness", "when": "History"}
SPLIT = Choice("evaluate", "split", list(IMAGES), first="val", write=IMAGES.__getitem__)
VIEW = Choice("evaluate", "view", list(VIEWS), first="images", write=VIEWS.__getitem__)
CELL = Choice("evaluate", "cell", first=None, write=lambda cell: "-".join(map(str, cell)))  # (true, predicted), from 0
NORM = Choice("evaluate", "norm", NORMS, first="true")
MINUS = Choice("evaluate", "minus")
MINUS_EPOCH = Choice("evaluate", "minus_epoch", first=None, write=lambda epoch: str(epoch + 1))  # from 0
FOLDER = Choice("evaluate", "folder", in_link=False)  # a path on the server
MOVED = Choice("evaluate", "moved", in_link=False)  # where the images of a recorded run lie here
EPOCH = Choice("evaluate", "epoch", in_link=False)  # the one to be judged, from 0


@dataclass(frozen=True)
class Judging:
    """What is judged: a run, a split of its images or a folder, and its confusion matrices (K, K) by epoch."""

    run: Snapshot
    split: str  # of `SPLITS`, or a folder
    matrices: dict[int, np.ndarray]
    minus: str = ""  # the run whose matrix is subtracted,
    minus_epoch: int = 0  # and that matrix's epoch

    @property
    def title(self) -> str:
        return SPLITS.get(self.split, self.split)

    def figure_caption(self, epochs: str, n: int, name: str = "") -> str:
        """What a saved figure says of itself: run, split, n and epochs; `name` is the class that it is about, if it is about one."""
        of = f", class {name}" if name else ""
        return f"{run_label(self.run)}, run {self.run.run_id}: {self.title}{of}, n = {n:,}, {epochs}."

    @property
    def link(self) -> dict[str, str]:
        """What a link says of the controls and of what is looked at, but for run and epoch; the best epoch goes without saying."""
        best = not self.minus or self.minus_epoch == services.run(self.minus).best.epoch
        return {
            "minus": self.minus,
            "minus_epoch": "" if best else MINUS_EPOCH.write(self.minus_epoch),
            **links(CELL, NORM, SPLIT, VIEW),
        }


def choose() -> Judging:
    """The controls: which run, which images, and which run is subtracted."""
    columns = st.columns([6, 5, 7], gap="small")
    with columns[0]:
        run = services.run(choose_run("evaluate", JUDGED).run_id)
    with columns[2]:
        split = SPLIT.segmented("Images", format_func=IMAGES.get)
        if split == OWN_FOLDER:
            help = "Its class folders have the names of the run's classes."
            split = FOLDER.text_input("Folder of class folders on the server", max_chars=MOST_PATH, help=help).strip()
    with columns[1]:
        minus = _choose_minus(run, split)
    return Judging(run, split, _matrices(run, split), *minus)


def _choose_minus(run: Snapshot, split: str) -> tuple[str, int]:
    """The run and the epoch whose matrix is subtracted: one of the same classes that has counted the same split."""
    runs = begun_runs(published=True) if split in SPLITS else {}
    titles = {"": "Nothing"} | {run_id: run_words(other) for run_id, other in runs.items() if _comparable(run, split, run_id)}
    with st.container(horizontal=True, gap="small"):
        minus = MINUS.among(titles).selectbox(
            "Compare with",
            format_func=titles.get,
            on_change=MINUS_EPOCH.set,
            args=(None,),
            help="The matrix of this run is subtracted from the one shown.",
        )
        if not minus:
            return "", 0
        other = services.run(minus)
        epochs = sorted(recorded_matrices(other, split))
        choice = MINUS_EPOCH.among(epochs, first=other.best.epoch)
        return minus, choice.selectbox("Its epoch", format_func=lambda e: f"{e + 1:d}", width=84)


def _comparable(run: Snapshot, split: str, run_id: str) -> bool:
    other = services.run(run_id)
    return other.classes == run.classes and other.best is not None and other.best.epoch in recorded_matrices(other, split)


def _matrices(run: Snapshot, split: str) -> dict[int, np.ndarray]:
    matrices = recorded_matrices(run, split) if split in SPLITS else {}
    if split and split not in ("val", "train"):
        matrices |= {epoch: outputs(run, epoch, split).scores.matrix for epoch in kept_epochs(run, split) if epoch not in matrices}
    return matrices


def kept_epochs(run: Snapshot, split: str) -> list[int]:
    """The epochs of which it is kept what they say of these images."""
    from core.evaluation.judged import judged_epochs

    return judged_epochs(services.manager(), run.run_id, split)
