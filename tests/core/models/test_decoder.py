"""A decoder layer while it trains."""

import pytest
import torch

from core.models.decoder import DecoderLayer
from core.models.dropout import seed_dropout


@pytest.mark.parametrize("branch", ["self_attention.output", "cross_attention.output", "mlp.3"])
def test_each_of_a_decoder_layers_three_branches_is_dropped_from(branch):
    """All branches add 0 but one that adds 1: with dropout 0.25 a quarter of it is gone, the rest is 1 / 0.75."""
    layer = DecoderLayer(16, 4, 24, dropout=0.25).train()
    seed_dropout(layer, 3, "cpu")
    for name in ("self_attention.output", "cross_attention.output", "mlp.3"):
        last = layer.get_submodule(name)
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.constant_(last.bias, float(name == branch))
    tokens = torch.randn(8, 50, 16)
    added = layer(tokens, torch.randn(8, 6, 16)) - tokens
    gone = (added.abs() < 1e-5).float().mean().item()
    assert added[added.abs() >= 1e-5].sub(1 / 0.75).abs().max() < 1e-5
    assert 0.2 < gone < 0.3  # of 6,400, so about 0.005 of scatter
