"""A button by which something is taken along, and a link that leaves an emptied field out."""

import pytest
import streamlit as st

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


def test_a_number_field_that_is_emptied_says_nothing_in_a_link(monkeypatch):
    monkeypatch.setattr(st, "session_state", {"p_seed": None, "p_size": 3})
    seed, size = Choice("p", "seed", range(9), first=0), Choice("p", "size", range(9), first=1)
    assert links(seed, size) == {"seed": "", "size": "3"}
