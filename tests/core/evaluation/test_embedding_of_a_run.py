"""The embedding that is read without torch is the one of the model that the checkpoint makes."""

import numpy as np
import pytest
import torch

from core.data.shapes import draw
from core.data.splits import normalize
from core.errors import StoreError
from core.evaluation.kept_weights import read_embedding
from core.records.recorded import recorded_epochs
from core.training.runs.checkpoint import open_model

(IMAGE,), _ = draw([10_003])


@pytest.mark.parametrize("name", ["shapes-gru", "cifar10-compare-vit-0"])
def test_its_tokens_are_the_models(name):
    for path in recorded_epochs(name).values():
        opened, embedding = open_model(path), read_embedding(path)
        with torch.no_grad():
            tokens = opened.model.embed(normalize(torch.from_numpy(IMAGE)[None], opened.mean, opened.std))[0]
        assert embedding.tokens(IMAGE) == pytest.approx(tokens.numpy(), abs=2e-4)  # the model is in float32
        assert embedding.weight.dtype == np.float64
        assert embedding.mean.tolist() == pytest.approx(opened.mean) and embedding.std.tolist() == pytest.approx(opened.std)


@pytest.mark.parametrize("name", ["cifar10-bar-0", "cifar10-compare-cnn-0"])
def test_a_model_without_one(name):
    with pytest.raises(StoreError, match="has no patch embedding. Choose a run of a GRU"):
        read_embedding(next(iter(recorded_epochs(name).values())))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(StoreError, match="not there"):
        read_embedding(tmp_path / "epoch-0000.safetensors")
    whole = next(iter(recorded_epochs("shapes-gru").values())).read_bytes()
    for place, content in enumerate((b"", b"hello", whole[: len(whole) // 2])):
        path = tmp_path / f"epoch-000{place}.safetensors"
        path.write_bytes(content)
        with pytest.raises(StoreError, match="damaged"):
            read_embedding(path)
