"""What a student sees of the class: who one is here, and how to leave."""

from __future__ import annotations

import streamlit as st

from core.classroom.people import MOST_NAME
from core.classroom.rights import Act
from dashboard.kit.wording import marked
from dashboard.shell import services, show, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.notices import said_above

NAME = Choice("class", "new_name", in_link=False)


def own_panel() -> None:
    """Pseudonym, name, and the way out."""
    member = services.classroom().people.member(visitor.owner())
    if member is None:
        return
    show.markdown(marked("All others see you here as **{}**. Only your instructor sees your name, {}.", member.pseudonym, member.name))
    with st.container(horizontal=True, vertical_alignment="bottom", width=520):
        NAME.text_input("Another name", max_chars=MOST_NAME, placeholder=show.plain(member.name))
        st.button("Change", key="class_change", on_click=_change)
    with st.popover("Leave the class", icon=":material/logout:"):
        st.markdown("Your runs and answers stay. To come back, type the code again: you will have another pseudonym.")
        st.button("Leave", key="class_leave", type="primary", on_click=_leave)


def _change() -> None:
    with said_above():
        visitor.require(Act.JOIN)
        services.classroom().people.join(visitor.owner(), code="", name=str(NAME.value)[:MOST_NAME])
        NAME.set("")


def _leave() -> None:
    with said_above():
        visitor.require(Act.JOIN)
        services.classroom().people.remove(visitor.owner())
