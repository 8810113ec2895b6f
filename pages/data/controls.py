"""Controls of the page Data: data set, split, class, search, page and image; and one's own pictures."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.checks import Whole
from core.data.kinds import ENDINGS
from core.data.picture import Picture
from core.data.uploads import BOUNDS, read_upload
from core.errors import LabError
from core.home import lab_home
from core.training.config import RunConfig
from dashboard.setup.controls import dataset_form
from dashboard.shell import show, state, visitor
from dashboard.shell.choices import Choice, Kept, links, none_named
from pages.data.view import SPLITS, GalleryPage

if TYPE_CHECKING:
    from core.data.splits import Dataset

MOST_PICTURES = 8  # of one's own, at a time
ALL = ""
SPLIT = Choice("data", "split", first="train", why_not=none_named("split"))
CLASS = Choice("data", "class", first=ALL, why_not=none_named("class"))
SEARCH = Choice("data", "search")
PAGE = Choice("data", "page", check=Whole(1), first=1)
IMAGE = Choice("data", "image", write=lambda image: image if Whole(0).read(image) is not None else "")  # the large one; own ones stay here
TURN = Kept("data", "turn", first=0)  # counts choices of images: each has page buttons of its own, which start at 1
DATA_SET = Kept("data", "set")  # the data set that was shown last


@dataclass(frozen=True)
class DataChoices:
    """What the controls say: a data set, in memory or (None) not yet, and one's own pictures; split, class and so on are Choices."""

    config: RunConfig
    dataset: Dataset | None
    pictures: Sequence[Picture] = ()

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; what is at its default goes without saying, and one's own pictures stay here."""
        return data_link() | links(SPLIT, CLASS, SEARCH, PAGE, IMAGE)

    def code(self, image: str) -> str:
        """Python that reads an image of the gallery; its first one in the place of one's own picture."""
        given = "".join(f", {name}={value!r}" for name, value in self.config.data_config.changed().items())
        return (
            "from core.data import load_dataset\nfrom core.data.splits import normalize\n\n"
            f"dataset = load_dataset({self.config.dataset!r}{given})\n"
            f"image = dataset.{SPLIT.value}.images[{Whole(0).read(image) or 0}]  # (3, 32, 32) uint8\n"
            "seen = normalize(image, dataset.mean, dataset.std)  # what a model gets"
        )


def choose() -> DataChoices:
    """All controls, in one row."""
    columns = st.columns([2, 2.2, 2, 2.1, 2], vertical_alignment="bottom")
    with columns[0]:
        dataset_form()
    config = RunConfig.of(**state.data_values())
    _forget_other(config)
    with columns[1]:
        SPLIT.among(SPLITS).segmented("Split", on_change=start_again)
    dataset = in_memory(config)
    with columns[2]:
        _class_choice(dataset.classes if dataset else ())
    with columns[3]:
        help = "Part of a class name, or the number of an image in its split, starting at 0."
        SEARCH.text_input("Search", type="search", placeholder="class or number", max_chars=60, on_change=start_again, help=help)
    with columns[4]:
        pictures = _own_pictures()
    return DataChoices(config, dataset, pictures)


def in_memory(config: RunConfig) -> Dataset | None:
    """The data set if it is in memory. Without torch there is none, and it stays out until the first picture is sent."""
    if "core.training.runs.datasets" not in sys.modules:
        return None
    from core.training.runs import datasets

    return datasets.in_memory(config, lab_home())


def start_again() -> None:
    """Another choice of images is shown from its first page and its first image."""
    PAGE.set(1)
    IMAGE.set("")
    TURN.keep(TURN.value + 1)


def image_shown(page: GalleryPage) -> str:
    """The id of the image that is large."""
    return IMAGE.value if IMAGE.value in page.ids else page.ids[0]


def data_link() -> dict[str, str]:
    """What a link says of the data set."""
    return {name: str(value) for name, value in state.data_values().items() if value != state.DEFAULTS.get(name)}


def _forget_other(config: RunConfig) -> None:
    """Another data set is shown from its beginning: its classes and numbers are others."""
    this = (config.dataset, config.data_config)
    before = DATA_SET.value
    DATA_SET.keep(this)
    if before not in (None, this):
        CLASS.set(ALL)
        SEARCH.set("")
        start_again()


def _class_choice(classes: Sequence[str]) -> None:
    if classes:
        CLASS.among([ALL, *classes]).selectbox("Class", format_func=lambda name: name or "all", on_change=start_again)
    else:  # they are read with the images; what a link says of them stays as it is
        CLASS.start()
        st.selectbox("Class", ["all"], key="data_no_class", disabled=True)


def _own_pictures() -> list[Picture]:
    """The pictures that were uploaded and can be read; a sentence on each of the others, and on what was done to them."""
    with st.popover("Your pictures", width="stretch"):
        files = st.file_uploader(
            "Your own pictures, as the models would see them",
            ("image", *ENDINGS),
            accept_multiple_files=True,
            key="data_pictures",
            on_change=IMAGE.set,
            args=("",),
            help=f"The first {MOST_PICTURES} are shown, each up to {BOUNDS.file / 1e6:.0f} MB. They stay in this session.",
        )
        return [picture for place, file in enumerate(files[:MOST_PICTURES], 1) if (picture := _read(place, file.getvalue()))]


def _read(place: int, content: bytes) -> Picture | None:
    """One uploaded file as a picture; None, and why, where it is none."""
    try:
        picture = read_upload(content)
    except LabError as error:
        show.error(f"Picture {place}: {visitor.told(error)}")
        return None
    if picture.told:
        show.caption(f"Picture {place}: {' '.join(picture.told)}")
    return picture
