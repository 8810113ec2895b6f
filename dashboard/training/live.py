"""The run on the page: which one it is, and its chart, in a fragment that ticks while the run is active."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import LabError
from core.readable import number, percent
from core.training.history import ACTIVE, EpochRecord, Snapshot
from dashboard.kit.wording import escape, joined, marked
from dashboard.runs.losses import losses_words
from dashboard.runs.shown import shown
from dashboard.shell import services, show, viewers, visitor
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.page import fragment
from dashboard.shell.pulsed import rerun_when_pulsed
from dashboard.shell.words import STATUS_WORDS, THINGS, duration
from dashboard.training.curve import live_data, reference_epochs
from dashboard.training.live_chart import last_sent, live_chart
from dashboard.training.moments import cards_data, matrix_data
from dashboard.training.rate import rate_slider
from dashboard.training.samples import may_open, sequences_html
from dashboard.training.watched import watched

CHART = "chart"
NAMED = 3  # runs of others that are named
REFERENCE = Choice(CHART, "reference", (False, True), first=False, in_link=False)  # the published hand-in's curves under those of the run
MINIMISED = Choice(CHART, "minimised", (False, True), first=False, in_link=False)  # the training loss with label smoothing
SMOOTHING = Choice(CHART, "smoothing", first=0.9, in_link=False)
DRAWN_FOR = Kept(CHART, "drawn_for")  # (run, its status, seconds between ticks) of the last drawing


def ticking(run: Snapshot, draw: Callable[[], None], *, slower: int = 1) -> None:
    """Run `draw` as a fragment that repeats itself while `run` is active, `slower` times as seldom as the chart."""
    fragment(draw, run_every=viewers.tick_seconds() * slower if run.active else None)()


def chart_panel(reference: dict[str, Any] | None = None) -> None:
    """Status, chart, figures and sample images of the run on the page. Few elements: each costs every viewer a message a tick.

    `reference` is laid under the curves; where the view asks for the published hand-in, that one is.
    """
    run = shown()
    if run.active:
        services.manager().attend(run.run_id)
        viewers.saw(visitor.session())
    elif services.class_is_open():
        rerun_when_pulsed("runs", services.runs_version(), key=CHART)
    _rerun_when_changed(run)
    _status(run)
    if REFERENCE.value:
        reference = reference_epochs()
    look = {"smoothing": SMOOTHING.value, "minimised": MINIMISED.value, "reference": reference}
    live_chart(live_data(run, last_sent(CHART), replay=bool(run.recorded), **look), key=CHART, height=390)
    _beside(run)
    computed = f"Computed by {computed_by(run)}." if run.device else ""
    st.html(f'{figures_html(run)}<p class="lab-loss-words">{escape(losses_words(run, minimised=MINIMISED.value))} {computed}</p>')
    if written := sequences_html(run):
        st.html(written)


def _beside(run: Snapshot) -> None:
    """Under the chart: what is right and wrong now, and the slider of the learning rate."""
    matrix, cards = matrix_data(run), cards_data(run) if may_open(run) else None
    with st.container(key="watched"):
        left, right = st.columns([3, 7], gap="small") if matrix else (None, st.container())
        if left:
            with left:
                watched(matrix, key="chart_matrix")
        with right:
            rate_slider(run)
            if cards:
                watched(cards, key="chart_cards")


def _rerun_when_changed(run: Snapshot) -> None:
    """Rerun the whole page when another run is shown, this one's status or the tick has changed: buttons and timers follow them."""
    now = (run.run_id, run.status, viewers.tick_seconds())
    before = DRAWN_FOR.value
    DRAWN_FOR.keep(now)
    if before not in (None, now):
        st.rerun()


