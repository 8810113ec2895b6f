"""What the weights of an epoch say of images, for a page: at once where it is kept, else computed while a bar tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.data import DATASETS
from core.training.history import Snapshot
from dashboard.shell import services, show, state

if TYPE_CHECKING:
    import numpy as np

    from core.evaluation.judged import Judged

KEPT = 32
_outputs: dict[Path, Judged] = {}  # of all sessions, the latest last


def outputs(run: Snapshot, epoch: int, images: str) -> Judged:
    """Logits of `epoch` (from 0) on "val", "test", "train" or a folder. Raises LabError with what to do where there can be none."""
    from core.evaluation.judged import judged, logits_file

    file = logits_file(services.manager(), run.run_id, epoch, images)
    if file not in _outputs or not file.is_file():  # gone: the run was deleted
        with progress() as report:
            judgement = judged(services.manager(), run.run_id, epoch, images, data=moved_to(run), progress=report)
        while len(_outputs) >= KEPT:
            _outputs.pop(next(iter(_outputs)), None)
        _outputs[file] = judgement
    return _outputs[file]


def pictures(run: Snapshot, images: str, index: np.ndarray) -> np.ndarray:
    """The images (S, 3, 32, 32) uint8 at `index` (S,) of what `outputs` has judged."""
    from core.evaluation.judged import images_of

    with progress() as report:
        split = images_of(services.manager(), run, images, data=moved_to(run), progress=report)
    return split.images[index].numpy()


def moved_to(run: Snapshot) -> str:
    """The folder that this session has named, for a recorded run of a folder: where its images lie here is not recorded."""
    return state.values().get("data", "") if run.recorded and DATASETS[run.config["dataset"]].needs_folder else ""


@contextmanager
def progress() -> Iterator[Callable[[int, int, str], None]]:
    """A bar that appears with the first report and goes at the end."""
    place = st.empty()

    def report(done: int, total: int, what: str) -> None:
        place.progress(min(1.0, done / total) if total else 0.0, show.label(f"{what}: {done:,} of {total:,}" if total else what))

    yield report
    place.empty()
