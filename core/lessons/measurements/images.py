"""Measurements on images as sequences. What needs torch is imported when it measures."""

from __future__ import annotations

from core.classroom.questions.question import Truth
from core.data.shapes import CLASSES
from core.lessons.measurements.measurement import Measurement, percent
from core.readable import power
from core.records.published import published_run, published_test
from core.records.recorded import recorded_run

MEAN, STD = (0.4915, 0.4823, 0.4468), (0.2470, 0.2435, 0.2616)  # of CIFAR-10
IMAGES, WIDTH, PATCH = 32, 64, 2
BAR = 0.8


def _images(count: int):
    """Drawn shapes, (count, 3, 32, 32) uint8, and their classes."""
    from core.data.shapes import draw

    return draw(range(count))


def undone() -> Truth:
    """Normalise images, and undo it with the same mean and standard deviation, and with 0.5 and 0.5."""
    import torch

    from core.data.splits import normalize, unnormalize

    images = torch.as_tensor(_images(IMAGES)[0])
    normal = normalize(images, MEAN, STD)
    right, wrong = (
        int((unnormalize(normal, mean, std).round().int() - images.int()).abs().max())
        for mean, std in ((MEAN, STD), ((0.5,) * 3, (0.5,) * 3))
    )
    return Truth(float(right), {"right": str(right), "wrong": str(wrong), "count": str(len(images))})


def patch_embedding() -> Truth:
    """A batch of the unit's size through the patch embedding, and one image through convolution and by hand."""
    import numpy as np
    import torch

    from core.models.embedding import Embedding
    from core.models.patches import PatchEmbed
    from core.probes.tokens.embedding import embedding_test

    images = np.asarray(_images(IMAGES)[0])
    embedding = Embedding.untrained(PATCH, WIDTH, mean=np.array(MEAN), std=np.array(STD))
    report = embedding_test(embedding, images[0])
    largest = max(report.max_abs_diff, report.max_abs_diff_projected)
    with torch.no_grad():
        tokens = PatchEmbed(32, PATCH, in_channels=3, embed_dim=WIDTH)(torch.zeros(images.shape))
    return Truth(largest, {"difference": power(largest), "images": str(images.shape), "tokens": str(tuple(tokens.shape))})


def precision_recall() -> Truth:
    """Scores from a confusion matrix by their definitions, against the table that was published with it."""
    from core.scores import ClassScores

    matrix = published_run().epochs[-1].val_confusion
    found = ClassScores(matrix)
    hits, named, there = int(matrix[3, 3]), int(matrix[:, 3].sum()), int(matrix[3].sum())
    precision, recall = hits / named, hits / there
    off = max(abs(float(found.precision[3]) - precision), abs(float(found.recall[3]) - recall))
    figures = {"hits": str(hits), "named": str(named), "there": str(there), "precision": percent(precision), "recall": percent(recall)}
    return Truth(off, {**figures, "class": published_run().classes[3]})


def hand_in() -> Truth:
    """The published hand-in's best validation and its test."""
    best, test = published_run().best, published_test()
    top1 = float(dict(zip(test.columns, test.means, strict=True))["recall"])
    figures = {
        "val": percent(best.val_top1),
        "test": f"{100 * top1:.2f} %",
        "epoch": str(best.epoch + 1),
        "epochs": str(len(published_run().epochs)),
    }
    return Truth(best.val_top1, {**figures, "bar": percent(BAR)})


def bar() -> Truth:
    """The best of the recorded runs of GRUs alone, three seeds of one set-up."""
    reached = [recorded_run(f"cifar10-bar-{seed}").best.val_top1 for seed in range(3)]
    return Truth(
        min(reached), {"least": percent(min(reached)), "most": percent(max(reached)), "count": str(len(reached)), "bar": percent(BAR)}
    )


def balance() -> Truth:
    """How many classes the drawn shapes have, and how evenly."""
    from collections import Counter

    counts = Counter(int(label) for label in _images(1000)[1])
    return Truth(
        float(len(counts)),
        {"classes": str(len(counts)), "names": ", ".join(CLASSES), "least": str(min(counts.values())), "most": str(max(counts.values()))},
    )


MEASUREMENTS = {
    "undone": Measurement(
        claim="Undone with the same mean and standard deviation, a normalised image is the exact image again.",
        measure=undone,
        because="Over {count} images no number is off by more than {right} of 255. Undone with 0.5 and 0.5, some are off by {wrong}.",
    ),
    "patch-embedding": Measurement(
        claim="A strided convolution is: cut, flatten, multiply by one matrix.",
        measure=patch_embedding,
        because="A batch {images} becomes {tokens}. Convolution and matrix, with the same weights, differ by {difference}, which is what "
        "rounding in float64 leaves.",
    ),
    "precision-recall": Measurement(
        claim="Precision reads a column of the confusion matrix, recall a row.",
        measure=precision_recall,
        because="Of {named} images that were named {class}, {hits} are: precision {precision}. Of {there} that are {class}, {hits} were "
        "named so: recall {recall}.",
        recorded=True,
    ),
    "hand-in": Measurement(
        claim="The published hand-in misses the bar.",
        measure=hand_in,
        because="Its best validation accuracy is {val}, at epoch {epoch} of {epochs}; the test, done once, says {test}. The bar is {bar}.",
        recorded=True,
    ),
    "bar": Measurement(
        claim="GRUs alone pass the bar.",
        measure=bar,
        because="In {count} runs, which differ in nothing but their seed, the best epochs reach {least} to {most} on validation images. "
        "The bar "
        "is {bar}.",
        recorded=True,
    ),
    "balance": Measurement(
        claim="A data set is known by its classes, and by how many images each has.",
        measure=balance,
        because="There are {classes} classes ({names}), and of the first thousand images each has {least} to {most}.",
    ),
}
