"""One run as a PyTorch script that trains it again, without the lab: same data, same start, same batches, same losses.

What the run does not use is not in its script. Where the lab has a model or a data set that no text is written for, the script imports it
from the lab, and says so at its top.
"""

from __future__ import annotations

import re
from typing import Any

from core.data import data_spec
from core.errors import ConfigError
from core.models import model_spec
from core.training.config import RunConfig
from core.training.history import Snapshot
from core.training.loop.optim import LINEAR_WARM_UP, START, WARM_UP
from core.training.script.data import data_text, statistics
from core.training.script.models import drops, model_text
from core.training.script.source import Code, fitted, own_source

IMPORTS = {  # a line, and what of the script needs it
    "import copy": r"\bcopy\.",
    "import hashlib": r"\bhashlib\.",
    "import math": r"\bmath\.",
    "import os": r"\bos\.(path|stat|scandir)\b",
    "import re": r"\bre\.(sub|search|fullmatch)\(",
    "import unicodedata": r"\bunicodedata\.",
    "import zlib": r"\bzlib\.",
    "from collections.abc import": r"\b(Callable|Iterable|Iterator|Mapping|Sequence)(?=[\[,])",
    "from dataclasses import dataclass, field": r"@dataclass\n[\s\S]*\bfield\(",
    "from difflib import get_close_matches": r"\bget_close_matches\(",
    "from functools import cache": r"\n@cache\n",
    "from io import BytesIO": r"\bBytesIO\(",
    "from pathlib import Path": r"\bPath\(",
    "": "",
    "import numpy as np": r"\bnp\.",
    "import torch": r"\btorch\.",
    "import torch.nn.functional as F": r"\bF\.",
    "from PIL import Image": r"\bImage\.",
    "from PIL.JpegImagePlugin import JpegImageFile": r"\bJpegImageFile\(",
    "from torch import Tensor, nn": r"\bTensor\b",
    "from torch import nn": r"^(?![\s\S]*\bTensor\b)[\s\S]*\bnn\.",
    "from torchvision.datasets import CIFAR10": r"\bCIFAR10\(",
    "from torchvision.datasets import FashionMNIST": r"\bFashionMNIST\(",
}


def script(run: Snapshot) -> str:
    """The text of the script. Raises ConfigError when the run is on sequences, or its config is that of another version of the lab."""
    config = RunConfig.of(**run.config)
    if run.kind == "sequences":
        title = model_spec(config.model).title
        raise ConfigError(
            f"Run {run.run_id} ({title}) makes sequences out of sequences, and there are scripts only of models that name images. "
            f"Train it again with: {config.command()}"
        )
    classes = len(run.classes) or 10
    data, model = data_text(config.dataset, config.data_config), model_text(config.model, config.model_config, classes)
    parts = {
        "the training": _training(run, config),
        "the model": model or _model_of_the_lab(config, classes),
        "the images": data or _data_of_the_lab(config),
    }
    body = "\n\n".join(f"# ---- {title} {'-' * (112 - len(title))}\n{text.strip()}\n" for title, text in parts.items())
    return f'{_head(run, config, alone=bool(data and model))}\n{imports_of(body)}\n\n{body}\n\nif __name__ == "__main__":\n    main()\n'


def imports_of(body: str) -> str:
    """The lines that import what a text needs."""
    found = []
    for line, needed in IMPORTS.items():
        if names := sorted({hit.group() for hit in re.finditer(needed, body)}):
            found.append(f"{line} {', '.join(names)}" if line.endswith("import") else line)  # of one module, what is needed of it
    return "\n".join(found).strip("\n")


