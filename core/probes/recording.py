"""Looking inside a model while it computes: the only place in the lab that puts hooks on modules.

A model is shared by all who look at it, and a hook hears every thread that calls the module. So what is recorded here is what the thread
that records calls, and nothing else; hooks are always taken away again; and a recording that did not hear each module as often as it must
be heard is refused, so that nobody is shown, and no cache keeps, what belongs to somebody else.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock, get_ident
from typing import Any

from torch import nn

from core.errors import LabError

Hook = Callable[[nn.Module, tuple, Any], Any]  # (module, arguments, output) -> None, or what the model goes on with instead of the output

_changing = Lock()  # hooks come and go, and modules are copied, one at a time: a copy walks through the hooks


class RecordingError(LabError):
    """A recording that heard more or less than what was to be recorded."""


@contextmanager
def recording(hooks: Mapping[nn.Module, Hook], *, times: int | Mapping[nn.Module, int] = 1) -> Iterator[None]:
    """While it lasts, call the hook of each module of `hooks` after every call of that module by this thread.

    What other threads compute with the same modules is neither heard nor changed. `times` is how often each module must have been called
    at the end, one number for all or one for each; RecordingError otherwise. A block that raises is not counted.
    """
    own, heard = get_ident(), dict.fromkeys(hooks, 0)

    def here(module: nn.Module, hook: Hook) -> Hook:
        def call(called: nn.Module, args: tuple, output: Any) -> Any:
            if get_ident() != own or called is not module:  # another one: a copy that was made meanwhile keeps its hooks
                return None
            heard[module] += 1
            return hook(called, args, output)

        return call

    with _changing:
        handles = [module.register_forward_hook(here(module, hook)) for module, hook in hooks.items()]
    try:
        yield
    finally:
        with _changing:
            for handle in handles:
                handle.remove()
    wanted = dict.fromkeys(hooks, times) if isinstance(times, int) else times
    wrong = [f"{type(part).__name__} {heard[part]} times, not {wanted[part]}" for part in hooks if heard[part] != wanted[part]]
    if wrong:
        raise RecordingError(f"This look inside the model is not whole, so it is not shown: it heard {', '.join(wrong)}. Look once more.")


def copied(module: nn.Module) -> nn.Module:
    """A copy of a module that others may be looking into meanwhile; nobody looks into the copy."""
    with _changing:
        return copy.deepcopy(module)
