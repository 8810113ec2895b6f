"""What has been drawn, also earlier: which set is shown, its other name, its archive, and its end."""

from __future__ import annotations

import streamlit as st

from core.classroom.rights import Act
from core.data.made_sets import MADE, MOST_NAME
from dashboard.shell import show, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.download import download
from dashboard.shell.notices import said_above
from pages.drawings.lookups import SET, drawings, shown_set

NEW_NAME = Choice("drawings", "new_name", in_link=False)


def set_panel() -> None:
    """The instructor's controls of the sets that are kept."""
    name, opened = shown_set(), drawings().now
    st.header("Sets")
    counts = drawings().sets()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if not opened:
            SET.set(name)
            SET.among([*counts], first=name).selectbox("Set", format_func=lambda chosen: f"{chosen} ({counts.get(chosen, 0)})", width=260)
        download("Class folders", _archive, f"{name}.zip", key="drawings_export", help="A zip with one folder for each class.")
        with st.popover("Rename", icon=":material/edit:", disabled=bool(opened)):
            NEW_NAME.following(name).text_input("New name", max_chars=MOST_NAME)
            st.button("Rename it", key="drawings_rename", on_click=_rename, args=(name,))
        with st.popover("Delete", icon=":material/delete:", disabled=bool(opened)):
            show.caption(f"Delete {counts[name]} pictures for good? Runs on them keep their numbers, not their images.")
            st.button("Delete the set", key="drawings_delete", type="primary", on_click=_delete, args=(name,))
    show.caption(f"A set is the data set “Drawn here” on Train, Data and all other pages, and --dataset {MADE} on the command line.")


def _archive() -> bytes:
    visitor.require(Act.COLLECT)
    return drawings().export(shown_set())


def _rename(name: str) -> None:
    with said_above():
        visitor.require(Act.COLLECT)
        SET.set(drawings().rename(name, NEW_NAME.value))


def _delete(name: str) -> None:
    with said_above():
        visitor.require(Act.COLLECT)
        drawings().delete(name)
