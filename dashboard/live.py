"""The live part of the Train page: two fragments that tick while a run is active, and stand still when nothing changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from core.errors import LabError
from core.hparams import declared
from core.recorded import recorded_run
from core.scores import ClassScores
from core.training.config import RunConfig, TrainingConfig
from core.training.history import Snapshot
from dashboard import services, state
from dashboard.charts import live_data, reference_epochs
from dashboard.components.keys import keys
from dashboard.components.live_chart import last_sent, live_chart
from dashboard.controls import options
from dashboard.images import confusion_html, strip_html
from dashboard.tables import class_table_html

TICK, SLOW_TICK = 1.0, 2.0  # seconds
CHART = "chart"
STATUS_WORDS = {
    "queued": "waiting", "loading": "loading", "running": "training", "paused": "paused", "testing": "testing",
    "finished": "finished", "stopped": "stopped", "failed": "failed", "interrupted": "interrupted",
}  # fmt: skip


def shown() -> Snapshot:
    """The run on the page: the chosen one, else (or when somebody has deleted it) the recorded one."""
    run_id = state.shown_run()
    if run_id:
        try:
            name = run_id.removeprefix("recorded-")
            return services.manager().snapshot(run_id) if name == run_id else recorded_run(name)
        except LabError as error:
            state.say(f"{error} This is the recorded run.")
            state.show_run("")
    return recorded_run(services.first_recorded())


def ticking(draw: Callable[..., None], seconds: float, *arguments: object) -> None:
    """Run `draw` as a fragment that repeats itself while the run is active."""
    st.fragment(draw, run_every=seconds if shown().active else None)(*arguments)


def chart_panel(config: RunConfig | None) -> None:
    """Transport buttons, the run's numbers and the chart."""
    run = shown()
    if run.active:
        services.manager().attend(run.run_id)
    _rerun_when_changed(run)
    _transport(run, config)
    _status(run)
    reference = reference_epochs() if st.session_state.get("reference") else None
    data = live_data(
        run, last_sent(CHART), smoothing=st.session_state.get("smoothing", 0.9), reference=reference, replay=bool(run.recorded)
    )
    live_chart(data, key=CHART, height=390)
    _numbers(run)
    keys({" ": "play", ".": "step"})


def _rerun_when_changed(run: Snapshot) -> None:
    """Rerun the whole page once when another run is shown, or this one has ended: the timers follow its state."""
    before, st.session_state["timers_for"] = st.session_state.get("timers_for"), (run.run_id, run.active)
    if before not in (None, (run.run_id, run.active)):
        st.rerun()


# -- transport ------------------------------------------------------------------------------------------------------


def _transport(run: Snapshot, config: RunConfig | None) -> None:
    live = run.active
    playing = live and run.status != "paused"
    with st.container(horizontal=True, vertical_alignment="center", key="transport"):
        label, icon = ("Pause", ":material/pause:") if playing else ("Play", ":material/play_arrow:")
        told = "Space. Trains a new run as the controls say." if not live else "Space"
        disabled = config is None and not live
        st.button(label, icon=icon, key="play", type="primary", help=told, disabled=disabled, on_click=_play, args=(run, config))
        st.button(
            "Step", icon=":material/skip_next:", key="step", help="The . key. One batch, then pause.",
            disabled=disabled, on_click=_step, args=(run, config),
        )  # fmt: skip
        st.button(
            "Stop", icon=":material/stop:", key="stop", disabled=not live, on_click=_command, args=("stop", run.run_id),
            help="Ends the run. Every complete epoch is kept, and Resume goes on from the last one.",
        )  # fmt: skip
        if run.resumable:
            st.button(
                "Resume", icon=":material/resume:", key="resume", on_click=_command, args=("resume", run.run_id),
                help="Goes on with this run from its last complete epoch.",
            )  # fmt: skip
        with st.popover("Learning rate", icon=":material/speed:", disabled=not live):
            _learning_rate(run)
        with st.popover("View", icon=":material/tune:"):
            st.toggle(
                "Published hand-in",
                key="reference",
                help="Lays the curves of the unit's published hand-in (62.0 % validation) under yours.",
            )
            st.slider("Smoothing", 0.0, 0.99, 0.9, 0.01, key="smoothing", help="Weight of the past in the smoothed training curve.")


def _learning_rate(run: Snapshot) -> None:
    current = run.lr if math.isfinite(run.lr) and run.lr > 0 else run.config["lr"]
    h = declared(TrainingConfig)["lr"]
    st.select_slider("New learning rate", options(h, h.default), value=h.default, key="new_lr", format_func=lambda v: f"{v:g}")
    st.caption(f"Now {current:.3g}. What is left of the schedule scales with the new value; the change is marked on the curve.")
    st.button("Apply", key="apply_lr", on_click=lambda: _command("set_lr", run.run_id, st.session_state["new_lr"]))


def _play(run: Snapshot, config: RunConfig | None) -> None:
    if not run.active:
        _submit(config)
    else:
        _command("resume" if run.status == "paused" else "pause", run.run_id)


def _step(run: Snapshot, config: RunConfig | None) -> None:
    if not run.active:
        _submit(config, paused=True)
    _command("step", state.shown_run())


def _submit(config: RunConfig | None, *, paused: bool = False) -> None:
    try:
        state.show_run(services.manager().submit(config, owner=state.owner(), paused=paused))
    except LabError as error:
        state.say(str(error))


