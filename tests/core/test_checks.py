"""What comes from outside becomes a value that can be used, or none: no check raises, whatever comes."""

from __future__ import annotations

import json
import math

import pytest

from core.checks import Fields, Many, Number, OneOf, Text, TextOf, Whole

NAMES = {"step": "Step", "hand": "Hand"}
CHECKS = {
    "whole": Whole(0, 9),
    "any whole": Whole(),
    "number": Number(0, 1),
    "any number": Number(),
    "text": Text(10),
    "name": OneOf(NAMES),
    "range": OneOf(range(1, 10_000_000)),
    "numbers": OneOf((0.5, 1.0, 2.0)),
    "pair": Many(Whole(0, 9), 2, between="-", least=2),
    "pairs": Many(Many(Whole(), 2), 3),
    "message": Fields({"t": Whole(0, 9), "tab": OneOf(NAMES)}, free=("tab",)),
}
HOSTILE = [
    None,
    True,
    False,
    -1,
    10,
    10**400,
    -(10**400),
    0.5,
    1.5,
    1e308,
    math.nan,
    math.inf,
    -math.inf,
    b"5",
    "",
    " ",
    " 7 ",
    "7\n",
    "1_000",
    "+",
    "-",
    "٧",
    "²",
    "½",
    "Ⅶ",
    "9" * 5000,
    "-" + "9" * 5000,
    "0." + "0" * 100_000 + "1",
    "1e999",
    "1e-999",
    "nan",
    "inf",
    "Infinity",
    "0x10",
    "1,5",
    "\0",
    "\ud800",
    "😀",
    "<b>",
    "A" * 100_000,
    "../../etc",
    "-" * 100_000,
    "." * 100_000,
    [],
    {},
    (),
    [[]],
    [None],
    [1, 2, 3],
    [True, False],
    [10**400],
    ["1", "x"],
    [math.nan] * 2,
    [1] * 100_000,
    {"t": True},
    {"t": "x", "tab": []},
    {"t": 1, "tab": {}},
    {"tab": "hand"},
    {1: 2},
    {"t": [1]},
    {"t": 10},
    object(),
    set(),
]


@pytest.mark.parametrize("name", CHECKS)
def test_no_check_raises_and_what_passes_is_of_its_kind(name):
    kinds = {
        "text": str,
        "name": str,
        "numbers": float,
        "number": float,
        "any number": float,
        "message": dict,
        "pair": tuple,
        "pairs": tuple,
    }
    for value in HOSTILE:
        for found in (CHECKS[name](value), CHECKS[name].read(value) if isinstance(value, str) else None):
            assert found is None or type(found) is kinds.get(name, int), (value, found)
            if found is not None:
                json.dumps(found, allow_nan=False).encode()
                assert CHECKS[name](found) == found, "what has passed passes again"


PAIR = Many(Whole(0, 9), 2, between="-", least=2)
T = Fields({"t": Whole(0, 9)})


@pytest.mark.parametrize(
    ("check", "text", "wanted"),
    [
        (Whole(0, 9), "7", 7), (Whole(0, 9), "+7", 7), (Whole(-3, 9), "-3", -3), (Whole(0, 9), "007", 7), (Whole(0, 9), "10", None),
        (Whole(0, 9), "1_0", None), (Whole(0, 9), " 7", None), (Whole(0, 9), "7\n", None), (Whole(0, 9), "٧", None),
        (Number(0, 1), "0.5", 0.5), (Number(0, 1), ".5", 0.5), (Number(0, 1), "5e-1", 0.5), (Number(0, 1), "1e-320", 1e-320),
        (Number(), "1e999", None), (Number(), repr(1e22), 1e22), (Number(), str(0.1 + 0.2), 0.1 + 0.2), (Number(0, 1), "1.5", None),
        (OneOf(NAMES), "hand", "hand"), (OneOf(NAMES), "Hand", None), (OneOf((0.5, 1.0)), "1", 1.0), (OneOf((0.5, 1.0)), "0.50", 0.5),
        (OneOf((2, 4)), "4", 4), (OneOf((True,), lambda _: "1"), "1", True), (OneOf(NAMES, NAMES.get), "Hand", "hand"),
        (PAIR, "3-5", (3, 5)), (PAIR, "3-5-7", None), (PAIR, "3", None), (PAIR, "3-x", None),
        (Many(Whole(0, 9), 2), "", ()), (Many(Text(3), 2), "ab.abcd", None), (TextOf(PAIR), "3-5", (3, 5)),
    ],
)  # fmt: skip
def test_what_a_text_says(check, text, wanted):
    found = check.read(text)
    assert found == wanted and type(found) is type(wanted)


@pytest.mark.parametrize(
    ("check", "value", "wanted"),
    [
        (Whole(0, 9), 7, 7), (Whole(0, 9), "7", None), (Whole(0, 9), 7.0, None), (Whole(0, 9), True, None), (Number(0, 1), 1, 1.0),
        (Number(), 10**400, None), (Number(), math.nan, None), (OneOf(("1", "2")), 1, None), (OneOf((1, 4)), True, None),
        (OneOf((1, 4)), "4", None), (OneOf((1, 4)), 4, 4), (OneOf(range(9)), True, None), (PAIR, [3, 5], (3, 5)), (PAIR, "3-5", None),
        (PAIR, ["3", 5], None), (T, {"t": 3, "more": []}, {"t": 3}), (T, {"t": "3"}, None), (T, {}, None), (T, [3], None),
        (Fields({"t": Whole(0, 9)}, free=("t",)), {}, {"t": None}), (Fields({"t": Whole(0, 9)}, free=("t",)), {"t": 10}, None),
        (TextOf(PAIR), "3-5", (3, 5)), (TextOf(PAIR), [3, 5], None),
    ],
)  # fmt: skip
def test_what_a_message_says(check, value, wanted):
    found = check(value)
    assert found == wanted and type(found) is type(wanted)


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (Whole(1, 12), "a whole number from 1 to 12"),
        (Number(0, 2.5), "a number from 0 to 2.5"),
        (Text(2000), "a text of at most 2,000 letters"),
        (OneOf(NAMES), "one of step, hand"),
        (OneOf(range(1, 1000)), "a whole number from 1 to 999"),
        (OneOf(("", "a")), "one of a"),
        (OneOf([str(n) for n in range(1000)]), "one of 1,000 that can be chosen"),
        (Many(Whole(0, 9), 2, least=2), "2 values with “.” between them, each a whole number from 0 to 9"),
    ],
)
def test_a_sentence_says_what_is_possible(check, told):
    assert str(check) == told
