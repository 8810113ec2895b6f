"""A change of mind: patches are erased until a model's answer becomes another one. No torch: it only asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

MOST_ANSWERS = 2048  # of the search for what to erase; a step of it needs as many as there are patches left
FINE = 64  # patches: of twice as many, half as large each, a step erases two


@dataclass(frozen=True, eq=False)
class ChangeOfMind:
    """Patches that change an answer when they are erased, found greedily: the answer hangs on them, though other sets may do it too."""

    before: int  # the class of the whole image
    after: int  # the class once `patches` are erased; the same where nothing was found
    patches: tuple[int, ...]  # row by row from 0; of these none can be left out
    erased: int  # how many patches the search has erased at most, of `total`
    total: int
    singles: tuple[int, ...]  # every patch that changes the answer all alone
    probabilities: np.ndarray  # (K,) once `patches` are erased

    @property
    def changed(self) -> bool:
        return self.after != self.before


def change_of_mind(
    answer: Callable[[np.ndarray], np.ndarray], image: np.ndarray, patch_size: int, color: Sequence[int], *, most: int = MOST_ANSWERS
) -> ChangeOfMind:
    """Erase patches of `image` (3, H, W) uint8, one more each time, until `answer` names another class.

    `answer` gives probabilities, (N, 3, H, W) -> (N, K). What is erased gets `color` (3,). Each step erases the patch without which the
    first class leads least over the best other one (of a grid finer than `FINE` patches, several such patches); in the end what is not
    needed is put back. The search ends without a change when all patches are erased, or `most` answers are used up.
    """
    total = (image.shape[1] // patch_size) * (image.shape[2] // patch_size)
    whole = answer(image[None])[0]  # (K,)
    before = int(whole.argmax())
    chosen: list[int] = []
    singles: tuple[int, ...] = ()
    left, now = most, whole
    while now.argmax() == before and len(chosen) < total and left >= total - len(chosen):
        candidates = [patch for patch in range(total) if patch not in chosen]
        answers = answer(np.stack([erase(image, [*chosen, patch], patch_size, color) for patch in candidates]))  # (N, K)
        left -= len(candidates)
        if not chosen:
            singles = tuple(patch for patch, values in zip(candidates, answers, strict=True) if values.argmax() != before)
        best = np.argsort(lead(answers, before), kind="stable")[: max(1, total // FINE)]
        chosen += [candidates[place] for place in best]
        now = answers[best[0]] if len(best) == 1 else answer(erase(image, chosen, patch_size, color)[None])[0]
    erased = len(chosen)
    if now.argmax() == before:
        return ChangeOfMind(before, before, (), erased, total, singles, whole)
    kept, now = _needed(answer, image, chosen, before, now, partial(erase, patch_size=patch_size, color=color))
    return ChangeOfMind(before, int(now.argmax()), tuple(kept), erased, total, singles, now)


def _needed(
    answer: Callable[[np.ndarray], np.ndarray],
    image: np.ndarray,
    chosen: list[int],
    before: int,
    now: np.ndarray,
    erase: Callable[[np.ndarray, Sequence[int]], np.ndarray],
) -> tuple[list[int], np.ndarray]:
    """Those of the `chosen` patches without which the answer would not change, and what is said then; `now` is what is said without all."""
    while len(chosen) > 1:
        fewer = [[other for other in chosen if other != patch] for patch in chosen]
        answers = answer(np.stack([erase(image, patches) for patches in fewer]))  # (N, K)
        changed = np.flatnonzero(answers.argmax(axis=1) != before)
        if not len(changed):
            break
        chosen, now = fewer[changed[0]], answers[changed[0]]
    return chosen, now


def lead(probabilities: np.ndarray, k: int) -> np.ndarray:
    """Lead in probability of class `k` over the best other one: (N, K) -> (N,), from -1 to 1; of a single class its probability."""
    others = np.delete(probabilities, k, axis=1)
    return probabilities[:, k] - others.max(axis=1, initial=0.0)


def erase(image: np.ndarray, patches: Sequence[int], patch_size: int, color: Sequence[int]) -> np.ndarray:
    """A copy of `image` (3, H, W) uint8 in which `patches`, row by row from 0, have `color` (3,)."""
    copy = image.copy()
    for patch in patches:
        row, column = divmod(patch, image.shape[2] // patch_size)
        top, left = row * patch_size, column * patch_size
        copy[:, top : top + patch_size, left : left + patch_size] = np.asarray(color, image.dtype)[:, None, None]  # (3,) -> (3, 1, 1)
    return copy
