"""Is the attention by hand that of torch? The same weights in both, in float64, and the largest differences."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.models import building
from core.models.attention import MultiHeadAttention, attention_stages
from core.models.transformer import Encoder, EncoderLayer
from core.probes.attention.by_hand import ByHand
from core.probes.recording import recording

TOLERANCE = 1e-6


@dataclass(frozen=True)
class AttentionReport:
    """Differences of the matrices by hand from those of PyTorch."""

    stages: float  # largest difference from `attention_stages`, over all its matrices
    fused: float  # of the heads' outputs from F.scaled_dot_product_attention
    module: float  # of weights and output from nn.MultiheadAttention, over rows that read something
    total: float  # of the sum of a row from 1, or from 0 where nothing is read
    leaks: int  # masked cells whose weight is not exactly 0
    rows: int  # that read something
    nan_rows: int  # rows without anything to read for which nn.MultiheadAttention answers NaN
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        return max(self.stages, self.fused, self.module, self.total) <= self.tolerance and not self.leaks


@torch.no_grad()
def check_by_hand(hand: ByHand) -> AttentionReport:
    """Compare `hand` with `attention_stages`, the fused kernel and nn.MultiheadAttention with the same weights."""
    q, k, v = (_split(torch.from_numpy(x), hand.heads) for x in (hand.q, hand.k, hand.v))  # (heads, T, D)
    mask = torch.from_numpy(hand.mask)
    stages = attention_stages(q, k, v, mask, scale=hand.factor)
    names = ("scores", "scaled", "masked", "weights")
    by_hand = {name: torch.from_numpy(getattr(hand, name)) for name in names}
    joined, output = torch.from_numpy(hand.joined), torch.from_numpy(hand.output)
    fused = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=hand.factor)
    theirs, weights = _module(hand)
    rows = mask.any(-1)
    return AttentionReport(
        stages=max(*(_apart(by_hand[name], getattr(stages, name)) for name in names), _apart(joined, _join(stages.output))),
        fused=_apart(joined, _join(fused)),
        module=max(_apart(by_hand["weights"][:, rows], weights[:, rows]), _apart(output[rows], theirs[rows])),
        total=_apart(by_hand["weights"].sum(-1), rows.double().expand(hand.heads, -1)),
        leaks=int((by_hand["weights"][:, ~mask] != 0).sum()),
        rows=int(rows.sum()),
        nan_rows=int(theirs[~rows].isnan().any(-1).sum()),
    )


def _module(hand: ByHand) -> tuple[Tensor, Tensor]:
    """Output (T, C) and weights (heads, T, T) of nn.MultiheadAttention. It always divides by sqrt(D): any other factor goes into its
    query matrix."""
    width, matrices = hand.tokens.shape[1], hand.projections
    module = nn.MultiheadAttention(width, hand.heads, bias=False, batch_first=True).double()
    query = matrices.query * hand.factor * hand.size**0.5
    module.in_proj_weight.copy_(torch.cat([torch.from_numpy(matrix) for matrix in (query, matrices.key, matrices.value)]))
    module.out_proj.weight.copy_(torch.from_numpy(matrices.output))
    tokens = torch.from_numpy(hand.tokens)[None]  # (1, T, C)
    blocked = torch.from_numpy(~hand.mask)  # nn.MultiheadAttention says True where reading is *not* allowed
    output, weights = module(tokens, tokens, tokens, attn_mask=blocked, average_attn_weights=False)
    return output[0], weights[0]


def _split(features: Tensor, heads: int) -> Tensor:
    return features.unflatten(-1, (heads, -1)).transpose(0, 1)  # (T, C) -> (T, heads, D) -> (heads, T, D)


def _join(features: Tensor) -> Tensor:
    return features.transpose(0, 1).flatten(1)  # (heads, T, D) -> (T, heads, D) -> (T, C)


def _apart(one: Tensor, other: Tensor) -> float:
    return (one - other).abs().max().item() if one.numel() else 0.0


# ---- the shapes of the course, and the layer around attention ----

COURSE = (4, 100, 64)  # B sequences of T tokens of C features


def course_shapes(heads: int = 4) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor on the way of (4, 100, 64) through `MultiHeadAttention`, recorded while it computes."""
    with building(0):
        attention, seen = MultiHeadAttention(COURSE[-1], heads), {}

    def look(_: nn.Module, args: tuple, result: Tensor) -> None:
        q, k, v, mask = args
        seen["q, k, v of the heads"] = tuple(q.shape)
        seen["weights"] = tuple(attention_stages(q, k, v, mask).weights.shape)
        seen["outputs of the heads"] = tuple(result.shape)

    with torch.no_grad(), recording({attention.attend: look}):
        output = attention(torch.zeros(COURSE))
    return {"tokens": COURSE, **seen, "output": tuple(output.shape)}


@dataclass(frozen=True)
class LayerReport:
    """`EncoderLayer` against nn.TransformerEncoderLayer, and N of them stacked against nn.TransformerEncoder."""

    before: float  # largest difference, LayerNorm before attention and network
    after: float  # LayerNorm after the sums
    stacked: float  # of `layers` layers
    layers: int
    shape: tuple[int, ...]
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        return max(self.before, self.after, self.stacked) <= self.tolerance


@torch.no_grad()
def check_layer(heads: int = 4, layers: int = 3, seed: int = 0) -> LayerReport:
    """Tokens of the course's shape through the lab's encoder and PyTorch's, all weights random and the same, in float64."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randn(COURSE, generator=generator, dtype=torch.float64)
    differences = []
    for norm_first in (True, False):
        layer = _scrambled(EncoderLayer(COURSE[-1], heads, 2 * COURSE[-1], norm_first=norm_first), generator)
        differences.append(_apart(layer(tokens), as_torch(layer)(tokens)))
    encoder = _scrambled(Encoder(COURSE[-1], heads, layers, 2 * COURSE[-1]), generator)
    expected = tokens
    for layer in encoder.layers:
        expected = as_torch(layer)(expected)
    output = encoder(tokens)
    return LayerReport(*differences, _apart(output, expected), layers, tuple(output.shape))


def as_torch(layer: EncoderLayer) -> nn.TransformerEncoderLayer:
    """nn.TransformerEncoderLayer with the weights of `layer`, in float64 and eval mode."""
    attention, (first, _, _, second) = layer.attention, layer.mlp
    twin = nn.TransformerEncoderLayer(
        first.in_features, attention.num_heads, first.out_features, activation="gelu", batch_first=True, norm_first=layer.norm_first
    ).double()
    qkv = (attention.query, attention.key, attention.value)
    with torch.no_grad():
        twin.self_attn.in_proj_weight.copy_(torch.cat([linear.weight for linear in qkv]))
        twin.self_attn.in_proj_bias.copy_(torch.cat([linear.bias for linear in qkv]))
    pairs = {"self_attn.out_proj": attention.output, "linear1": first, "linear2": second, "norm1": layer.norm1, "norm2": layer.norm2}
    for name, module in pairs.items():
        twin.get_submodule(name).load_state_dict(module.state_dict())
    return twin.eval()


def _scrambled(module: nn.Module, generator: torch.Generator) -> nn.Module:
    """Every parameter random, so that none can be swapped or left out unnoticed."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3, generator=generator)
    return module.double().eval()
