"""The panels of the page Evaluate: what is judged, the board, and what is looked at beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.checks import OneOf
from core.data import DATASETS
from core.data.naming import class_folders, set_of_folder
from core.errors import DataError, LabError
from core.published import PUBLISHED_ID
from core.scores import ClassScores, known
from core.text import MOST_PATH
from core.training.history import Snapshot
from dashboard.runs.choose import Wanted, begun_runs, choose_run, run_words
from dashboard.runs.outputs import moved_to, outputs
from dashboard.shell import services, show, state
from dashboard.shell.choice import segmented_control
from pages.evaluate.board import Looked, confusion_board
from pages.evaluate.images import cell_panel, errors_panel
from pages.evaluate.view import NORMS, SPLITS, board_data, cells_of, largest_confusion, recorded_matrices

if TYPE_CHECKING:
    from core.evaluation.judged import Judged

FOLDER = "folder"
JUDGED = Wanted(weights=False, published=True)
VIEWS = {"images": "Images", "class": "Class", "curves": "Curves", "sure": "Sureness", "when": "History"}
NOTHING = "–"


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


def choose() -> Judging:
    """The controls: which run, which images, and which run is subtracted."""
    columns = st.columns([6, 5, 7], gap="small")
    with columns[0]:
        run = services.run(choose_run("evaluate", JUDGED).run_id)
    with columns[2]:
        names = {**SPLITS, FOLDER: "Own folder"}
        split = segmented_control(
            "Images",
            list(names),
            format_func=lambda name: show.label(names[name]),
            default="val",
            key="split",
            bind="query-params",
        )
        if split == FOLDER:
            split = st.text_input(
                "Folder of class folders on the server",
                key="judged_folder",
                max_chars=MOST_PATH,
                help="Its class folders have the names of the run's classes.",
            ).strip()
    with columns[1]:
        minus = _choose_minus(run, split)
    return Judging(run, split, _matrices(run, split), *minus)


def _choose_minus(run: Snapshot, split: str) -> tuple[str, int]:
    """The run and the epoch whose matrix is subtracted: one of the same classes that has counted the same split."""
    known = begun_runs(published=True) if split in SPLITS else {}
    titles = {"": "Nothing"} | {run_id: run_words(other) for run_id, other in known.items() if _comparable(run, split, run_id)}
    state.start("minus", "minus", titles, "")
    with st.container(horizontal=True, gap="small"):
        minus = st.selectbox(
            "Minus",
            list(titles),
            format_func=lambda run_id: show.plain(titles[run_id]),
            key="minus",
            on_change=_to_best_epoch,
            help="The matrix of this run is subtracted.",
        )
        if not minus:
            return "", 0
        other = services.run(minus)
        epochs = sorted(recorded_matrices(other, split))
        state.start("minus_epoch", "minus_epoch", epochs, other.best.epoch, lambda epoch: str(epoch + 1))
        if st.session_state["minus_epoch"] not in epochs:
            st.session_state["minus_epoch"] = other.best.epoch
        return minus, st.selectbox("Its epoch", epochs, format_func=lambda e: f"{e + 1:d}", key="minus_epoch", width=84)


def _to_best_epoch() -> None:
    st.session_state["minus_epoch"] = None


def _comparable(run: Snapshot, split: str, run_id: str) -> bool:
    other = services.run(run_id)
    return other.classes == run.classes and other.best is not None and other.best.epoch in recorded_matrices(other, split)


def _matrices(run: Snapshot, split: str) -> dict[int, np.ndarray]:
    found = recorded_matrices(run, split) if split in SPLITS else {}
    if split and split not in ("val", "train"):
        found |= {epoch: outputs(run, epoch, split).scores.matrix for epoch in kept_epochs(run, split) if epoch not in found}
    return found


def kept_epochs(run: Snapshot, split: str) -> list[int]:
    """The epochs of which it is kept what they say of these images."""
    from core.evaluation.judged import judged_epochs

    return judged_epochs(services.manager(), run.run_id, split)


def board(judging: Judging) -> tuple[Looked, int]:
    """The matrices of all epochs; what is looked at, and its epoch from 0."""
    run, matrices = judging.run, judging.matrices
    epochs = sorted(matrices)
    epoch = state.shown_epoch(epochs, run.best.epoch)
    other = _other(judging)
    cell = state.read("cell", cells_of(len(run.classes))) or largest_confusion(matrices[epoch])
    norm = state.read("norm", OneOf(NORMS)) or "true"
    data = board_data(run, judging.split, matrices, epoch=epoch, norm=norm, cell=cell, other=other)
    looked = confusion_board(data, key="matrix")
    epoch = looked.epoch if looked.epoch in matrices else epoch
    state.show_epoch(epoch)
    return looked, epoch


def _other(judging: Judging) -> tuple[str, np.ndarray] | None:
    """The name and the matrix of what is subtracted."""
    if not judging.minus:
        return None
    matrix = recorded_matrices(services.run(judging.minus), judging.split)[judging.minus_epoch]
    return f"{judging.minus} after epoch {judging.minus_epoch + 1}", matrix


def minus_link(judging: Judging) -> dict[str, str]:
    """What a link says of what is subtracted; the best epoch goes without saying."""
    if not judging.minus:
        return {}
    best = judging.minus_epoch == services.run(judging.minus).best.epoch
    return {"minus": judging.minus, "minus_epoch": "" if best else str(judging.minus_epoch + 1)}


def judged_here(judging: Judging, epoch: int, *, quiet: bool = False) -> Judged | None:
    """What `epoch` says of every image; None, and unless `quiet` a sentence why, where that is not known."""
    run, split = judging.run, judging.split
    if split != "val" and epoch not in kept_epochs(run, split):
        return None
    try:
        return outputs(run, epoch, split)
    except LabError as error:
        if not quiet:
            _say_why(run, error)
        return None


def _say_why(run: Snapshot, error: LabError) -> None:
    """Why nothing can be said of each image; where it is for want of a recorded run's images, a field that names their folder."""
    if run.run_id == PUBLISHED_ID:
        st.info("The published hand-in came as figures: its curves and its matrices. What it said of a single image is not among them.")
        return
    missing = isinstance(error, DataError) and run.recorded and DATASETS[run.config["dataset"]].needs_folder
    if missing and not (moved_to(run) or class_folders(set_of_folder(run.config["data"]))):
        st.info(
            f"The images of this recorded run are CIFAR-10's {sum(run.sizes.values()):,} training images, which do not come with the lab."
        )
    else:
        show.info(error)
    if missing:
        st.session_state["moved"] = moved_to(run)
        st.text_input("Folder of its images: ten class folders", key="moved", max_chars=MOST_PATH, on_change=_take_folder)


