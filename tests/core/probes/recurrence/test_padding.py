"""Packing against torch's own, and what padding does to a network, against each sequence by itself."""

import random

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from core.errors import ConfigError
from core.models.recurrent import CELLS
from core.probes.recurrence.padded_batch import padded_report
from core.probes.recurrence.padding import packing, parse_lengths


@pytest.mark.parametrize("seed", range(50))
def test_packing_is_that_of_torch(seed):
    draw = random.Random(seed)
    lengths = [draw.randint(1, 10) for _ in range(draw.randint(1, 8))]
    marks = torch.tensor([[100 * b + t for t in range(10)] for b in range(len(lengths))])[..., None]
    packed = pack_padded_sequence(marks, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    found = packing(lengths)
    assert [100 * b + t for b, t in found.source] == packed.data[:, 0].tolist()
    assert list(found.batch_sizes) == packed.batch_sizes.tolist()
    assert [lengths[b] for b in found.order] == [lengths[b] for b in packed.sorted_indices.tolist()]
    assert found.padding == max(lengths) * len(lengths) - len(packed.data)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("lengths", [(5, 3, 1), (2, 5, 5, 3), (4,), (1, 1)])
def test_packed_and_masked_batches_give_what_each_sequence_gives_alone(cell, lengths):
    found = padded_report(lengths, features=3, hidden=6, classes=4, cell=cell)
    short = torch.tensor(lengths) < max(lengths)
    assert found.passed and found.padded_shape == (len(lengths), max(lengths), 3) and found.packed_shape == (sum(lengths), 3)
    for wrong in (found.last_step, found.backward, found.mean_all):
        assert bool((wrong[short] > 1e-4).all()) and bool((wrong[~short] < found.tolerance).all())
    assert (found.loss == pytest.approx(found.loss_padding)) == (not short.any())


def test_the_masked_loss_is_that_of_the_steps_there_are():
    """By ignore_index, another way to leave padding out."""
    lengths, generator = (4, 2), torch.Generator().manual_seed(0)
    found = padded_report(lengths, features=3, hidden=6, classes=4)
    torch.manual_seed(0)
    rnn, head = torch.nn.GRU(3, 6, batch_first=True, bidirectional=True), torch.nn.Linear(12, 4)
    x = torch.randn(2, 4, 3, dtype=torch.float64, generator=generator)
    x[1, 2:] = 0
    tags = torch.randint(4, (2, 4), generator=generator)
    tags[1, 2:] = -100
    logits = head.double()(rnn.double()(x)[0])
    assert found.loss == pytest.approx(torch.nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten()).item())


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "these are 0"), ("3 x", "'x' is no length"), ("2.5", "no length"), ("-1", "no length"), ("3 0", "length 0 has no last state"),
     ("1 " * 9, "these are 9"), ("10000", "10,000 steps does not fit"), ("9" * 30, "no length"), ("²", "no length")],
)  # fmt: skip
def test_lengths_that_make_no_batch(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_lengths(text)


def test_lengths_are_read_with_any_sign_between_them():
    assert parse_lengths(" 5, 3;2 1") == (5, 3, 2, 1)
