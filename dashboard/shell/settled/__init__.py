"""What stands around a picture follows when it has come to rest: drawn with every move of a slider, it would keep the picture waiting.

    @fragment
    def picture():                                # a slider and what it changes at once
        ...
        announce(link, key="cell")                # any text that differs when the picture does

    @fragment
    def around():                                 # proof, downloads, address bar
        rerun_when_settled(key="cell")
        ...

A quarter of a second after the last picture the browser asks for `around` once more. `dashboard.shell.page.board_page` makes both fragments
for a page with one picture.
"""

from __future__ import annotations

from dashboard.kit.component import component

_announce = component(__file__, '<div class="settled-announce" hidden></div>', script="announce")
_follow = component(__file__, '<div class="settled-follow" hidden></div>', script="follow")


def announce(what: str, *, key: str) -> None:
    """Say which picture the fragment shows now. The first one is not announced: all around it has been drawn with it."""
    _announce(data=[[key, what]], key=f"{key}_announce")


def rerun_when_settled(*, key: str) -> None:
    """Let the fragment in which this stands run again whenever the picture `key` has come to rest on another one."""
    _follow(data=[key], key=f"{key}_follow", on_seen_change=lambda: None)
