"""The bar on top of every page: the lab's name, which leads home, and the section of the page, which is marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.navigation import Page

ICON = Path(__file__).resolve().parents[1] / "icon.png"
NAME = "Sequence Lab"
MARK = '[data-testid="stTopNav"] > :nth-child({}) [data-testid="stTopNavSection"]'  # by its place: while it is closed it names no page
MARKED = "box-shadow: inset 0 -3px 0 var(--lab-run); font-weight: 600;"


def set_up() -> None:
    """Say what belongs to every page. To be called before the navigation, which would show the icon of the page on the browser's tab."""
    st.set_page_config(page_title=NAME, page_icon=ICON, layout="wide")


def top_bar(page: Page, menu: Mapping[str, Sequence[Any]]) -> None:
    """Name the browser's tab after the page, and mark its section. `menu` is the navigation: pages by section, those of "" without one."""
    st.set_page_config(page_title=f"{page.title} · {NAME}")
    st.logo(ICON)  # its name stands beside it by theme.css
    alone = len(menu.get("", ()))
    sections = [section for section in menu if section]
    if page.section in sections:
        place = alone + sections.index(page.section) + 1
        st.html(f"<style>{MARK.format(place)} {{ {MARKED} }}</style>")
