"""Requests and answers between two of the lab's own processes over a pair of pipes, and news without being asked.

Both ends are this program, and nobody else has the pipes, so objects travel as pickles. Nothing here is ever read from a file.
"""

from __future__ import annotations

import itertools
import logging
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, BinaryIO

from core.errors import LabError
from core.training.engines.host_elsewhere import GoneError, answered

ENDED = (EOFError, OSError, ValueError, pickle.UnpicklingError)  # what a pipe says whose other end has gone, in mid-word too
log = logging.getLogger(__name__)


class Pipe:
    """Whole objects through a pair of pipes; any thread may send."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader, self._writer, self._lock = reader, writer, threading.Lock()

    def send(self, *message: Any) -> None:
        """Raises GoneError when nobody reads any more. A full pipe lets the caller wait."""
        whole = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            with self._lock:
                self._writer.write(whole)
                self._writer.flush()
        except ENDED as error:
            raise GoneError from error

    def receive(self) -> tuple:
        """The next message. Raises GoneError when there will be none."""
        try:
            return pickle.load(self._reader)
        except ENDED as error:
            raise GoneError from error

    def close(self) -> None:
        """Let the other end know that nothing more comes."""
        with suppress(OSError):
            self._writer.close()


class Client:
    """Asks the process at the other end of `pipe`. `on_news(name, *values)` is called for what it says without being asked."""

    def __init__(self, pipe: Pipe, on_news: Callable[..., object]) -> None:
        self._pipe, self._on_news = pipe, on_news
        self._numbers = itertools.count()
        self._waiting: dict[int, Future] = {}
        self._ended = False
        self._lock = threading.Lock()

    def request(self, name: str, *values: Any, timeout: float | None = None) -> Any:
        """What the other end answers, or raises (a LabError). GoneError when it ends before that, TimeoutError after `timeout` seconds."""
        number, answer = next(self._numbers), Future()
        with self._lock:
            if self._ended:
                raise GoneError
            self._waiting[number] = answer
        try:
            self._pipe.send(number, name, values)
            return answer.result(timeout)
        finally:
            self._waiting.pop(number, None)

    def listen(self) -> None:
        """Read until the other end has gone."""
        while True:
            try:
                kind, *rest = self._pipe.receive()
            except GoneError:
                break
            if kind == "answer":
                self._answered(*rest)
                continue
            try:
                self._on_news(kind, *rest)
            except Exception:
                log.exception("News of the kind %s could not be taken", kind)
        with self._lock:
            self._ended, waiting = True, list(self._waiting.values())
        for answer in waiting:
            answer.set_exception(GoneError())

    def _answered(self, number: int, value: Any, error: LabError | None) -> None:
        if answer := self._waiting.get(number):
            answer.set_exception(error) if error else answer.set_result(value)


def serve(pipe: Pipe, answer: Callable[..., Any], run: Callable[[Callable[[], object]], object]) -> None:
    """Answer the requests of a `Client` with what `answer(name, *values)` returns or raises, until the other end has gone.

    `run(work)` does each of them, in a thread of its own if it may take long.
    """
    while True:
        try:
            number, name, values = pipe.receive()
        except GoneError:
            return
        run(lambda number=number, name=name, values=values: _respond(pipe, number, lambda: answer(name, *values)))


def _respond(pipe: Pipe, number: int, work: Callable[[], Any]) -> None:
    value, problem = answered(work)
    with suppress(GoneError):
        pipe.send("answer", number, value, problem)
