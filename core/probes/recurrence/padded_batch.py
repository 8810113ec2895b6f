"""Effects of padding on a recurrent network, measured: read past the end, masked, and packed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from core.models import building
from core.models.recurrent import SequenceTagger, last_state
from core.probes.compute import one_thread
from core.probes.recurrence.padding import check_lengths, packing

TOLERANCE = 1e-12  # float64: the same sums in another order


@dataclass(frozen=True, eq=False)
class PaddedReport:
    """A batch of sequences of other lengths, read by one network in several ways. Differences are the largest ones of a sequence, (B,)."""

    padded_shape: tuple[int, ...]  # (B, T, C)
    packed_shape: tuple[int, ...]  # (sum of lengths, C)
    batch_sizes: tuple[int, ...]  # as torch packs them
    order: tuple[int, ...]
    same_packing: bool  # whether `packing` names exactly torch's rows
    last_step: Tensor  # states[:, -1] of the padded batch, against each sequence by itself
    gathered: Tensor  # the state at each one's own last step, of the padded batch
    packed: Tensor  # the last state that the packed batch gives
    backward: Tensor  # the backward direction's last state of the padded batch, which has read the padding first
    backward_packed: Tensor
    mean_all: Tensor  # the mean of all states, padding included
    mean_masked: Tensor  # the mean of a sequence's own states
    loss: float  # cross-entropy of a tag a step, of the sequences' own steps
    loss_padding: float  # the same with padding counted as class 0
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        """Whether packing and masking give what each sequence gives by itself."""
        differences = (self.gathered, self.packed, self.backward_packed, self.mean_masked)
        return self.same_packing and all(float(difference.max()) <= self.tolerance for difference in differences)


@torch.no_grad()
@one_thread()
def padded_report(lengths: Sequence[int], *, features: int, hidden: int, classes: int, cell: str = "gru", seed: int = 0) -> PaddedReport:
    """Draw a sequence of each length, pad them with zeros to the longest, and read them with a bidirectional network at random weights.

    In float64. Raises ConfigError for lengths that make no batch.
    """
    check_lengths(lengths)
    with building(seed):
        model = SequenceTagger(cell=cell, input_size=features, hidden_size=hidden, num_classes=classes, bidirectional=True).double()
    generator = torch.Generator().manual_seed(seed)
    steps, count = max(lengths), torch.tensor(lengths)
    mask = torch.arange(steps) < count[:, None]  # (B, T), True where there is a step
    x = torch.randn(len(lengths), steps, features, dtype=torch.float64, generator=generator) * mask[..., None]  # (B, T, C)
    tags = torch.randint(classes, mask.shape, generator=generator).masked_fill(~mask, 0)  # (B, T)
    alone = [model.rnn(x[b : b + 1, :length]) for b, length in enumerate(lengths)]
    ends = torch.cat([last_state(model.rnn, final) for _, final in alone])  # (B, 2H): forward, backward
    states, final = model.rnn(x)  # (B, T, 2H)
    pack = pack_padded_sequence(x, count, batch_first=True, enforce_sorted=False)
    packed = last_state(model.rnn, model.rnn(pack)[1])  # (B, 2H), in the order of the batch
    means = torch.stack([own[0].mean(0) for own, _ in alone])
    logits = model.head(states)  # (B, T, K)

    def off(actual: Tensor, expected: Tensor) -> Tensor:
        return (actual - expected).abs().amax(1)

    return PaddedReport(
        padded_shape=tuple(x.shape),
        packed_shape=tuple(pack.data.shape),
        batch_sizes=tuple(pack.batch_sizes.tolist()),
        order=tuple(pack.sorted_indices.tolist()),
        same_packing=_same(pack, x, lengths),
        last_step=off(states[:, -1, :hidden], ends[:, :hidden]),
        gathered=off(states[torch.arange(len(lengths)), count - 1, :hidden], ends[:, :hidden]),
        packed=off(packed[:, :hidden], ends[:, :hidden]),
        backward=off(last_state(model.rnn, final)[:, hidden:], ends[:, hidden:]),
        backward_packed=off(packed[:, hidden:], ends[:, hidden:]),
        mean_all=off(states[..., :hidden].mean(1), means[:, :hidden]),
        mean_masked=off((states[..., :hidden] * mask[..., None]).sum(1) / count[:, None], means[:, :hidden]),
        loss=F.cross_entropy(logits[mask], tags[mask]).item(),
        loss_padding=F.cross_entropy(logits.flatten(0, 1), tags.flatten()).item(),
    )


def _same(pack: PackedSequence, x: Tensor, lengths: Sequence[int]) -> bool:
    """Whether torch's rows are those that `packing` names, its own last step of each sequence included."""
    order = packing(lengths)
    rows = torch.stack([x[b, t] for b, t in order.source])
    return order.batch_sizes == tuple(pack.batch_sizes.tolist()) and torch.equal(rows, pack.data)
