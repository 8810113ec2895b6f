"""What the controls of the page Positions take of a link, and what is said of sizes that cannot be."""

import pytest

from dashboard.shell import state
from pages.positions.controls import KIND, LENGTH, PERMUTATION, WIDTH, choose
from pages.positions.panels import map_panel, proof_panel, shuffle_panel
from tests.pages.support import alone, messages_to, texts, visit


@pytest.mark.parametrize(
    ("query", "sentence", "drawn"),
    [
        ({"length": "4096"}, "Of 4,096 tokens every one is compared with every other, 16,777,216 cells", (257, 64)),
        ({"length": "0"}, "Without a token there is no position", (1, 64)),
        ({"width": "1"}, "of 1 feature nothing is left", (65, 2)),
        ({"width": "100000"}, "100,000 features are more columns", (65, 128)),
        ({"width": "7"}, "all 455 numbers", (65, 7)),
        ({"kind": "grid", "length": "60"}, "60 is neither. Choose 49 or 50, 64 or 65.", None),
        ({"kind": "rotary", "width": "7"}, "a head cannot be 7 wide", None),
    ],
)
def test_what_cannot_be_is_said(query, sentence, drawn):
    app = alone(choose, map_panel, proof_panel, **query)
    assert sentence in texts(app)
    assert [(sent["length"], sent["dim"]) for sent in messages_to(app, "pages/positions/board")] == ([drawn] if drawn else [])


def test_of_one_token_it_is_said_that_nothing_moves():
    app = alone(choose, map_panel, shuffle_panel, length="1")
    (sent,) = messages_to(app, "pages/positions/board")
    assert "**Nothing moved here**" in texts(app) and (sent["length"], sent["dim"]) == (1, 64)


def test_what_a_link_says_that_makes_no_sense_is_told_and_not_taken(monkeypatch):
    visit(monkeypatch, kind="no such", length="many", width="1e3", p="?")
    assert (KIND.value, LENGTH.value, WIDTH.value, PERMUTATION.value) == ("sinusoidal", 65, 64, "random")
    told = " ".join(state.messages())
    assert all(f"The link's {name} cannot be used" in told for name in ("kind", "length", "width", "p"))
