"""Questions on images as sequences. Two of them are decided by a run before all eyes, two by runs of which each person trains one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.classroom.questions.answers import CellAnswer, ChoiceAnswer, CurveAnswer, NumberAnswer
from core.classroom.questions.question import ByProbe, ByRun, ByVariants, Question, Truth, Variant
from core.data.shapes import CLASSES as SHAPES
from core.errors import TrainingError
from core.readable import percent
from core.records.published import published_test
from core.training.history import EpochRecord, Snapshot

EPOCHS = 8
READER = {"model": "gru", "dataset": "shapes", "patch_size": 4, "lr": 3e-3, "epochs": EPOCHS}
QUICK = {"model": "gru", "dataset": "shapes", "train_fraction": 0.3, "epochs": 3, "lr": 5e-3}  # seconds, for thirty take turns


def tokens() -> Truth:
    """Count the tokens that the encoder of a ViT is given."""
    import torch

    from core.models import Task, build_model
    from core.probes.attention.readout import layer_shapes

    shapes = dict(layer_shapes(build_model("vit", Task(num_classes=10), patch_size=2).eval(), torch.zeros(1, 3, 32, 32)))
    count, patches = shapes["positions"][1], shapes["patches"][1]
    return Truth(float(count), {"count": str(count), "patches": str(patches)})


def one_against_rest() -> Truth:
    """The published test of the hand-in."""
    test = published_test()
    means = dict(zip(test.columns, test.means, strict=True))
    share, top1 = means["one_vs_rest_accuracy"], means["recall"]  # each class has as many test images: the mean recall is the top-1
    return Truth(round(100 * float(share), 2), {"share": percent(share, 2), "top1": percent(top1, 2), "never": percent(0.9, 0)})


def most_confused(run: Snapshot) -> Truth:
    """The largest cell beside the diagonal of the best epoch's confusion matrix; of equals the first."""
    matrix = np.array(_best(run).val_confusion)
    np.fill_diagonal(matrix, -1)
    row, column = (int(at) for at in np.unravel_index(matrix.argmax(), matrix.shape))
    figures = {"true": run.classes[row], "named": run.classes[column], "count": str(int(matrix[row, column]))}
    return Truth(
        [row, column], {**figures, "images": str(int(_best(run).val_confusion[row].sum())), "other": str(int(matrix[column, row]))}
    )


def learning_curve(run: Snapshot) -> Truth:
    """The validation accuracy after every epoch, in percent."""
    shares = [100 * epoch.val_top1 for epoch in run.epochs[:EPOCHS]]
    if len(shares) < EPOCHS:
        raise TrainingError(f"The run has {len(shares)} of {EPOCHS} epochs: train it again to its end.")
    steepest = int(np.argmax(np.diff([0.0, *shares]))) + 1
    figures = {"first": f"{shares[0]:.0f} %", "last": f"{shares[-1]:.0f} %", "steepest": str(steepest)}
    return Truth([round(share, 4) for share in shares], figures)


def best_variant(runs: Mapping[str, Sequence[Snapshot]]) -> Truth:
    """The variant whose runs are best in the mean, by the best epoch of each; of equals the first."""
    means = {name: float(np.mean([_best(run).val_top1 for run in some])) for name, some in runs.items() if some}
    if len(means) < 2:
        raise TrainingError("Runs of two variants at least have to finish before they can be compared.")
    answer = max(means, key=means.__getitem__)
    return Truth(
        answer, {"all": ", ".join(f"{name} {percent(mean)}" for name, mean in means.items()), "count": str(sum(map(len, runs.values())))}
    )


def _best(run: Snapshot) -> EpochRecord:
    if run.best is None:
        raise TrainingError("The run has no epoch with a finite loss: train it again.")
    return run.best


def _variants(name: str, values: Mapping[str, float]) -> tuple[Variant, ...]:
    return tuple(Variant(words, {**QUICK, name: value}) for words, value in values.items())


PATCHES = {f"{size} x {size}": size for size in (2, 4, 8, 16)}
RATES = {"0.0001": 1e-4, "0.001": 1e-3, "0.01": 1e-2, "0.1": 1e-1}

QUESTIONS = (
    Question(
        id="tokens",
        part=2,
        claim="An image of 32 x 32 in patches of 2 x 2 is a sequence of 256 tokens, and one more for the class.",
        text="An image of 32 x 32 pixels is cut into patches of 2 x 2. How many tokens does the encoder of a Vision Transformer read?",
        answer=NumberAnswer(1, 1100, 1, "tokens"),
        decides=ByProbe(tokens),
        because="It reads {count}: {patches} patches, and the class token before them.",
        page="patches",
    ),
    Question(
        id="one-against-rest",
        part=2,
        claim="The mean one-vs-rest accuracy is not the accuracy.",
        text="The published hand-in classifies 60.9 % of the test images correctly. What is the mean of its ten one-vs-rest accuracies?",
        answer=NumberAnswer(0, 100, 0.5, "%", near=2),
        decides=ByProbe(one_against_rest, recorded=True),
        because="It is {share}, with an accuracy of {top1}: each class counts all images that are correctly left out as successes. A "
        "model that never says “cat” is right in {never} of the questions of that class.",
        page="evaluate",
    ),
    Question(
        id="most-confused",
        part=2,
        claim="A network confuses what looks alike to it, and not equally in both directions.",
        text="A GRU learns to name ten drawn shapes. Which cell beside the diagonal of its confusion matrix will be the largest?",
        answer=CellAnswer(SHAPES, SHAPES, "true", "named", diagonal=False),
        decides=ByRun({**READER, "epochs": 5, "seed": 1}, most_confused),
        because="{count} of {images} images of {true} were named {named}; the other way round it was {other}. Row = true class, column = "
        "named class.",
        page="evaluate",
    ),
    Question(
        id="learning-curve",
        part=2,
        claim="A recurrent network learns little at first, then much within an epoch or two.",
        text=f"A GRU learns to name ten drawn shapes. Draw its validation accuracy after each of {EPOCHS} epochs.",
        answer=CurveAnswer(tuple(map(float, range(1, EPOCHS + 1))), "epoch", 0, 100, "validation accuracy, %", near=8),
        decides=ByRun(READER, learning_curve),
        because="It went from {first} after the first epoch to {last} after the last; the largest step was to epoch {steepest}. Chance is "
        "10 %.",
        page="train",
    ),
    Question(
        id="patch-size",
        part=2,
        claim="Small patches make long sequences, which a recurrent network learns slowly.",
        text="Each of you trains the same GRU for three short epochs, with patches of another size. Which size gives the best accuracy?",
        answer=ChoiceAnswer({name: f"{name} pixels, {(32 // size) ** 2} tokens" for name, size in PATCHES.items()}),
        decides=ByVariants(_variants("patch_size", PATCHES), best_variant),
        because="The mean of the best validation accuracies of {count} runs: {all}. So early, short sequences have the better way for the "
        "gradient; with time, smaller patches may catch up.",
        page="compare",
    ),
    Question(
        id="learning-rate",
        part=2,
        claim="A learning rate can be too small and too large, by a factor of ten each.",
        text="Each of you trains the same GRU for three short epochs with Adam and another learning rate. Which is best?",
        answer=ChoiceAnswer({name: f"Learning rate {name}" for name in RATES}),
        decides=ByVariants(tuple(Variant(v.name, {**v.config, "patch_size": 8}) for v in _variants("lr", RATES)), best_variant),
        because="The mean of the best validation accuracies of {count} runs: {all}.",
        page="compare",
    ),
)
