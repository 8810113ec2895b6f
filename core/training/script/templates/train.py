"""The training of a script: data, model, the epochs, and the test. Run as it is, it trains a GRU on drawn images."""

import copy
import hashlib
import math

import torch
import torch.nn.functional as F
from torch import nn

from core.data.augment import cutout, random_crop_flip
from core.training.loop.muon import Muon, gates
from core.training.script.templates.channels import statistics
from core.training.script.templates.drawn import load
from core.training.script.templates.dropout import seed_dropout
from core.training.script.templates.recurrent import Model

SEED, EPOCHS, BATCH, LR = 0, 20, 128, 4e-3
DEVICE = "cpu"
THREADS = 1  # another number sums in another order
BF16 = False
COMPILE = False
OPTIMIZER = "adamw"  # or "adam", "sgd", "muon"
WEIGHT_DECAY = 0.0
SGD_MOMENTUM = 0.9
MUON_LR = 0.02
CLIP_NORM = 1.0
SCHEDULE = "one-cycle"  # or "constant", "cosine", "linear"
CHANGES = []  # (step, learning rate) set by hand
WARM_UP = 0.3  # share of the steps in which the learning rate rises
START = 0.04  # where the learning rate begins, as a share of LR
SMOOTHING = 0.1  # share of the target spread over the other classes
EMA = 0.99  # how much of the running average of the weights is kept at every step
FRACTION = 1.0  # of the training images
SHIFT = 4  # pixels by which augmentation shifts an image at most; None is no augmentation
CUTOUT = 8  # pixels of a square's side that is greyed out
DROPS = True  # whether the model drops anything out


def main():
    """Train the model, and test the weights of its best epoch."""
    if THREADS:
        torch.set_num_threads(THREADS)
    train, val, test = load()
    mean, std = (values.to(DEVICE) for values in statistics(train[0]))
    train = [part.to(DEVICE) for part in (share_of(*train) if FRACTION < 1 else train)]
    torch.manual_seed(SEED)
    model = Model().to(DEVICE)
    optimizers = optimizers_of(model)
    if COMPILE:
        model = torch.compile(model)
    if EMA:
        average = Average(model)
        optimizers.append(average)
    best, best_weights = -1.0, {}
    for epoch in range(EPOCHS):
        if SMOOTHING:
            loss, top1, minimised = train_epoch(model, optimizers, train, epoch, mean, std)
        else:
            loss, top1 = train_epoch(model, optimizers, train, epoch, mean, std)
        if EMA:
            own = copy.deepcopy(model.state_dict())
            model.load_state_dict(average.weights)  # the average is what is evaluated and kept
        val_loss, val_top1 = evaluate(model, val, mean, std)
        told = f"training {loss:.6f} {top1:.4f}, validation {val_loss:.6f} {val_top1:.4f}"
        if SMOOTHING:
            told += f"; minimised, with smoothed labels: {minimised:.6f}"
        print(f"epoch {epoch + 1}: (loss, accuracy) {told}", flush=True)
        if val_top1 > best:
            best, best_weights = val_top1, copy.deepcopy(model.state_dict())  # a copy: the weights go on
        if EMA:
            model.load_state_dict(own)
    model.load_state_dict(best_weights)
    loss, top1 = evaluate(model, test, mean, std)
    print(f"test, with the weights of the best epoch: (loss, accuracy) {loss:.6f} {top1:.4f}")


