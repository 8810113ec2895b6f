"""A page of images, one of them number by number, and the proof that normalising loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.checks import Whole
from core.data.picture import Picture
from core.training.config import RunConfig
from dashboard.kit.wording import marked
from dashboard.pictures.html import sheet_uri
from dashboard.runs.labels import data_label
from dashboard.shell import show, state
from dashboard.shell.foot import take_along
from dashboard.shell.link import page_link
from pages.data.board import chosen, gallery

if TYPE_CHECKING:
    from core.data.splits import Dataset, Split

SPLITS = {"train": "training", "val": "validation", "test": "test"}
COLUMNS, A_PAGE = 8, 64
KEY = "gallery_component"
OWN = "own"
TURN = "gallery_turn"  # counts choices of images: each has page buttons of its own, which start at 1


@dataclass(frozen=True, eq=False)
class Shown:
    """What is on a page of the gallery: positions in the split, and one's own pictures before them."""

    split: str
    numbers: np.ndarray  # (M,) of this page
    found: int  # on all pages
    pictures: Sequence[Picture] = field(default=())

    @property
    def ids(self) -> list[str]:
        """What each image is called in the component and in links."""
        return [f"{OWN}-{n}" for n in range(1, len(self.pictures) + 1)] + [str(n) for n in self.numbers]

    def words(self) -> str:
        """The page in words, with n."""
        which = "1 image" if self.found == 1 else f"{self.found:,} {SPLITS[self.split]} images, {len(self.numbers)} here"
        return f"{which}{f'; {len(self.pictures)} of your own first' if self.pictures else ''}"


def draw_gallery(dataset: Dataset, shown: Shown) -> None:
    """The images, one of them large, and the proof that normalising can be undone, and with what."""
    from core.data.round_trip import OTHERS, TOLERANCE, round_trip

    images, labels = _pixels(dataset, shown)
    known = (dataset.mean, dataset.std)
    backs = [["the same mean and deviation", *known], *([name, *constants] for name, constants in OTHERS.items())]
    put_gallery(images, shown, [dataset.classes[k] for k in labels], mean=dataset.mean, std=dataset.std, backs=backs)
    _pages(shown)
    right, *wrong = (round_trip(images, known, (mean, std)) for _, mean, std in backs)
    others = "; ".join(f"with {name} by up to {found.largest}" for name, found in zip(OTHERS, wrong, strict=True))
    show.caption(
        marked(
            "{}. Proof: all n = {:,} numbers of these images normalised and back with the mean and deviation of "
            "the training images: largest difference {} of 255 levels, tolerance {}: **{}**. Levels off, back {}.",
            shown.words(),
            right.numbers,
            right.largest,
            TOLERANCE,
            "passed" if right.passed else "not passed",
            others,
        )
    )


def chosen_image(shown: Shown) -> str:
    """The id of the image that is large."""
    wanted = state.gallery()["image"]
    return wanted if wanted in shown.ids else shown.ids[0]


def link_values(shown: Shown | None) -> dict[str, str]:
    """What the page's link says; what is at its default goes without saying, and one's own pictures stay here."""
    now = {name: value for name, value in state.gallery().items() if value}
    if shown is not None and now.get("image", "") not in map(str, shown.numbers):
        now.pop("image", None)
    return data_link() | now


def data_link() -> dict[str, str]:
    """What a link says of the data set."""
    return {name: str(value) for name, value in state.data_values().items() if value != state.DEFAULTS.get(name)}


def data_foot(dataset: Dataset, shown: Shown | None) -> None:
    """Data set, splits, n, seed, constants and versions; the link to what is shown, and the code that reads it."""
    import torch

    config = RunConfig.of(**state.data_values())
    sizes = ", ".join(f"{name} {len(getattr(dataset, name)):,}" for name in SPLITS)
    mean, std = (", ".join(f"{value:.4f}" for value in values) for values in (dataset.mean, dataset.std))
    show.caption(
        f"Data {data_label(config.flat())} ({sizes}) · seed of the split {config.data_config.split_seed} · mean ({mean}), "
        f"deviation ({std}) of the training images · CPU, torch {torch.__version__}, numpy {np.__version__}"
    )
    given = "".join(f", {name}={value!r}" for name, value in config.data_config.changed().items())
    large = chosen_image(shown) if shown else "0"
    number = Whole(0).read(large)  # none of a picture of one's own
    lines = [
        "from core.data import load_dataset", "from core.data.splits import normalize", "",
        f"dataset = load_dataset({dataset.name!r}{given})",
        f"image = dataset.{shown.split if shown else 'train'}.images[{number or 0}]  # (3, 32, 32) uint8",
        "seen = normalize(image, dataset.mean, dataset.std)  # what a model gets",
    ]  # fmt: skip
    if number is not None and shown:
        from core.data.numbers import image_csv

        image = getattr(dataset, shown.split).images[number]
        st.download_button(
            show.label(f"Numbers of {SPLITS[shown.split]} image {large} (CSV)"), lambda: image_csv(image, dataset.mean, dataset.std),
            f"{shown.split}-{large}.csv", key="image_csv", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    take_along(page_link(link_values(shown)), "\n".join(lines), language="python")


def _pixels(dataset: Dataset, shown: Shown) -> tuple[Any, np.ndarray]:
    """The images shown, own pictures first, (N, 3, 32, 32) uint8 tensor, and the labels of those that have one."""
    import torch

    split: Split = getattr(dataset, shown.split)
    part = split[torch.from_numpy(shown.numbers)]
    own = [torch.from_numpy(picture.pixels)[None] for picture in shown.pictures]
    return torch.cat([*own, part.images]), part.labels.numpy()


def put_gallery(images: Any, shown: Shown, names: Sequence[str], **constants: Any) -> None:
    """Hand the images to the component; `names` are the classes of those that are not one's own."""
    named = [*("your picture" for _ in shown.pictures), *names]
    told = [
        *(f"as the models see it, picture {n} of {len(shown.pictures)}" for n in range(1, len(shown.pictures) + 1)),
        *(f"{SPLITS[shown.split]} image {n}" for n in shown.numbers),
    ]
    data = {
        "sheet": sheet_uri(np.asarray(images), COLUMNS), "columns": COLUMNS,
        "images": [list(entry) for entry in zip(shown.ids, named, told, strict=True)],
        "start": chosen_image(shown), **constants,
    }  # fmt: skip
    # What was chosen by hand is large in the browser already: it need not travel with the images again.
    sheet = (data["sheet"], tuple(shown.ids))
    before = st.session_state.get("gallery_start")
    if KEY in st.session_state and before and before[0] == sheet:
        data["start"] = before[1]
    st.session_state["gallery_start"] = (sheet, data["start"])
    gallery(data, key=KEY, on_choose=_take_image)


def _take_image() -> None:
    state.gallery()["image"] = chosen(KEY)


def _pages(shown: Shown) -> None:
    count = page_count(shown.found)
    if count > 1:
        key = f"gallery_page_{st.session_state.get(TURN, 0)}"
        st.pagination(count, default=page_number(), key=key, on_change=_take_page, args=(key,))


def page_number() -> int:
    """The page that is asked for, from 1; 1 when it is no number."""
    return Whole(1).read(state.gallery()["page"]) or 1


def page_count(found: int) -> int:
    """On how many pages so many images are."""
    return -(-found // A_PAGE)


def _take_page(key: str) -> None:
    page = st.session_state[key]
    state.gallery().update(page="" if page == 1 else str(page), image="")
