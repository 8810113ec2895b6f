"""Weights and optimiser states of runs, as safetensors: written to a temporary name, then renamed, so never half a file.

They lie in a home, and with LAB_FILES at its URL, too (`core.training.runs.files`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from core.data.seq_tasks import SeqTask, seq_task
from core.data.sequences import SeqDataset
from core.errors import BusyError, LabError, StoreError
from core.files import out_of_files, remedy
from core.models import Task, build_model
from core.models.seq2seq_task import Seq2SeqTask
from core.symbols import Vocabulary
from core.training.config import RunConfig
from core.training.loop.optim import Together
from core.training.runs.budget import COUNTED
from core.training.runs.claims import LOCK
from core.training.runs.files import files_as_set
from core.training.runs.tensor_file import about, called, damaged, read_sealed, seal


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
    """Write `tensors` and JSON `metadata` to `path` in one move, in a folder that is there; with LAB_FILES to its URL, too.

    Raises StoreError when the disk is full or cannot be written, BusyError when the process has too many files open or the URL is away.
    """
    whole = {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}
    try:
        files_as_set().write(path, seal(save(whole, metadata=about(metadata))))
    except OSError as error:
        kind = BusyError if out_of_files(error) else StoreError  # files are closed again when pages are
        raise kind(
            f"The {called(path)} could not be written ({error.strerror}). {remedy(error)} "
            "Then resume: every complete epoch before it is kept."
        ) from error


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and metadata of `path`. Raises StoreError when it is missing or damaged."""
    blob, metadata = read_sealed(path)
    try:
        return load(blob), metadata
    except (SafetensorError, KeyError, ValueError) as error:
        raise damaged(path) from error


OWN = "weights."  # before the names of weights in an optimiser's file


def save_optimizer(
    path: Path, optimizer: torch.optim.Optimizer | Together, metadata: Mapping[str, Any], *, weights: Mapping[str, Tensor] | None = None
) -> None:
    """Write the state of `optimizer`, and `weights` if the epoch's own file has others. Its hyperparameters are the run's."""
    state = optimizer.state_dict()["state"]
    tensors = {f"{index}.{name}": v for index, slots in state.items() for name, v in slots.items() if v is not None}
    save_tensors(path, tensors | {OWN + name: value for name, value in (weights or {}).items()}, metadata)


def load_optimizer(path: Path, optimizer: torch.optim.Optimizer | Together) -> dict[str, Tensor]:
    """Restore what `save_optimizer` wrote; returns the weights that were with it."""
    tensors, _ = load_tensors(path)
    weights = {key.removeprefix(OWN): tensors.pop(key) for key in list(tensors) if key.startswith(OWN)}
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return weights


@dataclass(frozen=True)
class OpenedModel:
    """A model of one's own, made from a checkpoint, in eval mode on the CPU."""

    model: nn.Module
    classes: tuple[str, ...]
    mean: tuple[float, ...]  # (3,) in 0..1 units, for `core.data.splits.normalize`
    std: tuple[float, ...]
    metadata: dict[str, Any]


@dataclass(frozen=True)
class OpenedSeq2Seq:
    """An encoder-decoder of one's own, made from a checkpoint, in eval mode on the CPU, and what it was trained to do."""

    model: nn.Module  # a `Seq2Seq`
    name: str  # of its task, in `SEQ_TASKS`
    vocabulary: Vocabulary
    shape: Seq2SeqTask
    metadata: dict[str, Any]

    @property
    def task(self) -> SeqTask:
        """The row of `SEQ_TASKS`."""
        return seq_task(self.name)


def task_of(dataset: Any) -> Task | Seq2SeqTask:
    """What a model has to be built for, to learn `dataset`."""
    if isinstance(dataset, SeqDataset):
        return seq2seq_shape(dataset.name, dataset.vocabulary)
    return Task(num_classes=len(dataset.classes))


def seq2seq_shape(name: str, vocabulary: Vocabulary) -> Seq2SeqTask:
    """What an encoder-decoder has to be built for, to learn the task `name`."""
    task = seq_task(name)
    return Seq2SeqTask(len(vocabulary), task.max_source, task.max_target, task.images)


def model_metadata(config: RunConfig, dataset: Any, **more: Any) -> dict[str, Any]:
    """What a checkpoint must say about itself, so that the file alone is enough to use the model."""
    about = {"config": config.flat(), "classes": list(dataset.classes)}
    if isinstance(dataset, SeqDataset):
        return {**about, "vocabulary": {"symbols": list(dataset.vocabulary.symbols), "joiner": dataset.vocabulary.joiner}, **more}
    return {**about, "mean": [float(v) for v in dataset.mean], "std": [float(v) for v in dataset.std], **more}


def open_model(path: Path) -> OpenedModel:
    """Build the model that the checkpoint `path` describes and load its weights.

    Raises StoreError when it does not fit, or when it is an encoder-decoder: `open_seq2seq` opens those.
    """
    tensors, metadata = load_tensors(path)
    if "vocabulary" in metadata:
        raise StoreError(f"The {called(path)} is of an encoder-decoder, which names no images: see its run on the page Translate.")
    model = _built(path, tensors, metadata, lambda: Task(num_classes=len(metadata["classes"])))
    return OpenedModel(model, tuple(metadata["classes"]), tuple(metadata["mean"]), tuple(metadata["std"]), metadata)


