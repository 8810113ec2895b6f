"""Looks at the test set: every time that weights of a run meet test labels leaves a mark, whoever asks and from where.

Every look that leads to a choice makes the test images a second validation set, so the lab counts them. Whatever judges a run on
images gets them labelled from `judged.judge` or `seq2seq.scores`, and both come here first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.training.runs.files import files_as_set

if TYPE_CHECKING:
    from core.training.runs.manager import RunManager

TEST = ("test", "by length", "folder")  # kinds of images that have test labels; "folder": the whole folder that a run was trained on


def look(manager: RunManager, run_id: str, epoch: int, images: str) -> None:
    """Leave a mark if `images` (a split, "by length", or "folder" for the run's own folder) have test labels."""
    if images in TEST:
        manager.store.add_look(run_id, epoch, images)


def looks(manager: RunManager, run_id: str = "") -> int:
    """Number of times weights (of one run, if named) met test labels in this lab: at the end of every run, and whenever somebody asked.

    Of a run that came with the lab, its own final test was taken elsewhere and is not counted.
    """
    finals = [row.run_id for row in manager.runs() if row.test_top1 == row.test_top1]  # NaN where there was none
    marked = [mark for mark in manager.store.looks() if run_id in ("", mark[0])]
    return sum(run_id in ("", one) for one in finals) + len(marked) + _unmarked(manager, run_id, set(marked))


def _unmarked(manager: RunManager, run_id: str, marked: set[tuple[str, int]]) -> int:
    """Looks of versions of the lab that left no marks: they are known by what was kept of them."""
    pattern = "logits-test-*.safetensors"
    files, folder = files_as_set(), manager.home / "runs" / run_id
    kept = files.named(folder, pattern) if run_id else files.all_named(manager.home, pattern)
    return len({(path.parent.name, int(path.stem.rpartition("-")[2])) for path in kept} - marked)
