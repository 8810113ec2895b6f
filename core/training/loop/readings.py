"""Readings: the numbers that training steps leave on the device, read back a few times a second, and the speed between two readings."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import torch

from core.training.loop.divergence import diverged

if TYPE_CHECKING:
    from core.training.history import Curve
    from core.training.loop.objective import Outcome

READ_SECONDS = 0.25  # how often numbers are read back from the device
READ_STEPS = 512  # and after how many steps at the latest


class Readings:
    """Steps that are not read back yet, and images (or pairs) a second, smoothed. Waiting for the device at every step would slow training.

    With `smoothed` (label smoothing) the loss without it is kept, too.
    """

    def __init__(self, batch_size: int, device: torch.device, *, smoothed: bool) -> None:
        self.batch_size = batch_size
        self.images_per_second = math.nan
        self.idle_seconds = 0.0  # time that callbacks spent waiting, not training
        self._recent = torch.zeros(READ_STEPS, 3 if smoothed else 2, device=device)  # (loss, top1), and the loss without label smoothing
        self._lrs: list[float] = []  # of the same steps

    def now(self) -> float:
        """Seconds on a clock that stands still while callbacks wait."""
        return time.perf_counter() - self.idle_seconds

    def start(self) -> None:
        """Begin a phase of training: the speed counts from here."""
        self._read_at, self._trained_at = time.perf_counter(), self.now()

    def note(self, done: Outcome, lr: float) -> None:
        """Keep a step's numbers on the device."""
        row = self._recent[len(self._lrs)]
        row[0] = done.loss.detach()
        row[1] = (done.predictions == done.targets).float().mean()
        if len(row) > 2:
            row[2] = done.unsmoothed
        self._lrs.append(lr)

    def due(self) -> bool:
        """Whether it is time to read."""
        return len(self._lrs) == READ_STEPS or time.perf_counter() - self._read_at >= READ_SECONDS

    def read(self, curve: Curve, step: int) -> bool:
        """Move the steps since the last reading to `curve`; `step` counts the steps up to now. False when there were none.

        Raises TrainingError when a loss is not finite.
        """
        rows = self._recent[: len(self._lrs)].tolist()
        for number, ((loss, top1, *unsmoothed), lr) in enumerate(zip(rows, self._lrs, strict=True), step - len(rows) + 1):
            if not math.isfinite(loss):
                raise diverged(f"The loss became {loss} at step {number}", lr)
            curve.add(loss, top1, lr, *unsmoothed)
        if rows:
            self._measure(len(rows))
            self._lrs.clear()
        return bool(rows)

    def _measure(self, steps: int) -> None:
        now = steps * self.batch_size / max(self.now() - self._trained_at, 1e-9)
        smooth = 0.0 if math.isnan(self.images_per_second) else 0.8
        self.images_per_second = now if not smooth else smooth * self.images_per_second + (1 - smooth) * now
        self.start()
