"""Vote: a question to the class, answered before and after the run or the measurement that decides it."""

from dashboard.shell import state
from pages.vote.asked import asked_part
from pages.vote.deciding import deciding_part

state.values()
asked_part()
deciding_part()
state.write_page({})