def share_of(images, labels):
    """The share of the training images that is used, drawn by the seed."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed_for("fraction")))
    keep = order[: max(1, round(FRACTION * len(labels)))]
    return images[keep], labels[keep]


def seed_for(*purpose):
    """A seed of its own for each purpose, so that every epoch has its own order."""
    return int.from_bytes(hashlib.blake2b(repr((SEED, *purpose)).encode(), digest_size=7).digest(), "big")


def optimizers_of(model):
    """What steps the weights."""
    common = {"lr": LR, "weight_decay": WEIGHT_DECAY, "fused": True}
    if OPTIMIZER == "adamw":
        return [torch.optim.AdamW(model.parameters(), **common)]
    elif OPTIMIZER == "adam":
        return [torch.optim.Adam(model.parameters(), **common)]
    elif OPTIMIZER == "sgd":
        return [torch.optim.SGD(model.parameters(), momentum=SGD_MOMENTUM, **common)]
    else:
        named = [(p, p.ndim in (2, 4) and not name.startswith(("head.", "positions"))) for name, p in model.named_parameters()]
        matrices = {"params": [p for p, matrix in named if matrix], "lr_scale": MUON_LR / LR}
        return [
            torch.optim.AdamW([p for p, matrix in named if not matrix], **common),
            Muon([matrices], weight_decay=WEIGHT_DECAY, parts=gates(model)),
        ]


class Average:
    """The running average of the weights over the steps, updated where optimizers step."""

    param_groups = ()

    def __init__(self, model):
        self.model, self.steps, self.weights = model, 0, copy.deepcopy(model.state_dict())

    def step(self):
        share = 1 - min(EMA, (1 + self.steps) / (10 + self.steps))
        for name, value in self.model.state_dict().items():
            mean = self.weights[name]
            mean.lerp_(value, share) if value.is_floating_point() else mean.copy_(value)
        self.steps += 1


def scheduled(step, total):
    """The learning rate of step `step` (from 0) of `total`."""
    if SCHEDULE == "constant":
        return LR
    elif SCHEDULE == "cosine":
        return LR * 0.5 * (1 + math.cos(math.pi * step / total))
    elif SCHEDULE == "one-cycle":
        at = step / total
        if at < WARM_UP:
            return LR * (START + (1 - START) * 0.5 * (1 - math.cos(math.pi * at / WARM_UP)))
        return LR * 0.5 * (1 + math.cos(math.pi * (at - WARM_UP) / (1 - WARM_UP)))
    else:
        at = step / total
        return LR * ((step + 1) / (WARM_UP * total) if at < WARM_UP else (1 - at) / (1 - WARM_UP))


def changed(step, total):
    """The scheduled learning rate, what is left of it scaled by the last change."""
    before = [(at, lr) for at, lr in CHANGES if at <= step]
    return scheduled(step, total) * (before[-1][1] / scheduled(before[-1][0], total) if before else 1.0)


def train_epoch(model, optimizers, split, epoch, mean, std):
    """One pass over the training images: their mean loss with the true labels, and the share of them that is named rightly. Where labels
    are smoothed, the mean of the smoothed loss is a third number."""
    images, labels = split
    model.train()
    if DROPS:
        seed_dropout(model, seed_for("dropout", epoch), DEVICE)
    if SHIFT is not None or CUTOUT:
        generator = torch.Generator(DEVICE).manual_seed(seed_for("augment", epoch))
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed_for("shuffle", epoch)))
    batches = order.to(DEVICE).split(BATCH)
    loss_sum, right = 0.0, 0
    if SMOOTHING:
        minimised = 0.0
    for number, index in enumerate(batches, epoch * len(batches)):
        batch, target = images[index], labels[index]
        if SHIFT is not None:
            batch = random_crop_flip(batch, padding=SHIFT, generator=generator)
        if CUTOUT:
            grey = (mean * 255).flatten()  # becomes 0 when normalised
            batch = cutout(batch, CUTOUT, grey, generator=generator)
        logits = logits_of(model, batch, mean, std)
        loss = F.cross_entropy(logits, target)
        if SMOOTHING:
            smoothed = F.cross_entropy(logits, target, label_smoothing=SMOOTHING)
            minimised += smoothed.item() * len(index)
        rate = changed(number, len(batches) * EPOCHS) if CHANGES else scheduled(number, len(batches) * EPOCHS)
        take_step(model, optimizers, smoothed if SMOOTHING else loss, rate)
        loss_sum += loss.item() * len(index)
        right += (logits.argmax(1) == target).sum().item()
    if SMOOTHING:
        return loss_sum / len(labels), right / len(labels), minimised / len(labels)
    else:
        return loss_sum / len(labels), right / len(labels)


def take_step(model, optimizers, loss, rate):
    """Backward, and one step of every optimizer at this learning rate."""
    model.zero_grad()
    loss.backward()
    if CLIP_NORM:
        nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate * group.get("lr_scale", 1.0)
        optimizer.step()


@torch.no_grad()
def evaluate(model, split, mean, std):
    """Mean loss over the images of a split, and the share of them that is named rightly."""
    model.eval()
    loss, right = 0.0, 0
    for images, labels in zip(split[0].split(500), split[1].split(500), strict=True):
        target = labels.to(DEVICE)
        logits = logits_of(model, images.to(DEVICE), mean, std)
        loss += F.cross_entropy(logits, target, reduction="sum").item()
        right += (logits.argmax(1) == target).sum().item()
    return loss / len(split[1]), right / len(split[1])


def logits_of(model, images, mean, std):
    """What a model makes of images: (B, 3, 32, 32) bytes -> (B, K)."""
    if BF16:
        with torch.autocast(DEVICE, torch.bfloat16):
            return model(normalize(images, mean, std)).float()
    else:
        return model(normalize(images, mean, std))


def normalize(images, mean, std):
    """Bytes to numbers around 0."""
    return images.float().sub_(mean * 255).div_(std * 255)


if __name__ == "__main__":
    main()
