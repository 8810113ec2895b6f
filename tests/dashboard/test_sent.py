"""What browsers send is taken only if it is whole, of its kind, and of what is shown now."""

from __future__ import annotations

import math

import pytest

from dashboard.kit import messages
from dashboard.unrolled import choice_sent
from pages.cell.board import edits_sent
from pages.cell.board import view_sent as cell_view
from pages.data.board import chosen
from pages.evaluate.board import MatrixLook, confusion_board
from pages.reader.board import view_sent as reader_view
from pages.reading.board import view_sent as reading_view
from pages.shuffle.board import order_sent
from pages.translate.board import view_sent as translate_view
from pages.try_it.board import edits_sent as patch_edits
from pages.vit.board import pin_sent
from pages.went.board import choice_sent as system_choice

DATA = {"what": "run val", "classes": ["a", "b", "c"], "epochs": [1, 2, 5], "epoch": 1, "norm": "true", "cell": [0, 1], "row": None}
LOOK = {"what": "run val", "epoch": 5, "norm": "count", "cell": [2, 0], "row": None}

# name of the message -> how it is taken from component "c", a message that passes, what is taken of it
TAKEN = {
    "view": {
        "cell": (lambda: cell_view(key="c"), {"t": 3, "unit": 1, "tab": "hand", "rows": 1}, {"t": 3, "unit": 1, "tab": "hand", "rows": 1}),
        "reader": (
            lambda: reader_view(key="c", orders=("rows", "snake"), of=64),
            {"order": "snake", "t": 64, "of": 64},
            {"order": "snake", "t": 64, "of": 64},
        ),
        "reading": (
            lambda: reading_view(key="c", of=64),
            {"t": 0, "of": 64, "path": "3-63"},
            {"t": 0, "of": 64, "path": (3, 63)},
        ),
        "translate": (
            lambda: translate_view(key="c"),
            {"t": 3, "layer": 0, "head": -1, "part": "beam"},
            {"t": 3, "layer": 0, "head": -1, "part": "beam"},
        ),
    },
    "edits": {
        "cell": (lambda: edits_sent(key="c", setup="s"), {"setup": "s", "edits": []}, ()),
        "patch": (lambda: patch_edits(key="c", picture="p", patch=8), {"picture": "p", "patch": 8, "edits": "3.1-2"}, "3.1-2"),
    },
    "order": {"shuffle": (lambda: order_sent(key="c", patch=8, stamp=0), {"patch": 8, "stamp": 0, "order": "1.0"}, "1.0")},
    "pin": {"attention": (lambda: pin_sent(key="c"), [30, 1, 4], (30, 1, 4))},
    "choice": {
        "system": (lambda: system_choice(key="c", among=("BERT", "ViT")), "ViT", "ViT"),
        "unrolled": (
            lambda: choice_sent(key="c", choices=("one", "many"), switch=("words",)),
            {"choices": "many", "switch": "words"},
            ("many", "words"),
        ),
    },
    "chosen": {"gallery": (lambda: chosen("c") or None, "12", "12")},
}
CASES = [(name, *case) for name, cases in TAKEN.items() for case in cases.values()]
STRANGE = [
    None,
    True,
    0,
    -7,
    10**400,
    1.5,
    math.nan,
    math.inf,
    "",
    "x" * 10_001,
    "\ud800",
    "<script>",
    [],
    {},
    [[]],
    [None] * 3,
    [True] * 3,
    ["1"] * 3,
    [10**9] * 100_000,
    {"x": 1},
]


@pytest.fixture
def send(monkeypatch):
    def put(**values):
        monkeypatch.setattr(messages.st, "session_state", {"c": values})

    return put


@pytest.mark.parametrize(("name", "take", "message", "taken"), CASES)
def test_a_message_that_is_whole_is_taken_and_nothing_else(send, name, take, message, taken):
    send(**{name: message})
    assert take() == taken
    for strange in STRANGE:
        if strange == message or (isinstance(message, str) and isinstance(strange, str) and len(strange) < 40 and "\ud800" not in strange):
            continue
        send(**{name: strange})
        assert not take(), strange
    for state in (None, [], "c", 5, {}):
        messages.st.session_state = {"c": state}
        assert not take()
    messages.st.session_state = {}
    assert not take()


@pytest.mark.parametrize(("name", "take", "message", "taken"), [case for case in CASES if isinstance(case[2], dict)])
def test_a_message_with_a_part_that_is_none_or_missing_changes_nothing(send, name, take, message, taken):
    free = taken if name == "view" and "rows" in message else {}  # of a cell's view each part stands for itself
    for part, good in message.items():
        for strange in STRANGE:
            if type(strange) is type(good) and strange in ("", 0, []):
                continue
            if isinstance(good, str) and part in ("edits", "order") and strange == "<script>":
                continue  # a text, of which nothing can be read
            send(**{name: {**message, part: strange}})
            found = take()
            assert not found or (strange is None and found == {key: value for key, value in free.items() if key != part}), (part, strange)
        send(**{name: {key: value for key, value in message.items() if key != part}})
        assert take() == ({key: value for key, value in free.items() if key != part} or None)


@pytest.mark.parametrize(
    "look",
    [
        {**LOOK, "epoch": 6},
        {**LOOK, "epoch": "5"},
        {**LOOK, "epoch": True},
        {**LOOK, "epoch": None},
        {**LOOK, "norm": "x"},
        {**LOOK, "norm": []},
        {**LOOK, "cell": [3, 0]},
        {**LOOK, "cell": [0]},
        {**LOOK, "cell": 5},
        {**LOOK, "cell": {"0": 1}},
        {**LOOK, "cell": [0, 1.5]},
        {**LOOK, "cell": None, "row": 3},
        {**LOOK, "cell": None, "row": "1"},
        {**LOOK, "cell": None, "row": None},
        {**LOOK, "what": "other val"},
        {"what": "run val"},
        {**LOOK, "cell": [10**400, 0]},
        {**LOOK, "epoch": math.nan},
        [LOOK],
        "look",
        5,
        None,
        *STRANGE,
    ],
)
def test_a_forged_look_at_the_matrix_is_ignored(monkeypatch, look):
    import pages.evaluate.board as module

    monkeypatch.setattr(module, "_mount", lambda **_: None)
    monkeypatch.setattr(messages.st, "session_state", {"c": {"look": look}})
    assert confusion_board(DATA, key="c") == MatrixLook(1, "true", (0, 1), None)


def test_a_look_at_the_matrix_is_taken(monkeypatch):
    import pages.evaluate.board as module

    monkeypatch.setattr(module, "_mount", lambda **_: None)
    monkeypatch.setattr(messages.st, "session_state", {"c": {"look": LOOK}})
    assert confusion_board(DATA, key="c") == MatrixLook(4, "count", (2, 0), None)
    messages.st.session_state["c"]["look"] = {**LOOK, "cell": None, "row": 2}
    assert confusion_board(DATA, key="c") == MatrixLook(4, "count", None, 2)
