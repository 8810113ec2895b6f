"""The ReNet of a script (core/models/renet.py)."""

from torch import nn

from core.training.script.templates.dropout import Dropout

PATCH = 2  # pixels on a side
OVERLAP = 1  # pixels by which each patch reaches into its neighbours
WIDTH = 64
BLOCKS = (1, 2, 1)  # sweeps along rows and columns, in each of three stages
DROPOUT = 0.1
DROP_SWEEPS = 0.1
NUM_CLASSES = 10


class Model(nn.Module):
    """Tokens that only GRUs mix, along rows and columns: (B, 3, 32, 32) -> (B, NUM_CLASSES) logits."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, WIDTH, kernel_size=PATCH + 2 * OVERLAP, stride=PATCH, padding=OVERLAP)
        width, stages = WIDTH, []
        for stage, blocks in enumerate(BLOCKS):
            if stage:
                stages.append(Merge(width))
                width = 2 * width
            stages += [Sweep(width, columns) for _ in range(blocks) for columns in (False, True)]
        self.stages = nn.Sequential(*stages)
        self.norm = nn.LayerNorm(width)
        if DROPOUT or DROP_SWEEPS:
            self.dropout = Dropout(DROPOUT)
        self.head = nn.Linear(width, NUM_CLASSES)

    def forward(self, images):
        grid = self.stages(self.embed(images).permute(0, 2, 3, 1).contiguous())  # (B, 3, 32, 32) -> (B, h, w, C)
        read = self.norm(grid).mean(dim=(1, 2))  # (B, h, w, C) -> (B, C)
        return self.head(self.dropout(read) if DROPOUT or DROP_SWEEPS else read)


class Sweep(nn.Module):
    """A residual step: two GRUs read every row, or every column, from both ends: (B, h, w, C) -> (B, h, w, C)."""

    def __init__(self, width, columns):
        super().__init__()
        self.columns = columns
        self.norm = nn.LayerNorm(width)
        self.gru = nn.GRU(width, width // 2, bidirectional=True, batch_first=True)
        if DROPOUT or DROP_SWEEPS:
            self.keep = Dropout(DROP_SWEEPS)

    def forward(self, grid):
        lines = self.norm(grid)
        lines = lines.transpose(1, 2) if self.columns else lines
        states = self.gru(lines.flatten(0, 1))[0].unflatten(0, (len(grid), -1))  # (B * lines, T, C) -> (B, lines, T, C)
        states = states.transpose(1, 2) if self.columns else states
        if DROP_SWEEPS:
            states = states * self.keep(grid.new_ones(len(grid), 1, 1, 1))  # an image keeps all of the sweep, or nothing
        return grid + states


class Merge(nn.Module):
    """Four neighbouring tokens side by side, then one linear map: (B, h, w, C) -> (B, h/2, w/2, 2C)."""

    def __init__(self, width):
        super().__init__()
        self.project = nn.Linear(4 * width, 2 * width)

    def forward(self, grid):
        grid = grid.unflatten(2, (-1, 2)).unflatten(1, (-1, 2))  # (B, h, w, C) -> (B, h/2, 2, w/2, 2, C)
        return self.project(grid.transpose(2, 3).flatten(3))
