"""The padding probe: fill the source up with more padding, and nothing may change."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import NOT_FINITE, ConfigError, DataError
from core.probes.compute import in_dtype
from core.symbols import LONGER

# Float noise, as a share of the largest number: the same sums, of which zeros are a part, in another order.
TOLERANCES = {torch.float32: 1e-4, torch.float64: 1e-9}


@dataclass(frozen=True, eq=False)
class PaddingReport:
    """Changes by `extra` more padding tokens at the end of every source."""

    extra: int
    masked: bool  # whether padding was hidden from the model
    plain: Tensor  # logits (B, T, V) of the sources as they were
    padded: Tensor  # and of the longer ones
    states_off: float  # largest change of the memory at the tokens that are no padding
    dtype: torch.dtype

    @property
    def per_position(self) -> Tensor:
        """The largest change of the logits at each position of the target, (T,)."""
        return (self.padded - self.plain).abs().amax(dim=(0, 2))

    @property
    def logits_off(self) -> float:
        """The largest change of all logits."""
        return self.per_position.max().item()

    @property
    def tolerance(self) -> float:
        """The change up to which logits count as equal: a share of the largest one, as floats round."""
        return TOLERANCES[self.dtype] * max(1.0, self.plain.abs().max().item())

    @property
    def unmoved(self) -> bool:
        return max(self.logits_off, self.states_off) <= self.tolerance

    @property
    def passed(self) -> bool:
        """Whether what was seen is what the mask promises: with it nothing changes, without it something does."""
        return self.unmoved == self.masked

    @property
    def verdict(self) -> str:
        return "nothing changes" if self.unmoved else "padding is read"


@torch.no_grad()
def padding_test(
    model: nn.Module, source: Tensor, target: Tensor, extra: int, *, masked: bool = True, dtype: torch.dtype = torch.float64
) -> PaddingReport:
    """Answer `target` (B, T) by teacher forcing for `source`, (B, S) tokens or (B, S, 3, P, P) images, and with `extra` PAD (black images)
    at its end.

    Without `masked` the encoder and the decoder read padding as if it were none. The model is left as it is: another `dtype` computes in
    a copy. Raises ConfigError for no padding, for more than the positions reach and for a model in train mode; DataError if logits are
    not finite.
    """
    most = LONGER * model.task.max_source - source.shape[1]
    if not 1 <= extra <= most:
        raise ConfigError(f"Between 1 and {most} more tokens of padding fit, not {extra}: positions reach no further.")
    if model.training:
        raise ConfigError("The model is in train mode, in which dropout moves every output. Call model.eval() first.")
    model = in_dtype(model, dtype)
    memory = model.encode(source, masked=masked)
    longer = model.encode(torch.cat((source, source.new_zeros(len(source), extra, *source.shape[2:])), 1), masked=masked)  # PAD is 0
    plain, padded = model.decode(target, memory), model.decode(target, longer)
    if not (plain.isfinite().all() and padded.isfinite().all()):
        raise DataError(NOT_FINITE)
    moved = (longer.states[:, : source.shape[1]] - memory.states).abs().amax(-1)  # (B, S)
    return PaddingReport(extra, masked, plain, padded, moved.masked_fill(memory.padding, 0).max().item(), dtype)