def _take_folder() -> None:
    state.values()["data"] = st.session_state["moved"].strip()


def consent(judging: Judging) -> None:
    """A button that judges images on which no epoch, or not this one, has been judged yet: test images are not looked at unasked."""
    from core.evaluation.looks import looks

    run, split = judging.run, judging.split
    epochs = [epoch for epoch in services.manager().kept_weights(run.run_id) if epoch not in kept_epochs(run, split)]
    if split == "test":
        count = looks(services.manager())
        show.caption(
            f"Test images have been looked at {count} time{'s' * (count != 1)} in this lab. Every look that leads to a choice makes them a "
            "second validation set."
        )
    if not epochs or not split:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        best = run.best.epoch
        chosen = st.selectbox(
            "Epoch to judge", epochs, index=epochs.index(best) if best in epochs else len(epochs) - 1, format_func=lambda e: f"{e + 1:d}",
            key="judge_epoch", width=160,
        )  # fmt: skip
        if st.button(
            show.label(f"Judge {judging.title.lower() if split in SPLITS else 'the folder'}"), key="judge", icon=":material/visibility:"
        ):
            try:
                outputs(run, chosen, split)
            except LabError as error:
                show.error(error)
                return
            state.show_epoch(chosen)
            st.rerun()


def view(judging: Judging, looked: Looked, epoch: int) -> None:
    """What is beside the board."""
    chosen = segmented_control("View", list(VIEWS), format_func=VIEWS.get, default="images", key="view", bind="query-params", wrap=True)
    if chosen == "curves":
        _curves(judging, looked)
        return
    judged = judged_here(judging, epoch)
    if judged is None:
        kept = [str(e + 1) for e in kept_epochs(judging.run, judging.split)]
        if judging.split != "val":
            show.info(
                f"What epoch {epoch + 1} says of each image is not known yet." + (f" Known of epochs {', '.join(kept)}." if kept else "")
            )
        return
    {"images": _images, "class": _class, "sure": _sure, "when": _when}[chosen](judging, looked, epoch, judged)


def _curves(judging: Judging, looked: Looked) -> None:
    from pages.evaluate.figures import scores_figure

    best = judging.run.best.epoch
    name = "" if looked.row is None else judging.run.classes[looked.row]
    figure = scores_figure(judging.matrices, best=best, title=judging.title, name=name, k=looked.row)
    st.plotly_chart(figure, key="scores", alt=f"Scores of {name or 'all classes'} by epoch")
    scores = ClassScores(judging.matrices[max(judging.matrices)])
    if name and not scores.occurs[looked.row]:
        what = f"No image is of {name}: it has no scores, and no curves."
    else:
        over = "Means over the classes that occur; top-1 is of all images. Click a class in the matrix for its own curves."
        what = f"Of the class {name}." if name else f"{over} {scores.notes(judging.run.classes, 'image')}".strip()
    show.caption(f"{what} The dotted line is the epoch that was best on validation images, {best + 1}.")


