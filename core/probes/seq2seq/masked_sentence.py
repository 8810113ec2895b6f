"""A sentence that somebody has typed as tokens, with padding: letters, or words where there are spaces. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import ConfigError
from core.symbols import BOS, PAD, SPECIAL, Vocabulary

MOST_SYMBOLS, MOST_PADDING = 10, 4
LONGEST_SYMBOL = 12
ENDS = ("end", "start")
OTHER = "★"  # what a token is replaced by


@dataclass(frozen=True)
class MaskedSentence:
    """Tokens (T,) from BOS on, with PAD at one end; their names; and the token that stands for another symbol."""

    tokens: tuple[int, ...]
    names: tuple[str, ...]
    other: int

    @property
    def padding(self) -> tuple[bool, ...]:
        """Positions that only fill up."""
        return tuple(token == PAD for token in self.tokens)


def parse_sentence(text: str, padding: int = 0, at: str = "end") -> MaskedSentence:
    """The sentence of a text: its words if there is a space in it, else its letters; `padding` PAD `at` its "end" or "start".

    Raises ConfigError for an empty text, more than 10 symbols, a symbol longer than 12 letters, and a padding or an end that is not
    offered.
    """
    symbols = text.split() if " " in text.strip() else list(text.strip())
    kind = "words" if " " in text.strip() else "letters"
    if not symbols:
        raise ConfigError("Nothing is typed: type a word, or a few words with spaces between them.")
    if len(symbols) > MOST_SYMBOLS:
        raise ConfigError(f"Those are {len(symbols):,} {kind}, and {MOST_SYMBOLS} fit into the picture: shorten it.")
    if long := next((symbol for symbol in symbols if len(symbol) > LONGEST_SYMBOL), ""):
        raise ConfigError(f"The word {long[:LONGEST_SYMBOL]!r}… has {len(long)} letters, and {LONGEST_SYMBOL} fit: shorten it.")
    if not 0 <= padding <= MOST_PADDING or at not in ENDS:
        raise ConfigError(f"Choose 0 to {MOST_PADDING} padding tokens, at the end or the start, not {padding} at the {at}.")
    vocabulary = Vocabulary(tuple(dict.fromkeys(symbols)))
    own, fill = (BOS, *vocabulary.encode(symbols)), (PAD,) * padding
    tokens = own + fill if at == "end" else fill + own
    return MaskedSentence(tokens, tuple(vocabulary.names[token] for token in tokens), len(SPECIAL) + len(vocabulary.symbols))


def allowed(padding: Sequence[bool]) -> dict[str, np.ndarray]:
    """Cells that each mask lets through, (T, T) bool, row = who reads: the matrices of `core.models.masks.MASKS` before torch is loaded."""
    read = ~np.array(padding, bool)[None].repeat(len(padding), 0)  # (T, T): columns that are no padding
    query, key = np.indices(read.shape)
    everything = np.ones_like(read)
    return {
        "none": everything,
        "subsequent": key <= query,
        "padding": read,
        "both": read & (key <= query),
        "off-by-one": key <= query + 1,
    }
