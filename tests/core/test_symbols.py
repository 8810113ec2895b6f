"""Symbols as numbers and back."""

import pytest

from core.errors import ConfigError
from core.symbols import BOS, EOS, PAD, Vocabulary

LETTERS = Vocabulary(tuple("abc "))
WORDS = Vocabulary(("red", "ship"), joiner=" ")


def test_symbols_follow_the_special_tokens():
    assert LETTERS.encode("cab ") == [5, 3, 4, 6]
    assert WORDS.encode("ship  red") == [4, 3]
    assert (len(LETTERS), len(WORDS)) == (7, 5) == (len(LETTERS.names), len(WORDS.names))


def test_decoding_stops_at_the_end_and_leaves_out_special_tokens():
    assert LETTERS.decode([BOS, 3, 4, PAD, 5, EOS, 3]) == "abc"
    assert WORDS.decode([BOS, 4, 3, EOS]) == "ship red"
    assert LETTERS.decode([]) == ""


def test_unknown_symbols_are_named():
    with pytest.raises(ConfigError, match=r"Unknown here: \? x\. This task knows abc "):
        LETTERS.encode("ax?a?")
    with pytest.raises(ConfigError, match="blue"):
        WORDS.encode("blue ship")
    with pytest.raises(ConfigError, match="the space"):
        Vocabulary(("a",)).encode("a a")
