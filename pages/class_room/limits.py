"""How large a run of a student may be: set here, shown beside the control that it limits, checked on the server."""

from __future__ import annotations

import streamlit as st

from core.classroom.limits import MOST
from core.classroom.rights import Act
from core.data import DATASETS
from dashboard.shell import services, show, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.notices import said_above

LABELS = {
    "weights": "Number of weights of the model",
    "epochs": "Epochs",
    "batch_size": "Batch size",
    "memory": "Memory (MB)",
    "seconds": "Seconds of training",
}
HELPS = {
    "weights": "The weights of a run's model. 0 means no limit, here and below.",
    "epochs": "Beside the control, and as the end of its range.",
    "batch_size": "Beside the control, and as the end of its range.",
    "memory": "The memory of one run, as estimated before it begins; its data, which runs share, does not count.",
    "seconds": "Only training counts, not waiting. Then the run is stopped and keeps its complete epochs.",
}
NUMBERS = {name: Choice("class", f"limit_{name}", range(most + 1), in_link=False) for name, most in MOST.items()}
SETS = Choice("class", "limit_datasets", tuple(DATASETS), first=(), in_link=False)


def limits_panel() -> None:
    """The form, folded; nothing for whoever may not set limits."""
    if not visitor.may(Act.LIMIT):
        return
    with st.expander("Limits for the runs of students", key="class_limits", icon=":material/tune:", on_change="rerun") as box:
        if box.open:
            _form()


def _form() -> None:
    now = services.classroom().limiting.now
    st.caption("They hold only for students, from their next run on. 0 means no limit.")
    with st.container(horizontal=True):
        for name, choice in NUMBERS.items():
            if not choice.started:
                choice.set(getattr(now, name))
            choice.number_input(LABELS[name], help=HELPS[name], width=180)
    if not SETS.started:
        SETS.set(list(now.datasets))
    titles = {name: spec.title for name, spec in DATASETS.items()}
    more = {"most": len(DATASETS), "placeholder": "all of them", "format_func": titles.get}
    SETS.multiselect("Data sets", list(DATASETS), help="The data sets that students may use; if none is chosen, they may use all.", **more)
    st.button("Set these limits", key="class_set_limits", type="primary", on_click=_set)
    show.caption(_told())


def _told() -> str:
    """The limits that count now, in one sentence."""
    now = services.classroom().limiting.now
    numbers = [f"{LABELS[name].lower()} {getattr(now, name):,}" for name in NUMBERS if getattr(now, name)]
    sets = f"data sets {', '.join(DATASETS[name].title for name in now.datasets if name in DATASETS)}" if now.datasets else "all data sets"
    return f"These limits hold now: {', '.join([*numbers, sets])}."


def _set() -> None:
    with said_above():
        visitor.require(Act.LIMIT)
        services.classroom().limiting.set({**{name: choice.value for name, choice in NUMBERS.items()}, "datasets": SETS.value})
