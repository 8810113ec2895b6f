"""Subjects of a shuffle test: models taken apart where patches become tokens, where tokens learn their places, and behind.

Letters: B images, T tokens, C their width, E the width of what comes out, K classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor, nn

from core.errors import unknown
from core.models import building
from core.models.cnn import CNN
from core.models.patches import PatchEmbed, check_divides, patchify, unpatchify
from core.models.positions import build_positions
from core.models.recurrent import SequenceClassifier, recurrent_layers
from core.models.transformer import Encoder
from core.models.vit import ViT
from core.probes.equivariance.architectures import ARCHITECTURES
from core.probes.equivariance.permutations import refined

SIDE, CHANNELS = 32, 3


@dataclass(frozen=True, eq=False, kw_only=True)
class Subject:
    """A model in the parts that a shuffle test needs; `body(positions(embed(images)))` is what comes out of it.

    `order` tells which tokens move when the patches of a picture do: it takes the permutation of the patches, (N,), and gives that of the
    tokens, (T,). A class token stays where it is. All parts are put into eval mode.
    """

    embed: nn.Module  # normalised images (B, 3, 32, 32) -> tokens (B, T, C), each of one patch alone
    positions: nn.Module = field(default_factory=nn.Identity)  # (B, T, C) -> (B, T, C)
    body: nn.Module  # (B, T, C) -> (B, T, E), or (B, K) where one answer comes out
    head: nn.Module | None = None  # what comes out -> (B, K) logits; None of a model that knows no classes
    order: Callable[[Tensor], Tensor] = lambda permutation: permutation
    lead: int = 0  # class tokens before the patches

    def __post_init__(self) -> None:
        for part in (self.embed, self.positions, self.body, self.head):
            if part is not None:
                part.eval()

    @cached_property
    def whole(self) -> nn.Module:
        """Everything behind the tokens: what is to be tested, for positions belong to the model."""
        return nn.Sequential(self.positions, self.body).eval()


# ---- at random weights ----


def untrained(name: str, patch_size: int, *, width: int = 32, seed: int = 0) -> Subject:
    """The architecture `name` at random weights that depend on the seed alone, `width` features wide.

    Encoders have two layers of four heads, with LayerNorm behind each sum (as in 2017, and as nn.TransformerEncoderLayer starts) unless
    they are named "-first". Raises ConfigError for an unknown name or a patch that does not divide the picture.
    """
    if name not in ARCHITECTURES:
        raise unknown("architecture", name, ARCHITECTURES)
    check_divides(patch_size, SIDE)
    length = (SIDE // patch_size) ** 2
    with building(seed):
        embed = PatchEmbed(SIDE, patch_size, in_channels=CHANNELS, embed_dim=width)
        kind, places, first = [*name.split("-"), "", ""][:3]
        positions = build_positions(places, length, width) if places else nn.Identity()
        return Subject(embed=embed, positions=positions, body=_body(kind, width, rotary=places == "rotary", norm_first=bool(first)))


def _body(kind: str, width: int, *, rotary: bool, norm_first: bool) -> nn.Module:
    match kind:
        case "encoder" | "causal":
            encoder = Encoder(width, 4, 2, 2 * width, norm_first=norm_first, rotary=rotary)
            return Causal(encoder) if kind == "causal" else encoder
        case "gru" | "lstm" | "rnn":
            return States(recurrent_layers(kind, input_size=width, hidden_size=width, num_layers=1, bidirectional=False))
        case "bidirectional":
            both = recurrent_layers("gru", input_size=width, hidden_size=width, num_layers=1, bidirectional=True)
            return nn.Sequential(States(both), Mean())
        case "convolution":
            return Ring(width)
        case "mlp":
            return nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        case "pool":
            return Mean()
    raise AssertionError(kind)


class Causal(nn.Module):
    """An encoder whose tokens read only themselves and those before them."""

    def __init__(self, encoder: Encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, tokens: Tensor) -> Tensor:
        length = tokens.shape[1]
        return self.encoder(tokens, torch.ones(length, length, dtype=torch.bool).tril())


class States(nn.Module):
    """The hidden states of recurrent layers, (B, T, C) -> (B, T, H), 2H if bidirectional."""

    def __init__(self, rnn: nn.RNNBase):
        super().__init__()
        self.rnn = rnn

    def forward(self, tokens: Tensor) -> Tensor:
        return self.rnn(tokens)[0]


class Mean(nn.Module):
    """The mean over tokens, (B, T, C) -> (B, C)."""

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens.mean(dim=1)


class Ring(nn.Module):
    """Two convolutions along the sequence, whose last token has the first one for a neighbour, (B, T, C) -> (B, T, C).

    With zeros beyond the ends, as is usual, tokens at the ends would notice even a shift. One convolution alone is linear: the mean over
    tokens would not notice any shuffle.
    """

    def __init__(self, width: int):
        super().__init__()
        around = {"kernel_size": 3, "padding": "same", "padding_mode": "circular"}
        self.layers = nn.Sequential(nn.Conv1d(width, width, **around), nn.GELU(), nn.Conv1d(width, width, **around))

    def forward(self, tokens: Tensor) -> Tensor:
        return self.layers(tokens.transpose(1, 2)).transpose(1, 2)  # (B, T, C) -> (B, C, T) -> (B, T, C)


# ---- trained ----


def trained(model: nn.Module, patch_size: int) -> Subject:
    """A classifier (B, 3, 32, 32) -> (B, K) taken apart, for patches of `patch_size` pixels that change places.

    Tokens smaller than these patches move in blocks. A model without tokens, or whose tokens are larger, is tested from the pixels on:
    its tokens are then the patches as they are, and what comes out is a map as fine as the patches (of a CNN, where it has one) or its one
    answer. Raises ConfigError for a patch that does not divide the picture.
    """
    check_divides(patch_size, SIDE)
    own = getattr(getattr(model, "embed", None), "patch_size", 0)
    if isinstance(model, CNN):
        return _from_pixels(model, patch_size)
    if not own or patch_size % own or not isinstance(model, ViT | SequenceClassifier):
        return Subject(embed=Cut(patch_size), body=nn.Sequential(Paste(patch_size), model), head=nn.Identity())
    factor = patch_size // own
    if isinstance(model, ViT):
        embed = nn.Sequential(model.embed, Lead(model.class_token))
        body = nn.Sequential(model.encoder, model.norm)
        return Subject(
            embed=embed,
            positions=model.positions,
            body=body,
            head=nn.Sequential(First(), model.head),
            lead=1,
            order=lambda permutation: torch.cat((torch.zeros(1, dtype=torch.long), refined(permutation, factor) + 1)),
        )
    readout = Mean() if model.readout == "mean" else Last(model.rnn.bidirectional)
    return Subject(
        embed=model.embed,
        body=States(model.rnn),
        head=nn.Sequential(readout, model.head),
        order=lambda permutation: refined(permutation, factor),
    )


def _from_pixels(model: CNN, patch_size: int) -> Subject:
    """A CNN from pixels to its last map, which is averaged over each patch; to its answer where the map is coarser than the patches."""
    maps = nn.Sequential(Paste(patch_size), model.stage1, model.stage2, model.stage3)
    with torch.no_grad():
        side = model.stage3(model.stage2(model.stage1(torch.zeros(1, CHANNELS, SIDE, SIDE)))).shape[-1]
    grid = SIDE // patch_size
    if side % grid:
        return Subject(embed=Cut(patch_size), body=nn.Sequential(Paste(patch_size), model), head=nn.Identity())
    body = nn.Sequential(maps, nn.AvgPool2d(side // grid), Tokens())
    return Subject(embed=Cut(patch_size), body=body, head=nn.Sequential(Mean(), model.head))


class Cut(nn.Module):
    """`patchify`: (B, C, H, W) -> (B, N, C*p*p)."""

    def __init__(self, patch_size: int):
        super().__init__()
        self.patch_size = patch_size

    def forward(self, images: Tensor) -> Tensor:
        return patchify(images, self.patch_size)


class Paste(Cut):
    """`unpatchify`: (B, N, C*p*p) -> (B, C, H, W)."""

    def forward(self, patches: Tensor) -> Tensor:
        return unpatchify(patches, self.patch_size)


class Lead(nn.Module):
    """Put the class token before the patches, (B, N, C) -> (B, 1 + N, C)."""

    def __init__(self, token: nn.Parameter):
        super().__init__()
        self.token = token  # (1, 1, C)

    def forward(self, patches: Tensor) -> Tensor:
        return torch.cat((self.token.expand(len(patches), -1, -1), patches), dim=1)


class First(nn.Module):
    """Token 0, (B, T, C) -> (B, C)."""

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens[:, 0]


class Last(nn.Module):
    """The state behind the last token, (B, T, H) -> (B, H); of both directions that of the backward one behind the first."""

    def __init__(self, bidirectional: bool):
        super().__init__()
        self.bidirectional = bidirectional

    def forward(self, states: Tensor) -> Tensor:
        if not self.bidirectional:
            return states[:, -1]
        forward, backward = states.chunk(2, dim=-1)  # (B, T, H) each
        return torch.cat((forward[:, -1], backward[:, 0]), dim=-1)  # -> (B, 2H)


class Tokens(nn.Module):
    """A map as a sequence, row by row, (B, C, h, w) -> (B, h*w, C)."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.flatten(2).transpose(1, 2)
