"""The address of a page with what it shows, to be copied."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st


def page_link(query: Mapping[str, str]) -> str:
    """The address of the page with a query string; empty values are left out."""
    here = urlsplit(st.context.url or "")
    said = urlencode({name: value for name, value in query.items() if value})
    return urlunsplit((here.scheme, here.netloc, here.path or "/", said, ""))
