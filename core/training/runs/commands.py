"""Commands of other threads to a run, obeyed by the training thread at the next batch."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.training.loop.trainer import Callback, StopTraining, Trainer


class Commands(Callback):
    """Commands to a run: play, pause, one step, stop, a new learning rate. It is paused until it is told to play.

    `publish` takes what changes of the run's snapshot. `pause()` is called when training halts, so that others may train meanwhile;
    `resume()` before it goes on, and waits as long as it has to. Where `is_over()`, asked before every batch, says that it is somebody
    else's turn, `resume()` alone is called: to ask for another turn gives this one back.
    """

    def __init__(
        self,
        publish: Callable[..., object],
        *,
        pause: Callable[[], object] = lambda: None,
        resume: Callable[[], object] = lambda: None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._publish, self._give_way, self._take_turn, self._is_over = publish, pause, resume, is_over
        self.stopping = threading.Event()
        self._playing = threading.Event()
        self._changed = threading.Condition()
        self._steps = 0
        self._lrs: deque[float] = deque()

    def play(self) -> None:
        with self._changed:
            self._playing.set()
            self._changed.notify_all()

    def pause(self) -> None:
        self._playing.clear()

    def step(self) -> None:
        """Run one batch, then pause."""
        with self._changed:
            self._playing.clear()
            self._steps += 1
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self.stopping.set()
            self._changed.notify_all()

    def set_lr(self, lr: float) -> None:
        with self._changed:
            self._lrs.append(lr)
            self._changed.notify_all()

    def on_batch_begin(self, trainer: Trainer) -> None:
        if not self._playing.is_set():
            if not self._one_step():
                self._pause(trainer)
        elif self._is_over():
            self._let_others(trainer)
        self._obey(trainer)

    def on_batch_end(self, trainer: Trainer) -> None:
        self._obey(trainer)

    def _obey(self, trainer: Trainer) -> None:
        """Take over new learning rates, then stop if told to: a rate that was set before the stop is the resumed run's, too."""
        if self._lrs:
            while self._lrs:
                trainer.change_lr(self._lrs.popleft())
            self._publish(lr=trainer.lr, lr_changes=tuple(trainer.lr_changes))
        if self.stopping.is_set():
            raise StopTraining

    def _one_step(self) -> bool:
        with self._changed:
            if self._steps:
                self._steps -= 1
                return True
            return False

    def _told_to_go_on(self) -> bool:
        """Wait until there is something to obey; whether that is to play or to step, and not a new learning rate alone."""
        with self._changed:
            self._changed.wait_for(lambda: self._lrs or self._playing.is_set() or self._steps or self.stopping.is_set())
            return not (self._lrs or self.stopping.is_set())

    def _pause(self, trainer: Trainer) -> None:
        """Let others train until this run is told to go on."""
        with self._halted(trainer):
            self._give_way()
            self._publish(status="paused", **trainer.samples())
            while not self._told_to_go_on():
                self._obey(trainer)
        self._one_step()

    def _let_others(self, trainer: Trainer) -> None:
        """Let others train until it is this run's turn again; then it may have been told to pause."""
        with self._halted(trainer):
            pass
        if not self._playing.is_set() and not self._one_step():
            self._pause(trainer)

    @contextmanager
    def _halted(self, trainer: Trainer) -> Iterator[None]:
        """Take a turn when what is done in here is done; the time counts as no training."""
        start = time.perf_counter()
        trainer.read()
        yield
        self._take_turn()
        self._publish(status="running")
        trainer.readings.idle_seconds += time.perf_counter() - start
