"""Looking at attention: what every token of a trained model reads, in every layer and head, and figures that follow from it.

Recorded on the `Attend` modules of a model, which others may use meanwhile (see core.probes.recording). Weights have the shape
(..., T, T): a row is a token that reads, a column one that is read.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from math import isqrt

import torch
from torch import Tensor, nn

from core.errors import NOT_FINITE, ConfigError, DataError
from core.models.attention import Attend, scaled_dot_product_attention
from core.probes.compute import in_dtype
from core.probes.recording import recording
from core.probes.room import room

LOOK, GRADIENT = 4, 7  # copies of a layer's weights at the most: on the way to them, stacked, judged; with their gradients
TOLERANCES = {torch.float32: 1e-5, torch.float64: 1e-12}  # of a row's sum, and as a share of the largest output


@dataclass(frozen=True, eq=False)
class AttentionRecord:
    """Attention of a model while it answered a batch, layer by layer in the order in which they computed."""

    weights: Tensor  # (B, L, H, T, T)
    answers: Tensor  # what the model gave, (B, K) logits of a classifier
    outputs_off: float  # largest difference between weights times v and what the model itself computed, as a share of the largest output

    @property
    def rows_off(self) -> float:
        """The largest difference between the sum of a row and 1."""
        return (self.weights.sum(-1) - 1).abs().max().item()

    @property
    def tolerance(self) -> float:
        return TOLERANCES[self.weights.dtype]

    @property
    def least_first(self) -> float:
        """The smallest weight of the first layer: above 0, every token reads every other one already there."""
        return self.weights[:, 0].min().item()

    @property
    def passed(self) -> bool:
        """Whether rows sum to 1, and the weights are those that the model used."""
        return max(self.rows_off, self.outputs_off) <= self.tolerance


def record_attention(model: nn.Module, inputs: Tensor, *, dtype: torch.dtype = torch.float32) -> AttentionRecord:
    """The attention weights of every layer and head while `model` answers `inputs` (B, ...), in float32 or float64.

    The model is left as it is: another `dtype` computes in a copy. Raises ConfigError for a model without attention, for one in train mode
    (dropout would change weights, some above 1), for layers that do not all attend between the same tokens, and where there is no
    memory for their weights; DataError for weights that are not finite.
    """
    if dtype not in TOLERANCES:
        raise ConfigError(f"Attention is recorded in float32 or float64, not in {dtype}.")
    _check(model)
    model, recorded = in_dtype(model, dtype), []

    def keep(module: Attend, args: tuple[Tensor, ...], output: Tensor) -> None:
        held.enter_context(room_for_weights(args, LOOK))
        expected, weights = scaled_dot_product_attention(*args)
        recorded.append((weights, ((expected - output).abs().max() / output.abs().max().clamp_min(1e-30)).item()))

    with ExitStack() as held, torch.no_grad():
        with recording(dict.fromkeys(_attends(model), keep)):
            answers = model(inputs.to(dtype))
        return AttentionRecord(_stacked([weights for weights, _ in recorded]), answers, max(off for _, off in recorded))


def gradient_attention(model: nn.Module, inputs: Tensor, target: int | Tensor, *, dtype: torch.dtype = torch.float32) -> Tensor:
    """Attention weights times the gradient of a class's logit with respect to them, negative ones set to 0: (B, L, H, T, T).

    What of the attention speaks for class `target` (one, or (B,) one an input), to first order (Chefer et al. 2021, equation 5, before
    the mean over heads). Raises ConfigError and DataError as `record_attention` does.
    """
    _check(model)
    model, maps = in_dtype(model, dtype), []

    def pass_through(module: Attend, args: tuple[Tensor, ...], output: Tensor) -> Tensor:
        held.enter_context(room_for_weights(args, GRADIENT))
        weights = scaled_dot_product_attention(*args)[1]
        maps.append(weights if weights.requires_grad else weights.requires_grad_())  # frozen parameters give it no gradient
        return weights @ args[2]  # (..., T, T) @ (..., T, D) -> (..., T, D): the model goes on from these weights

    with ExitStack() as held, torch.enable_grad():
        with recording(dict.fromkeys(_attends(model), pass_through)):
            logits = model(inputs.to(dtype))  # (B, K)
        targets = torch.as_tensor(target).expand(len(logits))
        chosen = logits.gather(1, targets[:, None]).sum()  # an input's logit does not depend on another input
        gradients = torch.autograd.grad(chosen, maps)
        return (_stacked(maps) * _stacked(gradients)).clamp_min(0).detach()


def room_for_weights(args: tuple[Tensor, ...], copies: int) -> AbstractContextManager[None]:
    """Memory for `copies` of the weights of one layer, whose `Attend` got `args`: queries (..., T, D), keys (..., S, D), and more."""
    return room(copies * args[0].shape[:-1].numel() * args[1].shape[-2], args[0].element_size())


def attention_rollout(weights: Tensor) -> Tensor:
    """Shares of each input token in each token after each layer, if attention were all that mixes them: (..., L, H, T, T) ->
    (..., L, T, T) (Abnar and Zuidema 2020).

    The mean over heads, half of it kept for the residual connection: A = (mean + I) / 2; layer l has A_l A_{l-1} ... A_1. Rows sum to 1.
    """
    mean = weights.mean(dim=-3)  # (..., L, T, T)
    mixed = (mean + torch.eye(mean.shape[-1], dtype=mean.dtype)) / 2
    rolled = [mixed[..., 0, :, :]]
    for layer in range(1, mixed.shape[-3]):
        rolled.append(mixed[..., layer, :, :] @ rolled[-1])
    return torch.stack(rolled, dim=-3)


def grid_of(tokens: int) -> tuple[int, int]:
    """Side of the square grid of `tokens` tokens, and how many tokens stand before it: 1 with a class token, else 0.

    Raises ConfigError for any other number.
    """
    for lead in (0, 1):
        side = isqrt(max(0, tokens - lead))
        if side and side**2 == tokens - lead:
            return side, lead
    raise ConfigError(f"{tokens} tokens are no square grid of patches, with or without a class token: there is no distance between them.")


def patch_distances(side: int) -> Tensor:
    """Distances between the middles of all patches of a side x side grid in reading order, (N, N) float64, in patches."""
    places = torch.cartesian_prod(torch.arange(side), torch.arange(side)).double()  # (N, 2) row and column
    return torch.cdist(places, places, compute_mode="donot_use_mm_for_euclid_dist")


def attention_distance(weights: Tensor) -> Tensor:
    """Mean distance that a patch looks, in patches: (..., T, T) -> (...), the mean over reading patches of the distance to the patches
    that they read, weighted by attention (Dosovitskiy et al. 2020, figure 7).

    Between patches only: what goes to the class token is left out, and the rest of the row taken as the whole. A patch that reads nothing
    but the class token has no distance and does not count; NaN where that is so of all. Attention to all patches alike has `even_distance`.
    """
    side, lead = grid_of(weights.shape[-1])
    between = weights[..., lead:, lead:].double()  # (..., N, N)
    weight = between.sum(-1)  # (..., N)
    far = (between * patch_distances(side)).sum(-1) / weight  # 0 / 0 is NaN
    return far.nanmean(-1)


def even_distance(side: int) -> float:
    """The distance of a head that attends to all patches alike: the mean over all pairs, each patch and itself among them."""
    return patch_distances(side).mean().item()


def attention_entropy(weights: Tensor) -> Tensor:
    """Entropy of attention, in bits: (..., T, T) -> (...), the mean over all tokens that read. 0 where each reads one token,
    log2(T) where each reads all alike."""
    return torch.special.entr(weights.double()).sum(-1).mean(-1) / torch.log(torch.tensor(2.0, dtype=torch.float64))


# ---- what is recorded ----


def _attends(model: nn.Module) -> list[Attend]:
    return [part for part in model.modules() if isinstance(part, Attend)]


def _check(model: nn.Module) -> None:
    if not _attends(model):
        raise ConfigError(f"A {type(model).__name__} has no attention to look at: choose a model that has, such as a ViT.")
    if any(part.training for part in model.modules()):
        raise ConfigError(
            "The model is in train mode, in which dropout changes attention weights: some would exceed 1, and rows not sum to 1. "
            "Call model.eval() first."
        )


def _stacked(layers: list[Tensor] | tuple[Tensor, ...]) -> Tensor:
    """L times (B, H, T, T) -> (B, L, H, T, T)."""
    if len({layer.shape for layer in layers}) > 1 or layers[0].shape[-1] != layers[0].shape[-2]:
        raise ConfigError("The layers of this model do not all attend between the same tokens with as many heads: look at each by itself.")
    whole = torch.stack(tuple(layers), dim=1)
    if not whole.isfinite().all():
        raise DataError(NOT_FINITE)
    return whole
