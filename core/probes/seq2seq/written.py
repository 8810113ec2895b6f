"""One input, read and answered token by token, with all that a page shows of it: choices, memory, attention, and the beam's tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.decoding.beam import BeamSearch, beam
from core.decoding.greedy import greedy, sampled
from core.errors import ConfigError, unknown
from core.models.encoder_decoder import TransformerEnds
from core.models.recurrent_encoder_decoder import RecurrentEncoderDecoder
from core.probes.compute import in_dtype
from core.probes.seq2seq.cross_attention import Seq2SeqAttention, record_seq2seq_attention
from core.symbols import BOS

METHODS = ("greedy", "beam", "sampled")
TOP = 6  # tokens that are listed at every step
TOLERANCE = 1e-9  # float64, of probabilities: the same sums in another order


@dataclass(frozen=True)
class Choice:
    """A token that might have been written. `drawn`: its probability when chosen, which sampling sharpens; else the model's own."""

    token: int
    probability: float
    drawn: float


@dataclass(frozen=True, eq=False)
class Written:
    """An output of T tokens for an input of S; row t of an attention map is what was read when token t was written.

    The token that is put in at step t is the one before: BOS, then the output so far.
    """

    tokens: tuple[int, ...]  # EOS too, if the model wrote it
    choices: tuple[tuple[Choice, ...], ...]  # T times: the most probable tokens, best first; what was written is always among them
    end: str  # why it ended, in a sentence
    log_prob: float  # of the whole output, natural logarithm
    memory: np.ndarray  # (S, C) float64
    bottleneck: bool  # whether the decoder is given the last vector of the memory alone
    encoder: np.ndarray | None  # (L, H, S, S)
    decoder: np.ndarray | None  # (L, H, T, T)
    cross: np.ndarray | None  # (L, H, T, S); None where there is no attention to look at: `unseen` says why
    unseen: str
    off: float  # largest difference of probabilities: token by token with a cache, against the same without one
    attention_off: float  # largest difference of a row's sum from 1, or of weights times values from what the model computed
    tree: BeamSearch | None
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether the same comes out without a cache, and the attention is what the model used."""
        return max(self.off, self.attention_off) <= self.tolerance

    @property
    def alignment(self) -> np.ndarray | None:
        """(T, S): cross-attention of the last layer, mean over its heads."""
        return None if self.cross is None else self.cross[-1].mean(0)


@torch.no_grad()
def write_out(
    model: nn.Module,
    source: Tensor,
    *,
    how: str = "greedy",
    width: int = 4,
    alpha: float = 0.0,
    temperature: float = 1.0,
    top_k: int | None = None,
    seed: int = 0,
    limit: int | None = None,
) -> Written:
    """Answer one source, (S,) tokens or (S, 3, P, P) images, by one of `METHODS`, and record it in float64.

    `width` and `alpha` are the beam's, `temperature`, `top_k` and `seed` those of sampling. The model is left as it is.
    Raises ConfigError for what the methods themselves refuse, and DataError for weights that are not finite.
    """
    if how not in METHODS:
        raise unknown("way of decoding", how, METHODS)
    model = in_dtype(model, torch.float64)
    if how == "beam":
        tree = beam(model, source, width=width, alpha=alpha, limit=limit, branches=TOP)
        tokens, end, log_prob, choices = tree.tokens, tree.end, tree.best.total, _of_tree(tree)
    else:
        tree = None
        if how == "greedy":
            decoded = greedy(model, source, limit=limit)
        else:
            decoded = sampled(model, source, temperature=temperature, top_k=top_k, seed=seed, limit=limit)
        tokens, end, log_prob = decoded.tokens, decoded.end, decoded.log_prob
        choices = tuple(_listed(step.probabilities, step.chosen_from, step.token) for step in decoded.steps)
    target = torch.tensor([BOS, *tokens[:-1]], device=source.device)
    logits, maps, unseen, attention_off = _in_one_pass(model, source, target)
    shares = logits.softmax(-1).cpu().numpy()  # (T, V)
    off = max(abs(shares[t, choice.token] - choice.probability) for t, row in enumerate(choices) for choice in row)
    return Written(
        tokens=tokens, choices=choices, end=end, log_prob=log_prob, memory=model.encode(source[None]).states[0].cpu().numpy(),
        bottleneck=isinstance(model, RecurrentEncoderDecoder) and model.attend is None,
        **maps, unseen=unseen, off=float(off), attention_off=attention_off, tree=tree,
    )  # fmt: skip


def _listed(shares: np.ndarray, chosen_from: np.ndarray, token: int) -> tuple[Choice, ...]:
    """The most probable tokens of (V,) probabilities, and the one that was taken."""
    order = np.argsort(-shares, kind="stable")[:TOP].tolist()
    if token not in order:
        order[-1] = token
    return tuple(Choice(n, float(shares[n]), float(chosen_from[n])) for n in order)


def _of_tree(tree: BeamSearch) -> tuple[tuple[Choice, ...], ...]:
    """The same along the best output of a beam."""
    rows = []
    for taken in tree.path(tree.best):
        near = sorted((n for n in tree.steps[taken.depth] if n.parent == taken.parent), key=lambda n: -n.log_prob)[:TOP]
        shown = near if taken in near else [*near[:-1], taken]
        rows.append(tuple(Choice(n.token, float(np.exp(n.log_prob)), float(np.exp(n.log_prob))) for n in shown))
    return tuple(rows)


def _in_one_pass(model: nn.Module, source: Tensor, target: Tensor) -> tuple[Tensor, dict[str, np.ndarray | None], str, float]:
    """Logits (T, V), attention maps by role, why there are none, and how far the maps are off."""
    whole = not isinstance(model, TransformerEnds) or model.mask.causal
    # Without a causal mask a row changes when later tokens come: each is taken when it was the last one.
    lengths = [len(target)] if whole else range(1, len(target) + 1)
    try:
        seen = [record_seq2seq_attention(model, source[None], target[None, :length], dtype=torch.float64) for length in lengths]
    except ConfigError as error:
        logits = [model.decode(target[None, :length], model.encode(source[None])) for length in lengths]
        return _last_rows(logits, whole)[0], dict.fromkeys(("encoder", "decoder", "cross")), str(error), 0.0
    maps = {
        "encoder": None if seen[-1].encoder is None else seen[-1].encoder[0].numpy(),
        "decoder": None if seen[-1].decoder is None else _last_rows([one.decoder for one in seen], whole)[0].numpy(),
        "cross": _last_rows([one.cross for one in seen], whole)[0].numpy(),
    }
    return _last_rows([one.logits for one in seen], whole)[0], maps, "", _off(seen)


def _last_rows(parts: list[Tensor], whole: bool) -> Tensor:
    """The last row (..., T, N) of each part, filled up with zeros to the last one's N where they are shorter."""
    if whole:
        return parts[0]
    wide = parts[-1].shape[-1]
    return torch.stack([nn.functional.pad(part[..., -1, :], (0, wide - part.shape[-1])) for part in parts], -2)


def _off(seen: list[Seq2SeqAttention]) -> float:
    return max(max(one.rows_off, one.outputs_off) for one in seen)
