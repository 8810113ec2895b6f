"""What the instructor sets up: a name, the classes, how many minutes; and the end before that."""

from __future__ import annotations

import streamlit as st

from core.classroom.drawings import MOST_CLASSES, Opened
from core.classroom.rights import Act
from core.data.made_sets import MOST_NAME
from dashboard.kit.wording import marked
from dashboard.shell import show, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.notices import said_above
from pages.drawings.lookups import SET, drawings
from pages.drawings.ready import READY

LIST = Choice("drawings", "list", READY, first="Digits", in_link=False)
NAME = Choice("drawings", "name", in_link=False)
CLASSES = Choice("drawings", "classes", in_link=False)
MINUTES = Choice("drawings", "minutes", (1, 2, 3, 5, 10), first=3, in_link=False)


def collecting_panel() -> None:
    """The controls of the set that is going to be collected, or of the one that is open."""
    opened = drawings().now
    if opened:
        _opened(opened)
    else:
        _set_up()


def _opened(opened: Opened) -> None:
    show.markdown(marked("**{}** is open. Lead the class to this page, or tell it to open it: everybody draws there.", opened.name))
    st.button("Close now", icon=":material/stop:", key="drawings_close", on_click=_close, width="stretch")


def _set_up() -> None:
    LIST.selectbox("Classes to start from")
    NAME.following(_free_name(LIST.value)).text_input("Name of the set", max_chars=MOST_NAME)
    help = f"One on each line, or with commas between them; up to {MOST_CLASSES}."
    CLASSES.following("\n".join(READY[LIST.value])).text_area("Classes", height=160, max_chars=2_000, help=help)
    MINUTES.segmented("Minutes", width="stretch")
    help = "Everybody may send pictures of these classes, until the time is over."
    label = f"Collect for {MINUTES.value} minute{'s' * (MINUTES.value > 1)}"
    more = {"type": "primary", "width": "stretch", "on_click": _open, "help": help}
    st.button(show.label(label), icon=":material/draw:", key="drawings_open", **more)


def _free_name(ready: str) -> str:
    """What a set of a ready list is called: the first such name that no set has."""
    taken = {name.casefold() for name in drawings().sets()}
    names = (ready.lower() + (f" {number}" if number > 1 else "") for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def typed_classes(text: str) -> list[str]:
    """The classes in a text: one a line, or with commas between them."""
    return [label for line in text.replace(",", "\n").split("\n") if (label := line.strip())]


def _open() -> None:
    with said_above():
        visitor.require(Act.COLLECT)
        SET.set(drawings().open(NAME.value, typed_classes(CLASSES.value), 60 * MINUTES.value).name)


def _close() -> None:
    with said_above():
        visitor.require(Act.COLLECT)
        drawings().close()
