"""Choosing a picture: one of a data set, an uploaded or photographed one, or a drawn one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.checks import Whole
from core.data import DATASETS, datasets_of, usable
from core.data.kinds import ENDINGS
from core.data.made_sets import MADE, made_sets
from core.data.naming import folder_name
from core.data.shapes import CLASSES, PARTS, draw
from core.data.ship import sailing_ship, ship
from core.data.uploads import read_upload
from core.errors import DataError, LabError
from core.folders import is_there
from core.home import lab_home
from core.training.config import RunConfig
from core.training.flat_config import folder_of, kind_of
from dashboard.pictures.camera import photograph
from dashboard.pictures.draw_pad import draw_pad
from dashboard.pictures.drawn import drawn_content
from dashboard.runs.labels import data_label
from dashboard.setup.downloads import offer_download
from dashboard.shell import services, show, state, visitor
from dashboard.shell.choices import Choice, Kept

if TYPE_CHECKING:
    from core.data.splits import Dataset

SOURCES = {"set": "Data set", "draw": "Draw", "upload": "Upload", "camera": "Camera"}
NOT_SAID, NONE_OF_THEM = "not said", "none of these"
SPLITS = {"train": "training", "val": "validation", "test": "test"}
SOURCE = Choice("picture", "from", SOURCES, first="set")
SET = Choice("picture", "set", first="shapes")
SPLIT = Choice("picture", "split", SPLITS, first="val")
IMAGE = Choice("picture", "image", range(1, 1), first=7)
ANY_IMAGE = Choice("picture", "image", check=Whole(1))
UPLOAD, CAMERA, PAD = (Choice("picture", name, in_link=False) for name in ("upload", "camera", "pad"))
TRUTH = Choice("picture", "truth", first=NOT_SAID, in_link=False)
OWN = Kept("picture", "own")  # pictures of one's own by their source; of one that cannot be read, why
LINKED = Kept("picture", "linked")  # a set-up with the data set that an older link to the page Patches names
CHOSEN = Kept("picture", "chosen", False)  # whether somebody, or a link, has chosen the data set: until then pages show their own
SAILING = "sailing ship"
DRAWN = {"ship": ship, SAILING: sailing_ship}  # pictures beside the data sets that are always there
SHIP = "ship"  # their class
FIRST = 6  # the index of the picture that is shown first: a heart in the middle


@dataclass(frozen=True, eq=False)
class Shown:
    """The picture on the page: (3, 32, 32) uint8. `name` tells it from other pictures; `label` is its class, where that is known."""

    pixels: np.ndarray
    name: str
    caption: str
    label: str = ""
    remarks: tuple[str, ...] = ()  # sentences on what was done to it
    link: Mapping[str, str] = field(default_factory=dict)
    place: tuple[str, int] | None = None  # the data set that it is a validation image of, and which, from 0
    named: Mapping[str, str] = field(default_factory=dict)  # what a link to any page says of it


def choose_picture(classes: Sequence[str], *, first: str = "shapes", any_split: bool = False) -> Shown:
    """The controls of the picture; `classes` are those that a picture of one's own can be said to show.

    `first` is the data set, or the ship, that the page opens with; it is shown, too, while there is no picture of one's own, or it cannot
    be read. With `any_split` training and test images can be chosen, too, and a link may be one of the page Patches as it once was.
    """
    if any_split:
        _read_older_link()
    SOURCE.set(SOURCE.value or "set")  # set anew: the same widget on another page would forget it once
    source = SOURCE.segmented("Picture from", format_func=SOURCES.get, width="stretch")
    try:
        if source == "set":
            return from_set(*_choose_from_set(first, any_split=any_split), first=first)
        own = {"draw": _drawn, "upload": _uploaded, "camera": _photographed}[source]()
    except LabError as error:
        show.error(error)
        own = None
    link = {"from": "" if source == "set" else source}
    if own is None:
        return replace(from_set(first, FIRST if first == "shapes" else 0), link=link)
    for sentence in own.remarks:
        show.caption(sentence)
    return replace(own, label=_said(classes), link=link, named=link)


# ---- one of a data set ----


def known_picture(config: Mapping[str, Any], classes: Sequence[str]) -> str:
    """The picture that a page opens with on a run: of a class that it knows, and there for everybody; else its own images at hand."""
    if config["dataset"] != "shapes" and SHIP in classes:
        return SAILING
    own = _name_of(config) if config["dataset"] in DATASETS else ""
    return own if own in sets_at_hand() else "shapes"


def sets_at_hand() -> dict[str, RunConfig]:
    """The data sets that can be shown without a download, by their names; folders and archives of this lab's runs, and
    what a class has drawn, by theirs."""
    alone = [name for name in datasets_of("images") if not (DATASETS[name].needs_folder or DATASETS[name].needs_set)]
    sets = {name: RunConfig.of(dataset=name) for name in alone if usable(name)}
    runs = (row.config for row in services.manager().runs() if kind_of(row.config) == "images")
    for config in (*runs, *([LINKED.value.flat()] if LINKED.value else [])):
        if (place := folder_of(config)) and is_there(place):
            sets.setdefault(_name_of(config), RunConfig.of(dataset=config["dataset"], data=place))
    for name in made_sets(lab_home()):
        sets.setdefault(name, RunConfig.of(dataset=MADE, made=name))
    return sets


def _name_of(config: Mapping[str, Any]) -> str:
    """What `sets_at_hand` calls the data set of a run with this flat config."""
    if DATASETS[config["dataset"]].needs_set:
        return config["made"]
    return folder_name(folder_of(config)) if DATASETS[config["dataset"]].needs_folder else config["dataset"]


def _choose_from_set(first: str, *, any_split: bool) -> tuple[str, int, str]:
    """The name of a data set, the index of one of its images, and their split; a drawn ship is alone."""
    sets = [*sets_at_hand(), *DRAWN]
    if not SET.started:
        CHOSEN.keep(SET.linked is not None)
    known = SET.among(sets, first=first)
    known.set(known.value if CHOSEN.value else known.first)  # set anew, as the source is
    both = 1 if known.value in DRAWN else 2  # so that each has room for its words or its buttons
    columns = st.container(key="picture_set_row").columns(both, gap="small", vertical_alignment="bottom")
    help = "The data sets on this computer, each with its validation images, from which no model learns, and two drawn ships."
    with columns[0]:
        name = SET.among(sets, first=first).selectbox(
            "Data set", format_func=_title, on_change=CHOSEN.keep, args=(True,), help="" if any_split else help
        )
    if name in DRAWN:
        return name, 0, "val"
    split = SPLIT.segmented("Split", format_func=SPLITS.get) if any_split or SPLIT.value != "val" else "val"
    if any_split:
        _offer_linked()
    count = size_of(name, split)
    if IMAGE.started:
        IMAGE.set(min(IMAGE.now or 1, count))
    elif any_split and (number := ANY_IMAGE.linked):  # of one beyond the last, the last
        IMAGE.set(min(number, count))
    with columns[1]:
        number = IMAGE.among(range(1, count + 1), first=min(FIRST + 1, count)).number_input("Image")
    return name, (number or 1) - 1, split  # None while the field is empty


def size_of(name: str, split: str = "val") -> int:
    """How many images of a split a data set has."""
    if name == "shapes":
        return len(PARTS[split])
    return len(getattr(_read_images(sets_at_hand()[name]), split))


def from_set(name: str, index: int, split: str = "val", *, first: str = "shapes") -> Shown:
    """An image of a split of a data set by its index from 0, or a ship. Raises DataError when the images cannot be read.

    `first` is what the page opens with: its link does not say so.
    """
    if name in DRAWN:
        caption = f"{name}: drawn by this lab, in no data set" + ("; it was searched for" if name == SAILING else "")
        return Shown(DRAWN[name](), name, caption, SHIP, link={"set": "" if name == first else name}, named={"set": name})
    if name == "shapes":  # drawn at once: the page opens before torch is loaded
        (pixels,), (label,) = draw(np.array([PARTS[split][index]]))
        classes, count = CLASSES, len(PARTS[split])
    else:
        part = getattr(dataset := _read_images(sets_at_hand()[name]), split)
        pixels, label = part.images[index].numpy(), int(part.labels[index])
        classes, count = dataset.classes, len(part)
    caption = f"{classes[label]}: {_title(name)}, {SPLITS[split]} image {index + 1:,} of {count:,}"
    other = {} if split == "val" else {"split": split}
    link = {"set": "" if name == first else name, "image": "" if index == FIRST else str(index + 1), **other}
    named, place = {"set": name, "image": str(index + 1), **other}, None if other else (name, index)
    return Shown(pixels, " ".join((name, *other.values(), str(index))), caption, classes[label], link=link, place=place, named=named)


def _title(name: str) -> str:
    """What a data set of `sets_at_hand`, or a drawn ship, is called on the page."""
    return data_label({"dataset": name} if name in (*DATASETS, *DRAWN) else {"dataset": "folder", "data": name})


def _read_older_link() -> None:
    """Take what links to the page Patches said before it shared this choice: another word for an upload, and data sets and folders by the
    names that the page Train has for them."""
    if not SOURCE.started and state.page().get("from") == "file":
        SOURCE.set("upload")
    if not SET.started and "dataset" in state.page():
        with suppress(LabError):  # the address says what cannot be used
            LINKED.keep(RunConfig.of(**state.data_values()))
    if _awaited() and (name := _name_of(LINKED.value.flat())) in sets_at_hand():
        SET.set(name)
        CHOSEN.keep(True)


def _awaited() -> bool:
    """Whether the data set of an older link is to be shown as soon as it is on this computer."""
    return LINKED.value is not None and not CHOSEN.value


def _offer_linked() -> None:
    """Of the data set of an older link that is not on this computer: how it comes here, until another one is chosen. Raises DataError for
    a folder that cannot be read."""
    if _awaited() and (DATASETS[LINKED.value.dataset].needs_folder or DATASETS[LINKED.value.dataset].needs_set):
        _read_images(LINKED.value)  # says what is wrong
    elif _awaited():
        offer_download(LINKED.value.dataset)


def next_picture(shown: Shown) -> Shown | None:
    """The image after one of a data set; None after the last one, and for any other picture."""
    name, index = shown.place or ("", 0)
    return from_set(name, index + 1) if name and index + 1 < size_of(name) else None


def _read_images(config: RunConfig) -> Dataset:
    from core.training.runs.datasets import load_shared

    with st.spinner(show.label(f"Reading {data_label(config.flat())}"), show_time=True):
        return load_shared(config, services.manager().home, lambda *_: None)


# ---- one's own ----


def _uploaded() -> Shown | None:
    st.file_uploader(
        "A picture of your own",
        type=("image", *ENDINGS),
        key=UPLOAD.key,
        on_change=_take,
        args=("upload",),
        help="PNG, JPEG, WebP, GIF, BMP, TIFF, PGM or PPM, up to 20 MB. It is kept in the memory of this session only, 40 MB of files at "
        "most: where the status 413 or 429 is shown there is no room for another. Take one away, or reload the page.",
    )
    return _kept("upload")


def _photographed() -> Shown | None:
    photograph(key=CAMERA.key, on_change=_take, args=("camera",))
    return _kept("camera")


def _take(source: str) -> None:
    """Read the file that the widget of `source` has now; what is wrong with it is kept as a sentence."""
    file, own = (UPLOAD if source == "upload" else CAMERA).now, _own()
    if file is None:
        own.pop(source, None)
        return
    try:
        own[source] = shown_file(file.getvalue(), file.name if source == "upload" else "photograph")
    except LabError as error:
        own[source] = visitor.told(error)


def _kept(source: str) -> Shown | None:
    if isinstance(own := _own().get(source), str):
        raise DataError(own)
    return own


def shown_file(content: bytes, name: str) -> Shown:
    """The picture in a file. Raises DataError when it cannot be read."""
    picture = read_upload(content)
    return Shown(picture.pixels, sha256(picture.pixels.tobytes()).hexdigest()[:12], name[:60], remarks=picture.told)


def _own() -> dict[str, Any]:
    """What this session has of its own, by source; of a file that cannot be read the reason."""
    return OWN.value if OWN.value is not None else OWN.keep({})


def _drawn() -> Shown | None:
    own = _own()
    uri = draw_pad(key=PAD.key, start=own.get("draw", "")) or own.get("draw", "")
    drawing = shown_drawing(uri) if uri else None
    own["draw"] = uri
    return drawing


def shown_drawing(uri: str) -> Shown:
    """The drawing in a data URI that a browser has sent: any text may be in it. Raises DataError when it is no picture."""
    return Shown(read_upload(drawn_content(uri)).pixels, "drawing", "your drawing")


def _said(classes: Sequence[str]) -> str:
    """The class that the viewer says the picture shows; empty while nothing is said."""
    options = [NOT_SAID, *classes, NONE_OF_THEM]
    label = TRUTH.among(options).selectbox("It shows", help="If you say it, the lab can tell right answers from wrong ones.")
    return "" if label == NOT_SAID else label
