"""The images that the controls choose: a data set is read, drawn images are shown meanwhile, and those that fit are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data import DATASETS
from core.data.search import find_images
from core.errors import LabError
from core.home import lab_home
from core.training.config import RunConfig
from dashboard.setup.downloads import offer_download
from dashboard.shell import show
from pages.data.controls import CLASS, IMAGE, PAGE, SEARCH, SPLIT, DataChoices
from pages.data.gallery import put_gallery
from pages.data.view import A_PAGE, GalleryPage, page_count

if TYPE_CHECKING:
    from core.data.splits import Dataset


def images_of(choices: DataChoices) -> tuple[Dataset | None, GalleryPage | None]:
    """The data set, None while it is not here, and the page of its images, None when nothing fits."""
    if not offer_download(choices.config.dataset):
        return None, None
    if choices.dataset is None:
        _preview(choices.config)  # at the place where the gallery will be: the browser keeps it
        _load(choices.config)
        st.rerun()
    page = _find(choices)
    if page is not None and IMAGE.value not in page.ids:
        IMAGE.set("")
    return choices.dataset, page


def _preview(config: RunConfig) -> None:
    """Drawn images are there before torch and the data set are."""
    if config.dataset != "shapes" or CLASS.value or SEARCH.value:
        return
    from core.data.shapes import CLASSES, PARTS, draw

    split = SPLIT.value
    numbers = np.arange(len(PARTS[split]))[A_PAGE * (PAGE.value - 1) :][:A_PAGE]
    if len(numbers):
        images, labels = draw(PARTS[split].start + numbers, config.data_config.split_seed)
        page = GalleryPage(split, numbers, len(PARTS[split]))
        put_gallery(images, page, [CLASSES[k] for k in labels], mean=None, std=None, backs=[])


def _load(config: RunConfig) -> None:
    """Read the data set into the memory that runs share, with a progress bar."""
    bar = st.progress(0.0, f"Reading {DATASETS[config.dataset].title}")
    from core.training.runs.datasets import load_shared

    def report(done: int, total: int, what: str) -> None:
        bar.progress(min(1.0, done / total) if total else 0.0, show.label(f"{what}: {done:,} of {total:,}" if total > 100 else what))

    load_shared(config, lab_home(), report)
    bar.empty()


def _find(choices: DataChoices) -> GalleryPage | None:
    """The images of the page; None, and a sentence, when nothing fits."""
    dataset, split = choices.dataset, SPLIT.value
    try:
        labels = getattr(dataset, split).labels.numpy()
        numbers = find_images(labels, dataset.classes, of_class=CLASS.value, text=SEARCH.value)
    except LabError as error:
        show.info(error, icon=":material/search_off:")
        return None
    page = min(PAGE.value, page_count(len(numbers)))
    PAGE.set(page)
    return GalleryPage(split, numbers[A_PAGE * (page - 1) :][:A_PAGE], len(numbers), choices.pictures)
