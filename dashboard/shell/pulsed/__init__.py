"""A part of a page that follows what the class does, without a timer of its own:

    @fragment
    def question():
        rerun_when_pulsed("poll", room.polls.version, key="vote")     # runs again as soon as the pulse says another version
        ...

Every page of a class asks `GET pulse` about once a second (dashboard/kit/pulse.js); that costs no run of a script. Only a page that shows
an older version than the pulse has a part of it run again.
"""

from __future__ import annotations

from typing import Any

from dashboard.kit.component import component
from dashboard.shell import visitor

_mount = component(__file__, '<div class="class-pulse" hidden></div>')


def rerun_when_pulsed(name: str, version: Any, *, key: str) -> None:
    """Let the fragment in which this stands run again whenever the pulse says another version of `name` than the one drawn now."""
    _mount(data=[{"session": visitor.session(), "name": name, "version": version}], key=f"{key}_pulse", on_seen_change=lambda: None)
