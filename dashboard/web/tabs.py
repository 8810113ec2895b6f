"""How many pages one person may have open at a time, so that nobody takes the places of a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Scope

from core.home import number_setting
from dashboard.web.guard import loopback, plain
from dashboard.web.person import cookies, person_of

TABS = 12  # of one browser; LAB_MAX_TABS sets another number, 0 for no limit
MOST = (
    "You have {most} pages of the lab open, which is as many as one person may have: close one of them, and this page goes on by itself. "
    "Whoever runs the lab can allow more with LAB_MAX_TABS."
)


def most_tabs() -> int:
    """The limit of this process. Raises ConfigError when LAB_MAX_TABS is no number."""
    return int(number_setting("LAB_MAX_TABS", TABS))


class Tabs:
    """Counts the open pages of each browser, by its cookie, and of each address, to which half of all `sessions` are left.

    Browsers without a cookie are told apart by their addresses alone. Behind a proxy all have one address, the proxy's: what it says of
    theirs anybody could say, so it is not believed, and cookies alone count. `proxied`: a proxy was announced.
    """

    def __init__(self, most: int, sessions: int, *, proxied: bool) -> None:
        self.most, self.of_an_address, self.proxied = most, max(most, sessions // 2), proxied
        self._open: Counter[tuple[str, str]] = Counter()

    def problem(self, scope: Scope) -> str:
        """Why whoever asks may open no other page, in a sentence; "" for who may."""
        if not self.most:
            return ""
        limits = {"person": self.most, "address": self.of_an_address}
        return next((MOST.format(most=limits[kind]) for kind, who in self._keys(scope) if self._open[kind, who] >= limits[kind]), "")

    @contextmanager
    def open(self, scope: Scope) -> Iterator[None]:
        """Count a page while it is open."""
        keys = self._keys(scope)
        self._open.update(keys)
        try:
            yield
        finally:
            self._open.subtract(keys)
            for key in keys:
                if not self._open[key]:
                    del self._open[key]

    def _keys(self, scope: Scope) -> list[tuple[str, str]]:
        person, address = person_of(cookies(scope)), plain((scope.get("client") or ("",))[0])
        own = bool(address) and not self.proxied and not loopback(address)  # a proxy on this machine need not be announced
        return [*([("person", person)] if person else []), *([("address", address)] if own else [])]
