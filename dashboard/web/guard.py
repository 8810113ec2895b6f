"""Who may ask the server: names that it answers to, pages that may talk to it, and what every answer tells a browser to refuse.

A page of another origin in a visitor's browser must not use the lab: not under a name of its own that it points at this machine (DNS
rebinding), not from another port of this machine, not in a frame.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import ConfigError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = ("0.0.0.0", "::")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
HOST = r"(\[[0-9a-fA-F:.]+\]|[\w.-]{1,253})(?::([0-9]{1,5}))?"
PORTS = {"http": "80", "https": "443"}
SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}  # some proxies call a WebSocket's own
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")  # a proxy stands between
METRICS = "/_stcore/metrics"  # where Streamlit counts its sessions and what they take
STARTS = ("http.response.start", "websocket.http.response.start")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the server answers to. `hosts` are names and addresses without ports.

    `own_addresses`: also the address at which a connection has come in. `forwarded`: a proxy was announced. `ancestors`: origins that may
    show the lab in a frame, beside its own.
    """

    hosts: frozenset[str] = LOOPBACK
    own_addresses: bool = False
    forwarded: bool = False
    ancestors: tuple[str, ...] = ()


def rules(host: str = "127.0.0.1", allow_hosts: Iterable[str] = (), ancestors: Iterable[str] = ()) -> Rules:
    """The rules of a server that listens on `host`. Raises ConfigError for what is no name or no origin."""
    added = {_allowed(name) for name in allow_hosts}
    everywhere = host in EVERYWHERE
    own = {socket.gethostname().lower(), f"{socket.gethostname().lower()}.local"} if host not in LOOPBACK else set()
    framing = tuple(_origin(text) for text in ancestors)
    hosts = LOOPBACK | own | added | ({plain(host)} if not everywhere else set())
    return Rules(hosts=frozenset(hosts), own_addresses=everywhere, forwarded=bool(added), ancestors=framing)


def _allowed(name: str) -> str:
    named = split(name)
    if named is None or named[1]:
        raise ConfigError(f"{shortened(name)} is no name of a host: write --allow-host lab.example.edu, without scheme, port or path.")
    return in_ascii(named[0])


def _origin(text: str) -> str:
    """An origin that may frame the lab, as a policy names it: https://*.example.edu stands for all names below."""
    scheme, _, host = text.strip().rstrip("/").lower().partition("://")
    if scheme not in PORTS or not re.fullmatch(HOST, host.removeprefix("*.")):
        raise ConfigError(
            f"{shortened(text)} is no origin: write --frame https://NAME (or --frame-ancestors), without a path. "
            "https://*.NAME stands for all names that end in it."
        )
    return f"{scheme}://{in_ascii(host)}"


def in_ascii(name: str) -> str:
    """A name as browsers send it, "xn--lb-via.example" for "läb.example"; one that cannot be written so stays as it is."""
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def split(host: str) -> tuple[str, str] | None:
    """The name and the port of "name:port", the port "" where there is none; None for what is neither."""
    match = re.fullmatch(HOST, host)
    return (plain(match[1]), match[2] or "") if match else None


def plain(name: str) -> str:
    """A name or an address in the one way in which they are compared: an IPv4 address in IPv6's clothes is the same address."""
    name = name.strip("[]").rstrip(".").lower()
    try:
        address = ip_address(name)
    except ValueError:
        return name
    return str(getattr(address, "ipv4_mapped", None) or address)


def shortened(text: str) -> str:
    """Text from outside for a sentence: at most 80 printable ASCII characters."""
    shown = "".join(letter if " " <= letter <= "~" else "?" for letter in text[:80])
    return f"{shown}…" if len(text) > 80 else shown


# ---- what is asked ----


@dataclass(frozen=True)
class Address:
    """By which scheme and name a request has reached us; through a proxy, its own. `origins` are those of pages that may ask so."""

    scheme: str
    host: str
    origins: frozenset[tuple[str, str, str]]


def address_of(scope: Scope, rules: Rules) -> Address:
    """How a request calls this server, or the proxy before it. Of a header that came twice nothing is believed.

    A page of another origin cannot make a browser send a proxy's headers, and the name in them must be one of this lab's as well; another
    name counts, and is refused, only where a proxy was announced.
    """
    scheme = SCHEMES.get(first(scope, b"x-forwarded-proto").lower()) or SCHEMES.get(scope.get("scheme", ""), "http")
    host, passed_on = header(scope, b"host"), first(scope, b"x-forwarded-host")
    if passed_on and (rules.forwarded or answers_to(passed_on, scope, rules)):
        more = split(passed_on) == ((split(host) or ("", ""))[0], "")  # the same name, and only Host says at which port
        host = host if more else passed_on
    return Address(scheme, host, origins(scheme, host, scope, rules))


def origins(scheme: str, host: str, scope: Scope, rules: Rules) -> frozenset[tuple[str, str, str]]:
    """The origins that a page of this lab can have.

    Behind a proxy also https at the same name and port: many a proxy that ends https does not say so, or the second of two says http.
    Nobody else can hold that port, and https is what a stranger on the way cannot forge.
    """
    name, port = split(host) or ("", "")
    here = str((scope.get("server") or ("", ""))[1])
    if not rules.forwarded and port == here and not any(header(scope, key.lower().encode()) for key in FORWARDED):
        return frozenset({(scheme, name, port)})
    ports = {port} if port else {"", first(scope, b"x-forwarded-port")}
    return frozenset((kind, name, one or PORTS[kind]) for kind in {scheme, "https"} for one in ports)


