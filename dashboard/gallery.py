"""The images of a data set, a page at a time: which ones, one of them number by number, and the proof that normalising loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.data import DATASETS
from core.data.search import find_images
from core.data.uploads import KINDS, MOST_BYTES, Picture, read_upload
from core.errors import LabError, unknown
from core.home import lab_home
from core.training.config import RunConfig
from dashboard import state
from dashboard.charts import data_label
from dashboard.components.gallery import chosen, gallery
from dashboard.controls import dataset_form
from dashboard.downloads import offer_download
from dashboard.foot import take_along
from dashboard.images import sheet_uri
from dashboard.live import page_link

if TYPE_CHECKING:
    from core.data.splits import Dataset, Split

SPLITS = {"train": "training", "val": "validation", "test": "test"}
COLUMNS, A_PAGE = 8, 64
MOST_PICTURES = 8  # of one's own, at a time
ALL = ""
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


def choose_images() -> tuple[Dataset | None, Shown | None]:
    """The controls, and what they choose: the data set, None while it is not here, and its images, None when nothing fits."""
    columns = st.columns([2, 2.6, 2, 2.2, 1.6], vertical_alignment="bottom")
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
    board = st.container()
    if kept is None:
        with board:
            _preview(config)
        _load(config)
        st.rerun()
    with board:
        return kept, _find(kept, pictures)


def draw_gallery(dataset: Dataset, shown: Shown) -> None:
    """The images, one of them large, and the proof that normalising can be undone, and with what."""
    from core.data.round_trip import OTHERS, TOLERANCE, round_trip

    images, labels = _pixels(dataset, shown)
    known = (dataset.mean, dataset.std)
    backs = [["the same mean and deviation", *known], *([name, *constants] for name, constants in OTHERS.items())]
    _gallery(images, shown, [dataset.classes[k] for k in labels], mean=dataset.mean, std=dataset.std, backs=backs)
    _pages(shown)
    right, *wrong = (round_trip(images, known, (mean, std)) for _, mean, std in backs)
    others = "; ".join(f"with {name} {found.largest} levels" for name, found in zip(OTHERS, wrong, strict=True))
    st.caption(
        f"{shown.words()}. Proof: all n = {right.numbers:,} numbers of these images normalised and back with the mean and deviation of the "
        f"training images: largest difference {right.largest} of 255 levels, tolerance {TOLERANCE}: "
        f"**{'passed' if right.passed else 'not passed'}**. Back {others}."
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
    st.caption(
        f"Data {data_label(config.flat())} ({sizes}) · seed of the split {config.data_config.split_seed} · mean ({mean}), "
        f"deviation ({std}) of the training images · CPU, torch {torch.__version__}, numpy {np.__version__}"
    )
    given = "".join(f", {name}={value!r}" for name, value in config.data_config.changed().items())
    large = chosen_image(shown) if shown else "0"
    lines = [
        "from core.data import load_dataset", "from core.data.splits import normalize", "",
        f"dataset = load_dataset({dataset.name!r}{given})",
        f"image = dataset.{shown.split if shown else 'train'}.images[{large if large.isdecimal() else 0}]  # (3, 32, 32) uint8",
        "seen = normalize(image, dataset.mean, dataset.std)  # what a model gets",
    ]  # fmt: skip
    take_along(page_link(link_values(shown)), "\n".join(lines), language="python")


def _peek(config: RunConfig) -> Dataset | None:
    """The data set if it is in memory. Without torch there is none, and it stays out until the first picture is sent."""
    import sys

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
    split, page = now["split"] or "train", _page_number()
    if config.dataset != "shapes" or now["class"] or now["search"]:
        return
    from core.data.shapes import CLASSES, PARTS, draw

    numbers = np.arange(len(PARTS[split]))[A_PAGE * (page - 1) :][:A_PAGE]
    if len(numbers):
        images, labels = draw(PARTS[split].start + numbers, config.data_config.split_seed)
        _gallery(images, Shown(split, numbers, len(PARTS[split])), [CLASSES[k] for k in labels], mean=None, std=None, backs=[])


def _load(config: RunConfig) -> None:
    """Read the data set into the memory that runs share, with a progress bar."""
    bar = st.progress(0.0, f"Reading {DATASETS[config.dataset].title}")
    from core.training.datasets import load_shared

    def told(done: int, total: int, what: str) -> None:
        bar.progress(min(1.0, done / total) if total else 0.0, f"{what}: {done:,} of {total:,}" if total > 100 else what)

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
        st.info(str(error), icon=":material/search_off:")
        return None
    page = min(max(1, _page_number()), _page_count(len(found)))
    now["page"] = str(page) if page > 1 else ""
    return Shown(split, found[A_PAGE * (page - 1) :][:A_PAGE], len(found), pictures)


def _pixels(dataset: Dataset, shown: Shown) -> tuple[Any, np.ndarray]:
    """The images shown, own pictures first, (N, 3, 32, 32) uint8 tensor, and the labels of those that have one."""
    import torch

    split: Split = getattr(dataset, shown.split)
    part = split[torch.from_numpy(shown.numbers)]
    own = [torch.from_numpy(picture.pixels)[None] for picture in shown.pictures]
    return torch.cat([*own, part.images]), part.labels.numpy()


def _gallery(images: Any, shown: Shown, names: Sequence[str], **constants: Any) -> None:
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
    count = _page_count(shown.found)
    if count > 1:
        key = f"gallery_page_{st.session_state.get(TURN, 0)}"
        st.pagination(count, default=_page_number(), key=key, on_change=_take_page, args=(key,))


def _page_number() -> int:
    """The page that is asked for, from 1; 1 when it is no number."""
    text = state.gallery()["page"]
    return int(text) if text.isdecimal() and len(text) < 10 else 1


def _page_count(found: int) -> int:
    return -(-found // A_PAGE)


def _take(name: str, default: str) -> None:
    """Take a widget's value over; another choice of images starts at its first page."""
    value = st.session_state[f"gallery_{name}"]
    _from_start({name: "" if value == default else value})


