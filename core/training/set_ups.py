"""The set-up of a run: its flat config without what computes, and without what a comparison leaves free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What computes the same numbers up to rounding: two runs that differ in nothing else have the same set-up.
MACHINE = ("device", "threads", "kernel", "compile")
CHANCE = ("seed", "stratify")


def set_up(config: Mapping[str, Any], *free: str) -> dict[str, Any]:
    """A flat config without `MACHINE`, and without what is `free` to differ in a comparison."""
    return {name: value for name, value in config.items() if name not in (*MACHINE, *free)}
