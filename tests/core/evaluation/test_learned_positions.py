import pytest
import torch

from core.errors import StoreError
from core.evaluation.kept_weights import read_positions
from core.records.recorded import recorded_epochs
from core.training.runs.checkpoint import open_model


@pytest.mark.parametrize("epoch", recorded_epochs("cifar10-compare-vit-0"))
def test_the_table_is_that_of_the_model(epoch):
    path = recorded_epochs("cifar10-compare-vit-0")[epoch]
    found = torch.from_numpy(read_positions(path)).float()
    assert torch.equal(found, open_model(path).model.positions.table)


def test_weights_without_such_a_table(tmp_path):
    gru = next(iter(recorded_epochs("shapes-gru").values()))
    with pytest.raises(StoreError, match="no learned positions"):
        read_positions(gru)
    with pytest.raises(StoreError, match="not there"):
        read_positions(tmp_path / "epoch-0000.safetensors")
    broken = tmp_path / "epoch-0001.safetensors"
    broken.write_bytes(b"nothing of the kind")
    with pytest.raises(StoreError, match="damaged"):
        read_positions(broken)
