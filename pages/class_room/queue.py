"""Who trains and who waits, and what the instructor does with the queue: take one next, pause all, resume all, clear."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.classroom.rights import Act
from core.training.history import Snapshot
from dashboard.kit.wording import escape
from dashboard.runs.labels import run_label
from dashboard.shell import orders, services, show, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.notices import said_above
from dashboard.shell.page import fragment
from dashboard.shell.pulsed import rerun_when_pulsed
from dashboard.shell.words import STATUS_WORDS

NEXT = Choice("class", "next", in_link=False)
PAUSED = "All runs and measurements of students are paused until you resume them. Yours go on."
PAUSED_AT_HOME = "All runs and measurements are paused until you resume them."


def queue_panel() -> None:
    """The queue; nothing for whoever may not order it."""
    if visitor.may(Act.QUEUE):
        fragment(_queue)()


def _queue() -> None:
    visitor.require(Act.QUEUE)
    rerun_when_pulsed("runs", services.runs_version(), key="class_queue")
    active = services.manager().active()
    waiting = sorted((run for run in active.values() if run.status == "queued"), key=lambda run: run.place or len(active))
    others = [run for run in active.values() if run.status != "queued"]
    show.header(f"{len(others)} train or are paused, {len(waiting)} wait" if active else "Nobody trains")
    if halted := services.classroom().halting.on:
        show.warning(PAUSED if services.class_is_open() else PAUSED_AT_HOME)
    owners = {run_id: services.manager().owner(run_id) for run_id in active}
    _buttons(waiting, owners, halted)
    if active:
        st.html(queue_html([*others, *waiting], {run_id: services.classroom().called(owner) for run_id, owner in owners.items()}))


def _buttons(waiting: list[Snapshot], owners: Mapping[str, str], halted: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if waiting:
            called = services.classroom().called
            names = {run.run_id: f"{called(owners[run.run_id])} {run.run_id}".strip() for run in waiting}
            chosen = NEXT.among(tuple(names)).selectbox("A run that waits", format_func=names.get, width=300)
            help = "It gets the next free turn, even if another run of the same person trains."
            _button("Take next", "arrow_upward", lambda: orders.take_next(chosen), help=help)
        if halted:
            _button("Resume all", "play_arrow", orders.resume_all, help="All go on, except runs that their owners have paused.")
        else:
            _button("Pause all", "pause", orders.pause_all, help="Runs and measurements of students wait, new ones, too.")
        if waiting:
            _button("Clear", "clear_all", orders.clear, help="Stops every run that waits and has not begun. Nothing is deleted.")


def _button(label: str, icon: str, order: Callable[[], None], *, help: str) -> None:
    key = f"class_{label.lower().replace(' ', '_')}"
    st.button(show.label(label), icon=f":material/{icon}:", key=key, help=show.label(help), on_click=_do, args=(order,))


def _do(order: Callable[[], None]) -> None:
    with said_above():
        order()


def queue_html(runs: list[Snapshot], called: Mapping[str, str]) -> str:
    """A row a run: whose it is, what it is, what it does, how far it is."""
    head = "".join(f'<th scope="col">{word}</th>' for word in ("who", "run", "what", "state", "epoch", "place"))
    body = "".join(_row(run, called) for run in runs)
    return f'<div class="lab-scroll"><table class="lab-table lab-status"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(run: Snapshot, called: Mapping[str, str]) -> str:
    cells = (run.run_id, run_label(run), STATUS_WORDS[run.status], f"{len(run.epochs)} of {run.total_epochs}", str(run.place or "–"))
    return f'<tr><th scope="row">{escape(called[run.run_id] or "–")}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
