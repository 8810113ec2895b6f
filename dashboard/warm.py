"""What is loaded behind the first page, so that other pages and the first run start at once."""

from __future__ import annotations

import gc
import threading
from contextlib import suppress
from importlib import import_module

from dashboard.navigation import PAGES
from dashboard.runs.lines import read_ahead
from dashboard.shell import services

WARM_UP_SECONDS = 2.0  # after the first page: torch takes seconds to load, and holds the interpreter while it does

_lock = threading.Lock()
_begun = False


def warm_up() -> None:
    """Load, a little later and in a thread of its own, what pages will need. Only the first call does something."""
    global _begun
    with _lock:
        if _begun:
            return
        _begun = True
    timer = threading.Timer(WARM_UP_SECONDS, load)
    timer.daemon = True
    timer.start()


def load() -> None:
    """Load what takes long: what trains, and for the pages torch, every run's line for the board, what an estimate of memory counts with,
    and the pages' own modules.

    All this stays: it is set aside, so that no later search for garbage looks through it again. With thirty people here such a search
    stopped the whole process for half a second.
    """
    with suppress(Exception):  # the program may be ending; and a run that cannot be trained says itself why
        services.manager().engine.prepare()
        from core.records.results import road
        from core.training.config import RunConfig
        from core.training.runs.footprint import footprint

        road()
        read_ahead()
        footprint(RunConfig.of())  # torch loads what it counts with at the first estimate: two seconds, before somebody presses play
        for module in [name for page in PAGES for name in page.modules()]:
            import_module(module)
    gc.collect()
    gc.freeze()
