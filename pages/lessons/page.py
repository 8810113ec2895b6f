"""Lessons: all of them in the order of the unit, with what this browser has done of each."""

from dashboard.shell import state
from dashboard.shell.choices import links
from pages.lessons.controls import PART
from pages.lessons.panels import lessons_part

state.values()
lessons_part()
state.write_page(links(PART))
