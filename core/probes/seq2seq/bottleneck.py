"""The bottleneck probe: take away all that an encoder has passed on but its last state, and see whether the decoder misses anything."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from core.errors import ConfigError
from core.probes.compute import in_dtype


@dataclass(frozen=True)
class BottleneckReport:
    """The largest change of the decoder's logits when one part of what it was given is replaced by noise, and all else stays."""

    states_off: float  # the encoder's states at all tokens
    final_off: float  # its last state, `width` numbers; 0 where nothing is handed over so
    width: int
    attention: bool

    @property
    def passed(self) -> bool:
        """Whether what was seen is what the design promises: without attention the last state is all that counts, with it states do."""
        return (self.states_off > 0) == self.attention and (self.attention or self.final_off > 0)


@torch.no_grad()
def bottleneck_test(
    model: nn.Module, source: Tensor, target: Tensor, *, seed: int = 0, dtype: torch.dtype = torch.float64
) -> BottleneckReport:
    """Answer `target` (B, T) by teacher forcing for `source`, (B, S) tokens or (B, S, 3, P, P) images, then with noise for the encoder's
    states, then with noise for its last state.

    The model is left as it is: another `dtype` computes in a copy. Raises ConfigError for a model in train mode.
    """
    if model.training:
        raise ConfigError("The model is in train mode, in which dropout moves every output. Call model.eval() first.")
    model, generator = in_dtype(model, dtype), torch.Generator().manual_seed(seed)
    memory = model.encode(source)
    plain = model.decode(target, memory)  # (B, T, V)

    def changed(**parts: object) -> float:
        return (model.decode(target, replace(memory, **parts)) - plain).abs().max().item()

    states_off = changed(states=noise(memory.states, generator))
    final = getattr(memory, "final", ())
    final_off = changed(final=tuple(noise(layer, generator) for layer in final)) if final else 0.0
    return BottleneckReport(states_off, final_off, sum(layer.shape[-1] for layer in final), not final or model.attend is not None)


def noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Numbers drawn at random of the shape and kind of `like`."""
    return torch.randn(like.shape, generator=generator, dtype=like.dtype)
