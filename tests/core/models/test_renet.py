"""The pyramid of sweeps against the same written line by line with nn.GRU."""

import pytest
import torch
from torch import nn

from core.errors import ConfigError
from core.models import Task, build_model
from core.models.gru import use_kernel
from core.models.renet import Merge, Sweep


@pytest.mark.parametrize("columns", [False, True])
def test_a_sweep_reads_every_line_from_both_ends(columns):
    torch.manual_seed(0)
    sweep = Sweep(12, columns=columns).eval()
    reference = nn.GRU(12, 6, bidirectional=True, batch_first=True)
    reference.load_state_dict(sweep.gru.state_dict())
    grid = torch.randn(2, 5, 7, 12)
    expected = grid.clone()
    normed = sweep.norm(grid)
    for image in range(2):
        for line in range(7 if columns else 5):
            at = (image, slice(None), line) if columns else (image, line)
            expected[at] += reference(normed[at][None])[0][0]
    torch.testing.assert_close(sweep(grid), expected)


def test_after_rows_and_columns_every_token_knows_every_other():
    torch.manual_seed(0)
    block = nn.Sequential(Sweep(8, columns=False), Sweep(8, columns=True)).eval()
    grid = torch.randn(1, 4, 5, 8, requires_grad=True)
    for row, column in [(0, 0), (3, 4), (1, 2)]:
        (slope,) = torch.autograd.grad(block(grid)[0, row, column].sum(), grid)
        assert (slope.abs().sum(-1) > 0).all()


def test_merging_puts_four_neighbours_side_by_side():
    merge = Merge(2)
    nn.init.zeros_(merge.project.bias)
    merge.project.weight.data = torch.eye(4, 8)  # lets the upper left and upper right token through
    grid = torch.arange(2 * 4 * 6 * 2.0).reshape(2, 4, 6, 2)
    merged = merge(grid)
    assert merged.shape == (2, 2, 3, 4)
    assert torch.equal(merged[1, 1, 2], torch.cat((grid[1, 2, 4], grid[1, 2, 5])))


def test_the_default_is_the_pyramid_of_1_2_1_blocks():
    model = build_model("renet", seed=0).eval()
    shapes = []
    for stage in model.stages:
        stage.register_forward_hook(lambda _, __, grid: shapes.append(tuple(grid.shape[1:])))
    model(torch.randn(1, 3, 32, 32))
    assert shapes == 2 * [(16, 16, 64)] + 5 * [(8, 8, 128)] + 3 * [(4, 4, 256)]
    kinds = {type(m) for m in model.modules() if not list(m.children())}
    assert {k.__name__ for k in kinds} == {"Conv2d", "LayerNorm", "GRU", "Dropout", "Linear", "Logits"}  # nothing else mixes tokens
    assert sum(isinstance(m, nn.Conv2d) for m in model.modules()) == 1
    assert 1.0e6 < sum(p.numel() for p in model.parameters()) < 1.2e6


def test_the_scan_gives_the_same_logits_and_gradients():
    images, results = torch.randn(3, 3, 32, 32), []
    for kernel in ("torch", "scan"):
        model = build_model("renet", seed=0)
        use_kernel(model, kernel)
        logits = model(images)
        nn.functional.cross_entropy(logits, torch.arange(3)).backward()
        results.append([logits.detach(), *(p.grad for p in model.parameters())])
    for one, two in zip(*results, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=2e-6)


def test_skipped_sweeps_leave_an_image_as_it_is():
    torch.manual_seed(0)
    sweep = Sweep(8, columns=False, drop=0.5)
    grid = torch.randn(200, 4, 4, 8)
    change = sweep(grid) - grid
    kept = change.flatten(1).abs().sum(1) > 0
    assert 60 < kept.sum() < 140
    torch.testing.assert_close(change[kept], 2 * (sweep.eval()(grid) - grid)[kept])


def test_what_does_not_fit_is_refused():
    with pytest.raises(ConfigError, match="overlap is for patches of 1 or 2 pixels, patch_size = 4"):
        build_model("renet", patch_size=4)
    with pytest.raises(ConfigError, match="patch_size = 8 cuts an image of 16 pixels into a grid that cannot be halved twice"):
        build_model("renet", Task(image_size=16), patch_size=8, overlap=False)
