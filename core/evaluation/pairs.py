"""Is one run better than another? Whether the question makes sense, in what the two differ, and what their validation images answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import Progress
from core.errors import DataError, LabError
from core.evaluation.intervals import LEVEL, Comparison, Interval, compare, difference_interval, proportion_interval
from core.evaluation.judged import Judged, judged
from core.records.published import PUBLISHED_ID

if TYPE_CHECKING:
    from core.training.history import Snapshot
    from core.training.runs.manager import RunManager

# What decides which images are held back for validation, by data set; of the others the seed alone.
OF_FOLDERS = ("split_seed", "val_fraction", "test_fraction", "stratify")
SPLIT_BY = {"folder": ("data", *OF_FOLDERS), "made": ("made", *OF_FOLDERS)}
SPLIT_SEED = ("split_seed",)
TRIALS = 400  # pairs of equal models that a test is tried on


@dataclass(frozen=True)
class Verdict:
    """The validation accuracies of two runs' best epochs, their difference B - A, and whether chance alone may make it.

    `images` is the comparison image by image; where there is none, `why` says why, and both accuracies count as if they had been
    measured on images drawn apart.
    """

    a: Interval
    b: Interval
    difference: Interval
    images: Comparison | None = None
    why: str = ""

    @property
    def beyond_chance(self) -> bool:
        """Whether the choice of the images alone would hardly make such a difference."""
        return self.images.beyond_chance if self.images else not self.difference.low <= 0 <= self.difference.high

    @property
    def better(self) -> str:
        """ "a" or "b", the one that is better beyond chance; "" if neither is."""
        return ("b" if self.difference.value > 0 else "a") if self.beyond_chance else ""


def best_interval(run: Snapshot) -> Interval | None:
    """The validation accuracy of a run's best epoch, counted from its confusion matrix; None before the first epoch.

    Of a run on sequences it is the share of them that is right from the first token to the last: the tokens of one are not drawn apart.
    """
    if run.best is None:
        return None
    return proportion_interval(*_counts(run))


def _counts(run: Snapshot) -> tuple[int, int]:
    """How many of its n validation images (or sequences) the best epoch of a run gets right, and n."""
    if run.best.val_exact is not None:
        return round(run.best.val_exact * run.sizes["val"]), run.sizes["val"]
    matrix = run.best.val_confusion
    return int(matrix.trace()), int(matrix.sum())


def differing(configs: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The hyperparameters in which flat configs differ, {name: a value each}; None where a model does not have it."""
    names = dict.fromkeys(name for config in configs for name in config)
    values = {name: [config.get(name) for config in configs] for name in names}
    return {name: settings for name, settings in values.items() if any(value != settings[0] for value in settings[1:])}


def verdict(manager: RunManager, a: Snapshot, b: Snapshot, *, progress: Progress | None = None) -> Verdict:
    """Compare the best epochs of two runs by their validation images: image by image where both have judged the same ones.

    What is not kept of them is computed, if their weights and their images are here. Raises DataError where the question makes no
    sense: a run without an epoch, or two that name different classes.
    """
    for run in (a, b):
        if run.best is None:
            raise DataError(f"Run {run.run_id} has no complete epoch yet: let it train for one, or choose another run.")
    if a.classes != b.classes:
        raise DataError(
            f"{a.run_id} names {_few(a.classes)} and {b.run_id} names {_few(b.classes)}: their accuracies answer different questions, and "
            "no difference of them means anything. Choose two runs on the same data set."
        )
    if a.kind == "sequences":
        return _apart(a, b, "Of sequences it is not kept which of them a run gets right.")
    if why := other_images(a, b):
        return _apart(a, b, why)
    said = []
    for run in (a, b):
        try:
            said.append(judged(manager, run.run_id, run.best.epoch, progress=progress))
        except LabError as error:
            return _apart(a, b, _not_here(run) or str(error))
    if not (np.array_equal(said[0].labels, said[1].labels) and _is_of(said[0], a) and _is_of(said[1], b)):
        return _apart(a, b, "Their data set has changed between them, so that their validation images are not the same.")
    images = compare(said[0].right, said[1].right)
    own = [proportion_interval(int(one.right.sum()), len(one.labels)) for one in said]
    return Verdict(*own, images.difference, images)


