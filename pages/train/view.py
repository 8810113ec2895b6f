"""What the page Train says of a forecast, and a confusion matrix, as sentences and as HTML. Pure; escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.readable import percent
from core.records.results import nearest
from core.scores import normalized
from core.training.config import RunConfig
from core.training.flat_config import kind_of
from core.training.history import Snapshot
from core.training.runs.forecast import Forecast
from dashboard.kit.wording import code, escape, marked
from dashboard.shell.words import THINGS, duration

if TYPE_CHECKING:
    from core.training.runs.speed import Speed

ONE = {"images": "an image", "sequences": "a pair of the longest sequences"}
LOOK_AHEAD = 3  # epochs of the accuracy that is promised


def promise(forecast: Forecast, kind: str = "images") -> str:
    """How long it will take, in a sentence."""
    beside = ", measured beside a run that trains" if forecast.beside else ""
    return marked(
        "About **{}** an epoch, {} in all ({:,.0f} {}/s here{}).",
        span(forecast.epoch_seconds),
        span(forecast.seconds),
        forecast.speed.images_per_second,
        THINGS[kind],
        beside,
    )


def expected(forecast: Forecast, config: RunConfig) -> tuple[int, float, str] | None:
    """After how many epochs a recorded run had which validation accuracy, and which run; None if no recorded run is like this one."""
    near = nearest(config, forecast.classes, forecast.images)
    if not near:
        return None
    run, apart = near
    epochs = min(LOOK_AHEAD, forecast.epochs, len(run.epochs))
    words = f", which differs in {', '.join(apart)}" if apart else ", which has this set-up"
    return epochs, run.epochs[epochs - 1].val_top1, code(run.run_id) + words


def outlook(forecast: Forecast, config: RunConfig) -> str:
    """Which accuracy to expect, from the recorded run that is most like this one."""
    if not (hoped := expected(forecast, config)):
        thing = {"images": "these images", "sequences": "this task"}[kind_of(config.flat())]
        return f"No recorded run tells how accurate it will be on {thing}."
    epochs, top1, run = hoped
    return marked("About **{}** validation accuracy after {}, as {}.", percent(top1, 0), _epochs(epochs), run)


def effort(speed: Speed, kind: str = "images") -> str:
    """The arithmetic of a model, and how well this machine does it."""
    rate = speed.flops * speed.images_per_second / 1e9
    return (
        f"{speed.flops / 1e6:,.3g} million operations {ONE[kind]}, forward and backward: {rate:,.3g} of the {speed.peak / 1e9:,.3g} "
        f"GFLOP/s that this machine reaches in a large matrix product ({percent(speed.share, 0)})."
    )


def span(seconds: float) -> str:
    """Seconds in words, short ones to two digits."""
    return f"{seconds:.2g} s" if seconds < 10 else duration(seconds)


def verdict(forecast: Forecast, config: RunConfig, run: Snapshot) -> str:
    """How the run on the page kept to its forecast."""
    error = forecast.error(run)
    text = f"Said {span(forecast.epoch_seconds)} an epoch; {run.run_id} took {percent(abs(error), 0)} {'longer' if error > 0 else 'less'}."
    hoped = expected(forecast, config)
    if hoped and len(run.epochs) >= hoped[0]:
        epochs, top1, _ = hoped
        text += f" Said {percent(top1, 0)} validation accuracy after {_epochs(epochs)}; it had {percent(run.epochs[epochs - 1].val_top1)}."
    return text


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count > 1)}"


def confusion_html(matrix: np.ndarray, classes: Sequence[str], *, normalise: bool, caption: str) -> str:
    """A confusion matrix (K, K) of counts, row = true class, column = predicted class, as a heat map with its numbers.

    With `normalise` each row is shown in percent of its true class. The color scale runs from 0 to the largest cell, as its legend says.
    """
    matrix = np.asarray(matrix, dtype=np.int64)
    supports = matrix.sum(axis=1)  # (K,) images of each true class
    shares = normalized(matrix)  # (K, K)
    values = 100 * shares if normalise else matrix
    top = values.max(initial=0)
    names = [escape(name) for name in classes]

    def cell(i: int, j: int) -> str:
        count, support = int(matrix[i, j]), int(supports[i])
        share = f" ({100 * shares[i, j]:.1f} %)" if support else ""
        look = "diagonal" * (i == j) + " zero" * (count == 0)
        text = ("–" if not support else f"{values[i, j]:.0f}") if normalise else f"{count}"
        tip = f"{names[i]} shown as {names[j]}: {count:,} of {support:,}{share}"
        return f'<td class="{look}" style="--v:{values[i, j] / top if top else 0:.3f}" title="{tip}">{text}</td>'

    rows = "".join(f'<tr><th scope="row">{names[i]}</th>{"".join(cell(i, j) for j in range(len(names)))}</tr>' for i in range(len(names)))
    columns = "".join(f'<th scope="col"><span>{name}</span></th>' for name in names)
    unit = " % of the true class" if normalise else " images"
    return (
        f'<figure class="lab-confusion"><figcaption>{escape(caption)} · n = {matrix.sum():,}</figcaption>'
        f'<div class="lab-scroll"><table><thead><tr><th class="axis rows" rowspan="2">true ↓</th>'
        f'<th class="axis" colspan="{len(names)}">predicted →</th></tr><tr>{columns}</tr></thead><tbody>{rows}</tbody></table></div>'
        f'<div class="lab-scale"><span>0</span><i></i><span>{top:,.{1 if normalise else 0}f}{unit}</span></div></figure>'
    )
