"""One run as a PyTorch script that trains it again, without the lab: same data, same start, same batches, same losses.

What the run does not use is not in its script. Where the lab has a model or a data set that no text is written for, the script imports it
from the lab, and says so at its top.
"""

from __future__ import annotations

import re
from textwrap import dedent, indent

from core.data import data_spec
from core.errors import ConfigError
from core.models import model_spec
from core.training.config import RunConfig, TrainingConfig
from core.training.history import Snapshot
from core.training.optim import LINEAR_WARM_UP, START, WARM_UP
from core.training.script_data import STATISTICS, data_text, own_source
from core.training.script_models import drops, filled, model_text

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
    body = "\n\n".join(
        part.strip("\n") + "\n"
        for part in (
            _constants(run, config.training),
            data or _data_of_the_lab(config),
            model or _model_of_the_lab(config, classes),
            _helpers(run, config),
            _evaluate(config.training),
            _main(run, config),
        )
    )
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


def _constants(run: Snapshot, training: TrainingConfig) -> str:
    kind = run.device.split()[0].lower() if run.device else "cpu"
    there = {"cuda": "torch.cuda.is_available()", "mps": "torch.backends.mps.is_available()"}.get(kind)
    device = f'"{kind}" if {there} else "cpu"' if there else '"cpu"'
    threads = f"\ntorch.set_num_threads({run.threads})  # another number sums in another order" if run.threads else ""
    numbers = f"{training.seed}, {training.epochs}, {training.batch_size}, {training.lr!r}"
    return f"SEED, EPOCHS, BATCH, LR = {numbers}\nDEVICE = {device}{threads}\n"


def _data_of_the_lab(config: RunConfig) -> str:
    values = {**vars(config.data_config)}
    return (
        "from core.data import load_dataset  # noqa: E402\n\n\ndef load():\n"
        f"    data = load_dataset({config.dataset!r}, **{values!r})\n"
        "    return [(split.images, split.labels) for split in (data.train, data.val, data.test)]\n\n" + STATISTICS
    )


def _model_of_the_lab(config: RunConfig, classes: int) -> str:
    values = {**vars(config.model_config)}
    return (
        "from core.models import Task, build_model  # noqa: E402\n\n\ndef Model():\n"
        f"    return build_model({config.model!r}, Task(num_classes={classes}), **{values!r})\n"
    )


def _helpers(run: Snapshot, config: RunConfig) -> str:
    """Seeds, schedule, and what else the run used: augmentation, Muon."""
    training = config.training
    parts = [
        '''
        def seed_for(*purpose):
            """A seed of its own for each purpose, so that every epoch has its own order."""
            return int.from_bytes(hashlib.blake2b(repr((SEED, *purpose)).encode(), digest_size=7).digest(), "big")
        ''',
        _schedule(run, training),
    ]
    used = [
        name for name, on in {"random_crop_flip": training.augment, "cutout": training.cutout, "_reflect": training.augment}.items() if on
    ]
    parts += [own_source("data/augment.py", used)] if used else []
    parts += [own_source("training/muon.py")] if training.optimizer == "muon" else []
    return "\n\n".join(dedent(part).strip("\n") + "\n" for part in parts)


def _schedule(run: Snapshot, training: TrainingConfig) -> str:
    body = {
        "constant": "return LR",
        "cosine": "return LR * 0.5 * (1 + math.cos(math.pi * step / total))",
        "one-cycle": f"""at = step / total
if at < {WARM_UP}:
    return LR * ({START} + (1 - {START}) * 0.5 * (1 - math.cos(math.pi * at / {WARM_UP})))
return LR * 0.5 * (1 + math.cos(math.pi * (at - {WARM_UP}) / (1 - {WARM_UP})))""",
        "linear": f"""at = step / total
return LR * ((step + 1) / ({LINEAR_WARM_UP} * total) if at < {LINEAR_WARM_UP} else (1 - at) / (1 - {LINEAR_WARM_UP}))""",
    }[training.schedule]
    name = "scheduled" if run.lr_changes else "learning_rate"
    text = f'def {name}(step, total):\n    """The learning rate of step `step` (from 0) of `total`."""\n{indent(body, "    ")}\n'
    if run.lr_changes:
        text += f'''

CHANGES = {[(int(step), float(lr)) for step, lr in run.lr_changes]!r}  # (step, learning rate) set by hand


def learning_rate(step, total):
    """The schedule, what is left of it scaled by the last change."""
    before = [(at, lr) for at, lr in CHANGES if at <= step]
    return scheduled(step, total) * (before[-1][1] / scheduled(before[-1][0], total) if before else 1.0)
'''
    return text


def _forward(training: TrainingConfig) -> str:
    """How the logits of a batch are computed, in the run's precision."""
    call = "logits = model(normalize(batch, mean, std))"
    return f"with torch.autocast(DEVICE, torch.bfloat16):\n    {call}.float()" if training.precision == "bf16" else call


def _evaluate(training: TrainingConfig) -> str:
    return filled(
        '''
        def normalize(images, mean, std):
            return images.float().sub_(mean * 255).div_(std * 255)


        @torch.no_grad()
        def evaluate(model, split, mean, std):
            """Mean loss over the images of a split, and the share of them that is named rightly."""
            model.eval()
            loss, right = 0.0, 0
            for images, labels in zip(split[0].split(500), split[1].split(500), strict=True):
                batch, target = images.to(DEVICE), labels.to(DEVICE)
                FORWARD
                loss += F.cross_entropy(logits, target, reduction="sum").item()
                right += (logits.argmax(1) == target).sum().item()
            return loss / len(split[1]), right / len(split[1])
        ''',
        FORWARD=_forward(training),
    )


