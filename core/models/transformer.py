"""The transformer's encoder (Vaswani et al. 2017): attention between tokens, then a small network on each token."""

from __future__ import annotations

from torch import Tensor, nn

from core.models.attention import MultiHeadAttention
from core.models.dropout import Dropout


class EncoderLayer(nn.Module):
    """Attention and a feed-forward network, each around a residual connection with LayerNorm, (B, T, C) -> (B, T, C).

    LayerNorm stands before each of the two (`norm_first`, as in ViT; trains without warm-up) or after the sum (as in
    2017). Equals nn.TransformerEncoderLayer(activation="gelu", batch_first=True). `rotary` as in MultiHeadAttention.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        mlp_dim: int,
        dropout: float = 0.0,
        norm_first: bool = True,
        *,
        rotary: bool = False,
    ):
        super().__init__()
        self.norm_first = norm_first
        self.attention = MultiHeadAttention(embed_dim, num_heads, dropout, rotary=rotary)
        self.mlp = nn.Sequential(nn.Linear(embed_dim, mlp_dim), nn.GELU(), Dropout(dropout), nn.Linear(mlp_dim, embed_dim))
        self.norm1, self.norm2 = nn.LayerNorm(embed_dim), nn.LayerNorm(embed_dim)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """`mask` as in MultiHeadAttention."""
        if self.norm_first:
            tokens = tokens + self.dropout1(self.attention(self.norm1(tokens), mask=mask))
            return tokens + self.dropout2(self.mlp(self.norm2(tokens)))
        tokens = self.norm1(tokens + self.dropout1(self.attention(tokens, mask=mask)))
        return self.norm2(tokens + self.dropout2(self.mlp(tokens)))


class Encoder(nn.Module):
    """`num_layers` encoder layers on top of each other, (B, T, C) -> (B, T, C)."""

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        num_layers: int,
        mlp_dim: int,
        dropout: float = 0.0,
        norm_first: bool = True,
        *,
        rotary: bool = False,
    ):
        super().__init__()
        self.layers = nn.ModuleList(
            EncoderLayer(embed_dim, num_heads, mlp_dim, dropout, norm_first, rotary=rotary) for _ in range(num_layers)
        )

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        for layer in self.layers:
            tokens = layer(tokens, mask)
        return tokens
