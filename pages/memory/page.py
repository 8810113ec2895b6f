"""Memory: how a gradient fades on its way back through time, in cells as drawn, in trained runs, and what that does to recall."""

import streamlit as st

from dashboard.runs.foot import foot
from dashboard.shell import services, state
from dashboard.shell.choices import links
from dashboard.shell.foot import OPEN, try_this
from dashboard.shell.page import board_page
from dashboard.training.lessons import lesson_part
from pages.memory.about import ABOUT
from pages.memory.controls import FAR, LOSS, RATE, WEIGHTS, MemoryChoices, choose, chosen
from pages.memory.flow import flow_panel, numbers_panel, sweep_panel
from pages.memory.lessons import active, recall_panel, task_panel
from pages.memory.runs import FIRST_RUNS, RUNS, runs_panel

state.values()
foot_says = chosen().link  # of the cells above: the foot is drawn anew with the whole page alone


def around(choices: MemoryChoices) -> None:
    """What follows when the chart has come to rest; it leaves the rest of the page's link as it is."""
    numbers_panel(choices)
    sweep_panel(choices)
    state.write_page({**state.page(), **choices.link})
    if choices.link != foot_says and OPEN.value:
        st.rerun()  # the link at the foot is open: it must be that of what is shown


board_page("memory", choose=choose, board=flow_panel, around=around)
task_panel()
lesson_part(recall_panel, active)
picture, runs = runs_panel()
link = {**chosen().link, **links(FAR, RATE, RUNS, WEIGHTS, LOSS), **dict.fromkeys(("from", "set", "image"), ""), **picture.link}
try_this(ABOUT.experiments)
foot(services.run(runs[0].run_id if runs else FIRST_RUNS[0]), link)
state.write_page(link)
