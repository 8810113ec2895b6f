"""How a class joins: the address, the code, and both as a QR code, in the terminal and on the page for the projector."""

from __future__ import annotations

import io
from urllib.parse import quote, urlencode

import segno

from dashboard.shell import services

INVITED = "Students open {link}\nor type the code {code} on any page of the lab."
LINK = "Instructor, open this link and keep it to yourself: {link}"


def join_link(code: str, address: str = "") -> str:
    """The link that opens the form to join with the code in it."""
    return f"{address or services.address()}?{urlencode({'code': code})}"


def invitation(code: str) -> list[str]:
    """What is printed when a class is opened: a paragraph each. A terminal that cannot show the QR code's blocks gets none."""
    link = join_link(code)
    drawn = io.StringIO()
    segno.make(link, error="m").terminal(drawn, compact=True)
    instructor = f"{services.address()}instructor?secret={quote(services.class_secret())}"
    return [INVITED.format(link=link, code=code), drawn.getvalue(), LINK.format(link=instructor)]


def qr_image(link: str) -> str:
    """A link as a QR code, the address of a picture: dark on white in both themes, for a camera reads it so."""
    return segno.make(link, error="m").svg_data_uri(border=2, dark="black", light="white", omitsize=True)
