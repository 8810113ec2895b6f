"""The engine of a second server on one home: it shows what the first one trains, and trains nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from typing import Any, NoReturn

from core.errors import ConfigError
from core.training.config import RunConfig
from core.training.engines.contract import Engine, Order, Size
from core.training.history import Snapshot
from core.training.runs.claims import claim_if_left
from core.training.runs.store import Store

SECOND = (
    "Another server of this lab is at work in the same folder, so this one only shows runs: train, stop and delete them there, or give "
    "this one a folder of its own (--home)."
)


class ReadingEngine(Engine):
    """Refuses with one sentence whatever would change a run."""

    def __init__(self, store: Store, **settings: Any) -> None:
        self._runs = store.home / "runs"

    def _refuse(self) -> NoReturn:
        raise ConfigError(SECOND)

    def prepare(self) -> None:
        pass

    def check(self, config: RunConfig) -> None:
        self._refuse()

    def size(self, config: RunConfig) -> Size:
        self._refuse()

    def halt(self, but: Collection[str] | None) -> None:
        pass

    def hold(self, run_id: str) -> None:
        self._refuse()

    def release(self, run_id: str) -> None:
        pass

    def claim_if_left(self, run_id: str) -> Callable[[], object] | None:
        return claim_if_left(self._runs / run_id)

    def start(self, order: Order) -> None:
        self._refuse()

    def __contains__(self, run_id: object) -> bool:
        return False

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def snapshot(self, run_id: str) -> Snapshot | None:
        return None

    def owner(self, run_id: str) -> str:
        return ""

    def wish(self, run_id: str, wish: str, *values: object) -> bool:
        self._refuse()

    def join(self, run_id: str, timeout: float | None = None) -> bool:
        return True

    def places(self) -> dict[str, int]:
        return {}

    @property
    def training(self) -> bool:
        return False

    def turn(self, owner: str, cancelled: Callable[[], bool], told: Callable[[int], object]) -> AbstractContextManager[None]:
        self._refuse()

    def shutdown(self) -> None:
        pass
