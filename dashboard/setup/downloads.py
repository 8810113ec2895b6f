"""A known data set that is not here yet: its download, and where it lies if somebody has it, offered where it is needed."""

from __future__ import annotations

import streamlit as st

from core.classroom.rights import Act
from core.data import DATASETS, download, usable
from core.data.naming import name_place
from core.errors import LabError
from core.places import place_of
from core.text import MOST_PATH
from dashboard.shell import show, state, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.notices import said_above

PLACE = Choice("setup", "place", in_link=False)  # where a data set lies on this computer


def offer_download(dataset: str, so: str = "") -> bool:
    """Whether `dataset` is there; when it is not, a button that fetches it with a progress bar, and what to do for who has it already.

    `so` says what its absence means here.
    """
    if usable(dataset) or (DATASETS[dataset].copy and state.values().get("data")):
        return True
    title = DATASETS[dataset].title
    show.info(f"{title} is not on this computer yet{so}.{_lost(dataset)}", icon=":material/cloud_download:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        fetch = visitor.may(Act.DOWNLOAD) and st.button(show.label(f"Download {title}"), icon=":material/download:", key="download")
        _offer_own(dataset)
    if not fetch:
        return False
    visitor.require(Act.DOWNLOAD)
    bar = st.progress(0.0, "Connecting")
    try:
        download(
            dataset,
            progress=lambda done, total, what: bar.progress(
                min(1.0, done / total) if total else 0.0, show.label(_progress_words(done, total, what))
            ),
        )
    except LabError as error:
        show.error(error)
        return False
    bar.empty()
    st.rerun()


def _offer_own(dataset: str) -> None:
    """The machine's own user, or in a class the instructor, says once, for all pages and everybody, where the set lies; others may open a
    folder that was left open."""
    spec = DATASETS[dataset]
    if not visitor.may(Act.OPEN_FOLDERS):
        st.button(
            "I have a folder of images", icon=":material/folder_open:", key="own_folder", on_click=state.choose, args=("dataset", "folder")
        )
        return
    classes = f" Or a folder of its {len(spec.classes)} class folders." if spec.classes else ""
    PLACE.text_input(
        f"Or say where {spec.title} lies on this computer",
        max_chars=MOST_PATH,
        width=420,
        placeholder=spec.copy,
        help=f"{spec.copy}.{classes} Said once, it holds for every page and everybody in this lab.",
        on_change=_take_place,
        args=(dataset,),
    )


def _take_place(dataset: str) -> None:
    text = PLACE.value.strip()
    if not text:
        return
    with said_above():
        visitor.require(Act.OPEN_FOLDERS)
        name_place(dataset, text)


def _lost(dataset: str) -> str:
    place = place_of(dataset)
    return f" It was said to lie at {visitor.path(place)}, where nothing is now." if place else ""


def _progress_words(done: int, total: int, what: str) -> str:
    return f"{what}: {done / 1e6:,.1f} of {total / 1e6:,.1f} MB" if total > 1e6 else what
