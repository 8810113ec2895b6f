"""How an actor of the cluster is reached: by servers the desk, and by the desk the actors of runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import ray
from ray.exceptions import RayError

from core.files import PROCESS
from core.training.engines.host_elsewhere import GoneError, HostElsewhere

AT_ONCE = 64  # requests that an actor answers at the same time
RUN_DIED = "The process that trained it, or its machine, ended unexpectedly"

log = logging.getLogger(__name__)


class ActorHost(HostElsewhere):
    """A host in an actor."""

    def __init__(self, actor: Any, on_news: Callable[..., object], *, server: str, ending: str, belongs: bool) -> None:
        super().__init__(on_news)
        self._actor, self._server, self._ending, self._belongs = actor, server, ending, belongs
        self._gone = threading.Event()

    def request(self, name: str, *values: Any, timeout: float | None = None) -> Any:
        value, problem = asked(self._actor.answer, self._server, name, values, timeout=timeout)
        if problem:
            raise problem
        return value

    def listen(self) -> None:
        try:
            self._listen()
        except GoneError:
            pass
        finally:
            self._gone.set()

    def _listen(self) -> None:
        if problem := asked(self._actor.join, self._server):
            self.refusal = problem
            return
        while not self._gone.is_set():
            messages = asked(self._actor.listen, self._server)
            if messages is None:
                asked(self._actor.join, self._server)
            for message in messages or ():
                try:
                    self.hear(*message)
                except Exception:
                    log.exception("News of the kind %s could not be taken", message[0])

    @property
    def has_ended(self) -> bool:
        return self._gone.is_set()

    def ending(self) -> str:
        return self._ending

    def end(self) -> None:
        self._gone.set()
        if self._belongs:
            ray.kill(self._actor)


def reach_run(settings: dict[str, Any], run_id: str, on_news: Callable[..., object]) -> ActorHost:
    """A new actor for a run, on whatever machine has room for it."""
    options = {"max_concurrency": AT_ONCE, "runtime_env": settings["environment"], **settings["share"].options}
    actor = ray.remote(settings["kinds"].run).options(**options).remote({**settings, "run_id": run_id})
    return ActorHost(actor, on_news, server=PROCESS, ending=RUN_DIED, belongs=True)


def asked(method: Any, *values: Any, timeout: float | None = None) -> Any:
    """What a method of an actor returns. Raises GoneError when the actor has ended, TimeoutError after `timeout` seconds."""
    try:
        return ray.get(method.remote(*values), timeout=timeout)
    except TimeoutError:
        raise
    except RayError as error:
        raise GoneError from error
