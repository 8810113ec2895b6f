"""Effects of each mask, measured: every token of a sentence is replaced once, and every output that moves is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.models import building
from core.models.encoder_decoder import EncoderDecoder
from core.models.masks import MASKS, Mask
from core.models.seq2seq_configs import EncoderDecoderConfig
from core.models.seq2seq_task import Seq2SeqTask
from core.probes.compute import one_thread
from core.probes.seq2seq.causality import CausalityReport, causality_test
from core.probes.seq2seq.masked_sentence import MaskedSentence
from core.probes.seq2seq.more_padding import PaddingReport, padding_test
from core.symbols import BOS, PAD, SPECIAL

WIDTH, HEADS = 16, 2
SOURCE = (3, 4, 5)  # tokens that the encoder reads: the decoder has something to attend to, always the same


@dataclass(frozen=True, eq=False)
class MaskEffects:
    """One mask on one sentence. Row = the position that reads, and its output; column = the position that is read, or replaced."""

    name: str
    allowed: np.ndarray  # (T, T) bool
    changes: np.ndarray  # (T, T) float64: the largest change of output i when token j is replaced; column 0 is NaN, never replaced
    reports: tuple[CausalityReport, ...]  # for places 1 to T - 1
    padding: np.ndarray  # (T,) bool

    @property
    def counted(self) -> tuple[CausalityReport, ...]:
        """The reports on tokens that are no padding."""
        return tuple(report for report in self.reports if not self.padding[report.place])

    @property
    def before(self) -> tuple[float, float]:
        """Largest changes before a replaced token: the smallest and the largest of them over all tokens."""
        changes = [report.before for report in self.counted]
        return min(changes), max(changes)

    @property
    def reach(self) -> int:
        """Number of positions back that a change reached, at most."""
        return max(report.reach for report in self.counted)

    @property
    def passed(self) -> bool:
        """Whether every token did what the mask promises."""
        return all(report.passed for report in self.counted)


def mask_effects(sentence: MaskedSentence, *, layers: int = 1, seed: int = 0) -> dict[str, MaskEffects]:
    """Every mask of `MASKS` on a sentence: a small decoder with random weights, float64, whose every token is replaced once.

    Replaced is what a position holds; whether it counts as padding stays as it was. A sentence begins with BOS (or with padding), which is
    not replaced: there is no output before it.
    """
    with one_thread():
        model, tokens = _model(sentence, layers, seed), torch.tensor([sentence.tokens])  # (1, T)
        padding = tokens == PAD
        return {name: _effects(model, tokens, padding, name, mask, sentence.other) for name, mask in MASKS.items()}


@torch.no_grad()
def _effects(model: EncoderDecoder, tokens: Tensor, padding: Tensor, name: str, mask: Mask, other: int) -> MaskEffects:
    memory = model.encode(torch.tensor([SOURCE]))

    def outputs(target: Tensor) -> Tensor:
        return plain if target is tokens else model.logits(model.write(model.embed_target(target), memory, mask, padding))

    plain = model.logits(model.write(model.embed_target(tokens), memory, mask, padding))
    reports = tuple(causality_test(outputs, tokens, place, other, ahead=mask.ahead) for place in range(1, tokens.shape[1]))
    changes = np.full((tokens.shape[1],) * 2, np.nan)
    for report in reports:
        changes[:, report.place] = report.per_position.numpy()
    return MaskEffects(name, mask.matrix(padding)[0].numpy(), changes, reports, padding[0].numpy())


def padding_probe(sentence: MaskedSentence, extra: int, *, masked: bool, seed: int = 0) -> PaddingReport:
    """`padding_test` with the sentence's tokens, without its own padding, as the source of the same small model."""
    words = [token for token in sentence.tokens if token not in (PAD, BOS)]
    with one_thread():
        return padding_test(_model(sentence, 1, seed), torch.tensor([words]), torch.tensor([[BOS, *words]]), extra, masked=masked)


@dataclass(frozen=True)
class EmptyRow:
    """Weights, (T,), that one way to mask gives to a row in which nothing may be read."""

    title: str
    code: str
    weights: tuple[float, ...]


def empty_rows(scores: Sequence[float]) -> tuple[EmptyRow, ...]:
    """A row of scores (T,) that may read nothing, masked in three ways that agree on every other row."""
    from core.models.attention import attention_stages

    row = torch.tensor([scores], dtype=torch.float64)  # (1, T)
    nothing = torch.zeros_like(row, dtype=torch.bool)
    one = torch.ones(1, 1, dtype=row.dtype)
    stages = attention_stages(one, row.T, row.T, nothing, scale=1.0)  # q k^T = the scores themselves
    ways = (
        ("minus infinity", "scores.masked_fill(~mask, -inf).softmax(-1)", row.masked_fill(~nothing, -torch.inf).softmax(-1)),
        ("a very low number", "scores.masked_fill(~mask, -1e9).softmax(-1)", row.masked_fill(~nothing, -1e9).softmax(-1)),
        ("the lab's attention", "… .softmax(-1).masked_fill(~mask, 0)", stages.weights),
    )
    return tuple(EmptyRow(title, code, tuple(weights[0].tolist())) for title, code, weights in ways)


def _model(sentence: MaskedSentence, layers: int, seed: int) -> EncoderDecoder:
    """A decoder for the sentence's symbols and one more, with as many layers, at random weights, in float64 and eval mode."""
    task = Seq2SeqTask(max(sentence.other + 1, len(SPECIAL) + len(SOURCE)), max_source=16, max_target=16)
    config = EncoderDecoderConfig(embed_dim=WIDTH, num_heads=HEADS, encoder_layers=1, decoder_layers=layers)
    with building(seed):
        return EncoderDecoder(task, config).double().eval()
