"""What runs have kept, as scripts and pages ask for it: weights, tables, data, models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ConfigError, StoreError
from core.records.shipped import is_shipped, shipped_weights
from core.text import quoted
from core.training.history import RunSummary, Snapshot
from core.training.runs.run_table import runs_table
from core.training.runs.tensor_file import fetched

if TYPE_CHECKING:
    from pandas import DataFrame
    from torch import nn

    from core.data.sequences import SeqDataset
    from core.data.splits import Dataset
    from core.training.runs.checkpoint import RunFiles


class KeptWeights(Mapping[int, Path]):
    """Weights files by epoch, ascending. With LAB_FILES one is fetched when it is asked for, which raises StoreError when it cannot be."""

    def __init__(self, paths: Mapping[int, Path]) -> None:
        self._paths = paths

    def __getitem__(self, epoch: int) -> Path:
        return fetched(self._paths[epoch])

    def __iter__(self) -> Iterator[int]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, epoch: object) -> bool:
        return epoch in self._paths  # Mapping would fetch it


class KeptRuns:
    """Reads of the runs in `home` what they have kept; who knows the runs says which there are. Epochs count from 0.

    Methods raise StoreError or ConfigError with a remedy.
    """

    home: Path

    def snapshot(self, run_id: str) -> Snapshot:
        """The run as it is now."""
        raise NotImplementedError

    def runs(self) -> list[RunSummary]:
        """All runs, newest first."""
        raise NotImplementedError

    def _folder(self, run_id: str) -> Path:
        raise NotImplementedError

    def files(self, run_id: str) -> RunFiles:
        """The checkpoints of a run; of one that came with the lab, its weights lie with the program and all else in the home."""
        from core.training.runs.checkpoint import RunFiles

        return RunFiles(self._folder(run_id), shipped=shipped_weights(run_id))

    def kept_weights(self, run_id: str) -> Mapping[int, Path]:
        """The weights files that a run keeps, by epoch, ascending."""
        if is_shipped(run_id):  # without torch, for the pages that are painted first
            return shipped_weights(run_id)
        files = self.files(run_id)
        return KeptWeights({epoch: files.epoch(epoch) for epoch in files.epochs()})

    def weights(self, run_id: str, epoch: int | None = None) -> Path:
        """The weights file of `epoch`, the best one unless given. Raises StoreError when it is not kept."""
        snapshot = self.snapshot(run_id)
        if epoch is None:
            if not snapshot.best:
                raise StoreError(f"Run {run_id} has no complete epoch yet: let it train for one epoch first.")
            epoch = snapshot.best.epoch
        if not hasattr(epoch, "__index__"):
            raise ConfigError(f"An epoch is a whole number from 0 on, or None for the best one, not {quoted(epoch)}.")
        kept = self.kept_weights(run_id)
        if epoch not in kept:
            others = ", ".join(str(number + 1) for number in kept) or "none, so choose another run"
            raise StoreError(f"Run {run_id} keeps no weights of epoch {epoch + 1}. Kept epochs: {others}.")
        return kept[epoch]

    def runs_table(self) -> DataFrame:
        """A row a run of this lab, newest first, as `core.training.runs.run_table.runs_table` has them."""
        return runs_table(self.runs())

    table = runs_table  # what it was called at first

    def history(self, run_id: str) -> DataFrame:
        """A row an epoch of a run, as `Snapshot.frame` has them."""
        return self.snapshot(run_id).frame()

    def dataset(self, run_id: str) -> Dataset | SeqDataset:
        """The data that a run learns from, in its splits. Raises DataError where its images are not here (any more), or are others."""
        from core.training.runs.datasets import data_of

        return data_of(self.snapshot(run_id), self.home)

    def model(self, run_id: str, epoch: int | None = None) -> nn.Module:
        """A model of one's own with the weights of `epoch` (the best one unless given), in eval mode on the CPU.

        What its images are normalised with stands in the weights file: `core.training.runs.checkpoint.open_model(lab.weights(run_id))`.
        Raises StoreError as `weights` does.
        """
        from core.training.runs.checkpoint import open_model, open_seq2seq

        open_weights = open_seq2seq if self.snapshot(run_id).kind == "sequences" else open_model
        return open_weights(self.weights(run_id, epoch)).model
