"""The engine whose runs train on the machines of a Ray cluster (https://docs.ray.io), each in an actor of its own. The only place for Ray.

One named actor, the desk, deals out turns and knows all runs. It outlives a server, so that several may serve one lab, and ends with the
last one. A run's actor is made when its first turn has come, on a machine that has room for it, and goes on elsewhere when that one dies.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import core
from core.errors import ConfigError, LabError, StoreError
from core.files import PROCESS, mark_in_use
from core.home import home_id
from core.log import open_log
from core.training.engines.apart import ApartEngine
from core.training.engines.cluster_settings import ADDRESS, LOCAL, Share, ray_address
from core.training.engines.desk_engine import DeskEngine
from core.training.engines.host_elsewhere import GoneError, HostElsewhere, answered
from core.training.engines.shared_host import SharedHost
from core.training.engines.threads import ThreadEngine
from core.training.engines.turns_elsewhere import TurnsElsewhere
from core.training.history import Snapshot
from core.training.runs.store import Store
from core.training.runs.turns import turns_as_set

ROOT = Path(core.__file__).resolve().parents[1]
SPACE = "sequence-lab"  # of the names of actors
AT_ONCE = 64  # requests that an actor answers at the same time
LOOK = 1.0  # seconds between two looks of the desk at the machines, and at who has left
RUN_DIED = "The process that trained it, or its machine, ended unexpectedly"
DESK_DIED = "The lab's desk on the Ray cluster ended unexpectedly"
TRIES, PAUSE = 20, 0.5  # to reach a desk while an earlier one leaves, and seconds between two of them

log = logging.getLogger(__name__)
_connecting = threading.Lock()
_servers = itertools.count(1)  # of this process, one for each time that an engine reaches a desk


# -- both kinds of actors -------------------------------------------------------------------------------------------


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
        call = partial(_call, desk.turns)
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
        """What the thread of a run asks of the turns, see `TurnsElsewhere`."""
        if name == "ask":
            key, owner, loads, after = values
            return self._turns.ask(key, owner, lambda: None, loads=loads, after=after)
        if name == "holds":
            return values[0] in self._turns.held
        return getattr(self._turns, name)(*values)

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


KINDS = Kinds()


# -- reaching them --------------------------------------------------------------------------------------------------


class ActorHost(HostElsewhere):
    """A host in an actor."""

    def __init__(self, actor: Any, on_news: Callable[..., object], *, server: str, ending: str, belongs: bool) -> None:
        super().__init__(on_news)
        self._actor, self._server, self._ending, self._belongs = actor, server, ending, belongs
        self._gone = threading.Event()

    def request(self, name: str, *values: Any, timeout: float | None = None) -> Any:
        value, problem = _call(self._actor.answer, self._server, name, values, timeout=timeout)
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
        if problem := _call(self._actor.join, self._server):
            self.refusal = problem
            return
        while not self._gone.is_set():
            messages = _call(self._actor.listen, self._server)
            if messages is None:
                _call(self._actor.join, self._server)
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


def _call(method: Any, *values: Any, timeout: float | None = None) -> Any:
    """What a method of an actor returns. Raises GoneError when the actor has ended, TimeoutError after `timeout` seconds."""
    try:
        return ray.get(method.remote(*values), timeout=timeout)
    except TimeoutError:
        raise
    except RayError as error:
        raise GoneError from error


class RayEngine(DeskEngine):
    """Trains on the cluster at LAB_RAY_ADDRESS, or on one that is started on this machine for as long as this process lives.

    `max_active`: as many runs as the cluster has room for, unless given. `budget`: as `ThreadEngine` says. `spare_cores` are left alone by
    LAB_CPUS here.
    """

    def __init__(
        self,
        store: Store,
        *,
        on_end: Callable[[Snapshot], object] = lambda snapshot: None,
        max_active: int | None = None,
        budget: int | None = None,
        spare_cores: int = 0,
    ) -> None:
        super().__init__(store, on_end=on_end)
        self._settings = {"home": str(store.home), "max_active": max_active, "budget": budget}

    def _reach(self) -> ActorHost:
        connect()
        settings = {**self._settings, "share": Share.as_set(_gpus()), "kinds": KINDS, "environment": _environment()}
        actor = _the_desk(f"desk {home_id(self.store.home)}", settings)
        return ActorHost(
            actor,
            self._hear,
            server=f"{PROCESS} {next(_servers)}",
            ending="The lab's desk on the Ray cluster ended unexpectedly",
            belongs=False,
        )


def _the_desk(name: str, settings: dict[str, Any]) -> Any:
    """The actor of that name, made if there is none, and if it is just about to leave, made again."""
    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)  # it shall not go with another machine
    one = {"name": name, "namespace": SPACE, "lifetime": "detached", "get_if_exists": True, "scheduling_strategy": here}
    more = {"num_cpus": 0, "max_concurrency": 4 * AT_ONCE, "runtime_env": settings["environment"]}
    for _ in range(TRIES):
        try:
            actor = ray.remote(settings["kinds"].desk).options(**one, **more).remote(settings)
            ray.get(actor.__ray_ready__.remote())
            return actor
        except (RayError, ValueError):
            log.warning("The desk is not there (any more)", exc_info=True)
            time.sleep(PAUSE)
    raise StoreError("The lab's desk could not be started on the Ray cluster. Details are in the log of the lab.")


def connect() -> None:
    """Connect this process to the cluster, once. Raises ConfigError when it does not answer."""
    with _connecting:
        if ray.is_initialized():
            return
        address = ray_address()
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            more = {"include_dashboard": False} if address == LOCAL else {}
            ray.init(address, namespace=SPACE, log_to_driver=False, logging_level=logging.ERROR, **more)
        except (ConnectionError, RuntimeError, ValueError) as error:
            log.exception("Ray could not be reached")
            raise ConfigError(
                f"No Ray cluster could be reached at {ADDRESS} = {address!r}: start one (ray start --head) or correct the address."
            ) from error


def _environment() -> dict[str, Any]:
    """What actors run in: the lab of this process, with its settings."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    settings = {name: value for name, value in os.environ.items() if name.startswith("LAB_")}
    return {"env_vars": {**settings, "PYTHONPATH": path}}


def _gpus() -> float:
    return ray.cluster_resources().get("GPU", 0.0)
