"""Scores of an encoder-decoder: its right tokens, and whole sequences, by how long the inputs are, longer than trained included."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import Progress
from core.data.seq_tasks import SeqTask
from core.errors import NOT_FINITE, DataError, StoreError
from core.evaluation.intervals import Interval, proportion_interval
from core.evaluation.judged import folder_of
from core.evaluation.looks import look
from core.training.runs.files import files_as_set

if TYPE_CHECKING:
    from core.data.sequences import SeqSplit
    from core.training.runs.checkpoint import OpenedSeq2Seq
    from core.training.runs.manager import RunManager

PER_LENGTH = 100  # inputs of each length
BATCH = 250


@dataclass(frozen=True)
class LengthScore:
    """Inputs of one length, counted in the task's unit: the shares of right tokens (of the right ones before them) and of sequences."""

    length: int
    trained: bool  # whether inputs of this length were trained on
    tokens: Interval
    exact: Interval


@dataclass(frozen=True)
class SequenceScores:
    """Scores of the weights of an epoch on a split (or on inputs by length), with 95 % intervals.

    That of tokens counts them as if each were drawn on its own, so it is a little too narrow.
    """

    epoch: int
    images: str  # "val", "test" or "by length"
    loss: float
    tokens: Interval
    exact: Interval
    lengths: tuple[LengthScore, ...]

    def to_plain(self) -> dict[str, Any]:
        """As JSON knows it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> SequenceScores:
        """The inverse of `to_plain`."""
        lengths = tuple(
            LengthScore(**{**row, "tokens": Interval(**row["tokens"]), "exact": Interval(**row["exact"])}) for row in plain["lengths"]
        )
        return cls(**{**plain, "tokens": Interval(**plain["tokens"]), "exact": Interval(**plain["exact"]), "lengths": lengths})


def scores(
    manager: RunManager, run_id: str, epoch: int, images: str = "val", *, progress: Progress | None = None, data: str = ""
) -> SequenceScores:
    """Scores of `epoch` (from 0) of a run on its "val" or "test" split, or "by length": on inputs of every length, longer ones too.

    Read from disk if that has been asked before, else computed and kept beside the run. The shorter inputs of "by length" are those of the
    test split: to judge either is one look at the test set, which is counted. `data`: the folder where its images lie now.
    Raises StoreError when the weights are not kept, DataError when its images are not here.
    """
    if known := kept_scores(manager, run_id, epoch, images):
        return known
    from core.training.runs.checkpoint import open_seq2seq

    opened = open_seq2seq(manager.weights(run_id, epoch))
    parts = splits_of(manager, opened, images, data=data, progress=progress)
    if not tested(manager, run_id, epoch):
        look(manager, run_id, epoch, images)
    judgement = judge_split(opened, parts, epoch, images, progress)
    path = _scores_file(manager, run_id, epoch, images)
    folder_of(manager, run_id)
    with suppress(OSError, StoreError):  # a full disk, or the run was deleted: it is computed again
        files_as_set().write(path, json.dumps(judgement.to_plain()))
    return judgement


def kept_scores(manager: RunManager, run_id: str, epoch: int, images: str = "val") -> SequenceScores | None:
    """Scores that `scores` has kept of an epoch, if it has been asked before."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        path = files_as_set().fetch(_scores_file(manager, run_id, epoch, images))
        return SequenceScores.from_plain(json.loads(path.read_text("utf-8")))
    return None


def tested(manager: RunManager, run_id: str, epoch: int) -> bool:
    """Whether it is kept what an epoch reaches on the test split, as a whole or by length."""
    return any(kept_scores(manager, run_id, epoch, images) for images in ("test", "by length"))


def _scores_file(manager: RunManager, run_id: str, epoch: int, images: str) -> Path:
    return manager.files(run_id).folder / f"sequences-{images.replace(' ', '-')}-{epoch:04d}.json"


def splits_of(
    manager: RunManager, opened: OpenedSeq2Seq, images: str, *, data: str = "", progress: Progress | None = None
) -> dict[int, SeqSplit]:
    """The pairs that a run is judged on, by the length of their inputs, ascending."""
    from core.training.config import RunConfig
    from core.training.runs.datasets import load_shared

    config = RunConfig.of(**{**RunConfig.completed(opened.metadata["config"]), **({"data": data} if data else {})})
    report = progress or (lambda *_: None)
    if images != "by length":
        dataset = load_shared(config, manager.home, report)
        return by_length(opened.task, dataset, getattr(dataset, images))
    return of_lengths(opened.task, opened.name, config, manager.home, report)


