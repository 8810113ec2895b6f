"""The download of a data set, offered where it is needed."""

from __future__ import annotations

import streamlit as st

from core.data import DATASETS, download, downloaded
from core.errors import LabError
from dashboard import show, state


def offer_download(dataset: str, so: str = "") -> bool:
    """Whether `dataset` is there; when it is not, a button that fetches it with a progress bar, and one for who has the images already.

    `so` says what its absence means here.
    """
    if downloaded(dataset) or (DATASETS[dataset].copy and state.values().get("data")):
        return True
    title = DATASETS[dataset].title
    show.info(f"{title} is not on this computer yet{so}.", icon=":material/cloud_download:")
    with st.container(horizontal=True):
        fetch = st.button(show.label(f"Download {title}"), icon=":material/download:", key="download")
        st.button(
            "I have a folder of images", icon=":material/folder_open:", key="own_folder", on_click=state.choose_dataset, args=("folder",)
        )
    if not fetch:
        return False
    bar = st.progress(0.0, "Connecting")
    try:
        download(
            dataset,
            progress=lambda done, total, what: bar.progress(min(1.0, done / total) if total else 0.0, show.label(_told(done, total, what))),
        )
    except LabError as error:
        show.error(error)
        return False
    bar.empty()
    st.rerun()


def _told(done: int, total: int, what: str) -> str:
    return f"{what}: {done / 1e6:,.1f} of {total / 1e6:,.1f} MB" if total > 1e6 else what
