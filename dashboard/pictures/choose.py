"""Choosing a picture: one of a data set, an uploaded or photographed one, or a drawn one."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data import DATASETS, datasets_of, usable
from core.data.kinds import ENDINGS
from core.data.naming import folder_name
from core.data.shapes import CLASSES, PARTS, draw
from core.data.ship import sailing_ship, ship
from core.data.uploads import read_upload
from core.errors import DataError, LabError
from core.folders import is_there
from core.training.config import RunConfig, folder_of, kind_of
from dashboard.pictures.camera import photograph
from dashboard.pictures.draw_pad import draw_pad
from dashboard.runs.labels import data_label
from dashboard.shell import services, show, state, visitor
from dashboard.shell.choice import segmented_control

if TYPE_CHECKING:
    from core.data.splits import Dataset

SOURCES = {"set": "Data set", "draw": "Draw", "upload": "Upload", "camera": "Camera"}
SOURCE, SET, IMAGE, OWN, TRUTH = "try_source", "try_set", "try_image", "try_own", "try_truth"
NOT_SAID, NONE_OF_THEM = "not said", "none of these"
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
    told: tuple[str, ...] = ()
    link: Mapping[str, str] = field(default_factory=dict)
    place: tuple[str, int] | None = None  # the data set that it is a validation image of, and which, from 0


def choose_picture(classes: Sequence[str], *, first: str = "shapes") -> Shown:
    """The controls of the picture; `classes` are those that a picture of one's own can be said to show.

    `first` is the data set, or the ship, that the page opens with; it is shown, too, while there is no picture of one's own, or it cannot
    be read.
    """
    state.start(SOURCE, "from", SOURCES, "set")
    st.session_state[SOURCE] = st.session_state[SOURCE] or "set"  # set anew: the same widget on another page would forget it once
    source = segmented_control("Picture from", list(SOURCES), format_func=SOURCES.get, key=SOURCE, persist_state="session", width="stretch")
    try:
        if source == "set":
            return from_set(*_choose_from_set(first), first=first)
        own = {"draw": _drawn, "upload": _uploaded, "camera": _photographed}[source]()
    except LabError as error:
        show.error(error)
        own = None
    link = {"from": "" if source == "set" else source}
    if own is None:
        return replace(from_set(first, FIRST if first == "shapes" else 0), link=link)
    for sentence in own.told:
        show.caption(sentence)
    return replace(own, label=_said(classes), link=link)


# ---- one of a data set ----


def sets_at_hand() -> dict[str, RunConfig]:
    """The data sets that can be shown without a download, by their names; folders and archives of this lab's runs by theirs."""
    found = {name: RunConfig.of(dataset=name) for name in datasets_of("images") if not DATASETS[name].needs_folder and usable(name)}
    for row in services.manager().runs():
        if kind_of(row.config) == "images" and (place := folder_of(row.config)) and is_there(place):
            name = row.config["dataset"]
            found.setdefault(folder_name(place) if DATASETS[name].needs_folder else name, RunConfig.of(dataset=name, data=place))
    return found


def _choose_from_set(first: str) -> tuple[str, int]:
    """The name of a data set and the index of one of its validation images; a drawn ship is alone."""
    sets = [*sets_at_hand(), *DRAWN]
    state.start(SET, "set", sets, first)
    st.session_state[SET] = st.session_state[SET] if st.session_state[SET] in sets else first  # set anew, as the source is
    columns = st.container(key="try_set_row").columns(
        2, gap="small", vertical_alignment="bottom"
    )  # beside each other both have room for their buttons
    name = columns[0].selectbox(
        "Data set",
        sets,
        format_func=lambda name: show.plain(_title(name)),
        key=SET,
        persist_state="session",
        help="Those that are on this computer, of each the validation images, from which no model learns; and two drawn ships.",
    )
    if name in DRAWN:
        return name, 0
    count = size_of(name)
    state.start(IMAGE, "image", range(1, count + 1), FIRST + 1)
    st.session_state[IMAGE] = min(st.session_state[IMAGE] or 1, count)
    number = columns[1].number_input("Image", 1, count, key=IMAGE, persist_state="session")
    return name, (number or 1) - 1  # None while the field is empty


def size_of(name: str) -> int:
    """How many validation images a data set has."""
    if name == "shapes":
        return len(PARTS["val"])
    return len(_loaded(name).val)


