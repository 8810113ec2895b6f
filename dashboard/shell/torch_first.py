"""Pages open before torch is loaded, which takes seconds: what draws until then, and what happens when it has come."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

import streamlit as st


def torch_is_loaded() -> bool:
    """Whether a model can compute at once."""
    return "torch" in sys.modules


def torch_first(waiting: Callable[[], object], module: str = "core.training.runs.checkpoint") -> None:
    """While torch is not loaded let `waiting` draw, load it with the `module` that the page goes on with, and run the page again."""
    if torch_is_loaded():
        return
    waiting()
    import_module(module)
    st.rerun()
