"""The foot of the page Data: where its numbers come from, the link to what is shown, and the code that reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.checks import Whole
from dashboard.runs.labels import data_label
from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.shell.foot import take_along
from pages.data.controls import DataChoices, image_shown
from pages.data.view import SPLITS, GalleryPage

if TYPE_CHECKING:
    from core.data.splits import Dataset


def data_foot(choices: DataChoices, page: GalleryPage | None) -> None:
    """Data set, splits, n, seed, constants and versions; the numbers of the large image, the link and the code."""
    import torch

    config, dataset = choices.config, choices.dataset
    sizes = ", ".join(f"{name} {len(getattr(dataset, name)):,}" for name in SPLITS)
    mean, std = (", ".join(f"{value:.4f}" for value in values) for values in (dataset.mean, dataset.std))
    show.caption(
        f"Data {data_label(config.flat())} ({sizes}) · seed of the split {config.data_config.split_seed} · mean ({mean}), standard "
        f"deviation ({std}) of the training images · CPU, torch {torch.__version__}, numpy {np.__version__}"
    )
    large = image_shown(page) if page else "0"
    if page and Whole(0).read(large) is not None:  # else a picture of one's own
        _numbers(dataset, page.split, Whole(0).read(large))
    take_along(choices.link, choices.code(large), language="python")


def _numbers(dataset: Dataset, split: str, number: int) -> None:
    """The numbers of an image to take along."""
    from core.data.numbers import image_csv

    image = getattr(dataset, split).images[number]
    download(
        f"Numbers of {SPLITS[split]} image {number} (CSV)",
        lambda: image_csv(image, dataset.mean, dataset.std),
        f"{split}-{number}.csv",
        key="data_csv",
    )
