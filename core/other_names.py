"""Names of the field: what other libraries call an argument is taken, too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from core.errors import ConfigError

Function = TypeVar("Function", bound=Callable[..., Any])


def also_named(**names: str) -> Callable[[Function], Function]:
    """Let a function take arguments under a second name: `also_named(preds="pred")` for `f(preds=...)` where the parameter is `pred`.

    A call that names one argument twice raises ConfigError.
    """

    def decorate(function: Function) -> Function:
        @wraps(function)
        def called(*args: Any, **named: Any) -> Any:
            return function(*args, **(_translated(named, names) if named else named))

        return called

    return decorate


def _translated(named: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Arguments under the names of their parameters."""
    twice = next((name for name in named if names.get(name) in named), None)
    if twice:
        raise ConfigError(f"{twice} and {names[twice]} are two names of one thing: give one of them.")
    return {names.get(name, name): value for name, value in named.items()}
