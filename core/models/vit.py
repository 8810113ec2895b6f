"""The Vision Transformer (Dosovitskiy et al. 2020), small enough for CIFAR-10."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.models import Task
from core.models.configs import ViTConfig
from core.models.dropout import Dropout
from core.models.logits import Logits
from core.models.patches import PatchEmbed
from core.models.positions import build_positions
from core.models.transformer import Encoder


class ViT(nn.Module):
    """Patches and one class token through a transformer encoder, logits from the class token: (B, 3, H, W) -> (B, K).

    Only token 0 is read: it starts the same for every image, so all it knows it has collected from the patches by
    attention. Rotary positions turn queries and keys in every layer, as position 0 of the class token and 1 to N of the patches; all
    others are added to the tokens once.
    """

    def __init__(self, task: Task, config: ViTConfig):
        super().__init__()
        dim = config.embed_dim
        self.embed = PatchEmbed(task.image_size, config.patch_size, in_channels=task.channels, embed_dim=dim)
        self.class_token = nn.Parameter(torch.empty(1, 1, dim).normal_(std=0.02))
        self.positions = build_positions(config.positions, self.embed.num_patches + 1, dim)
        self.dropout = Dropout(config.dropout)
        self.encoder = Encoder(
            dim,
            config.num_heads,
            config.num_layers,
            mlp_dim=round(config.mlp_ratio * dim),
            dropout=config.dropout,
            rotary=config.positions == "rotary",
        )
        self.norm = nn.LayerNorm(dim)
        self.head = Logits(dim, task.num_classes)

    def forward(self, images: Tensor) -> Tensor:
        patches = self.embed(images)  # (B, 3, H, W) -> (B, N, C)
        tokens = torch.cat((self.class_token.expand(len(patches), -1, -1), patches), dim=1)  # -> (B, 1 + N, C)
        tokens = self.encoder(self.dropout(self.positions(tokens)))  # (B, 1 + N, C)
        return self.head(self.norm(tokens[:, 0]))  # (B, 1 + N, C) -> (B, C) -> (B, K)
