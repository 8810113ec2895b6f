"""Glossary: the words of the unit, each in one or two plain sentences, with the page that shows it."""

import streamlit as st

from core.guide.terms import CHAPTERS
from dashboard.shell import show, state
from dashboard.shell.choices import links
from dashboard.shell.foot import try_this
from pages.glossary.about import ABOUT
from pages.glossary.controls import CHAPTER, choose
from pages.glossary.view import terms_html

state.values()
with st.container(key="glossary_terms"):
    for title in choose():
        show.header(title)
        st.html(terms_html(CHAPTERS[title]))
try_this(ABOUT.experiments)
state.write_page(links(CHAPTER))
