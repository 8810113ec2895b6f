"""A recorded lesson on the recall task, so that a page shows one before anybody trains.

`python -m core runs record-lesson` makes it, and so does `python -m core.records.recall`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from core.probes.memory.gradient_flow import FlowSetup
from core.probes.memory.recall_task import Recalled

FILE = Path(__file__).parent / "recorded" / "recall.json"
COMMAND = "python -m core runs record-lesson"
SETUP, RATE = FlowSetup(length=20, bias=3.0), 0.01
DIGITS = 4


@dataclass(frozen=True)
class RecordedLesson:
    """A lesson that was run to its end, and the version of torch that it ran on."""

    setup: FlowSetup
    rate: float
    torch: str
    recalled: Recalled


@cache
def recorded_lesson() -> RecordedLesson:
    """The lesson that comes with the lab."""
    plain = json.loads(FILE.read_text("utf-8"))
    by_distance = {kind: np.array(shares, float) for kind, shares in plain["by_distance"].items()}  # None becomes NaN
    right = {kind: tuple(shares) for kind, shares in plain["right"].items()}
    return RecordedLesson(FlowSetup(**plain["setup"]), plain["rate"], plain["torch"], Recalled(tuple(plain["steps"]), right, by_distance))


def record() -> Path:
    """Run the lesson, some ten seconds, and keep it. Returns its file."""
    import torch

    from core.probes.memory.recall import RecallLesson

    lesson = RecallLesson(SETUP, RATE)
    for _ in lesson.run():
        pass
    found = lesson.recalled
    plain = {
        "setup": asdict(SETUP),
        "rate": RATE,
        "torch": torch.__version__,
        "steps": found.steps,
        "right": {kind: [round(share, DIGITS) for share in shares] for kind, shares in found.right.items()},
        "by_distance": {
            kind: [None if np.isnan(share) else round(float(share), DIGITS) for share in shares]
            for kind, shares in found.by_distance.items()
        },
    }
    FILE.write_text(json.dumps(plain) + "\n", "utf-8")
    recorded_lesson.cache_clear()
    return FILE


if __name__ == "__main__":
    record()
