"""A figure of Plotly's on a page: with a text alternative that says its result, and with buttons that save it with a caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.kit.component import component

if TYPE_CHECKING:
    import plotly.graph_objects as go

HTML = """<div class="figure-files" role="group" aria-label="Save the figure with its caption">
  <span>Save the figure:</span>
  <button type="button" data-kind="svg" title="As a drawing, with a caption that says what it shows">SVG</button>
  <button type="button" data-kind="png" title="As a picture, with a caption that says what it shows">PNG</button>
</div>"""

_mount = component(__file__, HTML)


def plotly_figure(figure: go.Figure, *, key: str, alt: str, caption: str) -> None:
    """Draw a figure. `alt` states its result, for those who cannot see it; `caption` names run, split, n and epoch in the saved file."""
    st.plotly_chart(figure, key=key, alt=alt, config={"modeBarButtonsToRemove": ["toImage"], "displaylogo": False})
    _mount(data=[{"figure": key, "caption": caption}], key=f"{key}_files")
