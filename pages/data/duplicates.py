"""Images of one split that lie in another too, or nearly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from dashboard.kit.wording import marked
from dashboard.shell import show
from dashboard.shell.choices import Kept
from pages.data.view import pairs_html

if TYPE_CHECKING:
    from core.data.duplicates import Duplicates
    from core.data.splits import Dataset

SHOWN = 12  # pairs of each
DUPLICATES = Kept("data", "duplicates")  # (of which images, what was found)


def duplicates_panel(dataset: Dataset, link: Mapping[str, str]) -> None:
    """Near-duplicates across splits, looked for when asked; `link` is what a link to this data set says."""
    from core.data.duplicates import LEAST

    st.header("Near-duplicates across splits")
    st.markdown(
        f"If a test image was also in the training set, it tests memory, not recognition. Two images count as near-duplicates if their "
        f"pixels, without the mean of each channel, correlate by at least {LEAST:g}: the same picture with slightly different light, "
        f"contrast or noise, but not shifted or mirrored. Check what is found: two different ships between sky and sea correlate, too."
    )
    mark = (dataset.name, len(dataset.train), dataset.mean, dataset.std)
    if st.button("Look for them", key="data_duplicates_look", icon=":material/compare:"):
        DUPLICATES.keep((mark, _look(dataset)))
    kept = DUPLICATES.value
    if kept and kept[0] == mark:
        for (split, other), duplicates in kept[1].items():
            _pairs(dataset, split, other, duplicates, link)


def _look(dataset: Dataset) -> dict[tuple[str, str], Duplicates]:
    from core.data.duplicates import across_splits

    bar = st.progress(0.0, "Comparing images")
    duplicates = across_splits(
        dataset, lambda done, total, what: bar.progress(done / total, show.label(f"{what}: {done:,} of {total:,} images"))
    )
    bar.empty()
    return duplicates


def _pairs(dataset: Dataset, split: str, other: str, duplicates: Duplicates, link: Mapping[str, str]) -> None:
    """How many images of a split have one in another, and the pairs that are most alike."""
    first, second = getattr(dataset, split), getattr(dataset, other)
    other_class = int((first.labels[duplicates.images] != second.labels[duplicates.others]).sum())
    count = marked(
        "**{:,}** of {:,} {} images ({:.2%}) have a near-duplicate among {:,} {} images",
        len(duplicates),
        len(first),
        split,
        len(duplicates) / len(first),
        len(second),
        other,
    )
    if not len(duplicates):
        show.markdown(marked("{}.", count))
        return
    more = f" The {SHOWN} most alike:" if len(duplicates) > SHOWN else " The most alike first:"
    show.markdown(marked("{}, {:,} of them of another class.{}", count, other_class, more))
    pairs = list(zip(duplicates.images[:SHOWN].tolist(), duplicates.others[:SHOWN].tolist(), strict=True))
    sheet = np.concatenate([[first.images[i].numpy(), second.images[j].numpy()] for i, j in pairs])

    def side(name: str, number: int, label: int) -> tuple[str, str, str]:
        return f"{name} {number}", dataset.classes[label], urlencode({**link, "split": name, "search": number})

    named = [(side(split, i, first.labels[i]), side(other, j, second.labels[j])) for i, j in pairs]
    st.html(pairs_html(sheet, named, duplicates.likeness[:SHOWN].tolist()))