def _command(name: str, run_id: str, *arguments: object) -> None:
    """Pass a command on; a run that has just ended is no mistake of the user's, but it is said."""
    try:
        getattr(services.manager(), name)(run_id, *arguments)
    except LabError as error:
        state.say(str(error))


# -- numbers --------------------------------------------------------------------------------------------------------


def _status(run: Snapshot) -> None:
    """One line: what the run is doing, and why."""
    if run.recorded:
        st.caption("A recorded run that came with the lab: nothing is being trained. **Play** trains one as the controls say.")
        return
    words = STATUS_WORDS[run.status]
    text = f"**{run.run_id}** · {words}"
    if run.place:
        text += f", place {run.place} in the queue"
    if run.active and run.message:
        text += f" · {run.message}"
    if run.active:
        text += " · " + _goes_on()
    if run.status in ("failed", "interrupted"):
        st.error(f"{text}. {run.message}")
    elif run.status == "stopped" and run.message:
        st.warning(f"{text}. {run.message}")
    else:
        st.caption(text + (f" · test top-1 {run.test.top1:.2%} (n = {run.sizes['test']:,})" if run.test else ""))


def _goes_on() -> str:
    minutes = services.away_minutes()
    return f"goes on when you close this tab{f', up to {minutes:g} minutes without a viewer' if minutes else ''}"


def _numbers(run: Snapshot) -> None:
    """The figures beside the curve."""
    rate = f"{run.images_per_second:,.0f}" if math.isfinite(run.images_per_second) else "–"
    figures = {
        "epoch": f"{run.epoch:.2f} / {run.total_epochs}",
        "best validation top-1": f"{run.best.val_top1:.1%} at epoch {run.best.epoch + 1}" if run.best else "–",
        "learning rate": f"{run.lr:.2e}" if math.isfinite(run.lr) else "–",
        "images/s": rate,
        "time left": duration(run.seconds_left) if run.active else "–",
        "parameters": f"{run.parameters:,}" if run.parameters else "–",
        "device": f"{run.device}{f', {run.threads} thread' + 's' * (run.threads > 1) if run.threads else ''}" if run.device else "–",
    }
    st.html('<dl class="lab-figures">' + "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in figures.items()) + "</dl>")


def duration(seconds: float) -> str:
    """Seconds in words: "40 s", "3 min 05 s", "2 h 10 min"; "–" when unknown."""
    if not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


# -- what it sees ---------------------------------------------------------------------------------------------------


def judgement_panel() -> None:
    """Sixteen validation images, both confusion matrices and the class table."""
    run = shown()
    _strip(run)
    if run.epochs:
        _matrices(run)


def _strip(run: Snapshot) -> None:
    if run.sample_images is None:
        return
    st.subheader("Sixteen validation images", help="The first sixteen of the validation split, the same all along.")
    right = ""
    if run.sample_probabilities is not None:
        hits = int((run.sample_probabilities.argmax(1) == run.sample_labels).sum())
        right = f", {hits} of {len(run.sample_labels)} right"
    st.caption(f"The three classes that the model holds most likely at epoch {run.epoch:.2f}{right}. Green is right, red is wrong.")
    st.html(strip_html(run.sample_images, run.sample_labels, run.sample_probabilities, run.classes))


def _matrices(run: Snapshot) -> None:
    st.subheader("Confusion matrices")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        epoch = _epoch_slider(run)
        normalise = st.toggle("In percent of the true class", key="normalise", value=True)
    record = run.epochs[epoch - 1]
    columns = st.columns(2)
    splits = (("Validation", record.val_confusion, record.val_top1), ("Training", record.train_confusion, record.train_top1))
    for column, (split, matrix, top1) in zip(columns, splits, strict=True):
        caption = f"{split} after epoch {epoch}: top-1 {top1:.1%}. Row = true class, column = predicted class"
        column.html(confusion_html(matrix, run.classes, normalise=normalise, caption=caption))
    st.subheader("Per class", help="One-vs-rest accuracy counts the many true negatives: it is not the accuracy.")
    scores = ClassScores(record.val_confusion)
    st.html(class_table_html(scores, run.classes, caption=f"Validation after epoch {epoch}, n = {scores.total:,}."))
    st.caption(
        f"Top-1 = diagonal / all = {int(record.val_confusion.trace()):,} / {scores.total:,} = {scores.top1:.4f}; "
        f"the training thread counted {record.val_top1:.4f}; difference {abs(scores.top1 - record.val_top1):.1g}."
    )


def _epoch_slider(run: Snapshot) -> int:
    """The epoch to look at, from 1. It follows the newest one until it is moved back."""
    last, key = len(run.epochs), "epoch_shown"
    seen = st.session_state.get("epoch_last", (None, 0))
    if seen[0] != run.run_id or st.session_state.get(key, 0) >= seen[1]:
        st.session_state[key] = last
    st.session_state["epoch_last"] = (run.run_id, last)
    if last == 1:
        return 1
    return st.slider("Epoch", 1, last, key=key, help="Follows the newest epoch until you move it back.")


def page_link(config: RunConfig | None) -> str:
    """The address of this set-up."""
    base = (st.context.url or "").split("?")[0]
    query = urlencode(state.query(config))
    return f"{base}?{query}" if query else base
