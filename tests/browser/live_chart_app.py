"""A page with a live chart of a run that grows at every tick, and buttons for what may happen to it."""

from __future__ import annotations

import math

import streamlit as st

from core.training.history import Curve, Snapshot
from dashboard.training.curve import Sent, live_data
from dashboard.training.live_chart import last_sent, live_chart

state = st.session_state
state.setdefault("steps", 60)
state.setdefault("run", "first")
state.setdefault("limit", 10_000)
state.setdefault("asked", 0)


@st.fragment(run_every=0.2)
def tick() -> None:
    if st.button("new run"):
        state.update(run=state.run + "+", steps=60, limit=10_000, asked=0)
    if st.button("double the stride"):
        state.limit = 2 * (len(snapshot().points) // 2)
    st.button("leap", on_click=lambda: state.update(leap=True))
    if st.toggle("hide"):
        return
    leap = state.pop("leap", False)
    state.steps += 400 if leap else 5
    run = snapshot()
    sent = last_sent("chart")
    state.asked += sent is None
    if leap:  # as if the browser had received all but the last points
        sent = Sent(run.run_id, run.stride, len(run.points))
    live_chart(live_data(run, sent), key="chart", height=400)
    st.text(f"asked {state.asked}, stride {run.stride}, n {len(run.points)}")


def snapshot() -> Snapshot:
    curve = Curve(limit=state.limit)
    for i in range(state.steps):
        curve.add(1 + math.exp(-i / 200), 1 - 0.8 * math.exp(-i / 200), 1e-3)
    return Snapshot(
        run_id=state.run,
        version=state.steps,
        status="running",
        config={"model": "gru", "dataset": "shapes", "epochs": 10},
        stride=curve.stride,
        points=tuple(curve.points),
        step=state.steps,
        steps_per_epoch=100,
    )


tick()