def by_length(task: SeqTask, dataset: Any, split: SeqSplit) -> dict[int, SeqSplit]:
    """The pairs of a split by the length of their inputs, as the task measures it."""
    import torch

    lengths = lengths_of(task, dataset.vocabulary, split)
    return {length: split[torch.tensor([i for i, n in enumerate(lengths) if n == length])] for length in sorted({*lengths})}


def lengths_of(task: SeqTask, vocabulary: Any, split: SeqSplit) -> list[int]:
    """The length of each input of a split, as the task measures it."""
    if task.images:
        return (split.inputs != 0).sum(1).tolist()
    return [task.measure(vocabulary.decode(row)) for row in split.inputs.tolist()]


def of_lengths(task: SeqTask, name: str, config: Any, home: Path, report: Progress) -> dict[int, SeqSplit]:
    """The test split by length, then `PER_LENGTH` inputs of each length that is longer than trained. No model has learned from either."""
    from core.data.sequences import distinct_inputs, image_rows, load_pictures, text_split
    from core.training.runs.datasets import load_shared

    dataset, seed = load_shared(config, home, report), config.data_config.split_seed
    parts = by_length(task, dataset, dataset.test)
    if task.images:
        images = load_pictures(config.data_config, home=home, download=False, progress=report)
        return parts | {n: image_rows(task, images, "test", PER_LENGTH, seed, lengths=[n]) for n in task.longer}
    return parts | {n: text_split(task, distinct_inputs(task, PER_LENGTH, f"{name} {seed} of length {n}", [n])) for n in task.longer}


def judge_split(
    opened: OpenedSeq2Seq, parts: dict[int, SeqSplit], epoch: int, images: str, progress: Progress | None = None
) -> SequenceScores:
    """Judge an opened model on pairs by the length of their inputs. Raises DataError for weights whose answers are not finite."""
    from core.training.loop.device import computing_with
    from core.training.runs.fitting import check_reads

    check_reads(opened.metadata["config"], BATCH, what="Judging these sequences")
    with computing_with(1):  # beside a run that trains more would be slower
        return _judge_split(opened, parts, epoch, images, progress or (lambda *_: None))


def _judge_split(opened: OpenedSeq2Seq, parts: dict[int, SeqSplit], epoch: int, images: str, report: Progress) -> SequenceScores:
    total, done = sum(map(len, parts.values())), 0
    rows, losses, counts = [], 0.0, [0, 0, 0, 0]  # right tokens, tokens, right sequences, sequences
    for length, split in parts.items():
        of_length = [0, 0, 0, 0]
        for start in range(0, len(split), BATCH):
            part = split[start : start + BATCH].trimmed()
            loss, *more = judge_batch(opened.model, part)
            losses += loss
            of_length = [a + b for a, b in zip(of_length, more, strict=True)]
            done += len(part)
            report(done, total, "Judging sequences")
        counts = [a + b for a, b in zip(counts, of_length, strict=True)]
        trained = length not in opened.task.longer
        rows.append(LengthScore(length, trained, proportion_interval(*of_length[:2]), proportion_interval(*of_length[2:])))
    if not math.isfinite(losses):
        raise DataError(NOT_FINITE)
    tokens, exact = proportion_interval(*counts[:2]), proportion_interval(*counts[2:])
    return SequenceScores(epoch, images, losses / counts[1], tokens, exact, tuple(rows))


def judge_batch(model: Any, split: SeqSplit) -> tuple[float, int, int, int, int]:
    """Summed loss over tokens, right tokens and tokens by teacher forcing; sequences that greedy decoding gets right, and sequences."""
    import torch
    import torch.nn.functional as F

    from core.training.loop.objective import right, token_logits

    with torch.no_grad():
        logits, targets = token_logits(model, split)  # (n, V), (n,)
    loss = F.cross_entropy(logits, targets, reduction="sum").item()
    return loss, int((logits.argmax(1) == targets).sum()), len(targets), int(right(model, split).sum()), len(split)
