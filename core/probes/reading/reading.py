"""Beliefs of a model after each patch: its answer to the first t patches, as if there were no others.

For a recurrent network in one direction that is its own state after t patches put to its head (with readout "mean", the mean of its
states so far). One in both directions reads the first t patches as a sequence of their own: backwards it starts at patch t, since it has
seen no later one. A ViT's later patches are masked out of every layer. After 0 patches a recurrent network has its first state, zeros; a
ViT has its class token alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from core.errors import NOT_FINITE, ConfigError, DataError
from core.models.recurrent import RecurrentClassifier, SequenceClassifier, last_state
from core.models.vit import ViT
from core.probes.room import room

MOST_PATCHES = 256  # of a model that must read each beginning anew: T of them cost T times as much
CHUNK = 32  # beginnings that a ViT reads at a time: each as long as the longest of them
HELD = 8  # numbers that a layer holds for each one that comes out of it, at the most
TOLERANCE = 1e-5  # of a probability that is computed in float32


def way_of_reading(model: nn.Module) -> str:
    """Way in which news travel in `model`: "recurrent" (one direction), "bidirectional" or "attention".

    Raises ConfigError for a model that does not read patches one after the other.
    """
    if isinstance(model, RecurrentClassifier):
        return "bidirectional" if model.rnn.bidirectional else "recurrent"
    if isinstance(model, ViT):
        return "attention"
    raise ConfigError(
        f"{type(model).__name__} does not read an image as one sequence of patches, so it cannot be stopped after patch t: choose a GRU, "
        "an LSTM, an RNN or a ViT."
    )


@torch.no_grad()
def beliefs(model: nn.Module, images: Tensor) -> Tensor:
    """Class probabilities after t = 0, 1, ..., T patches of each normalised image: (B, 3, H, W) -> (B, T + 1, K) float64.

    Row T is the model's answer to the whole image. Raises what `beliefs_of_tokens` does.
    """
    way_of_reading(model)  # says what is wrong with a model that has no `embed`
    return beliefs_of_tokens(model, model.embed(images))  # (B, 3, H, W) -> (B, T, C)


@torch.no_grad()
def beliefs_of_tokens(model: nn.Module, tokens: Tensor) -> Tensor:
    """The same of patches that `model.embed` has made tokens of, in the order in which they are to be read: (B, T, C) -> (B, T + 1, K).

    Raises ConfigError for a model that does not read patches one after the other, has more than `MOST_PATCHES` to read each beginning of,
    or is in train mode; DataError when an answer is not finite.
    """
    way = way_of_reading(model)
    if model.training:
        raise ConfigError("The model is in train mode: dropout would draw other numbers after every patch. Call model.eval() first.")
    if way != "recurrent" and tokens.shape[1] > MOST_PATCHES:
        raise ConfigError(
            f"This model reads {tokens.shape[1]:,} patches, and each beginning of them anew: at most {MOST_PATCHES} are followed "
            "here. Choose a run with larger patches, or a recurrent one in one direction, which reads them all in one go."
        )
    with room(_numbers(model, way, *tokens.shape[:2])):
        if way == "recurrent":
            logits = _running(model, tokens)
        else:
            each = _both_ways if way == "bidirectional" else _masked
            logits = torch.stack([each(model, sequence[None]) for sequence in tokens])  # -> (B, T + 1, K)
    if not logits.isfinite().all():
        raise DataError(NOT_FINITE)
    return logits.double().softmax(dim=-1)


def _numbers(model: nn.Module, way: str, batch: int, length: int) -> int:
    """The most numbers that reading `batch` sequences of `length` tokens takes: what layers make of all that is read at a time."""
    if way == "recurrent":
        return batch * length * HELD * model.rnn.hidden_size
    if way == "bidirectional":
        return length * length * HELD * 2 * model.rnn.hidden_size
    widest = max(part.out_features for part in model.encoder.modules() if isinstance(part, nn.Linear))
    return CHUNK * (1 + length) * HELD * widest


def _running(model: SequenceClassifier, tokens: Tensor) -> Tensor:
    """Logits of every state on the way, (B, T, C) -> (B, T + 1, K)."""
    states, _ = model.rnn(tokens)  # (B, T, C) -> (B, T, H)
    if model.readout == "mean":
        count = torch.arange(1, states.shape[1] + 1, dtype=states.dtype)[:, None]  # (T, 1)
        states = states.cumsum(dim=1) / count
    return model.head(nn.functional.pad(states, (0, 0, 1, 0)))  # zeros before the first -> (B, T + 1, H) -> (B, T + 1, K)


def _both_ways(model: SequenceClassifier, tokens: Tensor) -> Tensor:
    """Logits of every beginning, read from both of its ends: (1, T, C) -> (T + 1, K)."""
    features = read_both_ways(model.rnn, model.readout, tokens)  # (T, 2H)
    return model.head(nn.functional.pad(features, (0, 0, 1, 0)))  # -> (T + 1, 2H) -> (T + 1, K)


def read_both_ways(rnn: nn.RNNBase, readout: str, tokens: Tensor) -> Tensor:
    """Features that a head reads of each beginning of one sequence that `rnn` reads from both of its ends: (1, T, C) -> (T, 2H).

    With readout "last" where each direction ends, with "mean" the means of both directions' states.
    """
    length = tokens.shape[1]
    lengths = torch.arange(1, length + 1)
    beginnings = pack_padded_sequence(tokens.expand(length, -1, -1), lengths, batch_first=True, enforce_sorted=False)
    states, final = rnn(beginnings)
    if readout == "last":
        return last_state(rnn, final)
    padded, _ = pad_packed_sequence(states, batch_first=True)  # (T, T, 2H), zeros behind each end
    return padded.sum(dim=1) / lengths[:, None].to(padded.dtype)  # (T, T, 2H) -> (T, 2H)


def _masked(model: ViT, tokens: Tensor) -> Tensor:
    """Logits of the class token that reads only itself and the first t patches: (1, T, C) -> (T + 1, K)."""
    whole = model.positions(torch.cat((model.class_token, tokens), dim=1))  # (1, 1 + T, C)
    logits = []
    for beginnings in torch.arange(whole.shape[1]).split(CHUNK):  # t of some beginnings, (n,)
        most = int(beginnings[-1]) + 1
        mask = torch.arange(most) <= beginnings[:, None]  # (n, 1 + t): the class token is token 0
        read = model.encoder(whole[:, :most].expand(len(beginnings), -1, -1), mask[:, None, None])  # mask (n, 1, 1, 1 + t)
        logits.append(model.head(model.norm(read[:, 0])))  # (n, 1 + t, C) -> (n, C) -> (n, K)
    return torch.cat(logits)


@torch.no_grad()
def answer_to_beginning(model: nn.Module, image: Tensor, count: int) -> Tensor:
    """Class probabilities (K,) float64 for the first `count` patches of one normalised image (1, 3, H, W), from 1, by nothing but the model
    itself run on that short sequence: no mask, no padding, no running mean."""
    tokens = model.embed(image)[:, :count]  # (1, T, C) -> (1, count, C)
    if way_of_reading(model) != "attention":
        logits = SequenceClassifier.forward(model, tokens)  # (1, count, C) -> (1, K)
    else:
        gap = tokens.new_zeros(1, model.embed.num_patches - count, tokens.shape[2])
        placed = model.positions(torch.cat((model.class_token, tokens, gap), dim=1))[:, : 1 + count]  # each keeps its own position
        logits = model.head(model.norm(model.encoder(placed)[:, 0]))  # (1, 1 + count, C) -> (1, K)
    return logits[0].double().softmax(dim=-1)


def known_from(probabilities: Tensor) -> int:
    """The first t after which the most probable class stays the last one: from (T + 1, K), 0 to T."""
    answers = probabilities.argmax(dim=-1)  # (T + 1,)
    others = (answers != answers[-1]).nonzero()
    return int(others[-1]) + 1 if len(others) else 0


@dataclass(frozen=True)
class ReadingCheck:
    """Largest differences in probability between the beliefs of a model about one image and what they must be."""

    whole: float  # after all T patches, from the model's own answer
    alone: float  # after t patches, from the model run on these t patches alone
    unread: float  # after up to half of the patches, when all later ones are other ones
    tolerance: float = TOLERANCE

    @property
    def passed(self) -> bool:
        return max(self.whole, self.alone, self.unread) <= self.tolerance


@torch.no_grad()
def check_beliefs(model: nn.Module, image: Tensor) -> ReadingCheck:
    """Check `beliefs` about one normalised image (1, 3, H, W): at its end, after a quarter, a half and three quarters of its patches, and
    once more with another second half."""
    believed = beliefs(model, image)[0]  # (T + 1, K)
    total = len(believed) - 1
    places = sorted({max(1, total * k // 4) for k in (1, 2, 3)})
    whole = model(image)[0].double().softmax(dim=-1)  # (K,)
    alone = max(_apart(believed[t], answer_to_beginning(model, image, t)) for t in places)
    half = total // 2
    other = beliefs(model, _other_after(image, half, model.embed.patch_size))[0]  # (T + 1, K)
    return ReadingCheck(_apart(believed[-1], whole), alone, _apart(believed[: half + 1], other[: half + 1]))


def _other_after(image: Tensor, count: int, patch_size: int) -> Tensor:
    """The image (1, 3, H, W) whose patches after the first `count` are those of its negative, from the other end."""
    rows, columns = (torch.arange(n) // patch_size for n in image.shape[-2:])
    later = rows[:, None] * (image.shape[-1] // patch_size) + columns >= count  # (H, W) bool
    return torch.where(later, -image.flip(-1, -2), image)


def _apart(one: Tensor, other: Tensor) -> float:
    return (one - other).abs().max().item()
