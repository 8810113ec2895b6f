"""Compare: every run in one picture, and whether the difference of two is more than chance."""

from dashboard.runs.foot import foot
from dashboard.shell import state
from dashboard.shell.foot import try_this
from pages.compare.about import ABOUT
from pages.compare.controls import view_link
from pages.compare.panels import board_panel, feeding, pair_panel, script_panel

runs = board_panel()
pair_panel(runs)
script_panel(runs)
try_this(ABOUT.experiments)
fed = feeding(runs)
foot(fed, view_link())
state.write_page(view_link())
