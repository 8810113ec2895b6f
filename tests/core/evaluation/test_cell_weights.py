"""The cell that is read without torch is the first layer's of the model that the checkpoint makes."""

import numpy as np
import pytest

from core.errors import StoreError
from core.evaluation.cell_weights import read_cell
from core.recorded import recorded_epochs
from core.training.checkpoint import open_model


@pytest.mark.parametrize("name", ["shapes-gru", "cifar10-compare-lstm-0", "cifar10-compare-rnn-0"])
def test_its_weights_are_the_models(name):
    path = recorded_epochs(name)[max(recorded_epochs(name))]
    rnn = open_model(path).model.rnn
    for ours, theirs in zip(read_cell(path), (rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0), strict=True):
        assert ours.dtype == np.float64
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=0, atol=1e-6)


def test_what_cannot_be_read_says_so(tmp_path):
    with pytest.raises(StoreError, match="Choose a run of an RNN, LSTM or GRU"):
        read_cell(next(iter(recorded_epochs("cifar10-compare-cnn-0").values())))
    with pytest.raises(StoreError, match="not there"):
        read_cell(tmp_path / "epoch-0000.safetensors")
    broken = tmp_path / "epoch-0001.safetensors"
    broken.write_bytes(b"hello")
    with pytest.raises(StoreError, match="damaged"):
        read_cell(broken)
