"""Streamlit's own scripts that every page draws with. A browser would fetch them only when the first message has come, one after the other,
and each part of a page would first be a grey bar of another height: so the page names them, and they are there in time.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit

STATIC = Path(streamlit.__file__).parent / "static"
FOLDER = STATIC / "static" / "js"
# The elements that all pages of the lab have, or most, as Streamlit calls them. One that another version no longer has is left out.
ELEMENTS = ("BidiComponent", "PageLink", "Button", "Html", "ButtonGroup", "Radio", "Selectbox", "Slider")
IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["']\./([\w.-]+\.js)["']""")


@cache
def chunks() -> tuple[str, ...]:
    """The addresses, from any page of the lab, of the scripts that Streamlit's page does not name itself."""
    named = set(re.findall(r"static/js/([\w.-]+\.js)", (STATIC / "index.html").read_text("utf-8")))
    found = dict.fromkeys(script.name for element in ELEMENTS for script in FOLDER.glob(f"{element}.*.js"))
    waiting = list(found)
    while waiting:
        for name in IMPORT.findall((FOLDER / waiting.pop()).read_text("utf-8")):
            if name not in found and name not in named:
                found[name] = None
                waiting.append(name)
    return tuple(f"./static/js/{name}" for name in found)
