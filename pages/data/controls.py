"""Which images the page Data shows: data set, split, class, search, one's own pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data import DATASETS
from core.data.kinds import ENDINGS
from core.data.picture import Picture
from core.data.search import find_images
from core.data.uploads import BOUNDS, read_upload
from core.errors import LabError, unknown
from core.home import lab_home
from core.training.config import RunConfig
from dashboard.setup.controls import dataset_form
from dashboard.setup.downloads import offer_download
from dashboard.shell import show, state, visitor
from dashboard.shell.choice import segmented_control
from pages.data.gallery import A_PAGE, SPLITS, TURN, Shown, page_count, page_number, put_gallery

if TYPE_CHECKING:
    from core.data.splits import Dataset

MOST_PICTURES = 8  # of one's own, at a time
ALL = ""


def choose_images() -> tuple[Dataset | None, Shown | None]:
    """The controls, and what they choose: the data set, None while it is not here, and its images, None when nothing fits."""
    columns = st.columns([2, 2.2, 2, 2.1, 2], vertical_alignment="bottom")
    with columns[0]:
        dataset_form()
    config = RunConfig.of(**state.data_values())
    _forget_other(config)
    with columns[1]:
        _split_choice()
    kept = _peek(config)
    with columns[2]:
        _class_choice(kept.classes if kept else ())
    with columns[3]:
        _search_box()
    with columns[4]:
        pictures = _own_pictures()
    if not offer_download(config.dataset):
        return None, None
    if kept is None:
        _preview(config)  # at the place where the gallery will be: the browser keeps it
        _load(config)
        st.rerun()
    return kept, _find(kept, pictures)


def _split_choice() -> None:
    now = state.gallery()
    if now["split"] and now["split"] not in SPLITS:
        state.say(str(unknown("split", now["split"], SPLITS)))
        now["split"] = ""
    st.session_state["gallery_split"] = now["split"] or "train"
    segmented_control("Split", list(SPLITS), key="gallery_split", on_change=_take, args=("split", "train"))


def _class_choice(classes: Sequence[str]) -> None:
    now = state.gallery()
    if classes and now["class"] and now["class"] not in classes:
        state.say(str(unknown("class", now["class"], classes)))
        now["class"] = ""
    st.session_state["gallery_class"] = now["class"] if classes else ALL
    st.selectbox(
        "Class", [ALL, *classes], format_func=lambda name: show.plain(name or "all"), key="gallery_class", disabled=not classes,
        on_change=_take, args=("class", ALL),
    )  # fmt: skip


def _search_box() -> None:
    st.session_state["gallery_search"] = state.gallery()["search"]
    st.text_input(
        "Search", key="gallery_search", type="search", placeholder="class or number", max_chars=60, on_change=_take, args=("search", ""),
        help="A part of a class name, or the number of an image in its split, from 0.",
    )  # fmt: skip


def _own_pictures() -> list[Picture]:
    """The pictures that were uploaded and can be read; a sentence on each of the others, and on what was done to them."""
    with st.popover("Your pictures", width="stretch"):
        files = st.file_uploader(
            "Your own pictures, as the models would see them", ("image", *ENDINGS), accept_multiple_files=True, key="own_pictures",
            on_change=state.gallery().update, kwargs={"image": ""},
            help=f"The first {MOST_PICTURES} are shown, each up to {BOUNDS.file / 1e6:.0f} MB. They stay in this session.",
        )  # fmt: skip
        found = []
        for place, file in enumerate(files[:MOST_PICTURES], 1):
            try:
                picture = read_upload(file.getvalue())
            except LabError as error:
                show.error(f"Picture {place}: {visitor.told(error)}")
                continue
            found.append(picture)
            if picture.told:
                show.caption(f"Picture {place}: {' '.join(picture.told)}")
    return found


def _take(name: str, default: str) -> None:
    """Take a widget's value over; another choice of images starts at its first page."""
    value = st.session_state[f"gallery_{name}"]
    _from_start({name: "" if value == default else value})


def _from_start(values: dict[str, str]) -> None:
    state.gallery().update(values, page="", image="")
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def _peek(config: RunConfig) -> Dataset | None:
    """The data set if it is in memory. Without torch there is none, and it stays out until the first picture is sent."""
    if "core.training.datasets" not in sys.modules:
        return None
    from core.training.datasets import in_memory

    return in_memory(config, lab_home())


def _forget_other(config: RunConfig) -> None:
    """Another data set is shown from its beginning: its classes and numbers are others."""
    this = (config.dataset, config.data_config)
    before, st.session_state["gallery_of"] = st.session_state.get("gallery_of", this), this
    if before != this:
        _from_start({"class": "", "search": ""})


def _preview(config: RunConfig) -> None:
    """Drawn images are there before torch and the data set are."""
    now = state.gallery()
    split, page = now["split"] or "train", page_number()
    if config.dataset != "shapes" or now["class"] or now["search"]:
        return
    from core.data.shapes import CLASSES, PARTS, draw

    numbers = np.arange(len(PARTS[split]))[A_PAGE * (page - 1) :][:A_PAGE]
    if len(numbers):
        images, labels = draw(PARTS[split].start + numbers, config.data_config.split_seed)
        put_gallery(images, Shown(split, numbers, len(PARTS[split])), [CLASSES[k] for k in labels], mean=None, std=None, backs=[])


def _load(config: RunConfig) -> None:
    """Read the data set into the memory that runs share, with a progress bar."""
    bar = st.progress(0.0, f"Reading {DATASETS[config.dataset].title}")
    from core.training.datasets import load_shared

    def told(done: int, total: int, what: str) -> None:
        bar.progress(min(1.0, done / total) if total else 0.0, show.label(f"{what}: {done:,} of {total:,}" if total > 100 else what))

    load_shared(config, lab_home(), told)
    bar.empty()


def _find(dataset: Dataset, pictures: Sequence[Picture]) -> Shown | None:
    """The images of the page; None, and a sentence, when nothing fits."""
    now = state.gallery()
    split = now["split"] or "train"
    try:
        labels = getattr(dataset, split).labels.numpy()
        found = find_images(labels, dataset.classes, of_class=now["class"], text=now["search"])
    except LabError as error:
        show.info(error, icon=":material/search_off:")
        return None
    page = min(page_number(), page_count(len(found)))
    now["page"] = str(page) if page > 1 else ""
    return Shown(split, found[A_PAGE * (page - 1) :][:A_PAGE], len(found), pictures)
