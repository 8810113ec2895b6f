"""Entry script of the lab: page set-up, style and navigation. Run on every visit; the page itself is a file in pages/."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # `streamlit run dashboard/app.py` puts only dashboard/ there
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from dashboard.navigation import sections, sheet_of  # noqa: E402
from dashboard.shell.notices import notices  # noqa: E402
from dashboard.shell.page import guarded  # noqa: E402
from dashboard.warm import warm_up  # noqa: E402
from dashboard.web.libraries import load_libraries  # noqa: E402

load_libraries()
st.set_page_config(page_title="Sequence Lab", page_icon=ROOT / "dashboard" / "icon.png", layout="wide")
st.html(ROOT / "dashboard" / "theme.css")
st.html(ROOT / "dashboard" / "kit" / "kit.css")
page = st.navigation(
    {
        section: [
            st.Page(page.path, title=page.title, icon=page.icon, url_path=page.url_path, default=page.default, help=page.help)
            for page in pages
        ]
        for section, pages in sections().items()
    },
    position="top",  # a sidebar would take a third of a projector's width
)
if sheet := sheet_of(page.title):
    st.html(sheet)
with notices(), guarded():
    page.run()
    warm_up()
