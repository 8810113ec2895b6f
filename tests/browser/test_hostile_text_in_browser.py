"""Text from people in a real browser: shown letter by letter, and it asks nobody for anything."""

from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent


def asked(page) -> list[str]:
    """The addresses that the page has asked other hosts for, from now on."""
    found = []
    page.on("request", lambda request: found.append(request.url) if urlsplit(request.url).hostname not in ("127.0.0.1", None) else None)
    return found
