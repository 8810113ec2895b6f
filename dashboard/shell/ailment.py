"""What keeps the lab from working, in one word, for whoever asks from outside: no path, and no number of people."""

from __future__ import annotations

import shutil

from core.errors import LabError
from core.home import lab_home
from dashboard.shell import services
from dashboard.web.health import WELL

LEAST_DISK = 50_000_000  # free bytes of the home below which nothing more can be kept
DATABASE, TRAINING, DISK = "database", "training", "disk"


def ailment() -> str:
    """What keeps the lab from working; `WELL` where nothing does."""
    try:
        manager = services.manager()
        manager.store.check_answers()
    except LabError:
        return DATABASE
    if not manager.engine.alive:
        return TRAINING
    try:
        return WELL if shutil.disk_usage(lab_home()).free >= LEAST_DISK else DISK
    except OSError:  # the home is gone
        return DISK
