"""What the manager asks of an engine. Where the threads that train live is the engine's business."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from core.training.config import RunConfig
from core.training.history import Snapshot

WISHES = ("play", "pause", "step", "stop", "set_lr", "next")


@dataclass(frozen=True)
class Order:
    """A run that shall train: its record is written and its lock is held. With epochs in its `snapshot` it goes on after the last one."""

    snapshot: Snapshot
    config: RunConfig
    owner: str
    paused: bool = False  # wait for a wish before the first batch

    @property
    def run_id(self) -> str:
        return self.snapshot.run_id

    @property
    def first(self) -> Snapshot:
        """The first snapshot of its new life."""
        return replace(self.snapshot, status="queued", message="", test=None)


@dataclass(frozen=True)
class Size:
    """How large a run would be: the weights of its model, and the bytes that it takes at its most, beside its data, which runs share."""

    weights: int
    memory: int


@dataclass(frozen=True)
class WorkerLine:
    """A process that trains, as it was a moment ago."""

    host: str
    pid: int
    since: float  # seconds since 1970
    memory: int  # bytes that it has
    runs: dict[str, str]  # status by run
    devices: tuple[str, ...]  # on which it trains now

    @property
    def trains(self) -> list[str]:
        """The runs that have a turn."""
        return [run_id for run_id, status in self.runs.items() if status in ("loading", "running", "testing")]


class Engine(ABC):
    """Trains runs, some at a time; the others wait for their turn. Methods may be called from any thread.

    A run is the engine's from `start` until its end has been told to whoever made the engine; `in` says whether it is.
    """

    @abstractmethod
    def prepare(self) -> object:
        """Load what the first run would else wait for. Raises StoreError when nothing can be trained at all."""

    @abstractmethod
    def check(self, config: RunConfig) -> None:
        """Raise ConfigError when a run would not fit into the memory of where it would train, even if it were alone there."""

    @abstractmethod
    def size(self, config: RunConfig) -> Size:
        """How large a run would be; nothing of it is made."""

    @abstractmethod
    def hold(self, run_id: str) -> None:
        """Take the lock of a run, and make its folder, before its record says that it lives. Raises StoreError when another has it."""

    @abstractmethod
    def release(self, run_id: str) -> None:
        """Give the lock of a run back that is held and was not started."""

    @abstractmethod
    def claim_if_left(self, run_id: str) -> Callable[[], object] | None:
        """Take a run that no process trains any more, so that its record can be changed; what gives it back. None when one trains it, or
        nobody can know.
        """

    @abstractmethod
    def start(self, order: Order) -> None:
        """Let a run whose lock is held wait for its turn, last of all, and then train. If it raises, the lock is still held."""

    @abstractmethod
    def __contains__(self, run_id: object) -> bool:
        """Whether a run is the engine's."""

    @abstractmethod
    def __iter__(self) -> Iterator[str]:
        """The runs of the engine."""

    @abstractmethod
    def snapshot(self, run_id: str) -> Snapshot | None:
        """The newest snapshot of a run, with its place in the queue; None when it is not the engine's."""

    def published(self, run_id: str) -> Snapshot | None:
        """The newest snapshot of a run as it was published, without its place: the same object as long as nothing is new."""
        return self.snapshot(run_id)

    @abstractmethod
    def owner(self, run_id: str) -> str:
        """Whose run it is; "" of the command line, and of a run that is not the engine's."""

    @abstractmethod
    def wish(self, run_id: str, wish: str, *values: object) -> bool:
        """Pass one of `WISHES` on: it takes effect at the next batch. `stop` may say with which status and message the run ends.
        `next` lets a run that waits have the next turn that becomes free.

        False when the run is not the engine's, or has ended.
        """

    @abstractmethod
    def join(self, run_id: str, timeout: float | None = None) -> bool:
        """Wait until a run has ended and is not the engine's any more, at most `timeout` seconds; whether it has."""

    @abstractmethod
    def halt(self, but: Collection[str] | None) -> None:
        """Give turns to the runs and measurements of these owners alone from now on, and to the command line; None: to all again."""

    def workers(self) -> list[WorkerLine]:
        """A line for every process that trains its runs, those left out that write one into the home themselves."""
        return []

    @abstractmethod
    def places(self) -> dict[str, int]:
        """The places of all that wait for a turn, from 1."""

    @property
    def alive(self) -> bool:
        """Whether it can train now, or as soon as it is asked to."""
        return True

    @property
    @abstractmethod
    def training(self) -> bool:
        """Whether one of its runs has a turn now."""

    @abstractmethod
    def turn(self, owner: str, cancelled: Callable[[], bool], told: Callable[[int], object]) -> AbstractContextManager[None]:
        """A turn for a measurement, waited for as a run waits. `told(place)` is called at first and whenever the place changes.

        Raises CancelledError when `cancelled()` became true, or the engine was shut down, before the turn came.
        """

    @abstractmethod
    def shutdown(self) -> None:
        """Stop all runs so that the next start finds them interrupted, and wait a few seconds for that. Done again, it does nothing."""
