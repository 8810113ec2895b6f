"""The training objective: the only place where training a classifier and training an encoder-decoder differ.

Both kinds turn indices of the training split into a loss, and weights into a judgement on a split; the loop knows nothing else of them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.data.augment import cutout, random_crop_flip
from core.data.sequences import SeqDataset, SeqSplit
from core.data.splits import Dataset, Split, normalize
from core.decoding.greedy import greedy_batch
from core.errors import DataError
from core.metrics import ConfusionMatrix
from core.models.gru import use_kernel
from core.symbols import PAD
from core.training.history import frozen
from core.training.loop.evaluate import Judgement, evaluate
from core.training.loop.trainable import check_classes, images_of

if TYPE_CHECKING:
    from core.training.config import TrainingConfig

EVAL_COST = 1 / 3  # of a training step's time per image: forward without backward
SAMPLES = 16
POOL = 8  # batches whose sequences are sorted by length together
BATCH = 500  # sequences or images judged at a time


@dataclass(frozen=True, eq=False)
class Outcome:
    """A forward pass on a batch: the mean loss over its n targets, what was predicted and what is right (n,), and n.

    `unsmoothed` is the loss without label smoothing, as that of validation: of the same logits, detached. Of a run without label smoothing
    it is `loss` itself.
    """

    loss: Tensor
    predictions: Tensor
    targets: Tensor
    count: int
    unsmoothed: Tensor


class Sums:
    """The training phase of an epoch, added up on the device: losses over targets, and the confusion matrix."""

    def __init__(self, classes: int, device: torch.device, *, smoothed: bool) -> None:
        self.confusion = ConfusionMatrix(classes, device=device)
        self._loss = torch.zeros((), dtype=torch.float64 if device.type != "mps" else torch.float32, device=device)
        self._unsmoothed = torch.zeros_like(self._loss) if smoothed else self._loss
        self._count = 0

    def add(self, done: Outcome) -> None:
        """Add a step."""
        self._loss += done.loss.detach() * done.count
        self._count += done.count
        if self._unsmoothed is not self._loss:
            self._unsmoothed += done.unsmoothed * done.count
        self.confusion.update(done.predictions, done.targets)

    @property
    def loss(self) -> float:
        """The mean loss over all targets, as it is minimised."""
        return self._loss.item() / self._count

    @property
    def unsmoothed(self) -> float:
        """The mean loss without label smoothing."""
        return self._unsmoothed.item() / self._count


class Learning:
    """What both objectives share: the loss that is told beside the one that is minimised."""

    config: TrainingConfig

    def trial_step(self, model: nn.Module, split: Split | SeqSplit) -> Callable[[str], None]:
        """A function that runs one training step's arithmetic on a copy of `model`, with the GRU kernel that it is given."""
        twin, loss = copy.deepcopy(model), self.trial(split)

        def step(kernel: str) -> None:
            use_kernel(twin, kernel)
            loss(twin).backward()

        return step

    def _unsmoothed(self, loss: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
        """The mean cross-entropy of `logits` (n, K) with the true `targets` (n,), where `loss` has smoothed ones; else `loss`."""
        return F.cross_entropy(logits.detach(), targets) if self.config.label_smoothing else loss.detach()


class Naming(Learning):
    """Images in, one class out of `dataset.classes`; augmented as `config` says."""

    def __init__(self, model: Callable[[Tensor], Tensor], dataset: Dataset, config: TrainingConfig, device: torch.device) -> None:
        self.model, self.dataset, self.config, self.device = model, dataset, config, device
        self._grey = (torch.tensor(dataset.mean) * 255).to(device)  # becomes 0 when normalised
        self._statistics = torch.tensor((dataset.mean, dataset.std), device=device).unbind()  # a copy now, none a step

    def logits(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) uint8 -> (B, K) float32, in the run's precision."""
        with _precision(self.config, self.device):
            return self.model(normalize(images, *self._statistics)).float()

    def batches(self, split: Split, order: Tensor, generator: torch.Generator) -> Iterable[Tensor]:
        """Indices of each batch of a pass in `order`, on the device."""
        return order.to(self.device).split(self.config.batch_size)

    def forward(self, split: Split, index: Tensor, augmenting: torch.Generator) -> Outcome:
        """The loss of the images at `index`."""
        images, labels = split.images[index], split.labels[index]
        if self.config.augment:
            images = random_crop_flip(images, padding=self.config.shift, generator=augmenting)
        if self.config.cutout:
            images = cutout(images, self.config.cutout, self._grey, generator=augmenting)
        logits = self.logits(images)  # (B, K)
        check_classes(logits, len(self.dataset.classes))
        loss = F.cross_entropy(logits, labels, label_smoothing=self.config.label_smoothing)
        return Outcome(loss, logits.detach().argmax(1), labels, len(index), self._unsmoothed(loss, logits, labels))

    def judge(self, split: Split, after_batch: Callable[[], None]) -> Judgement:
        """What the model makes of a split."""
        return evaluate(self.logits, split, len(self.dataset.classes), after_batch=after_batch)

    def predict(self, images: Any) -> Tensor:
        """The class of each image, (N,) int64 on the CPU: of a split, (N, C, H, W) uint8 or one picture (C, H, W)."""
        images = images_of(images, tuple(self.dataset.train.images.shape[1:]))
        parts = [self.logits(part.to(self.device)).argmax(1).cpu() for part in images.split(BATCH)]
        return torch.cat([*parts, torch.zeros(0, dtype=torch.int64)])

    def trial(self, split: Split) -> Callable[[nn.Module], Tensor]:
        """A function from a model like this one to the loss of one batch."""
        images = split.images[: self.config.batch_size]
        labels, inputs = split.labels[: len(images)], normalize(images, *self._statistics)
        return lambda model: F.cross_entropy(model(inputs), labels)

    def samples(self, split: Split) -> dict[str, Any]:
        """What the model says of the first `SAMPLES` images: class probabilities (S, K), read-only."""
        return {"sample_probabilities": frozen(self.logits(split.images[:SAMPLES]).softmax(1).cpu().numpy(), "float32")}


class Pairs(NamedTuple):
    """A batch of pairs: which ones (B,), on the device; and, known without asking it, their longest source and target and how many tokens
    of their targets are to be predicted."""

    index: Tensor
    source: int
    target: int
    tokens: int


class Translating(Learning):
    """Sequences in, sequences out, by teacher forcing: each token is predicted from the right ones before it; padding does not count."""

    def __init__(self, model: nn.Module, dataset: SeqDataset, config: TrainingConfig, device: torch.device) -> None:
        self.model, self.dataset, self.config, self.device = model, dataset, config, device

    def batches(self, split: SeqSplit, order: Tensor, generator: torch.Generator) -> Iterable[Pairs]:
        """Every batch: sequences of like length go together, so that little is computed on padding."""
        source, target = ((part != PAD).sum(1).cpu() for part in (split.inputs, split.targets))  # (N,)
        size, length = self.config.batch_size, (source + target)[order]  # (N,)
        pools = zip(order.split(POOL * size), length.split(POOL * size), strict=True)
        batches = [batch for pool, of in pools for batch in pool[of.argsort(stable=True)].split(size)]
        chosen = [batches[place] for place in torch.randperm(len(batches), generator=generator)]
        return [
            Pairs(one.to(self.device), int(source[one].max()), int(target[one].max()), int(target[one].sum()) - len(one)) for one in chosen
        ]

    def forward(self, split: SeqSplit, pairs: Pairs, augmenting: torch.Generator) -> Outcome:
        """The loss of some pairs: the mean over all tokens of their targets but BOS. Waits for nothing on the device."""
        batch = split[pairs.index].cut(pairs.source, pairs.target)
        logits, targets = self._tokens(batch, pairs.tokens)  # (n, V), (n,)
        loss = F.cross_entropy(logits, targets, label_smoothing=self.config.label_smoothing)
        return Outcome(loss, logits.detach().argmax(1), targets, len(targets), self._unsmoothed(loss, logits, targets))

    def judge(self, split: SeqSplit, after_batch: Callable[[], None]) -> Judgement:
        """Loss and token accuracy by teacher forcing, and the share of sequences that greedy decoding writes without a mistake."""
        return judge_sequences(self._tokens, self.model, split, len(self.dataset.classes), after_batch)

    def predict(self, inputs: Any) -> Tensor:
        raise DataError("This model makes sequences out of sequences: core.decoding writes its outputs.")

    def trial(self, split: SeqSplit) -> Callable[[nn.Module], Tensor]:
        """A function from a model like this one to the loss of one batch."""
        batch = split[: self.config.batch_size].trimmed()
        return lambda model: F.cross_entropy(*token_logits(model, batch))

    def samples(self, split: SeqSplit) -> dict[str, Any]:
        """What the model writes for the first `SAMPLES` inputs, by greedy decoding."""
        written = greedy_batch(self.model, split[:SAMPLES].trimmed().source)
        return {"sample_outputs": tuple(self.dataset.vocabulary.decode(row) for row in written.tolist())}

    def _tokens(self, batch: SeqSplit, count: int | None = None) -> tuple[Tensor, Tensor]:
        """`token_logits` of the model, in the run's precision."""
        with _precision(self.config, self.device):
            return token_logits(self.model, batch, count)


def token_logits(model: nn.Module, batch: SeqSplit, count: int | None = None) -> tuple[Tensor, Tensor]:
    """Teacher forcing: logits (n, V) float32 for every token after BOS that is not padding, and these tokens (n,).

    Given their number as `count`, nobody waits until the device has counted them.
    """
    logits = model(batch.source, batch.targets[:, :-1]).float()  # (B, T - 1, V)
    following = batch.targets[:, 1:].flatten()  # (B, T - 1) -> (B * (T - 1),)
    padded = following == PAD
    count = int((~padded).sum()) if count is None else count
    counting = padded.to(torch.uint8).argsort(stable=True)[:count]  # tokens first, in their order: (n,)
    return logits.flatten(0, 1)[counting], following[counting]


Objective = Naming | Translating


def known_samples(dataset: Dataset | SeqDataset) -> dict[str, Any]:
    """The first `SAMPLES` validation inputs and what is right for them, as fields of a `Snapshot`."""
    if isinstance(dataset, SeqDataset):
        return {"sample_texts": tuple(dataset.texts(dataset.val[:SAMPLES]))}
    images, labels = dataset.val.images[:SAMPLES].numpy(), dataset.val.labels[:SAMPLES].numpy()
    return {"sample_images": frozen(images, "uint8"), "sample_labels": frozen(labels, "int64")}


def objective_of(model: nn.Module, dataset: Dataset | SeqDataset, config: TrainingConfig, device: torch.device) -> Objective:
    """What `model` learns on `dataset`."""
    return (Translating if isinstance(dataset, SeqDataset) else Naming)(model, dataset, config, device)


@torch.no_grad()
def judge_sequences(
    tokens: Callable[[SeqSplit], tuple[Tensor, Tensor]], model: nn.Module, split: SeqSplit, vocabulary: int, after_batch: Callable[[], None]
) -> Judgement:
    """Judge an encoder-decoder in eval mode on a split. `tokens` gives logits (n, V) and right tokens (n,) of a part of it."""
    device = split.targets.device
    confusion = ConfusionMatrix(vocabulary, device=device)
    loss_sum, count, exact = torch.zeros((), dtype=torch.float64 if device.type != "mps" else torch.float32, device=device), 0, 0
    for start in range(0, len(split), BATCH):
        part = split[start : start + BATCH].trimmed()
        logits, targets = tokens(part)
        loss_sum += F.cross_entropy(logits, targets, reduction="sum")
        confusion.update(logits.argmax(1), targets)
        count += len(targets)
        exact += int(right(model, part).sum())
        after_batch()
    return Judgement(loss_sum.item() / max(1, count), confusion, None, exact / max(1, len(split)))


def right(model: nn.Module, split: SeqSplit) -> Tensor:
    """Which of the pairs greedy decoding writes without a mistake, (N,) bool."""
    targets = split.targets[:, 1:]  # without BOS
    written = greedy_batch(model, split.source, limit=targets.shape[1])
    return (F.pad(written, (0, targets.shape[1] - written.shape[1]), value=PAD) == targets).all(1)


def _precision(config: TrainingConfig, device: torch.device) -> Any:
    return torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bf16")
