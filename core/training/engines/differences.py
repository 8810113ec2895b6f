"""What of a snapshot has changed since the last one, so that little crosses the border between two processes.

Epochs and curve points are only ever added, so the new ones are enough. When a curve has been halved, whoever knows the earlier points
halves them too.
"""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

import numpy as np

from core.training.history import Snapshot, halved

NAMES = tuple(field.name for field in fields(Snapshot))
Points = tuple[tuple[float, ...], ...]


def difference(before: Snapshot, now: Snapshot) -> dict[str, Any]:
    """What `applied` needs beside `before` to make `now`: the values that are others, of epochs and points the new ones."""
    changes = {name: getattr(now, name) for name in NAMES if not _same(getattr(before, name), getattr(now, name))}
    if "epochs" in changes:
        kept = _kept(before.epochs, now.epochs)
        changes["epochs"] = (kept, now.epochs[kept:])
    if "points" in changes:
        changes["points"] = _new_points(before, now)
    return changes


def applied(before: Snapshot, changes: dict[str, Any]) -> Snapshot:
    """The snapshot of which `changes` is the difference from `before`."""
    changes = dict(changes)
    if "epochs" in changes:
        kept, new = changes["epochs"]
        changes["epochs"] = before.epochs[:kept] + tuple(map(_locked, new))
    if "points" in changes:
        halvings, kept, new = changes["points"]
        changes["points"] = _halved(before.points, halvings)[:kept] + tuple(map(tuple, new.tolist()))
    return _locked(replace(before, **changes))


def _locked(record: Any) -> Any:
    """The record with its arrays read-only, which they are no more after they have been sent."""
    for value in vars(record).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return record


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and np.array_equal(one, other)
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
        return True
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) != len(other):
        return False
    try:
        return bool(one == other)
    except ValueError:  # records of epochs hold arrays
        return False


def _kept(before: tuple, now: tuple) -> int:
    """How many epochs at the beginning of `now` are those of `before`: the same objects."""
    kept = 0
    for one, other in zip(before, now, strict=False):
        if one is not other:
            break
        kept += 1
    return kept


def _new_points(before: Snapshot, now: Snapshot) -> tuple[int, int, np.ndarray]:
    """How often to halve the points of `before`, how many of those to keep, and what comes behind them."""
    halvings = max(0, (now.stride // before.stride).bit_length() - 1)
    known = _halved(before.points, halvings)
    kept = len(known) if len(known) <= len(now.points) and known[-1:] == now.points[len(known) - 1 : len(known)] else 0
    if before.stride << halvings != now.stride:  # a run that began anew
        kept = 0
    return halvings, kept, np.array(now.points[kept:], dtype=np.float64)


def _halved(points: Points, halvings: int) -> Points:
    for _ in range(halvings):
        points = tuple(halved(points))
    return points
