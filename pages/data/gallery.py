"""A page of images, one of them large, number by number, and the proof that normalising loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.readable import agreement
from dashboard.kit.messages import drawn
from dashboard.kit.wording import ProofLine, marked
from dashboard.shell import show
from dashboard.shell.choices import Kept
from pages.data.board import chosen, gallery
from pages.data.controls import IMAGE, PAGE, TURN, image_shown
from pages.data.view import GalleryPage, gallery_data, page_count

if TYPE_CHECKING:
    from core.data.splits import Dataset, Split

KEY = "data_gallery"
START = Kept("data", "start")  # (the images in the browser, the one that was large when they were sent)


def draw_gallery(dataset: Dataset, page: GalleryPage) -> None:
    """The images, one of them large, and the proof that normalising can be undone, and with what."""
    from core.data.round_trip import OTHERS, TOLERANCE, round_trip

    images, labels = _pixels(dataset, page)
    known = (dataset.mean, dataset.std)
    backs = [["the same mean and standard deviation", *known], *([name, *constants] for name, constants in OTHERS.items())]
    put_gallery(images, page, [dataset.classes[k] for k in labels], mean=dataset.mean, std=dataset.std, backs=backs)
    if (count := page_count(page.total)) > 1:
        PAGE.pagination(count, turn=TURN.value, on_change=lambda: IMAGE.set(""))
    right, *wrong = (round_trip(images, known, (mean, std)) for _, mean, std in backs)
    others = "; ".join(f"with {name}, {found.largest}" for name, found in zip(OTHERS, wrong, strict=True))
    show.caption(f"{page.words()}.")
    says = marked(
        "all n = {:,} numbers of these images, normalised and undone with the same mean and standard deviation, are {} to those before",
        right.numbers,
        agreement(right.largest),
    )
    figures = marked(
        "Largest difference {} of 255 levels, tolerance {}. Undone with other values they differ by more levels: {}.",
        right.largest,
        TOLERANCE,
        others,
    )
    show.proof(ProofLine(says, right.passed, figures))


def _pixels(dataset: Dataset, page: GalleryPage) -> tuple[Any, np.ndarray]:
    """The images shown, own pictures first, (N, 3, 32, 32) uint8 tensor, and the labels of those that have one."""
    import torch

    split: Split = getattr(dataset, page.split)
    part = split[torch.from_numpy(page.numbers)]
    own = [torch.from_numpy(picture.pixels)[None] for picture in page.pictures]
    return torch.cat([*own, part.images]), part.labels.numpy()


def put_gallery(images: Any, page: GalleryPage, names: Sequence[str], **constants: Any) -> None:
    """Hand the images to the board; `names` are the classes of those that are not one's own."""
    data = gallery_data(np.asarray(images), page, names, large=image_shown(page), **constants)
    # What was chosen by hand is large in the browser already: it need not travel with the images again.
    sheet = (data["sheet"], tuple(page.ids))
    before = START.value
    if drawn(KEY) and before and before[0] == sheet:
        data["start"] = before[1]
    START.keep((sheet, data["start"]))
    gallery(data, key=KEY, on_choose=lambda: IMAGE.set(chosen(KEY)))
