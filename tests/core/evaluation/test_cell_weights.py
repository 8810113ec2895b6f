"""The cells that are read without torch are those of the model that the checkpoint makes."""

import numpy as np
import pytest

from core.errors import StoreError
from core.evaluation.kept_weights import read_layers
from core.models.unrolled import layers_of
from core.records.recorded import recorded_epochs
from core.training.runs.checkpoint import open_model


@pytest.mark.parametrize(
    ("name", "shape"),
    [("shapes-gru", (1, 1)), ("cifar10-compare-lstm-0", (1, 2)), ("cifar10-compare-rnn-0", (1, 2)), ("cifar10-hand-in-0", (2, 1))],
)
def test_their_weights_are_the_models(name, shape):
    path = recorded_epochs(name)[max(recorded_epochs(name))]
    found, expected = read_layers(path), layers_of(open_model(path).model.rnn)
    assert (len(found), len(found[0])) == shape == (len(expected), len(expected[0]))
    for ours, theirs in zip(
        [w for layer in found for way in layer for w in way], [w for la in expected for way in la for w in way], strict=True
    ):
        assert ours.dtype == np.float64
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=0, atol=1e-6)


def test_what_cannot_be_read_says_so(tmp_path):
    with pytest.raises(StoreError, match="Choose a run of an RNN, LSTM or GRU"):
        read_layers(next(iter(recorded_epochs("cifar10-compare-cnn-0").values())))
    with pytest.raises(StoreError, match="not there"):
        read_layers(tmp_path / "epoch-0000.safetensors")
    broken = tmp_path / "epoch-0001.safetensors"
    broken.write_bytes(b"hello")
    with pytest.raises(StoreError, match="damaged"):
        read_layers(broken)
