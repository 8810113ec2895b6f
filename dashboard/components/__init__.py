"""Browser components, one folder each: Python, JavaScript, CSS.

A component's JavaScript is served by `dashboard.__main__` at a URL that carries a hash of all scripts of its folder (they may import each
other), so that a browser keeps it for good; what travels with every update of a component is a loader of three lines. Data goes as a list
of one: in a dict Streamlit would look for data frames, and load pandas for it before the first picture.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
SCRIPTS = {f"{path.parent.name}/{path.name}": path for path in FOLDER.glob("*/*.js")}


@cache
def script_url(script: str) -> str:
    """The address of `script` ("folder/name.js") from any page of the lab, with a hash of its folder's scripts."""
    folder = "".join(path.read_text("utf-8") for path in sorted(SCRIPTS[script].parent.glob("*.js")))
    return f"./components/{script}?v={sha256(folder.encode()).hexdigest()[:12]}"


def script_urls() -> list[str]:
    """The addresses of all components' scripts."""
    return [script_url(script) for script in SCRIPTS]


def loader(script: str) -> str:
    """JavaScript that loads `script` ("folder/name.js") from this server and exports its default."""
    return (
        "const failed = (error) => { throw new Error(`${window.sequenceLab.words.part} (${error.message})`); };\n"
        f"const module = await import(new URL('{script_url(script)}', window.sequenceLab.root).href).catch(failed);\n"
        "export default module.default;\n"
    )
