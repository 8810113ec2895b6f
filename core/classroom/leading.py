"""Follow me: the page that the instructor shows, with the state of its controls, for all who follow."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.data.config import DataConfig
from core.hparams import declared

MOST_VALUES, MOST_LETTERS = 100, 10_000  # of the link that is followed
# What a link calls a path of this machine: nobody who follows may learn one.
PATHS = frozenset(name for name, h in declared(DataConfig).items() if h.path)
# What a link says of a page that shows such a folder: of a set-up, of a task that is made of pictures, and of the page Evaluate.
OF_A_FOLDER = {"dataset": "folder", "pictures": "folder", "split": "Own folder"}


@dataclass(frozen=True)
class Led:
    """Where a class is led. `turn` grows with every move; `by` is the session that leads, "" while nobody does.

    `own_folder`: the page of who leads shows a folder that nobody else can open, so that `query` says nothing of it.
    """

    turn: int = 0
    by: str = ""
    page: str = ""  # the address of the page below the lab, such as "attention"
    query: Mapping[str, str] = field(default_factory=dict)
    own_folder: bool = False


class Leading:
    """Where the class is led now. It is not kept: who starts the server again leads again. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.now = Led()

    def begin(self, session: str) -> None:
        """Let a page of the instructor lead from its next drawing on; another one that led does no more."""
        with self._lock:
            self.now = replace(self.now, by=session)

    def end(self) -> None:
        """Let everybody go."""
        with self._lock:
            self.now = Led(self.now.turn + 1)

    def show(self, session: str, page: str, query: Mapping[str, str]) -> None:
        """Note what a session shows. It moves the class if that session leads and it is something else than before."""
        told = {name: value for name, value in query.items() if name not in PATHS and value != OF_A_FOLDER.get(name)}
        own_folder = any(value == OF_A_FOLDER.get(name) for name, value in query.items())
        with self._lock:
            if session != self.now.by or (page, told, own_folder) == (self.now.page, self.now.query, self.now.own_folder):
                return
            if len(told) <= MOST_VALUES and sum(map(len, told.values())) <= MOST_LETTERS:
                self.now = Led(self.now.turn + 1, session, page, told, own_folder)
