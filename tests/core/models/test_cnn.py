import pytest
import torch
from torch import nn

from core.models import build_model


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_three_stages_double_the_width_and_halve_the_size(blocks):
    model = build_model("cnn", width=8, blocks=blocks).eval()
    shapes = {}
    for name in ("stage1", "stage2", "stage3"):
        model.get_submodule(name).register_forward_hook(lambda _, __, y, name=name: shapes.update({name: tuple(y.shape)}))
    model(torch.randn(2, 3, 32, 32))
    assert shapes == {"stage1": (2, 8, 16, 16), "stage2": (2, 16, 8, 8), "stage3": (2, 32, 8, 8)}
    assert sum(isinstance(m, nn.Conv2d) for m in model.modules()) == 3 * blocks


def test_the_head_reads_the_mean_over_places():
    model = build_model("cnn", width=8).eval()
    seen = []
    model.stage3.register_forward_hook(lambda _, __, maps: seen.append(maps))
    logits = model(torch.randn(2, 3, 32, 32))
    torch.testing.assert_close(logits, model.head(seen[0].flatten(2).mean(2)))