def _optimizers(training: TrainingConfig) -> str:
    common = f"lr=LR, weight_decay={training.weight_decay!r}, fused=True"
    match training.optimizer:
        case "adamw" | "adam" as name:
            return f"optimizers = [torch.optim.{ {'adamw': 'AdamW', 'adam': 'Adam'}[name] }(model.parameters(), {common})]"
        case "sgd":
            return f"optimizers = [torch.optim.SGD(model.parameters(), momentum={training.momentum!r}, {common})]"
    return f"""
named = [(name, p, p.ndim in (2, 4) and not name.startswith(("head.", "positions"))) for name, p in model.named_parameters()]
matrices = {{"params": [p for _, p, matrix in named if matrix], "lr_scale": {training.muon_lr!r} / LR}}
optimizers = [
    torch.optim.AdamW([p for _, p, matrix in named if not matrix], {common}),
    Muon([matrices], weight_decay={training.weight_decay!r}, parts=gates(model)),
]
""".strip()


def _told(*, smoothed: bool) -> str:
    """The line that a script prints of each epoch: both losses with the true labels, and the smoothed one that was minimised."""
    loss = "unsmoothed" if smoothed else "loss_sum"
    lines = [
        f'told = f"training {{{loss} / len(labels):.6f}} {{right / len(labels):.4f}}, validation {{val_loss:.6f}} {{val_top1:.4f}}"',
        'told += f"; minimised, with smoothed labels: {loss_sum / len(labels):.6f}"' * smoothed,
        'print(f"epoch {epoch + 1}: (loss, accuracy) {told}", flush=True)',
    ]
    return "\n".join(filter(None, lines))


def _main(run: Snapshot, config: RunConfig) -> str:
    training = config.training
    fraction = f"""
images, labels = train
order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed_for("fraction")))
keep = order[: max(1, round({training.train_fraction!r} * len(labels)))]
train = images[keep], labels[keep]
"""
    smoothing = f", label_smoothing={training.label_smoothing!r}" if training.label_smoothing else ""
    augment, dropout = [], drops(config.model_config)
    if training.augment:
        augment.append(f"batch = random_crop_flip(batch, padding={training.shift}, generator=augmenting)")
    if training.cutout:
        augment.append(f"batch = cutout(batch, {training.cutout}, grey, generator=augmenting)")
    average = f"""
share = 1 - min({training.ema!r}, (1 + step) / (10 + step))
for name, value in model.state_dict().items():
    average[name].lerp_(value, share) if value.is_floating_point() else average[name].copy_(value)
"""
    return filled(
        f"""
        def main():
            train, val, test = load()
            mean, std = (values.to(DEVICE) for values in statistics(train[0]))
            GREY
            FRACTION
            images, labels = (part.to(DEVICE) for part in train)
            torch.manual_seed(SEED)
            model = Model().to(DEVICE)
            OPTIMIZERS
            COMPILE
            AVERAGE
            total = math.ceil(len(labels) / BATCH) * EPOCHS
            step, best, best_weights = 0, -1.0, {{}}
            for epoch in range(EPOCHS):
                model.train()
                DROPOUT
                AUGMENTING
                order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed_for("shuffle", epoch)))
                loss_sum, right = 0.0, 0
                BEFORE
                for index in order.to(DEVICE).split(BATCH):
                    batch, target = images[index], labels[index]
                    AUGMENT
                    for group in (group for optimizer in optimizers for group in optimizer.param_groups):
                        group["lr"] = learning_rate(step, total) * group.get("lr_scale", 1.0)
                    FORWARD
                    loss = F.cross_entropy(logits, target{smoothing})
                    model.zero_grad()
                    loss.backward()
                    CLIP
                    for optimizer in optimizers:
                        optimizer.step()
                    UPDATE
                    step += 1
                    loss_sum += loss.item() * len(index)
                    UNSMOOTHED
                    right += (logits.argmax(1) == target).sum().item()
                OWN
                val_loss, val_top1 = evaluate(model, val, mean, std)
                TELL
                if val_top1 > best:
                    best, best_weights = val_top1, copy.deepcopy(model.state_dict())  # a copy: the weights go on
                BACK
            model.load_state_dict(best_weights)
            loss, top1 = evaluate(model, test, mean, std)
            SAY
        """,
        GREY="grey = (mean * 255).flatten()  # becomes 0 when normalised" if training.cutout else "",
        FRACTION=fraction.strip() if training.train_fraction < 1 else "",
        COMPILE="model = torch.compile(model)" if training.compile else "",
        OPTIMIZERS=_optimizers(training),
        AVERAGE="average = copy.deepcopy(model.state_dict())  # of the weights over the steps" if training.ema else "",
        DROPOUT='seed_dropout(model, seed_for("dropout", epoch))' if dropout else "",
        AUGMENTING='augmenting = torch.Generator(DEVICE).manual_seed(seed_for("augment", epoch))' if augment else "",
        AUGMENT="\n".join(augment),
        FORWARD=_forward(training),
        CLIP=f"nn.utils.clip_grad_norm_(model.parameters(), {training.clip_norm!r})" if training.clip_norm else "",
        UPDATE=average.strip() if training.ema else "",
        OWN="own = copy.deepcopy(model.state_dict())\nmodel.load_state_dict(average)  # the average is what is evaluated and kept"
        if training.ema
        else "",
        BACK="model.load_state_dict(own)" if training.ema else "",
        BEFORE="unsmoothed = 0.0  # the training loss as validation measures it" if smoothing else "",
        UNSMOOTHED="unsmoothed += F.cross_entropy(logits.detach(), target).item() * len(index)" if smoothing else "",
        TELL=_told(smoothed=bool(smoothing)),
        SAY='print(f"test, with the weights of the best epoch: (loss, accuracy) {loss:.6f} {top1:.4f}")',
    )