def _from_start(values: dict[str, str]) -> None:
    state.gallery().update(values, page="", image="")
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def _take_page(key: str) -> None:
    page = st.session_state[key]
    state.gallery().update(page="" if page == 1 else str(page), image="")


def _split_choice() -> None:
    now = state.gallery()
    if now["split"] and now["split"] not in SPLITS:
        state.say(str(unknown("split", now["split"], SPLITS)))
        now["split"] = ""
    st.session_state["gallery_split"] = now["split"] or "train"
    st.segmented_control("Split", list(SPLITS), key="gallery_split", required=True, on_change=_take, args=("split", "train"))


def _class_choice(classes: Sequence[str]) -> None:
    now = state.gallery()
    if classes and now["class"] and now["class"] not in classes:
        state.say(str(unknown("class", now["class"], classes)))
        now["class"] = ""
    st.session_state["gallery_class"] = now["class"] if classes else ALL
    st.selectbox(
        "Class", [ALL, *classes], format_func=lambda name: name or "all", key="gallery_class", disabled=not classes,
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
    with st.popover("Your pictures", icon=":material/add_photo_alternate:", width="stretch"):
        files = st.file_uploader(
            "Your own pictures, as the models would see them", KINDS, accept_multiple_files=True, key="own_pictures",
            on_change=state.gallery().update, kwargs={"image": ""},
            help=f"The first {MOST_PICTURES} are shown, each up to {MOST_BYTES / 1e6:.0f} MB. They stay in this session.",
        )  # fmt: skip
        found = []
        for place, file in enumerate(files[:MOST_PICTURES], 1):
            try:
                picture = read_upload(file.getvalue())
            except LabError as error:
                st.error(f"Picture {place}: {error}")
                continue
            found.append(picture)
            if picture.told:
                st.caption(f"Picture {place}: {' '.join(picture.told)}")
    return found
