"""Browser components, one folder each: Python, JavaScript, CSS.

    _mount = component(__file__, HTML)                   # in pages/masks/board/__init__.py: with board.js and board.css beside it
    _mount(data=[message], key="masks_board")            # draws it, or sends it the next message

A component's JavaScript is served by `dashboard.server` at an address whose path carries a hash of all scripts of the lab. So a browser
may keep it for good, and scripts import each other as they lie in the repository: the version goes with every relative address.
What travels with every update of a component is a loader of three lines. Data goes as a list of one: in a dict Streamlit would look for
data frames, and load pandas for it before the first picture.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {path.relative_to(ROOT).as_posix(): path for room in ("dashboard", "pages") for path in sorted((ROOT / room).rglob("*.js"))}
STATIC_IMPORT = re.compile(r"^(?:import|export)\s[^;]*?from\s*'(\.[^']+)'|^import\s*'(\.[^']+)'", re.MULTILINE)


def component(file: str, html: str, *, script: str = "", under: str = "") -> Any:
    """Streamlit's component for the Python module `file`: the script and the style sheet that lie beside it under the folder's name.

    `script` names another one of the folder, without its ending. `under` is the style of the board that it is made of. Styles are the
    page's, as the accents are.
    """
    folder = Path(file).resolve().parent
    name = script or folder.name
    style = folder / f"{name}.css"
    own = (folder / f"{name}.js").relative_to(ROOT).as_posix()
    return st.components.v2.component(
        name_of(folder.relative_to(ROOT).as_posix() + (f"/{script}" if script else "")),
        html=html,
        css=under + (style.read_text("utf-8") if style.exists() else "") or None,
        js=loader(own),
        isolate_styles=False,
    )


def name_of(component: str) -> str:
    """What Streamlit calls the component of a folder ("pages/went/board"), or of another script there ("pages/reader/board/orders")."""
    return "sequence_lab_" + component.replace("/", "_")


@cache
def version() -> str:
    """A hash of the names and contents of all scripts."""
    parts = [part for name, path in SCRIPTS.items() for part in (name, path.read_text("utf-8"))]
    return sha256("\0".join(parts).encode()).hexdigest()[:12]


def script_url(script: str) -> str:
    """The address of `script` (its path in the repository) from any page of the lab."""
    return f"./scripts/{version()}/{script}"


def with_imports(*scripts: str) -> list[str]:
    """Some scripts, and all that they import, directly or not; each once."""
    needed = dict.fromkeys(scripts)
    for script in (waiting := list(needed)):
        for name in imports_of(script):
            if name not in needed:
                needed[name] = None
                waiting.append(name)
    return list(needed)


def imports_of(script: str) -> list[str]:
    """The scripts that a script imports, by their paths in the repository."""
    named = STATIC_IMPORT.findall(SCRIPTS[script].read_text("utf-8"))
    return [posixpath.normpath(posixpath.join(posixpath.dirname(script), one or other)) for one, other in named]


def loader(script: str) -> str:
    """JavaScript that loads `script` (its path in the repository) from this server and exports its default."""
    return (
        "const failed = (error) => { throw new Error(`${window.sequenceLab.words.part} (${error.message})`); };\n"
        f"const module = await import(new URL('{script_url(script)}', window.sequenceLab.root).href).catch(failed);\n"
        "export default module.default;\n"
    )
