"""Drawings: a class makes a data set of its own in three minutes, and trains on it."""

import streamlit as st

from core.classroom.rights import Act
from dashboard.shell import state, visitor
from pages.drawings.arriving import arriving_panel
from pages.drawings.collecting import collecting_panel
from pages.drawings.lookups import drawings, shown_set
from pages.drawings.sending import sending_panel
from pages.drawings.sets import set_panel
from pages.drawings.training import training_panel

state.values()
leads, waits = visitor.may(Act.COLLECT), drawings().now is None
if leads:
    left, right = st.container(key="lab").columns([1, 3], gap="medium")
    with left:
        collecting_panel()
    with right:
        if shown_set():
            training_panel()
        arriving_panel()
    if shown_set():
        set_panel()
    with st.expander("Draw one yourself", key="drawings_own", on_change="rerun") as own:
        if own.open:
            sending_panel()
else:
    sending_panel()
    if waits and shown_set():
        training_panel()
state.write_page({})
