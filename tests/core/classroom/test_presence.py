"""Who is here: by what was heard, on a clock of the test."""

import math

from core.classroom.presence import HERE_SECONDS, MOST_TABS, Presence
from tests.core.classroom.test_pace import Clock


def test_who_was_heard_lately_is_here_with_the_newest_page():
    clock = Clock()
    presence = Presence(clock=clock)
    presence.saw("tab1", "ann", lag=0.1, page="train")
    clock.now = 1
    presence.saw("tab2", "ann", lag=0.2, page="vit")
    presence.saw("tab3", "ben")
    assert {person: tab.page for person, tab in presence.here().items()} == {"ann": "vit", "ben": ""}
    assert presence.here()["ann"].lag == 0.2 and math.isnan(presence.here()["ben"].lag)
    clock.now = HERE_SECONDS + 0.5
    assert presence.open("tab2") and not presence.open("tab1") and not presence.open("never")
    clock.now = HERE_SECONDS + 2
    assert presence.here() == {} and presence.away("ann") == HERE_SECONDS + 1
    assert presence.away("never") == math.inf


def test_the_version_changes_with_who_is_here_alone():
    clock = Clock()
    presence = Presence(clock=clock)
    empty = presence.version
    presence.saw("tab1", "ann")
    one = presence.version
    presence.saw("tab1", "ann", page="vit")
    assert empty != one == presence.version
    clock.now = HERE_SECONDS + 1
    assert presence.version == empty


def test_tabs_that_are_long_gone_are_forgotten():
    clock = Clock()
    presence = Presence(clock=clock)
    for k in range(50):
        presence.saw(f"tab{k}", "ann")
    clock.now = 1000
    presence.here()
    assert presence._tabs == {} and presence.away("ann") == 1000


def test_one_who_invents_pages_does_not_fill_the_memory():
    presence = Presence(clock=Clock())
    for k in range(MOST_TABS + 50):
        presence.saw(f"tab{k}", "ann")
    assert len(presence._tabs) == MOST_TABS and presence.open(f"tab{MOST_TABS + 49}") and not presence.open("tab0")
