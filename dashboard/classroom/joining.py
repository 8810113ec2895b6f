"""The form by which a student joins, before any page of a class; the page that was asked for comes after it."""

from __future__ import annotations

import streamlit as st

from core.classroom.people import MOST_NAME
from core.classroom.rights import Act
from core.text import MOST_NAME as MOST_LETTERS
from dashboard.kit.wording import marked
from dashboard.shell import services, show, visitor
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.notices import said_above

CODE = Choice("class", "code")  # in the link of the QR code
NAME = Choice("class", "name", in_link=False)
TURN = Kept("class", "offered", first=0)  # which pseudonym is offered


def join_form() -> None:
    """Code, name and pseudonym."""
    st.title("Join the class")
    st.markdown("Sequence Lab: your class trains networks on images read as sequences, and sees every number inside them.")
    with st.container(key="join", width=460):
        offered = services.classroom().people.offer(visitor.owner(), TURN.value)
        with st.container(horizontal=True, vertical_alignment="center"):
            show.markdown(marked("All others see you as **{}**.", offered), width="stretch")
            st.button("Another", key="join_another", icon=":material/casino:", on_click=lambda: TURN.keep(TURN.value + 1))
        with st.form("join_form", border=False):  # so that the Enter key joins
            CODE.text_input("Code of the class", max_chars=20, placeholder="on the projector", autocomplete="off")
            NAME.text_input("Your name", max_chars=MOST_NAME, help="Your instructor alone sees it.", autocomplete="name")
            st.form_submit_button("Join", key="join_now", type="primary", icon=":material/login:", width="stretch", on_click=_join)
        st.caption("No account. A cookie lets this browser find its runs and answers again.")


def _join() -> None:
    with said_above():
        visitor.require(Act.JOIN)
        code, name = str(CODE.value)[:MOST_LETTERS], str(NAME.value)[:MOST_LETTERS]
        services.classroom().people.join(visitor.owner(), code=code, name=name, turn=TURN.value)
