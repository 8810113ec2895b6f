"""How a data set is found and split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.data.made_sets import MOST_NAME, name_problem
from core.hparams import Hyperparameters, hparam
from core.text import MOST_PATH


@dataclass(frozen=True, kw_only=True)
class DataConfig(Hyperparameters):
    """Where a data set lies and how it is split. The split has a seed of its own: runs with other seeds see the same split."""

    data: str = hparam(
        "",
        "Folder of class folders of images, or of train, val and test with class folders; or CIFAR-10 as its authors give it "
        "(cifar-10-python.tar.gz, or the folder in it).",
        label="Folder",
        most=MOST_PATH,
        path=True,
    )
    made: str = hparam(
        "",
        "Which of the sets that a class has drawn: its name. The sets lie in the lab's home, and everybody may train on them.",
        label="Set of drawings",
        most=MOST_NAME,
    )
    split_seed: int = hparam(
        0, "Seed of the random split, and of the drawing of 'shapes'.", low=0, high=2**31 - 1, label="Seed of the split"
    )
    val_fraction: float = hparam(
        0.1, "Share of a folder without val/ that is held back for validation.", low=0.01, high=0.5, step=0.01, label="Share for validation"
    )
    test_fraction: float = hparam(
        0.1,
        "Share of a folder without test/ that is held back for the one final test.",
        low=0.01,
        high=0.5,
        step=0.01,
        label="Share for the test",
    )
    stratify: bool = hparam(
        True,
        "Hold back the same share of every class of a folder, and leave each at least one training image. Without it images are held back "
        "whatever their class, as in runs of earlier versions of the lab.",
        older=False,
        label="Same share of each class",
    )

    @classmethod
    def conflicts(cls, values: Mapping[str, Any]) -> dict[str, str]:
        """A name that leads out of the folder of all sets is none."""
        problem = name_problem(values["made"]) if values["made"] else ""
        return {"made": f"made {problem}."} if problem else {}


@dataclass(frozen=True, kw_only=True)
class SequenceDataConfig(DataConfig):
    """How the inputs of a sequence task are drawn and split."""

    pictures: str = hparam(
        "shapes",
        "Where the task 'row-labels' takes its images from; those of each split come from the same split of that data set.",
        choices=("shapes", "cifar10", "fashion_mnist", "made", "folder"),
    )
