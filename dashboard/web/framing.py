"""The lab in a frame of a site that may not show it. A browser would say that the lab refused to connect; here it says what to do.

The policy of dashboard.web.guard keeps such a frame empty. In place of a page it gets one without a script, a form or a number of the
lab's: a sentence and a link, which any site may frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.kit.wording import escape
from dashboard.web.guard import PORTS, header, origin_of, shortened

FRAMES = ("iframe", "frame", "embed", "object")
ELSEWHERE = ("cross-site", "same-site")  # another port of the same name is of the same site, and yet of another origin
POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *"
EMBED = ("embed", "embed_options")
NOT_HERE = """<!doctype html><html lang="en"><title>Sequence Lab: not in this frame</title>
<p>The lab is not shown in a frame of {site}. <a href="{own}" target="_blank" rel="noopener">Open the lab in a tab of its own.</a></p>
<p>Whoever runs the lab can allow the frame: python -m dashboard --frame {origin}</p></html>"""


class Framing:
    """Answers a page for a frame of a site that may not show the lab; all else passes."""

    def __init__(self, app: ASGIApp, ancestors: Iterable[str]) -> None:
        self.app, self.ancestors = app, tuple(ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        framed = scope["type"] == "http" and header(scope, b"sec-fetch-dest") in FRAMES and header(scope, b"sec-fetch-site") in ELSEWHERE
        answer = not_here(scope) if framed and not self.allowed(site(scope)) else self.app
        await answer(scope, receive, send)

    def allowed(self, origin: str) -> bool:
        """Whether an origin may frame the lab. One that the browser does not tell is left to the policy, if that lets anybody."""
        return any(matches(origin, one) for one in self.ancestors) if origin else bool(self.ancestors)


def site(scope: Scope) -> str:
    """The origin of the page around a frame, as the browser tells it; "" where it does not."""
    said = urlsplit(header(scope, b"referer"))
    origin = f"{said.scheme}://{said.netloc}"
    return origin if origin_of(origin) else ""


def matches(origin: str, allowed: str) -> bool:
    """Whether an origin is one that a policy's entry names: https://*.example.edu stands for all names below."""
    below = "://*." in allowed
    one, other = origin_of(origin), origin_of(allowed.replace("://*.", "://"))
    if one is None or other is None:
        return False
    same_door = one[::2] == other[::2] or (one[0], one[2], *other[::2]) == ("https", PORTS["https"], "http", PORTS["http"])
    return same_door and (one[1].endswith(f".{other[1]}") if below else one[1] == other[1])


def not_here(scope: Scope) -> HTMLResponse:
    kept = [pair for pair in parse_qsl(scope.get("query_string", b"").decode("latin-1")) if pair[0] not in EMBED]
    own = f"./{scope['path'].rpartition('/')[2]}?{urlencode(kept)}".rstrip("?")
    origin = site(scope)
    said = NOT_HERE.format(
        site=escape(shortened(origin)) or "another site", own=escape(own), origin=escape(shortened(origin)) or "https://NAME"
    )
    return HTMLResponse(said, status_code=403, headers={"Content-Security-Policy": POLICY})
