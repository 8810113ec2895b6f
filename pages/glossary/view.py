"""What the page Glossary is made of: a list of terms as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from core.guide.term import Term
from dashboard.kit.wording import escape
from dashboard.navigation import PAGES
from dashboard.shell.explained import anchor_of

TITLES = {page.url_path: page.title for page in PAGES}


def terms_html(terms: Iterable[Term]) -> str:
    """Terms with their other names, their meanings, and a link to the page that shows each."""
    return f'<dl class="lab-terms">{"".join(map(_row, terms))}</dl>'


def _row(term: Term) -> str:
    address = f"{term.page}?{urlencode(term.query)}".rstrip("?")
    names = f" <small>also: {escape(', '.join(term.names))}</small>" if term.names else ""
    link = f'<a href="{escape(address)}" target="_self">{escape(TITLES[term.page])}</a>'
    return f'<dt id="{anchor_of(term)}">{escape(term.name)}{names}</dt><dd>{escape(term.meaning)} Shown on the page {link}.</dd>'
