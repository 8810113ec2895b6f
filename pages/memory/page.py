"""Memory: how a gradient fades on its way back through time, in cells as drawn, in trained runs, and what that does to recall."""

import streamlit as st

from dashboard.pictures.choose import choose_picture
from dashboard.runs.foot import foot
from dashboard.shell import services, state, visitor
from dashboard.shell.foot import try_this
from dashboard.shell.link import page_link
from dashboard.shell.settled import announce, rerun_when_settled
from pages.memory import flow as memory
from pages.memory import lessons as memory_recall
from pages.memory import runs as memory_runs

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
memory.start_controls()


@st.fragment
def flow() -> None:
    """The gradient through time: its sliders run nothing else of the page."""
    memory.flow_panel()
    announce(str(memory.link_values()), key="memory")


@st.fragment
def around(foot_says: dict[str, str]) -> None:
    """What follows when the chart has come to rest; it leaves the rest of the page's link as it is."""
    rerun_when_settled(key="memory")
    memory.numbers_panel()
    memory.question()
    memory.sweep_panel(memory.setup())
    said = memory.link_values()
    state.write_page({**state.page(), **said})
    if said != foot_says and st.session_state.get("take_along"):
        st.rerun()  # the link at the foot is open: it must be that of what is shown


flow()
around(memory.link_values())

st.subheader("Can they recall?")
st.markdown(TASK)
memory_recall.choose_task()
memory_recall.recall_panel()

st.subheader("The same in trained runs, on one picture")
left, right = st.container(key="memory_runs_row").columns([3, 10], gap="medium")
own, others = left.container(), left.container()
with others:
    runs = memory_runs.choose_runs()
    weights, loss = memory_runs.choose_weights()
with own:
    picture = choose_picture(sorted({name for run in runs for name in services.run(run.run_id).classes}), first="ship")
with right, st.spinner("Opening the runs"):
    looked = [memory_runs.look(run, weights) for run in runs]
    memory_runs.trained_panel(picture, looked, loss)
st.markdown("**Which patches moved which output?** Point at a patch, or at a row of a map: what lights up moved the output there.")
with st.spinner("Following every patch to every output"):
    memory_runs.influence_panel(picture, looked)
link = {
    **memory.link_values(), **memory_recall.link_values(), **memory_runs.link_values(runs),
    **dict.fromkeys(("from", "set", "image"), ""), **picture.link,
}  # fmt: skip
try_this(EXPERIMENTS)
first = services.run(runs[0].run_id if runs else memory_runs.FIRST_RUNS[0])
foot(first, link=page_link(link), command=visitor.command(first.config))
state.write_page(link)
