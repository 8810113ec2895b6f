"""Data: what a model is given to see, image by image and number by number."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.data.about import ABOUT
from pages.data.balance import balance_panel
from pages.data.controls import choose, data_link
from pages.data.counting import counting_panel
from pages.data.duplicates import duplicates_panel
from pages.data.foot import data_foot
from pages.data.gallery import draw_gallery
from pages.data.images import images_of

state.values()
choices = choose()
dataset, page = images_of(choices)
state.write_page(choices.link)
if page is not None:
    draw_gallery(dataset, page)
if dataset is not None:
    left, right = st.columns(2, gap="large")
    with left:
        balance_panel(dataset)
    with right:
        counting_panel(dataset)
    duplicates_panel(dataset, data_link())
try_this(ABOUT.experiments)
if dataset is not None:
    data_foot(choices, page)
