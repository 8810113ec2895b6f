"""First weights that depend on a seed alone, whatever other threads draw meanwhile."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class Drawing(TorchFunctionMode):
    """While it lasts, all that this thread draws comes from a generator of its own, and never from torch's global one.

    The numbers are those of the global one after `torch.manual_seed(seed)` in a process that draws nothing else. Nothing is said to other
    threads, and nothing that they do is heard: torch keeps its modes per thread.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        if takes_generator(func) and kwargs.get("generator") is None:
            kwargs = {**kwargs, "generator": self.generator}
        return func(*args, **kwargs)


@cache
def takes_generator(func: Callable) -> bool:
    """Whether a function of torch can be told where its random numbers come from: one of torch.nn.init, or an operator on tensors."""
    if getattr(func, "__module__", None) == "torch.nn.init":
        return "generator" in inspect.signature(func).parameters
    return any(func == getattr(place, name, None) for place in (torch.Tensor, torch) for name in _operators())


@cache
def _operators() -> frozenset[str]:
    """The names of all of torch's own operators that take a generator."""
    drawing = (schema for schema in torch._C._jit_get_all_schemas() if any(one.name == "generator" for one in schema.arguments))
    return frozenset(schema.name.removeprefix("aten::") for schema in drawing)
