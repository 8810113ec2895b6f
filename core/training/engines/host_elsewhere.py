"""What a server needs of the process that hosts the engine of its runs (`core.training.engines.host.Host`), wherever that lives."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from core.errors import LabError, StoreError

log = logging.getLogger(__name__)


class GoneError(Exception):
    """The process at the other end has ended."""


def answered(work: Callable[[], Any]) -> tuple[Any, LabError | None]:
    """What `work` returns, and the error to hand on instead if it could not: whoever asked may know more errors than this one."""
    try:
        return work(), None
    except LabError as error:
        return None, error
    except Exception as error:
        log.exception("A request could not be answered")
        return None, StoreError(f"An unexpected error came between ({type(error).__name__}). Details are in the log of the lab.")


class HostElsewhere(ABC):
    """A host in another process. `on_news(name, *values)` is called for what it says without being asked.

    `ready` is set when it can be asked, `recovered` when it has gone and its runs are another one's; `refusal`: why it cannot serve at all.
    """

    pid: int | None = None  # the number of its process, if that is one of this machine

    def __init__(self, on_news: Callable[..., object]) -> None:
        self._on_news = on_news
        self.ready, self.recovered = threading.Event(), threading.Event()
        self.refusal: LabError | None = None

    def hear(self, name: str, *values: Any) -> None:
        """Take what it says."""
        if name == "ready":
            self.ready.set()
        elif name == "refused":
            (self.refusal,) = values
        else:
            self._on_news(name, *values)

    @abstractmethod
    def request(self, name: str, *values: Any, timeout: float | None = None) -> Any:
        """What it answers, or raises (a LabError). GoneError when it ends before that, TimeoutError after `timeout` seconds."""

    @abstractmethod
    def listen(self) -> None:
        """Take what it says and answers, until it has gone."""

    @property
    @abstractmethod
    def has_ended(self) -> bool:
        """Whether it has gone."""

    @abstractmethod
    def ending(self) -> str:
        """How it went, once it has, as the beginning of a sentence: "The training process was ended from outside (SIGKILL)"."""

    @abstractmethod
    def end(self) -> None:
        """Let it go, and see that it does."""
