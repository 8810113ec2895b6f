"""The choice of one image: from a data set, from a file, or from the camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from core.data import DATASETS, reads_data, shapes
from core.data.kinds import ENDINGS
from core.data.uploads import read_upload
from core.errors import LabError
from dashboard.pictures.camera import photograph
from dashboard.runs.labels import data_label
from dashboard.setup.controls import dataset_form
from dashboard.setup.downloads import offer_download
from dashboard.shell import services, show, state
from dashboard.shell.choice import segmented_control

SPLITS = ("train", "val", "test")
SPLIT_WORDS = {"train": "training", "val": "validation", "test": "test"}
SOURCES = {"set": "Data set", "file": "File", "camera": "Camera"}
SOURCE, SPLIT, NUMBER, FILE, CAMERA = "image_source", "image_split", "image_number", "image_file", "image_camera"
FIRST = 7  # the image that is shown first, counted from 1: a heart in the middle
MOST = 10_000_000  # a link may name any number; it is cut to those that there are


@dataclass(frozen=True, eq=False)
class OneImage:
    """An image as models see it, (3, 32, 32) uint8, what it is in words, and what a link says of it."""

    pixels: np.ndarray
    words: str
    link: Mapping[str, str] = field(default_factory=dict)


def choose_image() -> OneImage:
    """A button that opens the choice. What cannot be had is said, and the first drawn image is shown meanwhile."""
    state.start(SOURCE, "from", SOURCES, "set")
    source = st.session_state[SOURCE]
    try:
        with st.popover("Choose the image", icon=":material/image:", width="stretch", key="image_box"):
            segmented_control("From", list(SOURCES), format_func=SOURCES.get, key=SOURCE, persist_state="session")
            source = st.session_state[SOURCE]
            found = _from_set() if source == "set" else _from_camera() if source == "camera" else _from_file()
        if isinstance(found, str):  # a data set that is not there
            offer_download(found)
        elif found:
            return found
    except LabError as error:
        show.error(error)
    return OneImage(*drawn("val", FIRST), link={"from": source} if source != "set" else {})


def drawn(split: str, number: int) -> tuple[np.ndarray, str]:
    """An image of `shapes` by its number (from 1) and what it is in words; drawn at once, without torch."""
    part = shapes.PARTS[split]
    images, labels = shapes.draw([part[number - 1]])
    return images[0], _words(shapes.CLASSES[labels[0]], {"dataset": "shapes"}, split, number, len(part))


def _from_set() -> OneImage | str:
    """The chosen image of the chosen data set; the data set's name if it has to be downloaded first."""
    dataset = dataset_form()
    state.start(SPLIT, "split", SPLITS, "val")
    split = segmented_control("Split", SPLITS, format_func=SPLIT_WORDS.get, key=SPLIT, persist_state="session")
    state.start(NUMBER, "image", range(1, MOST), FIRST)
    folder = state.values().get("data", "") if reads_data(dataset) else ""
    link = {
        "dataset": "" if dataset == state.DEFAULTS["dataset"] else dataset, "data": folder, "split": "" if split == "val" else split,
    }  # fmt: skip
    if dataset == "shapes":
        number = _number(len(shapes.PARTS[split]))
        found = drawn(split, number)
    else:
        loaded = _load(dataset, folder)
        if loaded is None:
            return dataset
        images = getattr(loaded, split)
        number = _number(len(images))
        label = loaded.classes[int(images.labels[number - 1])]
        found = images.images[number - 1].numpy(), _words(label, {"dataset": dataset, "data": folder}, split, number, len(images))
    return OneImage(*found, link={**link, "image": "" if number == FIRST else str(number)})


def _load(dataset: str, folder: str):
    """The data set in memory, shared with all sessions; None if it has to be downloaded first."""
    from core.data import usable
    from core.training.config import RunConfig
    from core.training.runs.datasets import load_shared  # brings torch

    if not usable(dataset) and not folder:
        return None
    with st.spinner(f"Reading {DATASETS[dataset].title}"):
        config = RunConfig.of(dataset=dataset, **({"data": folder} if folder else {}))
        return load_shared(config, services.manager().home, lambda *_: None)


def _number(count: int) -> int:
    st.session_state[NUMBER] = min(st.session_state[NUMBER], count)
    return st.number_input(f"Image, 1 to {count:,}", 1, count, key=NUMBER, required=True, persist_state="session")


def _words(label: str, data: Mapping[str, str], split: str, number: int, count: int) -> str:
    return f"{label} · {data_label(data)}, {SPLIT_WORDS[split]} image {number:,} of {count:,}"


def _from_file() -> OneImage | None:
    return _read(
        st.file_uploader(
            "A picture of your own", ("image", *ENDINGS), key=FILE, help="It stays in this server's memory while this page is open."
        ),
        "your picture",
        {"from": "file"},
    )


def _from_camera() -> OneImage | None:
    return _read(photograph(key=CAMERA), "your photograph", {"from": "camera"})


def _read(file, words: str, link: Mapping[str, str]) -> OneImage | None:
    if file is None:
        st.caption("Until then the page shows a drawn image.")
        return None
    picture = read_upload(file.getvalue())
    for sentence in picture.told:
        show.caption(sentence)
    return OneImage(picture.pixels, words, link)