def open_seq2seq(path: Path) -> OpenedSeq2Seq:
    """Build the encoder-decoder that the checkpoint `path` describes and load its weights. Raises StoreError when it is none."""
    tensors, metadata = load_tensors(path)
    if "vocabulary" not in metadata:
        raise StoreError(f"The {called(path)} is of a model that names images: choose a run of a task on sequences.")
    said, name = metadata["vocabulary"], metadata["config"]["dataset"]
    vocabulary = Vocabulary(tuple(said["symbols"]), said["joiner"])
    model = _built(path, tensors, metadata, lambda: seq2seq_shape(name, vocabulary))
    return OpenedSeq2Seq(model, name, vocabulary, seq2seq_shape(name, vocabulary), metadata)


def _built(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any], task: Callable[[], Task | Seq2SeqTask]) -> nn.Module:
    """The model that `metadata` names, with the weights `tensors`, in eval mode. Raises StoreError when they do not fit."""
    try:
        config = RunConfig.of(**metadata["config"])
        model = build_model(config.model, task(), **vars(config.model_config))
        model.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in tensors.items()})
    except (RuntimeError, KeyError, LabError) as error:
        raise StoreError(f"The {called(path)} does not fit the model it names: it was made by another version of the lab.") from error
    return model.eval()


class RunFiles:
    """The files of one run in its folder: weights of epochs and early steps, what they say of images, and the last optimiser state.

    `shipped`: weights that lie elsewhere, by epoch, because they came with the lab; they are never removed.
    """

    def __init__(self, folder: Path, *, shipped: Mapping[int, Path] | None = None) -> None:
        self.folder, self.shipped = folder, shipped or {}

    def epoch(self, epoch: int) -> Path:
        return self.shipped.get(epoch) or self.folder / f"epoch-{epoch:04d}.safetensors"

    def step(self, step: int) -> Path:
        return self.folder / f"step-{step:06d}.safetensors"

    def logits(self, images: str, epoch: int) -> Path:
        """What the weights of `epoch` say of some images ("val", "test" or a folder's fingerprint)."""
        return self.folder / f"logits-{images}-{epoch:04d}.safetensors"

    def optimizer(self, epoch: int) -> Path:
        return self.folder / f"optimizer-{epoch:04d}.safetensors"

    @property
    def lock(self) -> Path:
        return self.folder / LOCK

    def epochs(self) -> list[int]:
        """Epochs whose weights are kept, ascending."""
        return sorted({*self.shipped, *_numbers(self._named("epoch-*.safetensors"))})

    def steps(self) -> list[int]:
        """Early steps whose weights are kept, ascending."""
        return sorted(_numbers(self._named("step-*.safetensors")))

    def answered(self, images: str) -> list[int]:
        """Epochs of which it is kept what they say of some images, as `logits` names them, ascending."""
        return sorted(_numbers(self._named(f"logits-{images}-*.safetensors")))

    def sizes(self) -> dict[Path, int]:
        """The bytes of each file that counts in the budget."""
        return {self.folder / name: size for name, size in files_as_set().sizes(self.folder).items() if name.endswith(COUNTED)}

    def look_again(self) -> None:
        """See what another machine has written until now."""
        files_as_set().look_again(self.folder.name)

    def drop_old_optimizers(self, keep: int) -> None:
        """Delete the states of the optimiser of all epochs but one; what cannot be deleted now goes after the next epoch."""
        with suppress(StoreError):
            for path in self._named("optimizer-*.safetensors"):
                if path != self.optimizer(keep):
                    with suppress(OSError):  # on Windows: a page reads it just now
                        files_as_set().remove(path)

    def removable(self, best: int | None) -> list[tuple[Path, ...]]:
        """Files that may go together when the disk budget is spent: of all but the first (step 0), the best and the last epoch."""
        middle = [e for e in self.epochs()[:-1] if e != best and e not in self.shipped]
        said = [tuple(self._named(f"logits-*-{e:04d}.safetensors")) for e in middle]
        return [(self.step(s),) for s in self.steps() if s != 0] + [(self.epoch(e), *more) for e, more in zip(middle, said, strict=True)]

    def _named(self, pattern: str) -> list[Path]:
        return files_as_set().named(self.folder, pattern)


def _numbers(paths: list[Path]) -> list[int]:
    """The epochs or steps in the names of files."""
    return [int(path.stem.rpartition("-")[2]) for path in paths]


def thin(runs: Mapping[RunFiles, int | None], budget: int) -> int:
    """Delete checkpoints until all of `runs` ({files: best epoch}) fit into `budget` bytes; returns the bytes freed.

    Takes every other removable epoch of the run that holds most, so that what stays covers each run evenly.
    """
    sizes = {path: size for files in runs for path, size in files.sizes().items()}
    over, freed = sum(sizes.values()) - budget, 0
    while freed < over:
        before, candidates = freed, [files.removable(best) for files, best in runs.items()]
        largest = max(candidates, key=lambda groups: sum(sizes.get(path, 0) for group in groups for path in group), default=[])
        if not largest:
            break
        for group in largest[::2]:
            for path in group:
                with suppress(OSError, StoreError):  # on Windows: a page reads it just now
                    files_as_set().remove(path)
                    freed += sizes.get(path, 0)
            if freed >= over:
                break
        if freed == before:
            break
    return freed
