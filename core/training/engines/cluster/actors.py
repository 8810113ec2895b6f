"""What lives on the cluster: the desk, and an actor a run. Each has a host in it, which servers and the desk ask."""

from __future__ import annotations

import os
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import ray

from core.errors import LabError
from core.files import mark_in_use
from core.log import open_log
from core.training.engines.apart import ApartEngine
from core.training.engines.cluster.reaching import asked, reach_run
from core.training.engines.host_elsewhere import answered
from core.training.engines.shared_host import SharedHost
from core.training.engines.threads import ThreadEngine
from core.training.engines.turns_elsewhere import TurnsElsewhere, dealt
from core.training.runs.store import Store
from core.training.runs.turns import turns_as_set

LOOK = 1.0  # seconds between two looks of the desk at the machines, and at who has left


class HostActor:
    """An actor with a host in it; `settings` has the lab's home, which is made where it is missing."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._problem: LabError | None = None
        try:
            home = Path(settings["home"])
            (home / "runs").mkdir(parents=True, exist_ok=True)
            open_log(home)
            mark_in_use(home)
            self._host = SharedHost(partial(self._engine, Store(home), settings))
            threading.Thread(target=self._host.watch, name="lab news", daemon=True).start()
        except LabError as error:
            self._problem = error

    def _engine(self, store: Store, settings: dict[str, Any], **more: Any) -> Any:
        raise NotImplementedError

    def join(self, server: str) -> LabError | None:
        """Let a server hear what there is; why not, if that is impossible."""
        if not self._problem:
            self._host.join(server)
        return self._problem

    def listen(self, server: str) -> list[tuple] | None:
        """What the server has not heard yet; None when it has to join again."""
        return self._host.listen(server)

    def answer(self, server: str, name: str, values: tuple) -> tuple[Any, LabError | None]:
        """What a server has asked for, or the error that says why not."""
        return answered(lambda: self._host.answer_to(server, name, *values))


class RunActor(HostActor):
    """Trains one run in a thread."""

    def _engine(self, store: Store, settings: dict[str, Any], **more: Any) -> ThreadEngine:
        desk, run_id = settings["desk"], settings["run_id"]
        call = partial(asked, desk.turns)
        turns = TurnsElsewhere(run_id, call, slice_seconds=settings["slice_seconds"])
        return ThreadEngine(store, turns=turns, budget=settings["budget"], **more)


class DeskActor(HostActor):
    """Knows all runs of a lab and deals out the turns; makes an actor for each run that trains."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._turns, self._ending = turns_as_set(0), threading.Lock()
        self._most, self._share = settings["max_active"], settings["share"]
        self._most_loaded = self._turns.max_loaded if os.environ.get("LAB_MAX_LOADED") else 0
        super().__init__(settings)
        self._look_around()
        threading.Thread(target=self._watch, name="lab desk", daemon=True).start()

    def _engine(self, store: Store, settings: dict[str, Any], **more: Any) -> ApartEngine:
        here = ray.get_runtime_context().current_actor
        given = {**settings, "desk": here, "slice_seconds": self._turns.slice_seconds}
        return ApartEngine(store, turns=self._turns, reach=partial(reach_run, given), **more)

    def turns(self, name: str, *values: Any) -> Any:
        """What the thread of a run asks of the turns."""
        return dealt(self._turns, name, *values)

    def answer(self, server: str, name: str, values: tuple) -> tuple[Any, LabError | None]:
        answered = super().answer(server, name, values)
        if name == "leave":
            self._end_if_alone()
        return answered

    def _look_around(self) -> None:
        room = self._share.room(ray.nodes())
        most = min(room, self._most or room)
        self._turns.allow(most, min(room, self._most_loaded or room))

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK)
            self._look_around()
            if not self._problem:
                self._host.drop_silent()
            self._end_if_alone()

    def _end_if_alone(self) -> None:
        """Stop all runs and leave when there is no server (any more)."""
        with self._ending:
            if self._problem or self._host.is_alone:
                if not self._problem:
                    self._host.do_shutdown()
                ray.kill(ray.get_runtime_context().current_actor)


class Kinds(NamedTuple):
    """The classes of a lab's actors."""

    desk: type[DeskActor] = DeskActor
    run: type[RunActor] = RunActor
