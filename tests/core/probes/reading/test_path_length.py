"""Path lengths against dependence that is measured round by round, and that against torch's own layers."""

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.probes.reading import path_length
from core.probes.reading.path_length import WAYS, measured_paths, path_lengths
from core.probes.recurrence.counterparts import counterparts, tokens_seen


def square(way, length):
    """The lengths as a square: row from, column to."""
    i, j = np.indices((length, length))
    return path_lengths(way, length)[j - i + length - 1]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("length", [1, 2, 9])
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_said_is_what_is_measured(way, length, seed):
    assert measured_paths(way, length, seed=seed).tolist() == square(way, length).tolist()


def test_the_numbers_of_the_lecture():
    assert [square(way, 64)[12, 45] for way in WAYS] == [33, 33, 1]
    assert [square(way, 64)[45, 12] for way in WAYS] == [-1, 33, 1]
    assert [square(way, 64)[5, 5] for way in WAYS] == [0, 0, 0]


@pytest.mark.parametrize("way", ["recurrent", "bidirectional"])
def test_after_as_many_rounds_as_tokens_the_states_are_those_of_torch(way):
    """What is measured is a GRU: computed in rounds it ends at what nn.GRU says."""
    cells = []
    real = nn.GRUCell

    def made(*sizes):
        cells.append(real(*sizes))
        return cells[-1]

    path_length_nn = pytest.MonkeyPatch()
    path_length_nn.setattr(nn, "GRUCell", made)
    round_of = path_length._rounds(way, torch.Generator().manual_seed(0))
    path_length_nn.undo()
    twin = nn.GRU(4, 4, batch_first=True, bidirectional=way == "bidirectional").double()
    for cell, suffix in zip(cells, ("", "_reverse"), strict=False):
        for name, parameter in cell.named_parameters():
            getattr(twin, f"{name}_l0{suffix}").data.copy_(parameter)
    tokens = torch.randn(6, 4, dtype=torch.float64)
    torch.testing.assert_close(path_length._outputs(round_of, tokens)[-1], twin(tokens[None])[0][0], rtol=0, atol=1e-12)


def test_another_way_is_refused():
    for function in (path_lengths, measured_paths):
        with pytest.raises(ConfigError, match="No way of reading 'atention'|atention.*attention"):
            function("atention", 4)


# ---- the layer as the counterpart of an unrolled cell ----


def test_the_shapes_of_the_course():
    one, both, layer = counterparts()
    for found in (one, both, layer):
        assert found.taken == found.given == (4, 100, 64)
    assert layer.name.startswith("nn.TransformerEncoderLayer") and (one.in_a_row, both.in_a_row, layer.in_a_row) == (100, 100, 1)


def test_which_tokens_an_output_knows_of():
    one, both, layer = counterparts(2, 12, 8, 2)
    assert (one.seen, both.seen, layer.seen) == ((1, 6, 12), (12, 12, 12), (12, 12, 12))


def test_parameters_by_their_formula():
    one, both, layer = counterparts()
    assert one.parameters == 3 * (64 * 64 + 64 * 64 + 2 * 64)
    assert both.parameters == 2 * 3 * (32 * 64 + 32 * 32 + 2 * 32)
    assert layer.parameters == 4 * (64 * 64 + 64) + (2048 * 64 + 2048) + (64 * 2048 + 64) + 4 * 64


def test_seen_of_a_known_map():
    assert tokens_seen(lambda x: x.cumsum(1), torch.randn(1, 7, 3), 4) == 5
    assert tokens_seen(lambda x: x[:, [3, 0]], torch.randn(1, 7, 3), 1) == 1