def first(scope: Scope, name: bytes) -> str:
    """The first value of a header in which each proxy on the way writes one."""
    return header(scope, name).partition(",")[0].strip()


def header(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope.get("headers", ()) if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def refusal(scope: Scope, rules: Rules) -> str:
    """Why a request is refused, in a sentence that says what to do; "" for one that is answered."""
    address = address_of(scope, rules)
    for host in {header(scope, b"host"), address.host}:
        if not answers_to(host, scope, rules):
            return (
                f"This lab does not answer to the name {shortened(host) or '(none)'}. If it is meant to, start it with "
                "--allow-host NAME; on this machine it answers to localhost and 127.0.0.1."
            )
    if scope["path"].rstrip("/").endswith(METRICS) and not direct(scope):
        return "What the server counts of itself is told to this machine alone: ask it there, by its address 127.0.0.1 and without a proxy."
    origin = header(scope, b"origin")
    said = any(key == b"origin" for key, _ in scope.get("headers", ()))
    changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
    if changes and said and origin_of(origin) not in address.origins:
        return (
            f"A page of {shortened(origin) or 'another origin'} may not use this lab, which was asked for as "
            f"{address.scheme}://{shortened(address.host)}. Open the lab by its own address. A proxy before it must pass on the name and "
            "port in the browser's address bar, as Host or X-Forwarded-Host, and https as X-Forwarded-Proto; a name of its own is allowed "
            "with --allow-host NAME."
        )
    return ""


def answers_to(host: str, scope: Scope, rules: Rules) -> bool:
    """Whether a server answers to the header Host."""
    named = split(host)
    if named is None:
        return False
    here = scope.get("server") or ("", 0)
    return named[0] in rules.hosts or (rules.own_addresses and bool(here[0]) and named[0] == plain(str(here[0]).partition("%")[0]))


def direct(scope: Scope) -> bool:
    """Whether a request was made on this machine: its connection comes from here, and no proxy says that it passes somebody on."""
    names = {key.decode("latin-1").title() for key, _ in scope.get("headers", ())}
    return loopback((scope.get("client") or ("",))[0]) and names.isdisjoint(FORWARDED)


def loopback(address: str) -> bool:
    """Whether an address, or a name, is that of this machine for itself alone."""
    try:
        return plain(address) == "localhost" or ip_address(plain(address)).is_loopback
    except ValueError:
        return False


def origin_of(text: str) -> tuple[str, str, str] | None:
    """Scheme, name and port of an origin; None for what is none, such as "null"."""
    scheme, _, host = text.partition("://")
    named = split(host)
    return (scheme, named[0], named[1] or PORTS[scheme]) if named and scheme in PORTS else None


# ---- what is answered ----


def policy(ancestors: Iterable[str] = (), scripts: Iterable[str] = ()) -> str:
    """The Content-Security-Policy: all from this server; inline scripts by their hashes (`scripts`, such as 'sha256-...').

    Streamlit writes styles into the page, and takes a component's script from a blob of its own making; images are also drawn on a canvas.
    'unsafe-eval' lets no script in that is not there already; browser tests wait for conditions that they have the page evaluate.
    """
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self' blob: 'unsafe-eval'", *scripts]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            " ".join(["frame-ancestors 'self'", *ancestors]),
        ]
    )


def headers(rules: Rules) -> Mapping[bytes, bytes]:
    """The headers of every answer. X-Frame-Options knows no list: where others may frame the lab, the policy alone says who."""
    sent = {
        b"content-security-policy": policy(rules.ancestors).encode(),
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"same-origin",
    }
    return sent if rules.ancestors else sent | {b"x-frame-options": b"SAMEORIGIN"}


class Guard:
    """Refuses what the rules do not allow, and puts the headers on every answer. The outermost layer of the application."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app, self.rules, self.headers = app, rules, headers(rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] in STARTS:
                own = {key.lower() for key, _ in message["headers"]}
                message = {**message, "headers": [*message["headers"], *((k, v) for k, v in self.headers.items() if k not in own)]}
            await send(message)

        if reason := refusal(scope, self.rules):
            await PlainTextResponse(reason, status_code=403)(scope, receive, send_guarded)
        else:
            await self.app(as_asked(scope, self.rules), receive, send_guarded)


def as_asked(scope: Scope, rules: Rules) -> Scope:
    """The request as the browser made it, for what is behind: Streamlit compares Origin with Host letter by letter."""
    address = address_of(scope, rules)
    origin = header(scope, b"origin")
    host = origin.partition("://")[2] if origin_of(origin) in address.origins else address.host
    kept = [(key, value) for key, value in scope["headers"] if key != b"host"]
    scheme = address.scheme if scope["type"] == "http" else address.scheme.replace("http", "ws")
    return {**scope, "scheme": scheme, "headers": [(b"host", host.encode("latin-1")), *kept]}
