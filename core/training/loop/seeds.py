"""All that a run draws comes from its seed: each purpose has a generator of its own."""

from __future__ import annotations

import hashlib

import torch

from core.data.sequences import SeqSplit
from core.data.splits import Split


def derived_seed(seed: int, *purpose: object) -> int:
    """A seed of its own for each purpose, so that every epoch can be repeated without replaying those before."""
    digest = hashlib.blake2b(repr((seed, *purpose)).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big")


def share_of(split: Split | SeqSplit, share: float, seed: int) -> Split | SeqSplit:
    """So much of a split, drawn by `seed`, and one example at least; the split itself if that is all of it."""
    keep = max(1, round(share * len(split)))
    if keep == len(split):
        return split
    generator = torch.Generator().manual_seed(derived_seed(seed, "fraction"))
    return split[torch.randperm(len(split), generator=generator)[:keep]]
