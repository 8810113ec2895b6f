"""What passes the bar? From the published hand-in to over 80 % with GRUs alone, step by step."""

from core.records.results import result, road
from dashboard.runs.foot import foot
from dashboard.shell import state
from dashboard.shell.foot import try_this
from dashboard.shell.keys import keys
from pages.bar.about import ABOUT
from pages.bar.controls import RUNG
from pages.bar.panels import climb, proof_line, train_step
from pages.bar.results import results_panel
from pages.bar.sweeps import sweeps_panel

state.values()
steps = road()
count = climb(steps)
link = {RUNG.name: RUNG.written(count)}
bar = result("bar")
proof_line(bar)
sweeps_panel()
config = train_step(steps, count)
results_panel()
try_this(ABOUT.experiments)
foot(bar.runs[0], link, config.command())
keys({" ": "play", ".": "step"})
state.write_page({**state.page(), **link})