def from_set(name: str, index: int, *, first: str = "shapes") -> Shown:
    """A validation image of a data set by its index from 0, or a ship. Raises DataError when the images cannot be read.

    `first` is what the page opens with: its link does not say so.
    """
    if name in DRAWN:
        told = f"{name}: drawn by this lab, in no data set" + ("; it was searched for" if name == SAILING else "")
        return Shown(DRAWN[name](), name, told, SHIP, link={"set": "" if name == first else name})
    if name == "shapes":  # drawn at once: the page opens before torch is loaded
        (pixels,), (label,) = draw(np.array([PARTS["val"][index]]))
        classes, count = CLASSES, len(PARTS["val"])
    else:
        dataset = _loaded(name)
        pixels, label = dataset.val.images[index].numpy(), int(dataset.val.labels[index])
        classes, count = dataset.classes, len(dataset.val)
    caption = f"{classes[label]}: {_title(name)}, validation image {index + 1:,} of {count:,}"
    link = {"set": "" if name == first else name, "image": "" if index == FIRST else str(index + 1)}
    return Shown(pixels, f"{name} {index}", caption, classes[label], link=link, place=(name, index))


def _title(name: str) -> str:
    """What a data set of `sets_at_hand`, or a drawn ship, is called on the page."""
    return data_label({"dataset": name} if name in (*DATASETS, *DRAWN) else {"dataset": "folder", "data": name})


def next_picture(shown: Shown) -> Shown | None:
    """The image after one of a data set; None after the last one, and for any other picture."""
    name, index = shown.place or ("", 0)
    return from_set(name, index + 1) if name and index + 1 < size_of(name) else None


def _loaded(name: str) -> Dataset:
    from core.training.runs.datasets import load_shared

    with st.spinner(show.label(f"Reading {_title(name)}"), show_time=True):
        return load_shared(sets_at_hand()[name], services.manager().home, lambda *_: None)


# ---- one's own ----


def _uploaded() -> Shown | None:
    st.file_uploader(
        "A picture of your own", type=("image", *ENDINGS), key="try_upload", on_change=_take, args=("upload",),
        help="PNG, JPEG, WebP, GIF, BMP, TIFF, PGM or PPM, up to 20 MB. It is kept in the memory of this session only, 40 MB of files at "
        "most: where the status 413 or 429 is shown there is no room for another. Take one away, or reload the page.",
    )  # fmt: skip
    return _kept("upload")


def _photographed() -> Shown | None:
    photograph(key="try_camera", on_change=_take, args=("camera",))
    return _kept("camera")


def _take(source: str) -> None:
    """Read the file that the widget of `source` has now; what is wrong with it is kept as a sentence."""
    file = st.session_state[f"try_{source}"]
    own = st.session_state.setdefault(OWN, {})
    if file is None:
        own.pop(source, None)
        return
    try:
        own[source] = shown_file(file.getvalue(), file.name if source == "upload" else "photograph")
    except LabError as error:
        own[source] = visitor.told(error)


def _kept(source: str) -> Shown | None:
    found = st.session_state.get(OWN, {}).get(source)
    if isinstance(found, str):
        raise DataError(found)
    return found


def shown_file(content: bytes, name: str) -> Shown:
    """The picture in a file. Raises DataError when it cannot be read."""
    picture = read_upload(content)
    return Shown(picture.pixels, sha256(picture.pixels.tobytes()).hexdigest()[:12], name[:60], told=picture.told)


def _drawn() -> Shown | None:
    own = st.session_state.setdefault(OWN, {})
    uri = draw_pad(key="try_pad", start=own.get("draw", "")) or own.get("draw", "")
    found = shown_drawing(uri) if uri else None
    own["draw"] = uri
    return found


def shown_drawing(uri: str) -> Shown:
    """The drawing in a data URI that a browser has sent: any text may be in it. Raises DataError when it is no picture."""
    head, _, body = uri.partition(",")
    try:
        content = b64decode(body, validate=True) if head == "data:image/png;base64" else b""
    except (NotBase64, ValueError):
        content = b""
    return Shown(read_upload(content).pixels, "drawing", "your drawing")


def _said(classes: Sequence[str]) -> str:
    """The class that the viewer says the picture shows; empty while nothing is said."""
    label = st.selectbox(
        "It shows",
        [NOT_SAID, *classes, NONE_OF_THEM],
        format_func=show.plain,
        key=TRUTH,
        persist_state="session",
        help="Then right and wrong can be told apart.",
    )
    return "" if label == NOT_SAID else label
