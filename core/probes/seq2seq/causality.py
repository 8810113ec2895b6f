"""The causality probe: change one token of the output, and see which outputs move. None before it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.errors import NOT_FINITE, ConfigError, DataError
from core.models.masks import mask_named
from core.probes.compute import in_dtype


@dataclass(frozen=True, eq=False)
class CausalityReport:
    """Outputs with another token at `place`. Causal means a change of exactly 0 before it: nothing is computed from it there."""

    place: int
    plain: Tensor  # outputs (B, T, V) of the tokens as they were
    changed: Tensor  # and with another one at `place`
    ahead: int | None = 0  # how many later tokens a row may read by its mask, None: all

    @property
    def per_position(self) -> Tensor:
        """The largest change of the outputs at each position, (T,), over batch and features."""
        return (self.changed - self.plain).abs().amax(dim=(0, 2))

    @property
    def before(self) -> float:
        """The largest change before `place`."""
        return self.per_position[: self.place].max().item()

    @property
    def at(self) -> float:
        """The change at `place`, the first output that may know of the token."""
        return self.per_position[self.place].item()

    @property
    def after(self) -> float:
        """The largest change after `place`; 0 where it was the last one."""
        return self.per_position[self.place + 1 :].max().item() if self.place + 1 < len(self.per_position) else 0.0

    @property
    def reach(self) -> int:
        """Reach of the change before `place`, in positions: 0 if causal. One too many in each layer adds up: a mask that is off by
        one lets it reach back as many positions as there are layers."""
        moved = (self.per_position[: self.place] != 0).nonzero()
        return self.place - int(moved[0]) if len(moved) else 0

    @property
    def causal(self) -> bool:
        return self.before == 0

    @property
    def told(self) -> bool:
        """Whether the change was seen at all; else the probe proves nothing."""
        return max(self.at, self.after, self.before) > 0

    @property
    def verdict(self) -> str:
        """Causal, nothing moved (then nothing is proved), or looks ahead."""
        return "nothing moved" if not self.told else "causal" if self.causal else "looks ahead"

    @property
    def passed(self) -> bool:
        """Whether what was seen is what the mask promises: causal if no later token may be read, else not."""
        return self.verdict == ("causal" if self.ahead == 0 else "looks ahead")


@torch.no_grad()
def causality_test(
    outputs: Callable[[Tensor], Tensor], tokens: Tensor, place: int, token: Any, *, ahead: int | None = 0
) -> CausalityReport:
    """Change what stands at `place` of `tokens`, (B, T) or (B, T, C), to `token` and compare `outputs`, (B, T, V), at every position.

    `outputs` is any function of the tokens that is the same on every call: a decoder with its mask, a stack of layers, a recurrent
    network. Raises ConfigError for a place with nothing before or none there, and for a token that changes nothing; DataError if outputs
    are not finite.
    """
    if not 1 <= place < tokens.shape[1]:
        raise ConfigError(f"Choose a place from 1 to {tokens.shape[1] - 1}, not {place}: there must be a token, and an output before it.")
    other = tokens.clone()
    other[:, place] = torch.as_tensor(token, dtype=tokens.dtype, device=tokens.device)
    if torch.equal(other, tokens):
        raise ConfigError(f"The token at place {place} is already that one: choose another to change it to.")
    plain, changed = outputs(tokens), outputs(other)
    if not (plain.isfinite().all() and changed.isfinite().all()):
        raise DataError(NOT_FINITE)
    return CausalityReport(place, plain, changed, ahead)


@torch.no_grad()
def decoder_causality(
    model: nn.Module, source: Tensor, target: Tensor, place: int, token: int, *, mask: str | None = None, dtype: torch.dtype = torch.float64
) -> CausalityReport:
    """`causality_test` of an encoder-decoder's logits: `source` (B, S) or images, `target` (B, T) from BOS on, whose token at `place` is
    changed to `token`.

    `mask`, of `MASKS`, instead of the model's own. A recurrent decoder has none, and is causal. The model is left as it is: another
    `dtype` computes in a copy. Raises ConfigError as `causality_test`, for a model in train mode and for a mask where there is none to
    replace.
    """
    own = getattr(model, "mask", None)
    if model.training:
        raise ConfigError("The model is in train mode, in which dropout moves every output. Call model.eval() first.")
    if mask is not None and own is None:
        raise ConfigError(f"A {type(model).__name__} has no mask that could be replaced: it reads one token after the other.")
    model = in_dtype(model, dtype)
    memory = model.encode(source)
    if own is None:
        return causality_test(lambda tokens: model.decode(tokens, memory), target, place, token)
    ahead = (own if mask is None else mask_named(mask)).ahead
    return causality_test(lambda tokens: model.decode(tokens, memory, mask=mask), target, place, token, ahead=ahead)