def _status(run: Snapshot) -> None:
    """One line: what the run is doing, and why; of a recorded one, who trains meanwhile."""
    if run.recorded:
        if others := _others():
            show.caption(others)
        return
    words = STATUS_WORDS[run.status]
    text = marked("**{}** · {}", run.run_id, words)
    if run.place:
        text += f", place {run.place} in the queue{_halted()}"
    if run.active and run.message:
        text += f" · {run.message}"
    if run.active:
        text += " · " + _goes_on()
    if run.status in ("failed", "interrupted"):
        show.error(text + f". {run.message}")
    elif run.status == "stopped" and run.message:
        show.warning(text + f". {run.message}")
    else:
        show.caption(text + _tested(run))


def _halted() -> str:
    """What is said of a run that waits while all are paused."""
    return ": your instructor has paused all runs" if services.class_is_open() and services.classroom().halting.on else ""


def _others() -> str:
    """The runs that train or wait meanwhile, whoever started them; nothing where no runs can be listed: the page says so elsewhere."""
    try:
        active = [row for row in services.manager().runs() if row.status in ACTIVE]
    except LabError:
        return ""
    waiting, paused = ([row for row in active if row.status == status] for status in ("queued", "paused"))
    training = [row for row in active if row.status not in ("queued", "paused")]
    names = [
        marked("**{}** (epoch {} of {})", row.run_id, min(row.epochs_done + 1, row.config["epochs"]), row.config["epochs"])
        for row in training[:NAMED]
    ]
    more = [f"{len(training) - NAMED} more"] if len(training) > NAMED else []
    sentences = [
        marked("Training now: {}.", joined([*names, *more], ", ")) if training else "",
        f"{len(waiting)} {'run waits' if len(waiting) == 1 else 'runs wait'}." if waiting else "",
        f"{len(paused)} {'run is' if len(paused) == 1 else 'runs are'} paused." if paused else "",
        "Your run would take its turn." if training or waiting else "",
    ]
    return joined(filter(None, sentences))


def _tested(run: Snapshot) -> str:
    """What the run reached on the test set, if it has been tested."""
    if not run.test:
        return ""
    whole = f" of the tokens, {percent(run.test.exact)} of the sequences" if run.test.exact is not None else ""
    return f" · test accuracy {percent(run.test.top1)}{whole} (n = {run.sizes['test']:,})"


def _goes_on() -> str:
    minutes, why = services.away_minutes(), "you are away from the class" if services.class_is_open() else "nobody watches"
    return f"you may close this tab{f'; the run stops after {minutes:g} minutes if {why}' if minutes else ''}"


def figures_html(run: Snapshot) -> str:
    """The figures beside the curve."""
    rate = f"{run.images_per_second:,.0f}" if math.isfinite(run.images_per_second) else "–"
    figures = {
        "epoch": f"{run.epoch:.1f} / {run.total_epochs}".replace(".0 ", " "),
        ("best validation tokens" if run.kind == "sequences" else "best validation accuracy"): (
            f"{percent(run.best.val_top1)} at epoch {run.best.epoch + 1}" if run.best else "–"
        ),
        **({"whole sequences right": _share(run.best)} if run.kind == "sequences" else {}),
        "learning rate": number(run.lr),
        f"{THINGS[run.kind]}/s": rate,
        "time left": duration(run.seconds_left) if run.active else "–",
        "parameters": f"{run.parameters:,}" if run.parameters else "–",
    }
    return '<dl class="lab-figures">' + "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in figures.items()) + "</dl>"


def _share(best: EpochRecord | None) -> str:
    """The share of sequences that the best epoch writes without a mistake."""
    return f"{percent(best.val_exact)} at epoch {best.epoch + 1}" if best and best.val_exact is not None else "–"


def computed_by(run: Snapshot) -> str:
    """The device in words, with its threads and what computes a GRU."""
    threads = f"{run.threads} thread{'s' * (run.threads > 1)}" if run.threads else ""
    return ", ".join(part for part in (run.device, threads, "compiled GRU" if run.kernel == "scan" else "") if part)
