"""Trained live on the page Translate: a run on its task, whose weights the board takes as soon as an epoch is complete."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.data.seq_tasks import SEQ_TASKS
from core.errors import LabError
from core.evaluation.sequences.contests import set_up as without_machine
from core.models import MODELS, models_of
from core.records.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from core.training.history import Snapshot
from dashboard.kit.wording import code, joined, marked
from dashboard.shell import orders, services, show, viewers, visitor
from dashboard.shell.choices import Choice, Kept
from dashboard.shell.notices import said_above
from dashboard.shell.words import STATUS_WORDS, duration
from dashboard.training.time_chart import Line, chart_data, time_chart
from pages.translate.controls import NEXT

MODELS_HERE = tuple(models_of("sequences"))
MODEL = Choice("translate", "model", MODELS_HERE, first=MODELS_HERE[0], in_link=False)
TRAINING = Kept("translate", "training", "")  # the run that this session has begun here
SEEN = Kept("translate", "seen", 0)  # how many of its epochs the board has shown


def trained() -> Snapshot | None:
    """The run that this session has begun here, if it is still there."""
    run_id = TRAINING.value
    try:
        return services.run(run_id) if run_id else None
    except LabError:  # deleted
        return None


def active() -> bool:
    """Whether something is still to come of it."""
    run = trained()
    return run is not None and run.active


def training_panel(task: str) -> None:
    """Controls, progress and curves of a run on the task."""
    show.header(f"Train it: {SEQ_TASKS[task].title.lower()}")
    run = trained()
    left, right = st.columns([4, 11], gap="medium")
    with left:
        _controls(task, run)
    with right:
        if run is None:
            st.markdown(
                f"{SEQ_TASKS[task].help} Pairs are drawn by seed, none is in two splits. The decoder is fed the right output so far, and "
                "its next token is judged, all positions at once. **After every epoch the board above writes your input anew with the "
                "weights of that moment**: watch the alignment appear. The run is on Train and Compare, too."
            )
            return
        _progress(run)
    _follow(run)


def _controls(task: str, run: Snapshot | None) -> None:
    model = MODEL.selectbox("Model", format_func=lambda name: MODELS[name].title)
    config, words = set_up(task, model)
    choice = Choice("translate", f"epochs_{task}_{model}", range(1, 61), first=config.training.epochs, in_link=False)
    epochs = choice.number_input("Epochs") or 1
    show.caption(words)
    live = run is not None and run.active
    with st.container(horizontal=True):
        if st.button("Train", type="primary", icon=":material/play_arrow:", key="translate_train", disabled=live):
            config = RunConfig.of(**{**config.flat(), "epochs": epochs})
            TRAINING.keep(orders.submit(config))
            SEEN.keep(0)
            st.rerun()
        st.button("Stop", icon=":material/stop:", key="translate_stop", disabled=not live, on_click=_stop)


def set_up(task: str, model: str) -> tuple[RunConfig, str]:
    """What is trained here, and that in words: as the recorded run of this model on this task, which the board shows, else the preset."""
    for run in map(recorded_run, recorded_names()):
        if (run.config["dataset"], run.config["model"]) == (task, model):
            return RunConfig.of(**without_machine(run.config)), marked("Set up as {} was.", code(run.run_id))
    return RunConfig.of(preset=task, model=model), marked("Set up as the preset {} says.", code(task))


def _stop() -> None:
    run = trained()
    if run is None or not run.active:
        return
    with said_above():
        orders.stop(run.run_id)


def _progress(run: Snapshot) -> None:
    """Where the run stands, and its curve."""
    if run.active:
        services.manager().attend(run.run_id)
        viewers.saw(visitor.session())
    words = f"{run.run_id}: {STATUS_WORDS[run.status]}"
    if run.status in ("failed", "interrupted"):
        show.error(f"{words}. {run.message}")
    elif run.active:
        left = f", {duration(run.seconds_left)} left" if run.seconds_left == run.seconds_left else ""
        place = f", place {run.place} in the queue" if run.place else ""
        st.progress(
            min(1.0, run.epoch / max(1, run.total_epochs)), show.label(f"{words}, epoch {run.epoch:.1f} of {run.total_epochs}{left}{place}")
        )
    else:
        show.caption(f"{words}. {run.message}")
    if run.points:
        time_chart(curve(run), key="translate_curve")
    if run.epochs:
        show.caption(epochs_words(run))


def curve(run: Snapshot) -> dict:
    """The share of next tokens that are right, over the steps of the run."""
    right = np.array([point[1] for point in run.points])
    return chart_data(
        f"Accuracy of the next token in training, after {run.step:,} steps", [Line(MODELS[run.config["model"]].title, "run", right)],
        x="training steps", y="share of tokens", first=(1 + run.stride) / 2, step=run.stride, height=210, pinned=(0.0, 1.0),
        at=len(right) - 1, note="The right tokens before it are given (teacher forcing).",
    )  # fmt: skip


def epochs_words(run: Snapshot) -> str:
    """What the last epochs have reached on validation pairs."""
    told = [
        marked("epoch {}: {:.1%} of tokens, **{:.1%} of sequences**", one.epoch + 1, one.val_top1, one.val_exact) for one in run.epochs[-4:]
    ]
    return marked("Accuracy on {:,} validation pairs: {}.", run.sizes["val"], joined(told, " · "))


def _follow(run: Snapshot) -> None:
    """Let the board take the weights of a new epoch."""
    if len(run.epochs) > SEEN.value:
        SEEN.keep(len(run.epochs))
        NEXT.keep(run.run_id)
        st.rerun()
