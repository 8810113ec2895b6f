"""Several threads of which one computes at a time, and which take turns at a place that is sure to come: no race is left to chance."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import torch

SECONDS = 60  # a thread that waits so long for its turn will not get it


class Turns:
    """Whose turn it is, among so many threads that count from 0. A thread that is none of them is let through."""

    def __init__(self, count: int) -> None:
        self._changed, self._alive, self._at = threading.Condition(), list(range(count)), 0
        self._own = threading.local()
        self.given = 0  # how often a turn was given from one thread to another

    def begin(self, number: int) -> None:
        """Say which thread this is, and wait for its first turn."""
        self._own.number = number
        with self._changed:
            self._wait(number)

    def give(self) -> None:
        """Let all others have a turn, and go on when it is this thread's again."""
        number = getattr(self._own, "number", None)
        if number is None:
            return
        with self._changed:
            self._pass_on(number)
            self._wait(number)

    def end(self) -> None:
        """Take no more turns."""
        with self._changed:
            self._pass_on(self._own.number)
            self._alive.remove(self._own.number)

    def _pass_on(self, number: int) -> None:
        following = [other for other in self._alive if other > number] or [other for other in self._alive if other != number]
        if following:
            self._at = following[0]
            self.given += 1
            self._changed.notify_all()

    def _wait(self, number: int) -> None:
        assert self._changed.wait_for(lambda: self._at == number, SECONDS), "a thread ended while it had the turn"


def in_turns(jobs: Sequence[Callable[[], Any]], monkeypatch: Any, place: Any, name: str) -> list[Any]:
    """What each of `jobs` gives, each in a thread of its own with one thread of torch; they take turns before and after every call of
    `place.name`. An error of a job is raised here."""
    turns, found = Turns(len(jobs)), [None] * len(jobs)
    whole = getattr(place, name)

    def taking_turns(*args: Any, **named: Any) -> Any:
        turns.give()
        answer = whole(*args, **named)
        turns.give()
        return answer

    def work(number: int) -> None:
        turns.begin(number)
        torch.set_num_threads(1)
        try:
            found[number] = jobs[number]()
        except BaseException as error:
            found[number] = error
        finally:
            turns.end()

    with monkeypatch.context() as patched:
        patched.setattr(place, name, taking_turns)
        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(jobs))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS)
    for answer in found:
        if isinstance(answer, BaseException):
            raise answer
    assert len(jobs) == 1 or turns.given > len(jobs), f"{name} was not called: the threads ran one after the other"
    return found
