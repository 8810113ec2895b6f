"""Sequences of symbols as numbers: three special tokens, then the symbols of a task. No torch here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import ConfigError

PAD, BOS, EOS = 0, 1, 2  # padding, begin and end of sequence
SPECIAL = ("·", "⊢", "⊣")  # how they are written
LONGER = 4  # times as long as the longest sequence that is trained: so far do positions reach


@dataclass(frozen=True)
class Vocabulary:
    """The symbols of a task in order; token 3 is the first. A symbol is a character, or a word where `joiner` is " "."""

    symbols: tuple[str, ...]
    joiner: str = ""

    def __len__(self) -> int:
        """The number of tokens, the special ones among them."""
        return len(SPECIAL) + len(self.symbols)

    @property
    def names(self) -> tuple[str, ...]:
        """How every token is written, by number."""
        return (*SPECIAL, *self.symbols)

    def split(self, text: str) -> list[str]:
        """A text as a list of symbols, known or not."""
        return text.split() if self.joiner else list(text)

    def encode(self, text: str | Sequence[str]) -> list[int]:
        """The tokens of a text, without special ones. Raises ConfigError that names the symbols which this vocabulary lacks."""
        number = {symbol: len(SPECIAL) + i for i, symbol in enumerate(self.symbols)}
        symbols = self.split(text) if isinstance(text, str) else text
        if strange := sorted({s for s in symbols if s not in number}):
            listed = " ".join(repr(s)[1:-1] if s.strip() else "the space" for s in strange[:8])
            raise ConfigError(f"Unknown here: {listed}. This task knows {self.joiner.join(self.symbols)}")
        return [number[s] for s in symbols]

    def decode(self, tokens: Iterable[int]) -> str:
        """The text of tokens up to the first EOS; PAD and BOS are left out."""
        found = []
        for token in tokens:
            if token == EOS:
                break
            if token not in (PAD, BOS):
                found.append(self.names[token])
        return self.joiner.join(found)
