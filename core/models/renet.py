"""Recurrence that sweeps over an image: every row, then every column, is a short sequence (ReNet, Visin et al. 2015), in a pyramid."""

from __future__ import annotations

from torch import Tensor, nn

from core.errors import ConfigError
from core.models import Task
from core.models.configs import ReNetConfig
from core.models.dropout import Dropout
from core.models.gru import GRU
from core.models.inputs import check_images
from core.models.logits import Logits

STAGES = 3


class ReNet(nn.Module):
    """Tokens that only GRUs mix, in three stages of half the resolution and twice the width: (B, 3, H, W) -> (B, K) logits.

    256 tokens in one sequence put up to 255 steps between two of them, one after the other. Sixteen rows of sixteen are read at the
    same time, and after rows and columns any two tokens are at most 30 steps apart.
    """

    def __init__(self, task: Task, config: ReNetConfig):
        super().__init__()
        self.task = task
        side = task.image_size // config.patch_size
        if task.image_size % config.patch_size or side % 2 ** (STAGES - 1):
            raise ConfigError(
                f"patch_size = {config.patch_size} cuts an image of {task.image_size} pixels into a grid that cannot be halved twice: "
                "choose a smaller one."
            )
        overlap = 1 if config.overlap else 0
        self.embed = nn.Conv2d(
            task.channels, config.width, kernel_size=config.patch_size + 2 * overlap, stride=config.patch_size, padding=overlap
        )
        stages = []
        for stage, blocks in enumerate((config.blocks1, config.blocks2, config.blocks3)):
            width = config.width * 2**stage
            stages += [Merge(width // 2)] if stage else []
            stages += [Sweep(width, columns=columns, drop=config.drop_sweeps) for _ in range(blocks) for columns in (False, True)]
        self.stages = nn.Sequential(*stages)
        self.norm = nn.LayerNorm(width)
        self.dropout = Dropout(config.dropout)
        self.head = Logits(width, task.num_classes)

    def forward(self, images: Tensor) -> Tensor:
        check_images(images, channels=self.task.channels, side=self.task.image_size)
        grid = self.embed(images).permute(0, 2, 3, 1).contiguous()  # (B, 3, H, W) -> (B, C, h, w) -> (B, h, w, C)
        grid = self.stages(grid)  # -> (B, h/4, w/4, 4C)
        return self.head(self.dropout(self.norm(grid).mean(dim=(1, 2))))  # -> (B, 4C) -> (B, K)


class Sweep(nn.Module):
    """A residual step: what two GRUs of half the width read along every row, or every column, from both ends.

    (B, h, w, C) -> (B, h, w, C). While training, `drop` is the share of images that skip it (stochastic depth, Huang et al. 2016).
    """

    def __init__(self, width: int, *, columns: bool, drop: float = 0.0):
        super().__init__()
        self.columns = columns
        self.norm = nn.LayerNorm(width)
        self.gru = GRU(width, width // 2, bidirectional=True, batch_first=True)
        self.keep = Dropout(drop)

    def forward(self, grid: Tensor) -> Tensor:
        states = self.gru.sweep(self.norm(grid), columns=self.columns)  # (B, h, w, C) -> (B, h, w, 2 * C/2)
        if self.training and self.keep.p:
            states = states * self.keep(grid.new_ones(len(grid), 1, 1, 1))  # (B, 1, 1, 1): an image keeps all of the sweep, or nothing
        return grid + states


class Merge(nn.Module):
    """Four neighbouring tokens side by side, then one linear map: (B, h, w, C) -> (B, h/2, w/2, 2C) (as in Liu et al. 2021)."""

    def __init__(self, width: int):
        super().__init__()
        self.project = nn.Linear(4 * width, 2 * width)

    def forward(self, grid: Tensor) -> Tensor:
        grid = grid.unflatten(2, (-1, 2)).unflatten(1, (-1, 2))  # (B, h, w, C) -> (B, h/2, 2, w/2, 2, C)
        return self.project(grid.transpose(2, 3).flatten(3))  # -> (B, h/2, w/2, 2, 2, C) -> (B, h/2, w/2, 4C) -> (B, h/2, w/2, 2C)
