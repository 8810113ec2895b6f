"""Which tokens may be read: boolean masks, True = may be read, as attention here takes them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import unknown


def subsequent_mask(length: int, *, shift: int = 0, device: torch.device | str | None = None) -> Tensor:
    """(T, T) boolean: row t may read tokens 0 to t + shift, none that is later (Vaswani et al. 2017, section 3.2.3).

    The output at t predicts token t + 1. With `shift=1`, the off-by-one mistake, a token may read the very one that it must predict.
    nn.Transformer wants the opposite, True = may not be read: pass it `~mask`.
    """
    return torch.ones(length, length, dtype=torch.bool, device=device).tril(shift)


def padding_mask(padding: Tensor) -> Tensor:
    """(B, S) boolean, True where padded -> (B, 1, 1, S): no head and no row may read what only fills up the batch."""
    return ~padding[:, None, None, :]


def both(padding: Tensor, *, shift: int = 0) -> Tensor:
    """(B, T) boolean, True where padded -> (B, 1, T, T): what `subsequent_mask` and `padding_mask` both allow."""
    return padding_mask(padding) & subsequent_mask(padding.shape[1], shift=shift, device=padding.device)


@dataclass(frozen=True)
class Mask:
    """A row of `MASKS`: how many tokens a row may look `ahead` (None: all of them), and whether it skips padding."""

    title: str
    help: str
    ahead: int | None
    padding: bool

    @property
    def causal(self) -> bool:
        """Whether no row reads a later one: only then do tokens that follow change nothing, and a cache of keys and values is right."""
        return self.ahead == 0

    def build(self, padding: Tensor) -> Tensor | None:
        """What attention takes for tokens that are padded where `padding` (B, T) is True: None, (T, T), (B, 1, 1, T) or (B, 1, T, T)."""
        if self.ahead is None:
            return padding_mask(padding) if self.padding else None
        if self.padding:
            return both(padding, shift=self.ahead)
        return subsequent_mask(padding.shape[1], shift=self.ahead, device=padding.device)

    def matrix(self, padding: Tensor) -> Tensor:
        """The same in full, (B, T, T) boolean: row = the token that reads, column = the one that is read."""
        batch, length = padding.shape
        mask = self.build(padding)
        whole = torch.ones(batch, 1, length, length, dtype=torch.bool, device=padding.device)
        return (whole if mask is None else whole & mask)[:, 0]


MASKS: dict[str, Mask] = {
    "none": Mask("No mask", "Every token reads every other one, later ones too: it can copy what it must predict.", None, False),
    "subsequent": Mask("Subsequent", "A token reads itself and what stands before it: a lower triangle.", 0, False),
    "padding": Mask("Padding", "Columns that only fill up the batch are read by nobody; later tokens are read.", None, True),
    "both": Mask("Both", "What both allow: a lower triangle without the columns of the padding.", 0, True),
    "off-by-one": Mask("Off by one", "The triangle reaches one column too far: a token reads the one that it must predict.", 1, False),
}


def mask_named(name: str) -> Mask:
    """The row of `MASKS`; raises ConfigError with the nearest match if there is none."""
    if name not in MASKS:
        raise unknown("mask", name, MASKS)
    return MASKS[name]
