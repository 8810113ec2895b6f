"""Results: what everybody of the class has done; for a student, what he has done himself."""

import streamlit as st

from core.classroom.rights import Act
from dashboard.shell import services, state, visitor
from pages.results.panels import class_panel, ending_panel, own_panel, roster_panel

state.values()
if visitor.may(Act.RESULTS):
    class_panel()
    roster_panel()
if not visitor.may(Act.RESULTS) or not services.classroom().people.all():  # who leads a class is no part of it
    own_panel()
if visitor.may(Act.RESULTS):
    ending_panel()
st.caption(
    "A lesson is done when all its checks are passed. The accuracy is the best one of any run on validation images. Times are those of "
    "the server's clock."
)
state.write_page({})
