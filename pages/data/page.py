"""Data: what a model is given to see, image by image and number by number."""

import streamlit as st

from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.data.balance import balance_panel
from pages.data.controls import choose, data_link
from pages.data.counting import counting_panel
from pages.data.duplicates import duplicates_panel
from pages.data.foot import data_foot
from pages.data.gallery import draw_gallery
from pages.data.images import images_of

EXPERIMENTS = {
    "The stars among the test images": {"split": "test", "class": "star"},
    "One image by its number, and its numbers": {"search": "4711"},
    "The frogs of CIFAR-10": {"dataset": "cifar10", "class": "frog"},
}

st.title("Data")
st.markdown(
    "A model never sees a picture: it gets 3 × 32 × 32 numbers. **Normalised, and back with the same mean and deviation, they are the same "
    "image; with any others the colors are wrong.**"
)
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
try_this(EXPERIMENTS)
if dataset is not None:
    data_foot(choices, page)
