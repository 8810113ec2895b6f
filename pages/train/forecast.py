"""How long a run would take, asked before it starts; and how good the answer was, said when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from core import folders
from core.errors import LabError
from core.training.config import RunConfig
from core.training.flat_config import kind_of
from core.training.history import Snapshot
from core.training.runs.forecast import Forecast
from dashboard.kit.wording import joined
from dashboard.shell import services, show
from dashboard.shell.page import fragment
from dashboard.training import background
from dashboard.training.lessons import measuring_status
from dashboard.training.starting import start_lesson
from pages.train.view import effort, outlook, promise, verdict

TICK_SECONDS = 0.7
KEPT = 256
forecasts: dict[str, Forecast] = {}  # what was measured alone since the start, for all sessions, by `timed`


def forecast_panel(run: Snapshot, config: RunConfig | None) -> None:
    """A button that measures, what it found for the controls' set-up, and how the run on the page kept to its own."""
    pressed = st.button(
        "How long will it take?",
        icon=":material/timer:",
        key="train_forecast",
        disabled=config is None,
        help="Trains on random images for two seconds, without learning anything.",
    )
    if pressed and config.folder and not folders.may_open(config.folder):  # it is measured behind the page, where nobody is asked
        show.error(folders.REFUSED)
    elif pressed and timed(config) not in forecasts:
        background.forget(_key(config))  # measured beside a run: measured again
        start_lesson(_key(config), _measuring(config))
    if config:
        fragment(_measured, run_every=TICK_SECONDS if _active(config) else None)(config, _active(config))
    if not run.active and run.epochs and not run.recorded:
        with suppress(LabError):  # a run of another version of the lab: nothing was promised of it
            own = RunConfig.of(**run.config)
            if promised := forecasts.get(timed(own)):
                show.caption(verdict(promised, own, run))


def _key(config: RunConfig) -> str:
    return f"forecast {timed(config)}"


def _measuring(config: RunConfig) -> Callable[[], Forecast]:
    key = _key(config)
    return lambda: make_forecast(timed(config), config, lambda *_: background.check(key))


def _active(config: RunConfig) -> bool:
    measuring = background.known(_key(config))
    return measuring is not None and measuring.active


def _measured(config: RunConfig, ticking: bool) -> None:
    """How far the measurement is, and what it found: drawn again while it is on its way."""
    measuring = background.known(_key(config))
    if measuring is not None:
        measuring_status(measuring)
    forecast = forecasts.get(timed(config)) or (measuring.made if measuring else None)
    if forecast:
        kind = kind_of(config.flat())
        show.caption(joined([promise(forecast, kind), outlook(forecast, config), effort(forecast.speed, kind)]))
    if ticking and not _active(config):
        st.rerun()  # the whole page: nothing ticks now


def make_forecast(key: str, config: RunConfig, progress: Callable[[int, int, str], None]) -> Forecast:
    """Measure how long `config` would take; kept under `key` if nothing trained meanwhile. To be called while holding a turn."""
    from core.training.runs.forecast import forecast

    before = services.anyone_trains()
    measured = forecast(config, services.manager().home, progress, spare=services.SPARE_CORES)
    measured = replace(measured, beside=before or services.anyone_trains())
    if not measured.beside:
        while len(forecasts) >= KEPT:
            forecasts.pop(next(iter(forecasts)), None)
        forecasts[key] = measured
    return measured


def timed(config: RunConfig) -> str:
    """What decides how long a run takes: equal for runs that only start from another seed."""
    return repr({name: value for name, value in config.flat().items() if name != "seed"})
