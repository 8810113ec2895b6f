"""How long a run would take, asked before it starts; and how good the answer was, said when it has ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from core import folders
from core.errors import LabError
from core.results import nearest
from core.training.config import RunConfig, kind_of
from core.training.history import Snapshot
from core.training.runs.forecast import Forecast
from dashboard.kit.wording import code, joined, marked
from dashboard.runs.shown import shown
from dashboard.shell import services, show, state
from dashboard.shell.words import THINGS, duration
from dashboard.training import background
from dashboard.training.lessons import measuring_status

if TYPE_CHECKING:
    from core.training.runs.speed import Speed

ONE = {"images": "an image", "sequences": "a pair of the longest sequences"}
TICK_SECONDS = 0.7
LOOK_AHEAD = 3  # epochs of the accuracy that is promised


def forecast_panel(config: RunConfig | None) -> None:
    """A button that measures, what it found for the controls' set-up, and how the run on the page kept to its own."""
    pressed = st.button(
        "How long will it take?", icon=":material/timer:", key="forecast", disabled=config is None,
        help="Trains on random images for two seconds, without learning anything.",
    )  # fmt: skip
    if pressed and config.folder and not folders.may_open(config.folder):  # it is measured behind the page, where nobody is asked
        show.error(folders.REFUSED)
    elif pressed and timed(config) not in services.forecasts:
        background.forget(_key(config))  # measured beside a run: measured again
        background.lesson(_key(config), _measuring(config), owner=state.owner())
    if config:
        st.fragment(_told, run_every=TICK_SECONDS if _active(config) else None)(config, _active(config))
    run = shown()
    if not run.active and run.epochs and not run.recorded:
        with suppress(LabError):  # a run of another version of the lab: nothing was promised of it
            own = RunConfig.of(**run.config)
            if said := services.forecasts.get(timed(own)):
                show.caption(verdict(said, own, run))


def _key(config: RunConfig) -> str:
    return f"forecast {timed(config)}"


def _measuring(config: RunConfig) -> Callable[[], Forecast]:
    key = _key(config)
    return lambda: services.make_forecast(timed(config), config, lambda *_: background.check(key))


def _active(config: RunConfig) -> bool:
    measuring = background.known(_key(config))
    return measuring is not None and measuring.active


def _told(config: RunConfig, ticking: bool) -> None:
    """How far the measurement is, and what it found: drawn again while it is on its way."""
    measuring = background.known(_key(config))
    if measuring is not None:
        measuring_status(measuring)
    found = services.forecasts.get(timed(config)) or (measuring.made if measuring else None)
    if found:
        kind = kind_of(config.flat())
        show.caption(joined([promise(found, kind), outlook(found, config), effort(found.speed, kind)]))
    if ticking and not _active(config):
        st.rerun()  # the whole page: nothing ticks now


def timed(config: RunConfig) -> str:
    """What decides how long a run takes: equal for runs that only start from another seed."""
    return repr({name: value for name, value in config.flat().items() if name != "seed"})


def promise(found: Forecast, kind: str = "images") -> str:
    """How long it will take, in a sentence."""
    beside = ", measured beside a run that trains" if found.beside else ""
    return marked(
        "About **{}** an epoch, {} in all ({:,.0f} {}/s here{}).",
        span(found.epoch_seconds),
        span(found.seconds),
        found.speed.images_per_second,
        THINGS[kind],
        beside,
    )


def expected(found: Forecast, config: RunConfig) -> tuple[int, float, str] | None:
    """After how many epochs a recorded run had which validation accuracy, and which run; None if no recorded run is like this one."""
    near = nearest(config, found.classes, found.images)
    if not near:
        return None
    run, apart = near
    epochs = min(LOOK_AHEAD, found.epochs, len(run.epochs))
    words = f", which differs in {', '.join(apart)}" if apart else ", which has this set-up"
    return epochs, run.epochs[epochs - 1].val_top1, code(run.run_id) + words


def outlook(found: Forecast, config: RunConfig) -> str:
    """Which accuracy to expect, from the recorded run that is most like this one."""
    if not (hoped := expected(found, config)):
        thing = {"images": "these images", "sequences": "this task"}[kind_of(config.flat())]
        return f"No recorded run tells how accurate it will be on {thing}."
    epochs, top1, run = hoped
    return marked("About **{:.0%}** validation accuracy after {}, as {}.", top1, _epochs(epochs), run)


def effort(speed: Speed, kind: str = "images") -> str:
    """The arithmetic of a model, and how well this machine does it."""
    rate = speed.flops * speed.images_per_second / 1e9
    return (
        f"{speed.flops / 1e6:,.3g} million operations {ONE[kind]}, forward and backward: {rate:,.3g} of the {speed.peak / 1e9:,.3g} "
        f"GFLOP/s that this machine reaches in a large matrix product ({speed.share:.0%})."
    )


def span(seconds: float) -> str:
    """Seconds in words, short ones to two digits."""
    return f"{seconds:.2g} s" if seconds < 10 else duration(seconds)


def verdict(said: Forecast, config: RunConfig, run: Snapshot) -> str:
    """How the run on the page kept to its forecast."""
    error = said.error(run)
    text = f"Said {span(said.epoch_seconds)} an epoch; {run.run_id} took {abs(error):.0%} {'longer' if error > 0 else 'less'}."
    hoped = expected(said, config)
    if hoped and len(run.epochs) >= hoped[0]:
        epochs, top1, _ = hoped
        text += f" Said {top1:.0%} validation accuracy after {_epochs(epochs)}; it had {run.epochs[epochs - 1].val_top1:.1%}."
    return text


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count > 1)}"
