"""A page of the lab without a browser, and what a user does on it."""

import dataclasses
import json
import os
import re
import subprocess
import sys
import time
from base64 import b64decode
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from dashboard import navigation
from dashboard.kit.component import name_of
from dashboard.kit.wording import NOTHING
from dashboard.training import background

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "dashboard" / "app.py"

# Each AppTest looks through all installed packages for components, a fifth of a second: they are the same for every test of a process.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def open_page(folder="train", **query):
    """A first visit to the page of a folder in pages/, with a query string."""
    navigation.PAGES = tuple(dataclasses.replace(page, default=page.path.parent.name == folder) for page in navigation.PAGES)
    return run(_linked(AppTest.from_file(str(APP), default_timeout=60), query))


def _linked(app, query):
    for name, value in query.items():
        app.query_params[name] = value
    return app


def alone(*parts, **query):
    """Parts of a page without all that follows from them, as a link opens them: the controls, and what is drawn of their choices.

    What the first part returns the others are called with; `made_by` says what it was.
    """
    return run(_linked(AppTest.from_function(_draw, default_timeout=60, args=(parts,)), query))


def _draw(parts):
    import streamlit as st

    from dashboard.shell import show, state
    from dashboard.shell.page import guarded

    state.values()
    first, *others = parts
    with guarded():
        made = st.session_state["made"] = first()
        for part in others:
            part(made)
    for sentence in state.messages():
        show.warning(sentence)


def made_by(app):
    """What the first of the parts that are shown `alone` has returned."""
    return app.session_state["made"]


def shown_code(app):
    """The link and the command that the foot shows, in that order, once its box has been opened."""
    app.session_state["take_along"] = True
    return [code.value for code in run(app).code]


def run(target):
    """Run the script, after an action on one of its elements or as it is."""
    app = target.run()
    assert not app.exception, app.exception
    return app


def press(app, key):
    return run(app.button(key=key).click())


def components(app, component):
    """The components of a folder ("pages/went/board") on a page, in their order there, as Streamlit sends them."""
    return [e.proto for e in app.get("bidi_component") if e.proto.component_name == name_of(component)]


def messages_to(app, component):
    """What the components of a folder on a page were sent last."""
    return [json.loads(proto.json)[0] for proto in components(app, component)]


def message_to(app, component):
    """What the one component of a folder was sent last."""
    (message,) = messages_to(app, component)
    return message


def unpacked(packed):
    """The arrays of a message, each flat, by name: one after the other in "numbers", as "parts" says."""
    numbers, found, at = np.frombuffer(b64decode(packed["numbers"]), "<f4"), {}, 0
    for name, count in packed["parts"]:
        found[name] = numbers[at : at + count]
        at += count
    assert at == len(numbers)
    return found


def html_of(app, part):
    """The first HTML on a page that holds `part`; where there is none, the failure says what the page says instead."""
    found = next((e.proto.body for e in app.get("html") if part in e.proto.body), None)
    assert found is not None, f"{part!r} is not on the page: {[e.value for e in [*app.title, *app.error, *app.warning, *app.info]]}"
    return found


def wait_for_lessons():
    """Until no lesson and no measurement is on its way."""
    end = time.monotonic() + 120
    while any(lesson.active for lesson in background._lessons.values()):
        assert time.monotonic() < end
        time.sleep(0.01)


def after_lessons(app):
    """The page once more, when all that trains behind it has ended."""
    wait_for_lessons()
    return run(app)


def printed_by(code, **environment):
    """What code prints in a Python of its own, in which nothing has been imported yet; fails the test if it raises."""
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr[-2000:]
    return made.stdout


def plain(text):
    """Markdown as a browser shows it, where text from people stands: without the escapes, and words without their links to the glossary."""
    unescaped = re.sub(r"\\([\\`*\[\]<>$~|_&:.)#+-])", r"\1", text.replace(NOTHING, ""))
    return re.sub(r'\[([^\[\]]+)\]\(glossary#[\w-]+ "[^"]+"\)', r"\1", unescaped)


def texts(app):
    """All sentences on a page; what opens at the mark behind a caption follows them."""
    shown = [e.value for kind in (app.markdown, app.caption, app.error, app.warning, app.info) for e in kind]
    return " ".join(map(plain, [*shown, *(e.proto.help for e in app.caption)]))


def visit(monkeypatch, **query):
    """A new session, without a page, that a link has opened: its controls can be asked for their values."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", query)
