"""The PNG in a data URI that a pad in a browser has sent: any text may be in it."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64


def drawn_content(uri: str) -> bytes:
    """The bytes of the PNG; none where the text is no data URI of one. Whether they are a picture is for who reads them to find out."""
    head, _, body = uri.partition(",")
    try:
        return b64decode(body, validate=True) if head == "data:image/png;base64" else b""
    except (NotBase64, ValueError):
        return b""
