"""Entry script of the lab: page set-up, style and navigation. Run on every visit; the page itself is a file in pages/."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # `streamlit run dashboard/app.py` puts only dashboard/ there
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from core.classroom.rights import GUEST, OUTSIDER  # noqa: E402
from dashboard.classroom.following import class_bar, show_class  # noqa: E402
from dashboard.classroom.joining import join_form  # noqa: E402
from dashboard.lessons.column import arrive_at_lesson, lesson_column  # noqa: E402
from dashboard.lessons.offer import offer_tour  # noqa: E402
from dashboard.navigation import CLASS, PAGES, sections  # noqa: E402
from dashboard.shell import visitor  # noqa: E402
from dashboard.shell.bar import set_up, top_bar  # noqa: E402
from dashboard.shell.find import finder  # noqa: E402
from dashboard.shell.notices import notices  # noqa: E402
from dashboard.shell.opening import closing, opening  # noqa: E402
from dashboard.shell.page import guarded  # noqa: E402
from dashboard.warm import warm_up  # noqa: E402
from dashboard.web.libraries import load_libraries  # noqa: E402

load_libraries()
set_up()
role = visitor.role()
places = {
    page.url_path: st.Page(page.path, title=page.title, icon=page.icon, url_path=page.url_path, default=page.default, help=page.help)
    for page in PAGES
    if role != GUEST or page.section != CLASS
}
menu = {name: [places[page.url_path] for page in pages if page.url_path in places] for name, pages in sections().items()}
menu = {name: pages for name, pages in menu.items() if pages}
shown = st.navigation(
    menu,
    position="hidden" if role == OUTSIDER else "top",  # a sidebar would take a third of a projector's width
)
page = next(page for page in PAGES if page.title == shown.title)
top_bar(page, menu)
if page.sheet.exists():
    st.html(page.sheet)
with notices():
    with guarded():
        if role == OUTSIDER:
            join_form()
        else:
            finder(places)
            class_bar(page, places)
            arrive_at_lesson(page, places)
            opening(page, places)
            lesson_column(page, places)
            offer_tour()
            with st.container(key="page"):
                shown.run()
            show_class(page)
        warm_up()
    if role != OUTSIDER:
        closing(page, places)
