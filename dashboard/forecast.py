"""How long a run would take, asked before it starts; and how good the answer was, said when it has ended."""

from __future__ import annotations

import streamlit as st

from core.errors import LabError
from core.training.config import RunConfig
from core.training.forecast import Forecast
from core.training.history import Snapshot
from dashboard import services
from dashboard.live import duration, shown


def forecast_panel(config: RunConfig | None) -> None:
    """A button that measures, what it found for the controls' set-up, and how the run on the page kept to its own."""
    pressed = st.button(
        "How long will it take?", icon=":material/timer:", key="forecast", disabled=config is None,
        help="Trains on random images for two seconds, without learning anything.",
    )  # fmt: skip
    if pressed:
        with st.spinner("Measuring"):
            try:
                services.make_forecast(timed(config), config)
            except LabError as error:
                st.error(str(error))
    if config and (found := services.forecasts.get(timed(config))):
        st.caption(promise(found))
    run = shown()
    if not run.active and run.epochs and not run.recorded and (said := services.forecasts.get(timed(RunConfig.of(**run.config)))):
        st.caption(verdict(said, run))


def timed(config: RunConfig) -> str:
    """What decides how long a run takes: equal for runs that only start from another seed."""
    return repr({name: value for name, value in config.flat().items() if name != "seed"})


def promise(found: Forecast) -> str:
    """The forecast in a sentence."""
    beside = ", measured beside a run that trains" if found.beside else ""
    return (
        f"About **{span(found.epoch_seconds)}** an epoch, {span(found.seconds)} in all "
        f"({found.images_per_second:,.0f} images/s here{beside})."
    )


def span(seconds: float) -> str:
    """Seconds in words, short ones to two digits."""
    return f"{seconds:.2g} s" if seconds < 10 else duration(seconds)


def verdict(said: Forecast, run: Snapshot) -> str:
    """How the run on the page kept to its forecast."""
    error = said.error(run)
    word = "longer" if error > 0 else "less"
    return f"Said {span(said.epoch_seconds)} an epoch; {run.run_id} took {abs(error):.0%} {word}."
