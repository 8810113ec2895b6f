"""The runs that came with the lab, by id: the recorded ones and the published hand-in. They are read, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.errors import ConfigError, StoreError, unknown
from core.records.published import PUBLISHED_ID, published_run
from core.records.recorded import RECORDED, recorded_epochs, recorded_names, recorded_run
from core.text import described
from core.training.history import Snapshot

WHY_NOT = {  # what cannot be done with one of them, and why
    "deleted": "it is a part of the program",
    "recorded": "it is recorded already",
    "resumed": "it is complete. To train its set-up again, start a new run with the same settings",
    "steered": "it ended before it came here",
}


def refuse_shipped(run_id: str, what: str) -> None:
    """Raise ConfigError if a run came with the lab; `what`, of `WHY_NOT`, is asked of it."""
    if is_shipped(run_id):
        raise ConfigError(f"Run {run_id} came with the lab and cannot be {what}: {WHY_NOT[what]}.")


def shipped_ids() -> list[str]:
    """The ids of all runs that came with the lab."""
    return [*(RECORDED + name for name in recorded_names()), PUBLISHED_ID]


def is_shipped(run_id: str) -> bool:
    """Whether this is the id of a run that came with the lab, or would have to be one. Raises StoreError for what is no id at all."""
    if not isinstance(run_id, str):
        raise StoreError(
            f"A run is named by its id, such as 'recorded-shapes-gru', not by {described(run_id)}: of a snapshot it is .run_id."
        )
    return run_id == PUBLISHED_ID or run_id.startswith(RECORDED)


def shipped_run(run_id: str) -> Snapshot | None:
    """A run that came with the lab; None for the id of a run that was made here. Raises StoreError when no such run came with it."""
    if run_id == PUBLISHED_ID:
        return published_run()
    if not is_shipped(run_id):
        return None
    try:
        return recorded_run(run_id.removeprefix(RECORDED))
    except StoreError as error:
        raise unknown("run", run_id, shipped_ids(), StoreError) from error


def shipped_weights(run_id: str) -> Mapping[int, Path]:
    """The weights that came with a run of the lab, by epoch (from 0), ascending; none of the published one."""
    return recorded_epochs(run_id.removeprefix(RECORDED)) if run_id.startswith(RECORDED) else MappingProxyType({})
