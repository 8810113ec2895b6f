"""A host that several servers share: each knows all runs, also those that another one has started."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.training.engines.contract import Engine, Order
from core.training.engines.host import Host
from core.training.history import Snapshot

WAIT = 1.0  # seconds that a listener waits for news at most
SILENT = 30.0  # seconds after which a server that has not listened is taken for gone


@dataclass
class Outbox:
    """What one server has not heard yet."""

    messages: list[tuple] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    listened: float = field(default_factory=time.monotonic)

    def put(self, *message: Any) -> None:
        with self.changed:
            self.messages.append(message)
            self.changed.notify()

    def take(self) -> list[tuple]:
        """All of it, waited for a moment."""
        with self.changed:
            self.listened = time.monotonic()
            self.changed.wait_for(lambda: self.messages, WAIT)
            messages, self.messages = self.messages, []
            self.listened = time.monotonic()
            return messages

    @property
    def is_silent(self) -> bool:
        return time.monotonic() - self.listened > SILENT


class SharedHost(Host):
    """A host for any number of servers, each with a name of its own. A server that has gone leaves its runs to the others."""

    def __init__(self, make: Callable[..., Engine]) -> None:
        self._outboxes: dict[str, Outbox] = {}
        self._asked: dict[str, str] = {}  # measurements that wait or have a turn, and the server that measures
        self._had_one, self._since = False, time.monotonic()
        super().__init__(make, self._tell_all)

    @property
    def is_alone(self) -> bool:
        """Whether there is no server: all have left, or none came in time."""
        return not self._outboxes and (self._had_one or time.monotonic() - self._since > SILENT)

    def join(self, server: str) -> None:
        """Let a server hear everything from now on, and all that there is first."""
        with self._lock:
            outbox = Outbox()
            outbox.put("ready")
            for run_id, (known, _) in self._told.items():
                outbox.put("began", known, self.engine.owner(run_id), known.status == "paused")
            outbox.put("queue", *self._queue)
            self._outboxes[server] = outbox
            self._had_one = True

    def listen(self, server: str) -> list[tuple] | None:
        """What the server has not heard yet; None when it is none (any more)."""
        outbox = self._outboxes.get(server)
        return outbox.take() if outbox else None

    def leave(self, server: str) -> None:
        """Forget a server, and give the turns of its measurements back."""
        self._outboxes.pop(server, None)
        for key in [key for key, asker in list(self._asked.items()) if asker == server]:
            self.do_give_back(key)

    def drop_silent(self) -> None:
        """Forget the servers that have gone without a word."""
        for server, outbox in list(self._outboxes.items()):
            if outbox.is_silent:
                self.leave(server)

    def answer_to(self, server: str, name: str, *values: Any) -> Any:
        """What a server has asked for."""
        if name == "ask":
            self._asked[values[0]] = server
        if name == "leave":
            return self.leave(server)
        return self.answer(name, *values)

    def do_start(self, snapshot: Snapshot, owner: str, paused: bool) -> None:
        try:
            super().do_start(snapshot, owner, paused)
        except BaseException:
            with self._lock:
                self._told.pop(snapshot.run_id, None)
            self._tell_all("withdrawn", snapshot.run_id)
            raise

    def do_again(self, snapshot: Snapshot, owner: str, paused: bool, why: str) -> None:
        super().do_again(snapshot, owner, paused, why)
        with self._lock:  # a server that was too late takes the run as it is now
            if known := self._told.get(snapshot.run_id):
                self._tell_all("began", known[0], owner, known[0].status == "paused")

    def do_wish(self, run_id: str, wish: str, *values: Any) -> bool:
        self._tell_all("wished", run_id, wish)
        return super().do_wish(run_id, wish, *values)

    def do_give_back(self, key: str) -> None:
        self._asked.pop(key, None)
        super().do_give_back(key)

    def _begin(self, order: Order) -> None:
        super()._begin(order)
        self._tell_all("began", order.first, order.owner, order.paused)

    def _tell_all(self, *message: Any) -> None:
        for outbox in list(self._outboxes.values()):
            outbox.put(*message)
