"""The pictures as they arrive, for the projector: by class, with the pseudonym of who drew, and a tap that drops one."""

from __future__ import annotations

import streamlit as st

from core.classroom.rights import Act
from dashboard.kit.messages import drawn
from dashboard.shell import services, show, visitor
from dashboard.shell.choices import Kept
from dashboard.shell.notices import said_above
from dashboard.shell.page import fragment
from dashboard.shell.pulsed import rerun_when_pulsed
from pages.drawings.board import arrivals, wishes
from pages.drawings.lookups import drawings, shown_set
from pages.drawings.turns import rerun_in_another_turn
from pages.drawings.view import arrived, example

KEY = "drawings_board"
SENT = Kept("drawings", "sent")  # (set, version) that the board has been sent; None where it has asked for all


def arriving_panel() -> None:
    """The board of the set that is shown, which hears of what is new by the pulse; only that is sent."""
    fragment(_arriving)()


def _arriving() -> None:
    rerun_in_another_turn("arriving")
    name = shown_set()
    if not name:
        show.caption("An example: shapes that the lab has drawn. What your class draws arrives here, picture by picture.")
        arrivals(example(), key=KEY, on_wish=_drop, on_resync=SENT.take)
        return
    rerun_when_pulsed("drawings", drawings().version, key=KEY)
    before, version = SENT.value or ("", 0)
    message = arrived(drawings(), name, version if before == name else 0, services.classroom().called)
    known = drawn(KEY)
    arrivals(message, key=KEY, on_wish=_drop, on_resync=SENT.take)
    SENT.keep((name, message["version"]))
    if not known and wishes(KEY):  # of a browser whose session is new, for the lab was started again: nobody was called
        _drop()
        st.rerun()


def _drop() -> None:
    """Drop what the board wishes to be dropped, and put back what it wishes back: what is so already stays."""
    for picture, dropped in wishes(KEY):
        with said_above():
            visitor.require(Act.COLLECT)
            drawings().drop(picture, dropped=dropped)
