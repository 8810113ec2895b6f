"""What stands at the foot of a page: where its numbers come from, and how to take them along."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from core.data import DATASETS, usable
from core.training.presets import PRESETS
from dashboard.kit.wording import escape
from dashboard.shell import show
from dashboard.shell.choices import Kept
from dashboard.shell.link import page_link

OPEN = Kept("take", "along", first=False)  # whether the box with the link and the code is open


def try_this(links: Mapping[str, Mapping[str, str]]) -> None:
    """Experiments as links that set the whole state: {what it is called: its query string}.

    What needs a data set that is not here yet says so, and comes last.
    """
    rows = sorted(((missing(query), text, urlencode(query)) for text, query in links.items()), key=lambda row: bool(row[0]))
    items = "".join(f'<li><a href="?{escape(query)}" target="_self">{escape(text)}</a>{_needs(title)}</li>' for title, text, query in rows)
    st.subheader("Try this")
    st.html(f'<ul class="lab-try">{items}</ul>')


def missing(query: Mapping[str, str]) -> str:
    """The data set, by its title, that a link asks for and that is not on this computer; "" where nothing is missing."""
    name = query.get("dataset") or PRESETS.get(query.get("preset", ""), {}).get("dataset", "")
    return DATASETS[name].title if name and DATASETS[name].downloads and not usable(name) else ""


def _needs(title: str) -> str:
    return f" (needs {escape(title)})" if title else ""


def take_along(query: Mapping[str, str], code: str, *, language: str = "bash") -> None:
    """What a page shows as a link, which says `query`, and as code (of bash: a command), folded."""
    kind, where = ("a command", "from the command line") if language == "bash" else ("code", f"in {language.capitalize()}")
    with st.expander(show.label(f"This set-up as a link and as {kind}"), key=OPEN.key, on_change="rerun") as box:
        if box.open:  # the first code on a page makes the browser load a syntax highlighter: half a second
            columns = st.columns(2)
            columns[0].caption("Link to this set-up")
            columns[0].code(page_link(query), language=None, wrap_lines=True)
            show.caption(f"This set-up {where}", at=columns[1])
            columns[1].code(code, language=language, wrap_lines=True)
