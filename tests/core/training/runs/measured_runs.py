"""Trains small runs one after the other and prints, a line each, what memory each took beside its estimate (see test_footprint)."""

import dataclasses
import json
import sys
import tempfile
from functools import cache, partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from core.data import load_dataset
from core.memory import give_back
from core.models import build_model
from core.training.config import RunConfig
from core.training.loop.device import use_threads
from core.training.loop.trainer import Trainer
from core.training.runs.checkpoint import save_optimizer, save_tensors, task_of
from core.training.runs.footprint import footprint

JUDGED = 500  # validation and test images or pairs: a whole batch of them


def now(name: str) -> int:
    """Bytes of a line of this process's status: "VmRSS", or "VmHWM" for the most since the last `restart`."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def restart() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def part_of(data, count: int, judged: int):
    return dataclasses.replace(data, train=data.train[:count], val=data.val[:judged], test=data.test[:judged])


def live(config: RunConfig, data, folder: Path) -> None:
    """All that a run does: a first step on a copy, an epoch, its checkpoint."""
    model = build_model(config.model, task_of(data), seed=0, **vars(config.model_config))
    trainer = Trainer(model, data, config.training)
    trainer.objective.trial_step(trainer.model, trainer.train_split)("torch")
    trainer.fit()
    save_tensors(folder / "weights", trainer.weights(), {})
    save_optimizer(folder / "optimizer", trainer.optimizer, {})


def main() -> None:
    use_threads(1)
    with tempfile.TemporaryDirectory() as home:
        whole = cache(partial(load_dataset, home=home))  # what is in memory before is not counted
        for values in json.load(sys.stdin):
            config = RunConfig.of(**values, epochs=1)
            data = whole(config.dataset, config.data_config)
            live(RunConfig.of(model=config.model, epochs=1, batch_size=4), part_of(data, 8, 8), Path(home))  # what is loaded once
            part = part_of(data, 2 * config.training.batch_size, JUDGED)
            give_back()
            restart()
            before = now("VmRSS")
            live(config, part, Path(home))
            taken = now("VmHWM") - before
            estimated = footprint(config, classes=len(part.classes), loaded=True).total
            print(json.dumps({**values, "taken": taken, "estimated": estimated}), flush=True)


if __name__ == "__main__":
    main()
