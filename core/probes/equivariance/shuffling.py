"""The shuffle test: does a model notice that its tokens have changed places?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import ConfigError, DataError, unknown
from core.probes.compute import in_dtype

# Float noise, as a share of the largest output: sums in another order differ by a few last digits.
TOLERANCES = {torch.float32: 1e-4, torch.float64: 1e-9}
UNDO = ("inverse", "permutation")  # what the outputs are put back with; the second one is the mistake


@dataclass(frozen=True, eq=False)
class ShuffleReport:
    """Effect of a shuffle on the outputs f(x) of a model, and whether it is more than float noise.

    Equivariance: the outputs of the shuffled tokens, put back, are those of the tokens, f(x[p])[p^-1] = f(x). Invariance: their mean
    over tokens, or the one answer of a model that gives (B, K), stays the same.
    """

    permutation: Tensor  # (T,) place t of the shuffled sequence holds token p[t]
    plain: Tensor  # f(x): (B, T, C), or (B, K) of a model that gives one answer
    shuffled: Tensor  # f(x[p]), in the shuffled order
    undone: Tensor  # the same, put back
    dtype: torch.dtype

    @property
    def tolerance(self) -> float:
        """The difference up to which outputs count as equal: a share of the largest output, as floats round."""
        return TOLERANCES[self.dtype] * max(1.0, self.plain.abs().max().item())

    @property
    def per_token(self) -> Tensor:
        """The largest difference of each token's output, (T,), in the order of the tokens; (0,) where one answer comes out."""
        difference = (self.undone - self.plain).abs()
        return difference.amax(dim=(0, 2)) if difference.dim() == 3 else difference.new_empty(0)  # (B, T, C) -> (T,)

    @property
    def max_abs_diff(self) -> float:
        """The largest difference of all outputs."""
        return (self.undone - self.plain).abs().max().item()

    @property
    def pooled_diff(self) -> float:
        """The largest difference of the mean over tokens, or of the one answer."""
        return (_pooled(self.shuffled) - _pooled(self.plain)).abs().max().item()

    @property
    def moved(self) -> int:
        """Number of tokens that are not where they were; of none, the test proves nothing."""
        return int((self.permutation != torch.arange(len(self.permutation))).sum())

    @property
    def equivariant(self) -> bool:
        """Whether the outputs moved along with the tokens; False where one answer comes out, for nothing can move."""
        return self.plain.dim() == 3 and self.max_abs_diff <= self.tolerance

    @property
    def invariant(self) -> bool:
        return self.pooled_diff <= self.tolerance

    @property
    def verdict(self) -> str:
        """Equivariant (then the mean is invariant, too), invariant (the mean or the one answer alone), or neither."""
        return "equivariant" if self.equivariant else "invariant" if self.invariant else "neither"


def shuffle_test(
    module: Callable[[Tensor], Tensor | tuple],
    tokens: Tensor,
    permutation: Tensor,
    *,
    dtype: torch.dtype = torch.float64,
    undo: str = "inverse",
    plain: Tensor | None = None,
) -> ShuffleReport:
    """Give `module` the tokens (B, T, C) in their order and in that of `permutation` (T,), and compare what comes out.

    A tuple's first entry counts, as of nn.GRU. The module itself is left as it is: a copy computes in another `dtype`. With `undo`
    "permutation" the outputs are "put back" with p instead of its inverse, the common mistake. Permute tokens before positions are
    added: the module has to contain them. `plain`: what the module makes of the tokens in their order, where that is known, from an
    earlier report on the same tokens.

    Raises ConfigError for what is no permutation of T tokens, for a module in train mode (dropout would draw other numbers the second
    time) and for a recurrent one that is not `batch_first`; DataError if outputs are not finite.
    """
    if dtype not in TOLERANCES:
        raise ConfigError(f"A shuffle test computes in float32 or float64, not in {dtype}.")
    if undo not in UNDO:
        raise unknown("way to undo a permutation", undo, UNDO)
    _check(module, tokens, permutation)
    model = in_dtype(module, dtype) if isinstance(module, nn.Module) else module
    tokens = tokens.detach().to(dtype)
    with torch.no_grad():
        plain = _answer(model, tokens) if plain is None else plain  # (B, T, C), or (B, K)
        shuffled = _answer(model, tokens[:, permutation])
    if plain.dim() == 3 and plain.shape[1] != len(permutation):
        raise DataError(f"{len(permutation)} tokens went in and {plain.shape[1]} came out: nothing can be put back.")
    order = permutation.argsort() if undo == "inverse" else permutation
    undone = shuffled[:, order] if shuffled.dim() == 3 else shuffled
    return ShuffleReport(permutation, plain, shuffled, undone, dtype)


def _check(module: Callable, tokens: Tensor, permutation: Tensor) -> None:
    if tokens.dim() != 3 or not tokens.shape[1]:
        raise ConfigError(f"Tokens have the shape (B, T, C) with at least one token, got {tuple(tokens.shape)}.")
    length = tokens.shape[1]
    if permutation.shape != (length,) or permutation.is_floating_point() or sorted(permutation.tolist()) != list(range(length)):
        raise ConfigError(f"A permutation of {length} tokens names each of 0 to {length - 1} once.")
    for part in module.modules() if isinstance(module, nn.Module) else ():
        if part.training:
            raise ConfigError(
                "The model is in train mode, in which dropout draws other numbers each time: differences would not come from the shuffle. "
                "Call model.eval() first."
            )
        if isinstance(part, nn.RNNBase) and not part.batch_first:
            raise ConfigError(
                f"{type(part).__name__} without batch_first=True takes the batch for time: samples would leak into each other. "
                "Make it with batch_first=True."
            )


def _answer(model: Callable, tokens: Tensor) -> Tensor:
    answer = model(tokens)
    answer = answer[0] if isinstance(answer, tuple) else answer
    if not answer.isfinite().all():
        raise DataError("The model's outputs are not finite, so nothing can be compared: use other weights.")
    return answer


def _pooled(outputs: Tensor) -> Tensor:
    return outputs.mean(dim=1) if outputs.dim() == 3 else outputs  # (B, T, C) -> (B, C)