def other_images(a: Snapshot, b: Snapshot) -> str:
    """Reason why two runs were not judged on the same validation images, in a sentence; "" if they were, as far as their configs tell."""
    if PUBLISHED_ID in (a.run_id, b.run_id) and a.run_id != b.run_id:
        return "Nobody here knows which images the published hand-in was validated on."
    ones = [a.config["dataset"], b.config["dataset"]]
    if ones[0] != ones[1]:
        return f"They were validated on images of the data sets {ones[0]} and {ones[1]}."
    for name in SPLIT_BY.get(ones[0], SPLIT_SEED):
        mine, other = a.config[name], b.config[name]
        if mine != other:
            return f"They were validated on different images: {name} is {mine!r} for the one and {other!r} for the other."
    if a.sizes["val"] != b.sizes["val"]:
        return f"Their data set has changed between them: {a.sizes['val']:,} validation images, then {b.sizes['val']:,}."
    return ""


def apart(right_a: int, n_a: int, right_b: int, n_b: int, *, level: float = LEVEL) -> Interval:
    """The difference B - A of two accuracies that were measured on images drawn apart, with Newcombe's interval.

    Of the same images it is wider than it need be, as long as both models find the same ones hard. `n` is the smaller number of images.
    """
    return difference_interval(proportion_interval(right_a, n_a, level=level), proportion_interval(right_b, n_b, level=level))


def false_alarms(verdict: Verdict, *, trials: int = TRIALS, seed: int = 0) -> float:
    """Share of false alarms of the test behind a verdict: of `trials` pairs of equally good models, those that it calls different.

    The pairs are drawn at random, on as many images, and disagree (or are right) as often as those that the verdict is on. The test
    promises at most 1 - level, give or take the few trials.
    """
    random = np.random.default_rng(seed)
    if verdict.images:
        n, split = verdict.difference.n, verdict.images.only_a + verdict.images.only_b
        calls = [_alarm_by_image(n, split, int(alone)) for alone in random.binomial(split, 0.5, trials)]
    else:
        mean = (verdict.a.value * verdict.a.n + verdict.b.value * verdict.b.n) / (verdict.a.n + verdict.b.n)
        drawn = zip(random.binomial(verdict.a.n, mean, trials), random.binomial(verdict.b.n, mean, trials), strict=True)
        calls = [Verdict(verdict.a, verdict.b, apart(int(x), verdict.a.n, int(y), verdict.b.n)).beyond_chance for x, y in drawn]
    return sum(calls) / trials


def _alarm_by_image(n: int, split: int, alone: int) -> bool:
    """Whether `compare` parts two models of which on `split` of n images only one is right, on `alone` of those the first."""
    place = np.arange(n)
    return compare(place < alone, (place >= alone) & (place < split)).beyond_chance


def _apart(a: Snapshot, b: Snapshot, why: str) -> Verdict:
    return Verdict(best_interval(a), best_interval(b), apart(*_counts(a), *_counts(b)), None, why)


def _not_here(run: Snapshot) -> str:
    """Why nothing is known of single images of a run that came with the lab; "" for other runs."""
    return f"Which images {run.run_id} classifies correctly did not come with the lab, only how many." if run.recorded else ""


def _is_of(judgement: Judged, run: Snapshot) -> bool:
    """Whether these images have the classes that the run's own confusion matrix counted."""
    counted = run.best.val_confusion.sum(axis=1)
    return np.array_equal(np.bincount(judgement.labels, minlength=len(counted)), counted)


def _few(classes: Sequence[str]) -> str:
    return ", ".join(classes[:3]) + (f" and {len(classes) - 3} more" if len(classes) > 3 else "")
