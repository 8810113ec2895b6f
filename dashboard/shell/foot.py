"""What stands at the foot of a page: where its numbers come from, and how to take them along."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from core.data import DATASETS, usable
from core.errors import LabError
from core.training.presets import PRESETS
from dashboard.kit.wording import escape
from dashboard.shell import show
from dashboard.shell.choices import Kept
from dashboard.shell.link import page_link

FIRST = 3  # experiments that stand above the picture
OPEN = Kept("take", "along", first=False)  # whether the box with the link and the code is open


def try_this(links: Mapping[str, Mapping[str, str]]) -> None:
    """The experiments that are no chips above the picture, as links that set the whole state: {what it is called: its query string}."""
    rest = ordered(links)[FIRST:]
    if not rest:
        return
    items = "".join(
        f'<li><a href="?{escape(urlencode(query))}" target="_self">{escape(text)}</a>{_needs(missing(query))}</li>' for text, query in rest
    )
    st.header("Try this, too")
    st.html(f'<ul class="lab-try">{items}</ul>')


def ordered(links: Mapping[str, Mapping[str, str]]) -> list[tuple[str, Mapping[str, str]]]:
    """Experiments in the order in which they are offered: what needs a data set that is not here yet comes last."""
    return sorted(links.items(), key=lambda row: bool(missing(row[1])))


def missing(query: Mapping[str, str]) -> str:
    """The data set, by its title, that a link asks for and that is not on this computer; "" where nothing is missing."""
    name = query.get("dataset") or PRESETS.get(query.get("preset", ""), {}).get("dataset", "")
    return DATASETS[name].title if name and DATASETS[name].downloads and not _here(name) else ""


def _here(name: str) -> bool:
    """Whether a data set can be used. In a lab's folder that cannot be used there is none; what is wrong with it the page says."""
    try:
        return usable(name)
    except LabError:
        return False


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
