"""Memory: how a gradient fades on its way back through time, in cells as drawn, in trained runs, and what that does to recall."""

import streamlit as st

from dashboard.pictures.choose import choose_picture
from dashboard.runs.foot import foot
from dashboard.shell import services, state
from dashboard.shell.choices import links
from dashboard.shell.foot import OPEN, try_this
from dashboard.shell.page import board_page
from dashboard.training.lessons import lesson_part
from pages.memory.controls import FAR, LOSS, RATE, WEIGHTS, MemoryChoices, choose, choose_weights, chosen
from pages.memory.flow import flow_panel, numbers_panel, question, sweep_panel
from pages.memory.lessons import active, choose_task, recall_panel
from pages.memory.runs import FIRST_RUNS, RUNS, choose_runs, influence_panel, look, trained_panel

EXPERIMENTS = {
    "A radius of 3: the plain RNN's gradient explodes": {"radius": "3", "length": "100"},
    "Start with gates nearly closed, bias −2, and train: do they learn to open?": {"bias": "-2", "length": "20"},
    "The hand-in's GRU, 256 patches: how far back does its answer reach?": {"runs": "recorded-cifar10-hand-in-0"},
}
TASK = (
    "Of a row of random symbols (8 kinds) one is marked; after the last one the cell has to name it. Guessing is right 1 time in 8. "
    "**A plain RNN writes every symbol into its only state; a gate can close on what comes later.** The gradient at the start is not the "
    "last word: an LSTM that starts at bias −2, where less than 10⁻⁹ of it gets through 20 steps, learns the task, near marks first: they "
    "teach its gates. The plain RNN, with 10⁻³, does not."
)

st.title("Memory")
st.markdown(
    "On its way back a plain RNN's gradient meets the same matrix and a flat tanh at every step: it fades, or explodes, and what lies far "
    "back is never learned. **A gate that stays open lets it through: that is why LSTM and GRU exist.**"
)
state.values()
foot_says = chosen().link  # of the cells above: the foot is drawn anew with the whole page alone


def around(choices: MemoryChoices) -> None:
    """What follows when the chart has come to rest; it leaves the rest of the page's link as it is."""
    numbers_panel(choices)
    question()
    sweep_panel(choices)
    state.write_page({**state.page(), **choices.link})
    if choices.link != foot_says and OPEN.value:
        st.rerun()  # the link at the foot is open: it must be that of what is shown


board_page("memory", choose=choose, board=flow_panel, around=around)

st.subheader("Can they recall?")
st.markdown(TASK)
choose_task()
lesson_part(recall_panel, active, lambda: None)

st.subheader("The same in trained runs, on one picture")
left, right = st.container(key="memory_runs_row").columns([3, 10], gap="medium")
own, others = left.container(), left.container()
with others:
    runs = choose_runs()
    weights, loss = choose_weights()
with own:
    picture = choose_picture(sorted({name for run in runs for name in services.run(run.run_id).classes}), first="ship")
with right, st.spinner("Opening the runs"):
    opened_runs = [look(run, weights) for run in runs]
    trained_panel(picture, opened_runs, loss)
st.markdown("**Which patches moved which output?** Point at a patch, or at a row of a map: what lights up moved the output there.")
with st.spinner("Following every patch to every output"):
    influence_panel(picture, opened_runs)
link = {**chosen().link, **links(FAR, RATE, RUNS, WEIGHTS, LOSS), **dict.fromkeys(("from", "set", "image"), ""), **picture.link}
try_this(EXPERIMENTS)
first = services.run(runs[0].run_id if runs else FIRST_RUNS[0])
foot(first, link)
state.write_page(link)
