"""Equivariance: what shuffling does to a model, to its parts, and to what it was trained for. Torch is loaded with the first test."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.probes.equivariance.shuffling import ShuffleReport, shuffle_test

__all__ = ["ShuffleReport", "shuffle_test"]


def __getattr__(name: str):
    if name in __all__:
        return getattr(import_module("core.probes.equivariance.shuffling"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
