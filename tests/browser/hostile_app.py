"""Every way in which a page can show text, with hostile text, and the lab's own helpers between."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import plotly.graph_objects as go  # noqa: E402
import streamlit as st  # noqa: E402

from core.errors import DataError, Place  # noqa: E402
from dashboard.kit.wording import code, escape, marked, plotted  # noqa: E402
from dashboard.shell import show  # noqa: E402
from tests.hostile import SIGNS as TEXT  # noqa: E402

for draw in (show.markdown, show.caption, show.error, show.warning, show.info, show.success, show.header):
    draw(TEXT)
show.error(DataError("The folder ", Place(f"/photos/{TEXT}"), " is empty."))
show.markdown(marked("**{}** and {}", TEXT, code(TEXT)))
st.html(f"<p title='{escape(TEXT)}'>{escape(TEXT)}</p>")
st.button(show.label(TEXT), help=show.label(TEXT))
st.radio(show.label(TEXT), [show.label(TEXT), "b"])
st.segmented_control(show.label(TEXT), ["a", "b"], format_func=lambda name: show.label(TEXT) if name == "a" else name)
st.selectbox(show.label(TEXT), [TEXT, "b"])
st.multiselect(show.label(TEXT), [TEXT, "b"], default=[TEXT])
st.select_slider(show.label(TEXT), [TEXT, "b"], format_func=show.label)
st.progress(0.5, show.label(TEXT))
st.code(TEXT, language=None)
with st.expander(show.label(TEXT)):
    st.dataframe({"a": [TEXT]})
name = plotted(TEXT)
figure = go.Figure(
    [go.Scatter(x=[1, 2], y=[1, 2], name=name, text=[name, name], mode="lines", hovertemplate=f"{name} %{{x}}<extra>{name}</extra>")]
)
figure.update_layout(title=name, xaxis={"title": name}, showlegend=True)
st.plotly_chart(figure, key="figure")
st.caption("END")
