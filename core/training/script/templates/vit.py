"""The vision transformer of a script (core/models/vit.py, transformer.py, attention.py, positions.py)."""

import torch
import torch.nn.functional as F
from torch import nn

from core.training.script.templates.dropout import Dropout

POSITIONS = "learned"  # or "none", "sinusoidal", "grid", "rotary", "index"
PATCH = 4  # pixels on a side
EMBED = 64
HEADS = 4
LAYERS = 2
HIDDEN = 128  # of the small network on each token
DROPOUT = 0.1
NUM_CLASSES = 10
SIDE = 32 // PATCH
TOKENS = SIDE**2 + 1  # patches, and the class token


class Model(nn.Module):
    """Patches and a class token through encoder layers: (B, 3, 32, 32) -> (B, NUM_CLASSES) logits."""

    def __init__(self):
        super().__init__()
        self.project = nn.Conv2d(3, EMBED, kernel_size=PATCH, stride=PATCH)
        self.embed = nn.LayerNorm(EMBED)
        self.class_token = nn.Parameter(torch.empty(1, 1, EMBED).normal_(std=0.02))
        if POSITIONS == "learned":
            self.positions = nn.Parameter(torch.empty(TOKENS, EMBED).normal_(std=0.02))
        elif POSITIONS == "sinusoidal":
            self.register_buffer("positions", sinusoids(TOKENS, EMBED))
        elif POSITIONS == "grid":
            self.register_buffer("positions", grid_sinusoids(SIDE, EMBED))
        elif POSITIONS == "index":
            self.register_buffer("positions", torch.arange(float(TOKENS))[:, None])
        if DROPOUT:
            self.dropout = Dropout(DROPOUT)
        self.layers = nn.Sequential(*[Layer() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(EMBED)
        self.head = nn.Linear(EMBED, NUM_CLASSES)

    def forward(self, images):
        patches = self.embed(self.project(images).flatten(2).transpose(1, 2))  # (B, 3, 32, 32) -> (B, N, E)
        tokens = torch.cat((self.class_token.expand(len(patches), -1, -1), patches), dim=1)  # (B, N, E) -> (B, 1 + N, E)
        if POSITIONS not in ("none", "rotary"):
            tokens = tokens + self.positions
        if DROPOUT:
            tokens = self.dropout(tokens)
        return self.head(self.norm(self.layers(tokens)[:, 0]))


class Layer(nn.Module):
    """Attention and a small network on each token, each around a residual connection."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value = nn.Linear(EMBED, EMBED), nn.Linear(EMBED, EMBED), nn.Linear(EMBED, EMBED)
        if DROPOUT:
            self.attend = Dropout(DROPOUT)
        self.output = nn.Linear(EMBED, EMBED)
        for linear in (self.query, self.key, self.value, self.output):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)
        if DROPOUT:
            self.mlp = nn.Sequential(nn.Linear(EMBED, HIDDEN), nn.GELU(), Dropout(DROPOUT), nn.Linear(HIDDEN, EMBED))
        else:
            self.mlp = nn.Sequential(nn.Linear(EMBED, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, EMBED))
        self.norm1, self.norm2 = nn.LayerNorm(EMBED), nn.LayerNorm(EMBED)
        if DROPOUT:
            self.dropout1, self.dropout2 = Dropout(DROPOUT), Dropout(DROPOUT)

    def forward(self, tokens):
        read = self.norm1(tokens)
        q, k, v = (part(read).unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (self.query, self.key, self.value))  # (B, heads, T, D)
        if POSITIONS == "rotary":
            q, k = turned(q), turned(k)
        heads = attention(q, k, v, self.attend if self.training else None) if DROPOUT else F.scaled_dot_product_attention(q, k, v)
        attended = self.output(heads.transpose(1, 2).flatten(2))  # (B, heads, T, D) -> (B, T, E)
        tokens = tokens + (self.dropout1(attended) if DROPOUT else attended)
        mixed = self.mlp(self.norm2(tokens))
        return tokens + (self.dropout2(mixed) if DROPOUT else mixed)


def attention(q, k, v, dropout):
    """Weighted means of values, some weights dropped while training: (B, heads, T, D) -> (B, heads, T, D)."""
    if dropout is None:
        return F.scaled_dot_product_attention(q, k, v)
    return dropout((q @ k.transpose(-2, -1) / (EMBED // HEADS) ** 0.5).softmax(dim=-1)) @ v


def sinusoids(length, dim):
    """Sine and cosine at different frequencies, (length, dim)."""
    angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, :dim].float()


def grid_sinusoids(side, dim):
    """Sine and cosine of row and column, zeros for the class token: (1 + side^2, dim)."""
    rows, columns = sinusoids(side, dim - dim // 2), sinusoids(side, dim // 2)
    return F.pad(torch.cat((rows.repeat_interleave(side, 0), columns.repeat(side, 1)), dim=1), (0, 0, 1, 0))


def turned(features):
    """Turn pairs of features by their position, slower from pair to pair: (B, heads, T, D) -> (B, heads, T, D)."""
    length, dim = features.shape[-2:]
    angle = torch.arange(length, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    angle = angle.to(features.device, torch.float32)
    x, y = features.unflatten(-1, (-1, 2)).unbind(-1)
    pairs = torch.stack((x * angle.cos() - y * angle.sin(), x * angle.sin() + y * angle.cos()), dim=-1)
    return pairs.flatten(-2).to(features.dtype)
