"""Attention in an encoder-decoder, who reads whom: source in source, output in output, output in source, in every layer and head.

Recorded on the `Attend` modules, which others may use meanwhile (see core.probes.recording).
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import NOT_FINITE, ConfigError, DataError
from core.models.attention import Attend, scaled_dot_product_attention
from core.models.decoder import DecoderLayer
from core.models.recurrent_encoder_decoder import RecurrentEncoderDecoder
from core.models.transformer import EncoderLayer
from core.probes.attention.maps import LOOK, TOLERANCES, room_for_weights
from core.probes.compute import in_dtype
from core.probes.recording import recording


@dataclass(frozen=True, eq=False)
class Seq2SeqAttention:
    """Attention weights while a model answered by teacher forcing: a row is a token that reads, a column one that is read.

    A recurrent decoder with attention has `cross` alone, one layer with one head: its alignment.
    """

    encoder: Tensor | None  # (B, L, H, S, S), source in source
    decoder: Tensor | None  # (B, L, H, T, T), output in output: row t is the token that was put in, its output predicts token t + 1
    cross: Tensor  # (B, L, H, T, S), output in source
    logits: Tensor  # (B, T, V)
    outputs_off: float  # largest difference between weights times v and what the model itself computed, as a share of the largest output

    @property
    def alignment(self) -> Tensor:
        """Cross-attention as one picture, (B, T, S): the mean over the heads of the last layer."""
        return self.cross[:, -1].mean(1)

    @property
    def rows_off(self) -> float:
        """The largest difference between the sum of a row and 1."""
        kinds = (weights for weights in (self.encoder, self.decoder, self.cross) if weights is not None)
        return max((weights.sum(-1) - 1).abs().max().item() for weights in kinds)

    @property
    def tolerance(self) -> float:
        return TOLERANCES[self.cross.dtype]

    @property
    def passed(self) -> bool:
        """Whether rows sum to 1, and the weights are those that the model used."""
        return max(self.rows_off, self.outputs_off) <= self.tolerance


@torch.no_grad()
def record_seq2seq_attention(
    model: nn.Module, source: Tensor, target: Tensor, *, masked: bool = True, mask: str | None = None, dtype: torch.dtype = torch.float32
) -> Seq2SeqAttention:
    """The weights of every layer and head while `model` answers `target` (B, T), from BOS on, for `source`, (B, S) tokens or images.

    To look at a decoding, give what it wrote as the target: with a causal mask each row is what the token had read when it was written.
    `masked` and `mask` as in EncoderDecoder's `encode` and `decode`. The model is left as it is: another `dtype` computes in a copy.
    Raises ConfigError for a model without attention to look at and for one in train mode; DataError for weights that are not finite.
    """
    if dtype not in TOLERANCES:
        raise ConfigError(f"Attention is recorded in float32 or float64, not in {dtype}.")
    if model.training:
        raise ConfigError("The model is in train mode, in which dropout changes attention weights. Call model.eval() first.")
    model = in_dtype(model, dtype)
    roles, maps, off = _roles(model), {"encoder": [], "decoder": [], "cross": []}, []

    def keep(module: Attend, args: tuple[Tensor, ...], output: Tensor) -> None:
        held.enter_context(room_for_weights(args, LOOK))
        expected, weights = scaled_dot_product_attention(*args)
        maps[roles[module]].append(weights)
        off.append(((expected - output).abs().max() / output.abs().max().clamp_min(1e-30)).item())

    with ExitStack() as held:
        with recording(dict.fromkeys(roles, keep)):
            memory = model.encode(source, masked=masked)
            logits = model.decode(target, memory) if mask is None else model.decode(target, memory, mask=mask)
        stacked = {role: torch.stack(layers, 1) if layers else None for role, layers in maps.items()}
        if not all(weights.isfinite().all() for weights in stacked.values() if weights is not None):
            raise DataError(NOT_FINITE)
    return Seq2SeqAttention(**stacked, logits=logits, outputs_off=max(off))


def _roles(model: nn.Module) -> dict[Attend, str]:
    """Every `Attend` of a model in the order of its layers, with whom it lets read whom. Raises ConfigError if there is none."""
    roles: dict[Attend, str] = {}
    for part in model.modules():
        if isinstance(part, EncoderLayer):
            roles[part.attention.attend] = "encoder"
        elif isinstance(part, DecoderLayer):
            roles |= {part.self_attention.attend: "decoder", part.cross_attention.attend: "cross"}
        elif isinstance(part, RecurrentEncoderDecoder) and part.attend is not None:
            roles[part.attend] = "cross"
    if not roles:
        recurrent = isinstance(model, RecurrentEncoderDecoder)
        why = "its decoder knows one vector of the source" if recurrent else "it is not of the lab's own layers"
        raise ConfigError(f"This {type(model).__name__} has no attention to look at, {why}: choose another model.")
    return roles