def _head(run: Snapshot, config: RunConfig, *, alone: bool) -> str:
    sets = {"cifar10": "torch and torchvision", "fashion_mnist": "torch and torchvision", "folder": "torch, numpy and Pillow"}
    needs = f"It needs {sets.get(config.dataset, 'torch and numpy')}, and nothing of the lab."
    if not alone:
        needs = "It imports the package core of Sequence Lab: run it from the lab's folder."
    lines = [f"{model_spec(config.model).title} on {data_spec(config.dataset).title}: run {run.run_id} of Sequence Lab, trained again.", ""]
    lines += [needs, *_promise(run)]
    if run.best:
        lines.append(f"The run reached {run.best.val_top1:.2%} validation accuracy in epoch {run.best.epoch + 1}.")
    return '"""' + "\n".join(lines) + '\n"""\n'


def _promise(run: Snapshot) -> list[str]:
    """What a script's numbers share with the run's."""
    if not run.versions:
        return ["How the run was seeded is not known: expect its accuracy, not its losses."]
    threads = f", {run.threads} thread{'s' * (run.threads > 1)}" if run.threads else ""
    found = [
        "Same seed, same start, same batches: its losses are the run's, up to rounding, with the same PyTorch on the same kind of machine",
        f"(torch {run.versions['torch']}, {run.device}{threads}).",
    ]
    if run.kernel == "scan":
        found.append(
            "The run's GRUs were computed by the lab's compiled scan, which rounds otherwise; the difference grows with every step."
        )
    return found


def _training(run: Snapshot, config: RunConfig) -> str:
    """Everything but the model and the images, and what of the lab's own code it uses: augmentation, Muon."""
    training = config.training
    augmenting = ["random_crop_flip", "_reflect"] * training.augment + ["cutout"] * bool(training.cutout)
    own = [own_source("data/augment.py", augmenting)] if augmenting else []
    own += [own_source("training/loop/muon.py")] if training.optimizer == "muon" else []
    return "\n\n".join([fitted("train", _constants(run, config), ["main"]), *own])


def _constants(run: Snapshot, config: RunConfig) -> dict[str, Any]:
    """The values of the constants of the template `train`."""
    training = config.training
    kind = run.device.split()[0].partition(":")[0].lower() if run.device else "cpu"
    there = {"cuda": "torch.cuda.is_available()", "mps": "torch.backends.mps.is_available()"}.get(kind)
    return {
        "SEED": training.seed,
        "EPOCHS": training.epochs,
        "BATCH": training.batch_size,
        "LR": training.lr,
        "DEVICE": Code(f'"{kind}" if {there} else "cpu"' if there else '"cpu"'),
        "THREADS": run.threads,
        "BF16": training.precision == "bf16",
        "COMPILE": training.compile,
        "OPTIMIZER": training.optimizer,
        "WEIGHT_DECAY": training.weight_decay,
        "SGD_MOMENTUM": training.momentum,
        "MUON_LR": training.muon_lr,
        "CLIP_NORM": training.clip_norm,
        "SCHEDULE": training.schedule,
        "CHANGES": [(int(step), float(lr)) for step, lr in run.lr_changes],
        "WARM_UP": LINEAR_WARM_UP if training.schedule == "linear" else WARM_UP,
        "START": START,
        "SMOOTHING": training.label_smoothing,
        "EMA": training.ema,
        "FRACTION": training.train_fraction,
        "SHIFT": training.shift if training.augment else None,
        "CUTOUT": training.cutout,
        "DROPS": drops(config.model_config),
    }


def _data_of_the_lab(config: RunConfig) -> str:
    values = {**vars(config.data_config)}
    return (
        "from core.data import load_dataset  # noqa: E402\n\n\ndef load():\n"
        f"    data = load_dataset({config.dataset!r}, **{values!r})\n"
        "    return [(split.images, split.labels) for split in (data.train, data.val, data.test)]\n\n\n" + statistics().strip()
    )


def _model_of_the_lab(config: RunConfig, classes: int) -> str:
    values = {**vars(config.model_config)}
    return (
        "from core.models import Task, build_model  # noqa: E402\n\n\ndef Model():\n"
        f"    return build_model({config.model!r}, Task(num_classes={classes}), **{values!r})\n"
    )
