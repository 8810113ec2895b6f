import pytest
import torch

from core.errors import ConfigError
from core.models.masks import MASKS
from core.probes.seq2seq.masked_sentence import MOST_PADDING, MOST_SYMBOLS, allowed, parse_sentence


def test_letters_or_words():
    assert parse_sentence("hello").names == ("⊢", "h", "e", "l", "l", "o")
    assert parse_sentence("  the cat  the ").names == ("⊢", "the", "cat", "the")
    assert parse_sentence("hello").tokens == (1, 3, 4, 5, 5, 6) and parse_sentence("hello").other == 7


def test_padding_at_either_end():
    assert parse_sentence("ab", 2).names == ("⊢", "a", "b", "·", "·") and parse_sentence("ab", 2).padding == (False,) * 3 + (True,) * 2
    assert parse_sentence("ab", 2, "start").tokens == (0, 0, 1, 3, 4)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("",), "Nothing is typed"),
        (("   ",), "Nothing is typed"),
        (("x" * 1000,), "1,000 letters, and 10 fit"),
        (("a " * 11,), "11 words, and 10 fit"),
        (("a donaudampfschiff",), "'donaudampfsc'… has 16 letters"),
        (("ab", MOST_PADDING + 1), "Choose 0 to 4"),
        (("ab", 1, "middle"), "not 1 at the middle"),
    ],
)
def test_what_cannot_be_drawn_is_explained(args, said):
    with pytest.raises(ConfigError, match=said):
        parse_sentence(*args)


@pytest.mark.parametrize("at", ["end", "start"])
@pytest.mark.parametrize("padding", range(MOST_PADDING + 1))
def test_the_matrices_are_those_of_the_models(padding, at):
    sentence = parse_sentence("abcdefghij"[:MOST_SYMBOLS], padding, at)
    found = allowed(sentence.padding)
    assert found.keys() == MASKS.keys()
    for name, mask in MASKS.items():
        assert torch.equal(mask.matrix(torch.tensor([sentence.padding]))[0], torch.from_numpy(found[name].copy())), name
