"""The path that somebody means who pastes it: from Windows' "Copy as path", a browser, a file manager, a terminal."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote

from core.text import MOST_PATH

QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "„": "“", "«": "»"}  # opening: closing
# Signs that are not seen and come along: marks of the direction of writing, joiners, a byte order mark, spaces of any kind.
UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00a0\u202f\u3000 \t\r\n"
URL = re.compile(r"file:(?://(?P<host>[^/\\]*))?(?P<path>[/\\].*)", re.IGNORECASE | re.DOTALL)


def pasted(text: str) -> str:
    """`text` without what comes along when a path is copied: quotes, `file://`, unseen signs and spaces at its ends; %20 and "\\ " read.

    A path that exists as it stands is never changed: a folder's name may hold any of these. Of "%20" and "\\ ", which are rarely but truly
    parts of a name, the reading is taken that exists.
    """
    if len(text) > 2 * MOST_PATH:  # it can be no path, and is refused where paths are
        return text
    bare = _unwrapped(text)
    url = URL.fullmatch(bare)
    if bare == text and not url and not re.search(r"%[0-9A-Fa-f]{2}|\\", text):
        return text
    if _exists(text):
        return text
    if url:
        return _of_url(url["host"] or "", unquote(url["path"]))
    readings = [bare, unquote(bare), *([re.sub(r"\\(.)", r"\1", bare)] if os.sep == "/" else [])]
    return next(filter(_exists, readings), bare)


def _unwrapped(text: str) -> str:
    """`text` without unseen signs and pairs of quotes around it, in any order. Its own last letter is never a mark of the path's end."""
    while True:
        inner = text.strip(UNSEEN)
        if len(inner) > 1 and QUOTES.get(inner[0]) == inner[-1]:
            inner = inner[1:-1]
        if inner == text:
            return text
        text = inner


def _of_url(host: str, path: str) -> str:
    """The path of a `file://` URL: of Windows without the slash before the drive, of another machine as a share."""
    if re.match(r"/[A-Za-z]:", path):
        return path[1:]
    return path if host.lower() in ("", "localhost") else f"//{host}{path}"


def _exists(path: str) -> bool:
    return bool(path) and os.path.exists(os.path.expanduser(path))
