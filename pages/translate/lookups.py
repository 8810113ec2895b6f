"""What a task's weights are asked to read on the page Translate: opened, and an input as they see it, with the right answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.data.seq_tasks import SEQ_TASKS, SeqTask
from core.errors import ConfigError
from core.training.config import RunConfig
from dashboard.runs.opened import kept_epochs, opened_seq2seq, version
from dashboard.shell import services, visitor
from dashboard.shell.path_keys import as_key, path_of

if TYPE_CHECKING:
    from torch import Tensor

    from core.data.splits import Dataset
    from core.probes.seq2seq.free_running import FreeRunning
    from core.probes.seq2seq.written import Written
    from core.training.runs.checkpoint import OpenedSeq2Seq
    from pages.translate.controls import TranslateChoices

PICTURES_SEED = 0


@dataclass(frozen=True, eq=False)
class Read:
    """An input as the model sees it, and the right answer, if there is one (`no_answer` says why not)."""

    opened: OpenedSeq2Seq
    text: str
    source: Tensor  # (S,) tokens or (S, 3, P, P) uint8 images
    symbols: tuple[str, ...]  # how each is written
    images: Tensor | None
    answer: str | None
    no_answer: str = ""

    @property
    def target(self) -> list[int] | None:
        """The right answer from BOS to EOS."""
        return None if self.answer is None else task_of(self.opened).target(self.answer)

    @property
    def limit(self) -> int:
        """Tokens that may be written: as many as the longest target of the task has, or as the right answer needs."""
        return max(self.opened.shape.max_target, len(self.target or ())) - 1


def symbols_of(task: SeqTask, text: str) -> list[str]:
    """How an input is written symbol by symbol, as far as that is known without its model."""
    try:
        return [*task.vocabulary.split(task.read(text)), *([] if task.images else ["⊣"])]
    except ConfigError:
        return []


def weights_asked(choices: TranslateChoices) -> tuple[bytes, int, int]:
    """What names the weights that are asked for, and no others ever: their file as it is now; the task alone, if they are random.

    Raises StoreError when they are not kept.
    """
    if not choices.run:
        return choices.task.encode(), 0, 0
    path = kept_epochs(choices.run)[choices.epoch]
    return as_key(path), *version(path)


def open_asked(choices: TranslateChoices) -> OpenedSeq2Seq:
    """The weights that are asked for, in float64. Raises StoreError when they cannot be read."""
    named = weights_asked(choices)
    return _in_float64(named, opened_seq2seq(path_of(named[0])) if choices.run else _untrained(choices.task))


@st.cache_resource(max_entries=8, show_spinner=False)
def _in_float64(named: tuple[bytes, int, int], _opened: OpenedSeq2Seq) -> OpenedSeq2Seq:
    """A copy that every input is read by: to copy it for each would take as long as reading."""
    import torch

    from core.probes.compute import in_dtype

    return replace(_opened, model=in_dtype(_opened.model, torch.float64))


@st.cache_resource(show_spinner=False)
def _untrained(name: str) -> OpenedSeq2Seq:
    from core.models import build_model
    from core.training.runs.checkpoint import OpenedSeq2Seq, seq2seq_shape

    config, vocabulary = RunConfig.of(preset=name), SEQ_TASKS[name].vocabulary
    shape = seq2seq_shape(name, vocabulary)
    model = build_model(config.model, shape, seed=config.training.seed, **vars(config.model_config)).eval()
    return OpenedSeq2Seq(model, name, vocabulary, shape, {"config": config.flat()})


def task_of(opened: OpenedSeq2Seq) -> SeqTask:
    """The task with the words of these weights: those of images are the names of their own classes."""
    return replace(opened.task, vocabulary=opened.vocabulary)


def read_input(opened: OpenedSeq2Seq, text: str) -> Read:
    """The input as the model sees it.

    Raises ConfigError that says why it cannot be read, and DataError where its images are not here.
    """
    import torch

    task = task_of(opened)
    text = task.read(text)
    if task.images:
        names = tuple(name for name in text.split() if name != "and")
        if not names:
            raise ConfigError(f"Name some images, such as {task.example}")
        images = _pictures(opened, names)
        return Read(opened, " ".join(names), images, names, images, task.answer(" ".join(names)))
    tokens = task.source(text)
    symbols = tuple(opened.vocabulary.names[token] for token in tokens)
    try:
        return Read(opened, text, torch.tensor(tokens), symbols, None, task.answer(text))
    except ConfigError as error:
        return Read(opened, text, torch.tensor(tokens), symbols, None, None, visitor.told(error))


def _pictures(opened: OpenedSeq2Seq, names: tuple[str, ...]) -> Tensor:
    """A test image of each name."""
    from core.data.sequences import pictures_of

    config = RunConfig.of(**opened.metadata["config"])
    return pictures_of(_picture_set(config.data_config), names, PICTURES_SEED)


@st.cache_resource(max_entries=2, show_spinner="Opening the images")
def _picture_set(config: Any) -> Dataset:
    from core.data.sequences import load_pictures

    return load_pictures(config, home=services.manager().home, download=False, progress=None)


@st.cache_resource(max_entries=128, show_spinner=False)
def output_of(choices: TranslateChoices, weights: tuple[bytes, int, int], _read: Read) -> Written:
    """What these weights write for an input."""
    from core.probes.seq2seq.written import write_out

    return write_out(
        _read.opened.model, _read.source, how=choices.how, width=choices.width, alpha=choices.alpha,
        temperature=choices.temperature, seed=choices.seed, limit=_read.limit,
    )  # fmt: skip


@st.cache_resource(max_entries=128, show_spinner=False)
def free_running(choices: TranslateChoices, trained: int, _read: Read) -> FreeRunning:
    """The same weights fed the right tokens, and fed their own; `trained` tells one opened file from another."""
    import torch

    from core.probes.seq2seq.free_running import compare_free_running

    return compare_free_running(_read.opened.model, _read.source, torch.tensor(_read.target), limit=_read.limit)
