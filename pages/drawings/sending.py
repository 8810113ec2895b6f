"""What whoever draws has: a pad with the classes, and in its place a photograph. What is sent is checked by `core.classroom.drawings`."""

from __future__ import annotations

import streamlit as st

from core.classroom.drawings import MOST_OF_ONE, Opened
from core.classroom.rights import Act
from core.errors import DataError, LabError
from dashboard.kit.messages import drawn
from dashboard.pictures.camera import photograph
from dashboard.pictures.drawn import drawn_content
from dashboard.shell import show, state, visitor
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.notices import said_above
from dashboard.shell.page import fragment
from pages.drawings.lookups import drawings
from pages.drawings.pad import outbox, sending_pad
from pages.drawings.turns import rerun_in_another_turn

KEY = "drawings_pad"
DONE = Kept("drawings", "done", first=0)  # the number of the last sheet of this session that has been taken or refused
SAID = Kept("drawings", "said", first="")  # why the last one was refused
LABEL = Choice("drawings", "label", in_link=False)
CAMERA = Choice("drawings", "camera", in_link=False)
BECOMES = "It is squeezed to 32 x 32 pixels and is kept in the set, without the place, the time and all else that a camera writes into it."


def sending_panel() -> None:
    """The pad, and below it the camera while pictures are collected."""
    fragment(_pad)()
    if opened := drawings().now:
        with st.expander("Photograph in place of drawing", key="drawings_photo", on_change="rerun") as box:
            if box.open:
                _photograph(opened)


def _pad() -> None:
    rerun_in_another_turn("sending")
    opened, mine = drawings().now, 0
    if opened:
        mine = drawings().sent_by(visitor.owner(), opened.name)
    message = {
        "session": visitor.session(),
        "set": opened.name if opened else "",
        "classes": [*opened.classes] if opened else [],
        "counts": [*drawings().counts(opened.name).values()] if opened else [],
        "left": drawings().seconds_left,
        "mine": mine,
        "most": MOST_OF_ONE,
        "done": DONE.value,
        "said": SAID.value,
    }
    known = drawn(KEY)
    sending_pad(message, key=KEY, on_send=_take)
    if not known and outbox(KEY):  # of a browser whose session is new, for the lab was started again: nobody was called
        _take()
        st.rerun()


def _take() -> None:
    """Add the sheets that have not been taken yet. Each is answered once, whether it was taken or not."""
    for sheet in outbox(KEY):
        if sheet["number"] <= DONE.value:
            continue
        DONE.keep(sheet["number"])
        try:
            visitor.require(Act.DRAW)
            drawings().add(visitor.owner(), sheet["label"], drawn_content(sheet["png"]))
            SAID.keep("")
        except LabError as error:
            SAID.keep(visitor.told(error))


def _photograph(opened: Opened) -> None:
    LABEL.among(opened.classes).selectbox("It shows")
    photograph(key=CAMERA.key, help=BECOMES, on_change=_send_photograph)


def _send_photograph() -> None:
    """Send the file that the widget has now. A photograph that was taken away is none."""
    if (file := CAMERA.now) is None:
        return
    with said_above():
        visitor.require(Act.DRAW)
        if not LABEL.now:
            raise DataError("Say first what the photograph shows.")
        drawings().add(visitor.owner(), LABEL.now, file.getvalue())
        state.say(f"Your photograph was sent: {show.plain(LABEL.now)}.")
