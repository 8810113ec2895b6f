"""The objects that all sessions of the process share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.home import number_setting
from core.recorded import recorded_names
from core.shipped import shipped_run

if TYPE_CHECKING:
    from core.probes.cost import Cost
    from core.training.config import RunConfig
    from core.training.forecast import Forecast
    from core.training.history import Snapshot
    from core.training.manager import RunManager

AWAY_MINUTES = 30.0  # LAB_AWAY_MINUTES sets another number; 0 never stops a run
FIRST_RECORDED = "shapes-gru"
FIRST_OF = {"images": FIRST_RECORDED, "sequences": "dates-transformer"}  # by kind
COST_LENGTHS = (1, 4, 16, 64, 100, 256, 512, 1024, 2048, 4096)  # tokens at which the cost of attention is measured
MOST_BY_HAND = 2048  # of them by hand: T x T matrices of more would take most of a gigabyte
COST_ROUNDS = 5

SPARE_CORES = 1  # that training leaves to this server
costs: Costs | None = None  # what `measure_costs` found last, alone
forecasts: dict[str, Forecast] = {}  # what was measured alone since the start, by `pages.train.forecast.timed`
KEPT_FORECASTS = 256

_lock = threading.Lock()
_manager: RunManager | None = None


def away_minutes() -> float:
    """After how many minutes without a viewer a run is stopped; 0 for never."""
    return number_setting("LAB_AWAY_MINUTES", AWAY_MINUTES)


def manager() -> RunManager:
    """The one manager of this process; raises LabError when the lab's home cannot be used (and tries again at the next call)."""
    global _manager
    with _lock:
        if _manager is None:
            from core.training.manager import RunManager  # brings SQLAlchemy: not before the first picture

            _manager = RunManager(
                max_active=max(1, int(number_setting("LAB_MAX_ACTIVE", 1))),
                away_seconds=away_minutes() * 60 or None,
                spare_cores=SPARE_CORES,
            )
        return _manager


def run(run_id: str) -> Snapshot:
    """Any run by its id: this lab's, a recorded or the published one. Raises StoreError when there is none."""
    return shipped_run(run_id) or manager().snapshot(run_id)  # the first page needs no database


def anyone_trains() -> bool:
    """Whether a run trains now, in this process or in another one on the same home: what is measured beside it is not measured alone."""
    return any(row.status in ("loading", "running", "testing") for row in manager().runs())


def make_forecast(key: str, config: RunConfig, progress: Callable[[int, int, str], None]) -> Forecast:
    """Measure how long `config` would take; kept under `key` if nothing trained meanwhile. To be called while holding a turn."""
    from core.training.forecast import forecast

    before = anyone_trains()
    found = forecast(config, manager().home, progress, spare=SPARE_CORES)
    found = replace(found, beside=before or anyone_trains())
    if not found.beside:
        while len(forecasts) >= KEPT_FORECASTS:
            forecasts.pop(next(iter(forecasts)), None)
        forecasts[key] = found
    return found


@dataclass(frozen=True)
class Costs:
    """What attention and a recurrent scan cost here, for all sessions, and on which machine and how that was measured."""

    points: tuple[Cost, ...]
    words: str


def measure_costs(width: int, heads: int) -> Costs:
    """Measure attention by hand, the fused kernel and nn.GRU at `COST_LENGTHS`; kept for everyone if nothing trained meanwhile.

    To be called while holding a turn.
    """
    global costs
    import torch

    from core.probes.cost import CLOCK, KINDS, measure_cost
    from core.training.device import device_name

    beside = anyone_trains()
    lengths = {kind: [n for n in COST_LENGTHS if kind != "by hand" or n <= MOST_BY_HAND] for kind in KINDS}
    points = tuple(measure_cost(kind, n, width, heads=heads, rounds=COST_ROUNDS) for kind in KINDS for n in lengths[kind])
    beside = beside or anyone_trains()
    clock = "CPU time" if CLOCK is time.thread_time else "time"
    words = (
        f"Measured on {device_name(torch.device('cpu'))}, one thread, torch {torch.__version__}: one image, C = {width}, {heads} "
        f"heads, float32, forward; {clock}, median of {COST_ROUNDS} rounds{', beside a run that trains' if beside else ''}."
    )
    found = Costs(points, words)
    if not beside:
        costs = found
    return found


def shutdown() -> None:
    """Stop all runs, so that they can be resumed at the next start. For the end of the process, and for tests."""
    global _manager
    with _lock:
        if _manager is not None:
            _manager.shutdown()
            _manager = None


def first_recorded(kind: str = "images") -> str:
    """The recorded run of a kind that is shown before anything has been trained."""
    names = recorded_names()
    return FIRST_OF[kind] if FIRST_OF[kind] in names else names[0]
