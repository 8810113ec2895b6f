"""A button by which something is taken along, and a link that leaves an emptied field out."""

import threading
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

from dashboard.shell.choices import Choice, links
from dashboard.shell.download import download


@pytest.mark.parametrize(("file", "kind"), [("a.csv", "text/csv"), ("many-to-one.svg", "image/svg+xml")])
def test_a_file_is_named_after_its_kind_and_made_at_the_click(monkeypatch, file, kind):
    drawn = []
    monkeypatch.setattr(st, "download_button", lambda *given, **named: drawn.append((given, named)))
    made = []
    download("Take *it*", lambda: made.append(1) or "text", file, key="k", help="_why_")
    ((label, content, name, mime), named), *_ = drawn
    assert (name, mime, made) == (file, kind, []) and content() == "text"
    assert label == "Take \\*it\\*" and named["help"] == "\\_why\\_" and named["on_click"] == "ignore" and named["key"] == "k"


def test_a_file_is_made_as_the_person_who_looks(monkeypatch):
    """Streamlit makes it at the click, in a thread that belongs to nobody: an instructor would have no rights in it."""
    drawn, seen = [], []
    monkeypatch.setattr(st, "download_button", lambda *given, **named: drawn.append(given[1]))
    looks = SimpleNamespace(pages_manager=SimpleNamespace(main_script_hash="page"))  # all of it that Streamlit reads

    def page():
        add_script_run_ctx(ctx=looks)
        download("Take it", lambda: seen.append(get_script_run_ctx()) or "text", "a.csv", key="k")

    for one in (page, lambda: seen.append(drawn[0]() + str(get_script_run_ctx(suppress_warning=True)))):
        thread = threading.Thread(target=one)
        thread.start()
        thread.join()
    assert seen == [looks, "textNone"]


def test_a_number_field_that_is_emptied_says_nothing_in_a_link(monkeypatch):
    monkeypatch.setattr(st, "session_state", {"p_seed": None, "p_size": 3})
    seed, size = Choice("p", "seed", range(9), first=0), Choice("p", "size", range(9), first=1)
    assert links(seed, size) == {"seed": "", "size": "3"}
