"""Sequences of different lengths in one batch: padded, masked and packed, and what a recurrent network makes of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import ConfigError

MOST_SEQUENCES, MOST_STEPS = 8, 10


@dataclass(frozen=True)
class Packing:
    """Source of every number of a packed batch: all sequences' first steps, then all second ones, and so on."""

    lengths: tuple[int, ...]
    order: tuple[int, ...]  # the sequences, the longest first; equal ones in their order
    batch_sizes: tuple[int, ...]  # how many sequences are still going on at each step
    source: tuple[tuple[int, int], ...]  # (sequence, step) of each row of the packed data

    @property
    def padding(self) -> int:
        """Number of steps of a padded batch that are none."""
        return max(self.lengths) * len(self.lengths) - sum(self.lengths)


def packing(lengths: Sequence[int]) -> Packing:
    """Packing of sequences of these lengths by torch.nn.utils.rnn.pack_padded_sequence. Raises ConfigError as `parse_lengths`."""
    check_lengths(lengths)
    order = sorted(range(len(lengths)), key=lambda b: -lengths[b])
    sizes = [sum(length > t for length in lengths) for t in range(max(lengths))]
    source = [(b, t) for t, size in enumerate(sizes) for b in order[:size]]
    return Packing(tuple(lengths), tuple(order), tuple(sizes), tuple(source))


def parse_lengths(text: str) -> tuple[int, ...]:
    """Lengths as they are typed, with spaces or commas between them. Raises ConfigError for what cannot be a batch."""
    parts = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    wrong = next((part for part in parts if not (part.isascii() and part.isdecimal() and len(part) < 6)), None)
    if wrong is not None:
        raise ConfigError(f"{wrong[:20]!r} is no length: write whole numbers with spaces between them, such as 5 3 2.")
    lengths = tuple(map(int, parts))
    check_lengths(lengths)
    return lengths


def check_lengths(lengths: Sequence[int]) -> None:
    """Raise ConfigError unless these are 1 to `MOST_SEQUENCES` lengths from 1 to `MOST_STEPS`."""
    if not 1 <= len(lengths) <= MOST_SEQUENCES:
        raise ConfigError(f"A batch here has 1 to {MOST_SEQUENCES} sequences, and these are {len(lengths)}.")
    wrong = next((length for length in lengths if not 1 <= length <= MOST_STEPS), None)
    if wrong == 0:
        raise ConfigError("A sequence of length 0 has no last state to read, and PyTorch refuses to pack it: leave it out of the batch.")
    if wrong is not None:
        raise ConfigError(f"A sequence of {wrong:,} steps does not fit on the page: choose lengths of 1 to {MOST_STEPS}.")
