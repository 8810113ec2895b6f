"""Hostile visitors on every page: whatever their links, controls and messages say, the page stays whole, and so do others'.

What a page reads is found by watching it read: no list of names is kept here, so that a new page, control or component is tried at once.
"""

from __future__ import annotations

import pytest

from dashboard import navigation
from dashboard.shell import services, state
from tests.pages.hostile import LINKS, Watched, message_states, messages_for, send, shown, visit, widget_states

PAGES = [page.path.parent.name for page in navigation.PAGES]


@pytest.fixture
def watched(monkeypatch):
    return Watched(monkeypatch)


def opened(page, watched):
    """A page as it opens, all that it reads known."""
    app = visit(page)
    watched.well(app, "no link at all")
    return app


@pytest.mark.parametrize("page", PAGES)
def test_links_with_anything_in_them_open_the_page(page, watched):
    opened(page, watched)
    for turn in range(len(LINKS)):  # each name meets each value, beside others
        link = {name: LINKS[(turn + 3 * place) % len(LINKS)] for place, name in enumerate(watched.names)}
        app = visit(page, **link)
        watched.well(app, link)
    assert not services.manager().runs(), "no link starts a run"


@pytest.mark.parametrize("page", PAGES)
def test_controls_may_say_what_no_browser_would(page, watched):
    neighbour = opened(page, watched)
    before, app = shown(neighbour.run()), visit(page)
    for turn in range(10):
        states = widget_states(app, turn)
        send(app, states)
        watched.well(app, states)
    assert shown(neighbour.run()) == before, "another visitor sees what they saw"


@pytest.mark.parametrize("page", PAGES)
def test_components_may_send_anything(page, watched):
    neighbour = opened(page, watched)
    before, app = shown(neighbour.run()), visit(page)
    for turn in range(messages_for(watched.gates)):
        states = message_states(app, watched.gates, turn)
        send(app, states)
        watched.well(app, states)
    assert shown(neighbour.run()) == before, "another visitor sees what they saw"


LONG = "zq" * 4_500  # found again in no picture or number


@pytest.mark.parametrize("page", PAGES)
def test_what_a_link_says_is_kept_within_bounds(page, watched):
    """What a session keeps of a link goes into fields and back into the address bar: no more of it than a field takes."""
    opened(page, watched)
    app = visit(page, **dict.fromkeys(watched.names, LONG))
    watched.well(app, LONG)
    session = app.session_state._state._state  # what widgets have forgotten is in it, too
    kept = [text for part in (session._old_state, session._new_session_state) for text in texts_in(part)]
    assert not any(LONG[: state.SHORT + 2] in text for text in kept)


def texts_in(value):
    """All texts in what a session keeps."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for inner in value.items() for text in texts_in(inner))
    elif isinstance(value, (list, tuple, set)):
        yield from (text for inner in value for text in texts_in(inner))
