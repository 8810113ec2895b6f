"""Browser components, one folder each: Python, JavaScript, CSS.

A component's JavaScript is served by `dashboard.__main__` at a URL that carries a hash of its text, so that a browser keeps it for
good; what travels with every update of a component is a loader of two lines.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
SCRIPTS = {f"{path.parent.name}/{path.name}": path for path in FOLDER.glob("*/*.js")}


@cache
def loader(script: str) -> str:
    """JavaScript that loads `script` ("folder/name.js") from this server and exports its default."""
    version = sha256(SCRIPTS[script].read_bytes()).hexdigest()[:12]
    return f"const module = await import(`${{location.origin}}/components/{script}?v={version}`);\nexport default module.default;\n"