def _images(judging: Judging, looked: Looked, epoch: int, judged: Judged) -> None:
    if looked.row is not None:
        _class(judging, looked, epoch, judged)
    else:
        cell_panel(judging.run, epoch, judging.split, judged, looked.cell)


def _class(judging: Judging, looked: Looked, epoch: int, judged: Judged) -> None:
    from core.evaluation.ranking import precision_recall
    from pages.evaluate.figures import precision_recall_figure

    k = looked.row if looked.row is not None else looked.cell[0]
    name, scores = judging.run.classes[k], judged.scores
    if not scores.count[k]:
        show.info(f"There is no {name} among these images, so nothing can be said of how well it is found.")
        return
    if scores.count[k] == scores.total:
        told = f"All {scores.total:,} images are of {name}: whatever is taken for it is it, so that a curve of precision says nothing."
        show.info(f"{told} {scores.true_positives[k]:,} are found.")
        return
    curve = precision_recall(judged.probabilities[:, k], judged.labels == k)
    figure = precision_recall_figure(curve, name, (scores.recall[k], scores.precision[k]))
    st.plotly_chart(figure, key="curve", alt=f"Precision against recall of the class {name}")
    row = scores.matrix[k].copy()
    row[k] = 0
    taken = ", ".join(f"{judging.run.classes[j]} {row[j]:,}" for j in np.argsort(-row, kind="stable")[:3] if row[j])
    show.caption(
        f"Of {scores.count[k]:,} images of {name} {scores.true_positives[k]:,} are found. Most often taken for: {taken or 'nothing else'}."
    )


def _sure(judging: Judging, looked: Looked, epoch: int, judged: Judged) -> None:
    from core.evaluation.calibration import reliability
    from pages.evaluate.figures import reliability_figure

    found = reliability(judged.probabilities, judged.labels)
    st.plotly_chart(reliability_figure(found), key="reliability", alt="Reliability diagram: accuracy against confidence")
    side = "too sure of itself" if found.gap > 0 else "not sure enough"
    show.caption(
        f"Expected calibration error {found.ece:.1%} (15 bins, Guo et al. 2017): on average the model is {side} by {abs(found.gap):.1%}."
    )
    errors_panel(judging.run, epoch, judging.split, judged)


def _when(judging: Judging, looked: Looked, epoch: int, judged: Judged) -> None:
    from core.evaluation.learning import NEVER, learning
    from pages.evaluate.figures import learning_figure

    epochs = kept_epochs(judging.run, judging.split)
    if len(epochs) < 2:
        st.info("The history of an image needs what at least two epochs say of it; here one is kept.")
        return
    found = learning(np.stack([outputs(judging.run, e, judging.split).right for e in epochs]))
    st.plotly_chart(learning_figure(found, [e + 1 for e in epochs]), key="learning", alt="When images are learned")
    show.caption(
        f"{(found.first == NEVER).mean():.1%} of the images were never named rightly, {(found.forgotten > 0).mean():.1%} were forgotten at "
        f"least once (right, then wrong; Toneva et al. 2019), over epochs {', '.join(str(e + 1) for e in epochs)}."
    )


def figures_html(scores: ClassScores, judged: Judged | None) -> str:
    """The numbers of the epoch in one line."""
    from core.evaluation.intervals import proportion_interval
    from core.evaluation.ranking import LISTED, top_k, top_k_name

    interval = proportion_interval(int(scores.matrix.trace()), scores.total) if scores.total else None
    several, absent = top_k_name(len(scores.matrix)), int((~scores.occurs).sum())
    over = f" ({len(scores.matrix) - absent} of {len(scores.matrix)} classes)" if absent else ""
    figures = {
        "top-1 accuracy": f"{scores.top1:.1%}" if interval else NOTHING,
        "95 % by the choice of images": interval.words() if interval else NOTHING,
        **({several: f"{top_k(judged.logits, judged.labels, LISTED):.1%}" if judged else NOTHING} if several else {}),
        "loss": f"{judged.loss:.3f}" if judged else NOTHING,
        "mean recall": _percent(scores.mean("recall"), over),
        "mean one-vs-rest (not the accuracy)": _percent(scores.mean("one_vs_rest_accuracy"), over),
    }
    return '<dl class="lab-figures">' + "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in figures.items()) + "</dl>"


def _percent(share: float, over: str) -> str:
    """A mean, and where some classes do not occur, over how many it is."""
    return NOTHING if known(share) is None else f"{share:.1%}{over}"
