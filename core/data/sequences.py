"""A sequence task in memory: three splits of tokens (or rows of images) and the sequences to be made of them, drawn by seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from torch import Tensor

from core.data.config import DataConfig, SequenceDataConfig
from core.data.left_out import WHOLE, LeftOut
from core.data.progress import Progress
from core.data.seq_tasks import SeqTask, image_vocabulary, seq_task
from core.data.splits import Dataset, Split, ThreeSplits, one_index, parts_at
from core.symbols import BOS, EOS, PAD, Vocabulary

SIZES = {"train": 20_000, "val": 1_000, "test": 1_000}  # inputs
MOST_HELD_BACK = 1 / 8  # of all inputs that there are, for each of val and test
TRIES = 4  # draws for each input that is wanted: a task with few inputs gives fewer


@dataclass(frozen=True, eq=False)
class SeqSplit:
    """`inputs` (N, S) and `targets` (N, T) int64, padded at the right with 0, on one device.

    Inputs are tokens, EOS last; or, with `pictures` (1 + M, 3, H, W) uint8, which of these stand in a row, the first being the padding.
    Targets are tokens from BOS to EOS.
    """

    inputs: Tensor
    targets: Tensor
    pictures: Tensor | None = None

    def __post_init__(self) -> None:
        assert self.inputs.dtype == self.targets.dtype == torch.int64
        assert self.inputs.ndim == self.targets.ndim == 2 and len(self.inputs) == len(self.targets)

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: Tensor | slice | Sequence[int] | int) -> SeqSplit | tuple[Tensor, Tensor]:
        """The part of this split that `index` (a slice, a list or a tensor of indices) picks; of one number the input (what a model reads)
        and the target, as torch's data sets give it."""
        number = one_index(index, len(self))
        if number is None:
            return SeqSplit(*parts_at(index, self.inputs, self.targets), self.pictures)
        inputs = self.inputs[number]
        return inputs if self.pictures is None else self.pictures[inputs], self.targets[number]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Every input with its target."""
        return (self[number] for number in range(len(self)))

    def __repr__(self) -> str:
        return (
            f"SeqSplit({len(self):,} pairs, inputs of {self.inputs.shape[1]}, targets of {self.targets.shape[1]} on {self.inputs.device})"
        )

    def to(self, device: torch.device | str) -> SeqSplit:
        """This split on `device`."""
        return SeqSplit(self.inputs.to(device), self.targets.to(device), None if self.pictures is None else self.pictures.to(device))

    def trimmed(self) -> SeqSplit:
        """This split without the columns in which there is only padding."""
        longest = [max(1, int((part != PAD).sum(1).max())) if len(self) else 1 for part in (self.inputs, self.targets)]
        return self.cut(*longest)

    def cut(self, source: int, target: int) -> SeqSplit:
        """The first `source` columns of the inputs and `target` columns of the targets."""
        return SeqSplit(self.inputs[:, :source], self.targets[:, :target], self.pictures)

    @property
    def source(self) -> Tensor:
        """What a model reads: (N, S) tokens, or (N, S, 3, H, W) uint8 images."""
        return self.inputs if self.pictures is None else self.pictures[self.inputs]


@dataclass(frozen=True, eq=False, kw_only=True)
class SeqDataset(ThreeSplits):
    """Three splits of a sequence task and what is known of them; no input is in two of them."""

    name: str
    train: SeqSplit
    val: SeqSplit
    test: SeqSplit
    vocabulary: Vocabulary
    left_out: LeftOut = WHOLE  # of the folder of its images

    @property
    def task(self) -> SeqTask:
        """The row of `SEQ_TASKS`."""
        return seq_task(self.name)

    @property
    def classes(self) -> tuple[str, ...]:
        """How each token is written: what a model chooses among."""
        return self.vocabulary.names

    def __repr__(self) -> str:
        return self.described("tokens")

    def texts(self, split: SeqSplit) -> list[tuple[str, str]]:
        """Input and right output of each row as text; of images the input is their number."""
        decode, images = self.vocabulary.decode, self.task.images
        rows = zip(split.inputs.tolist(), split.targets.tolist(), strict=True)
        return [(_images(row) if images else decode(row), decode(target)) for row, target in rows]


def _images(row: Sequence[int]) -> str:
    count = sum(number != PAD for number in row)
    return f"{count} image{'s' * (count != 1)}"


def load(name: str, config: SequenceDataConfig, *, home: str | Path | None, download: bool, progress: Progress | None) -> SeqDataset:
    """The inputs of the task `name` drawn with `config.split_seed`: 20,000 to train on, 1,000 and 1,000 held back.

    A task with few inputs gives fewer: all that were found are shared out, an eighth each to val and test. Rows of images take those of
    a split from the same split of `config.pictures`.
    """
    task = seq_task(name)
    if task.images:
        return _rows(name, config, home=home, download=download, progress=progress)
    inputs = distinct_inputs(task, sum(SIZES.values()), f"{name} {config.split_seed}")
    held = [min(SIZES[part], int(MOST_HELD_BACK * len(inputs))) for part in ("val", "test")]
    parts = {"val": inputs[: held[0]], "test": inputs[held[0] : sum(held)], "train": inputs[sum(held) :]}
    return SeqDataset(name=name, vocabulary=task.vocabulary, **{part: text_split(task, texts) for part, texts in parts.items()})


def distinct_inputs(task: SeqTask, count: int, seed: str, lengths: Sequence[int] | None = None) -> list[str]:
    """Up to `count` different inputs of `lengths` (else of those that are trained) in random order; fewer where a task has fewer."""
    random, drawn = Random(seed), {}
    for _ in range(TRIES * count):
        drawn[task.draw(random, random.choice(lengths or task.lengths))] = None
        if len(drawn) == count:
            break
    texts = list(drawn)
    random.shuffle(texts)  # what is drawn often was found early
    return texts


def text_split(task: SeqTask, texts: Sequence[str]) -> SeqSplit:
    """Inputs and their right outputs as tokens."""
    return SeqSplit(padded([task.source(text) for text in texts]), padded([task.target(task.answer(text)) for text in texts]))


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows of whole numbers (N, up to L) as one int64 tensor (N, L), filled up at the right with 0."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    table = np.full((len(rows), max(1, int(lengths.max(initial=0)))), PAD, dtype=np.int64)
    table[np.arange(table.shape[1]) < lengths[:, None]] = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows] or [[]])
    return torch.from_numpy(table)


def _rows(name: str, config: SequenceDataConfig, *, home: str | Path | None, download: bool, progress: Progress | None) -> SeqDataset:
    images = load_pictures(config, home=home, download=download, progress=progress)
    parts = {part: image_rows(seq_task(name), images, part, SIZES[part], config.split_seed) for part in SIZES}
    return SeqDataset(name=name, vocabulary=image_vocabulary(images.classes), left_out=images.left_out, **parts)


def load_pictures(config: SequenceDataConfig, *, home: str | Path | None, download: bool, progress: Progress | None) -> Dataset:
    """The data set from which a row of images takes them."""
    from core.data import load_dataset  # the table of all data sets, which names this module

    values = {name: getattr(config, name) for name in DataConfig.__dataclass_fields__}
    return load_dataset(config.pictures, home=home, download=download, progress=progress, **values)


def image_rows(task: SeqTask, images: Dataset, part: str, count: int, seed: int, lengths: Sequence[int] | None = None) -> SeqSplit:
    """`count` rows of images of the split `part`, of `lengths` (else of those that are trained), with their names read out."""
    split: Split = getattr(images, part)
    random, vocabulary = Random(f"{part} {seed}"), image_vocabulary(images.classes)
    names, labels = vocabulary.symbols, split.labels.tolist()
    rows = [random.choices(range(len(split)), k=random.choice(lengths or task.lengths)) for _ in range(count)]
    answers = [task.answer(" ".join(names[labels[number]] for number in row)) for row in rows]
    pictures = torch.cat([torch.zeros_like(split.images[:1]), not_quite_black(split.images)])  # (1 + M, 3, H, W)
    inputs = padded([[number + 1 for number in row] for row in rows])
    targets = padded([[BOS, *vocabulary.encode(text), EOS] for text in answers])
    return SeqSplit(inputs, targets, pictures)


def pictures_of(images: Dataset, names: Sequence[str], seed: int) -> Tensor:
    """A test image of each name in turn, (S, 3, H, W) uint8, drawn with `seed`; a name as `image_vocabulary` writes it."""
    random, labels = Random(f"pictures {seed}"), images.test.labels.tolist()
    known = image_vocabulary(images.classes).symbols
    places = {name: [place for place, label in enumerate(labels) if known[label] == name] for name in {*names}}
    return not_quite_black(images.test.images[[random.choice(places[name]) for name in names]])


def not_quite_black(images: Tensor) -> Tensor:
    """Images (N, 3, H, W) uint8 in which those that are black all over have one pixel of 1 of 255: they are pictures, and no padding."""
    black = (images.flatten(1) == 0).all(1)  # (N,)
    if black.any():
        images = images.clone()
        images[black, 0, 0, 0] = 1
    return images
