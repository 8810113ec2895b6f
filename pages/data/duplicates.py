"""Images of one split that lie in another too, or nearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from dashboard.kit.wording import escape, marked
from dashboard.pictures.html import sheet_uri
from dashboard.shell import show

if TYPE_CHECKING:
    from core.data.duplicates import Duplicates
    from core.data.splits import Dataset

SHOWN = 12  # pairs of each
KEPT = "duplicates"


def duplicates_panel(dataset: Dataset, link: Mapping[str, str]) -> None:
    """Near-duplicates across splits, looked for when asked; `link` is what a link to this data set says."""
    from core.data.duplicates import LEAST

    st.subheader("Near-duplicates across splits")
    st.markdown(
        "A test image that was trained on tests memory, not sight. Two images are near-duplicates here when their pixels correlate by at "
        f"least {LEAST:g}, each channel's mean taken out: the same picture in a little other light, contrast or noise, but not a shifted "
        "or mirrored one. Look at what is found: a ship between sky and sea correlates with another."
    )
    mark = (dataset.name, len(dataset.train), dataset.mean, dataset.std)
    if st.button("Look for them", key="look_for_duplicates", icon=":material/compare:"):
        st.session_state[KEPT] = (mark, _look(dataset))
    kept = st.session_state.get(KEPT)
    if kept and kept[0] == mark:
        for (split, other), found in kept[1].items():
            _told(dataset, split, other, found, link)


def _look(dataset: Dataset) -> dict[tuple[str, str], Duplicates]:
    from core.data.duplicates import across_splits

    bar = st.progress(0.0, "Comparing images")
    found = across_splits(
        dataset, lambda done, total, what: bar.progress(done / total, show.label(f"{what}: {done:,} of {total:,} images"))
    )
    bar.empty()
    return found


def _told(dataset: Dataset, split: str, other: str, found: Duplicates, link: Mapping[str, str]) -> None:
    first, second = getattr(dataset, split), getattr(dataset, other)
    other_class = int((first.labels[found.images] != second.labels[found.others]).sum())
    told = marked(
        "**{:,}** of {:,} {} images ({:.2%}) have one among {:,} {} images",
        len(found),
        len(first),
        split,
        len(found) / len(first),
        len(second),
        other,
    )
    if not len(found):
        show.markdown(marked("{}.", told))
        return
    more = f" The {SHOWN} most alike:" if len(found) > SHOWN else " The most alike first:"
    show.markdown(marked("{}, {:,} of them with another class.{}", told, other_class, more))
    pairs = list(zip(found.images[:SHOWN].tolist(), found.others[:SHOWN].tolist(), strict=True))
    sheet = np.concatenate([[first.images[i].numpy(), second.images[j].numpy()] for i, j in pairs])
    named = [
        ((f"{split} {i}", dataset.classes[first.labels[i]], urlencode({**link, "split": split, "search": i})),
         (f"{other} {j}", dataset.classes[second.labels[j]], urlencode({**link, "split": other, "search": j})))
        for i, j in pairs
    ]  # fmt: skip
    st.html(pairs_html(sheet, named, found.likeness[:SHOWN].tolist()))


def pairs_html(images: np.ndarray, named: Sequence[tuple[tuple[str, str, str], ...]], likeness: Sequence[float]) -> str:
    """Pairs of images (2 P, 3, H, W), the two of a pair side by side; for each (what it is, class, query string of a link)."""
    count = len(images)

    def side(place: int, what: str, name: str, query: str) -> str:
        at = 100 * place / (count - 1)
        return (
            f'<a href="?{escape(query)}" target="_self" title="{escape(f"{name} · {what}")}" aria-label="{escape(f"{what}: {name}")}">'
            f'<i style="background-position:{at:.4f}% 0"></i><span>{escape(what)}</span><b>{escape(name)}</b></a>'
        )

    cards = "".join(
        f'<div role="listitem"><div>{side(2 * n, *one)}{side(2 * n + 1, *other)}</div><small>correlation {alike:.3f}</small></div>'
        for n, ((one, other), alike) in enumerate(zip(named, likeness, strict=True))
    )
    return f'<div class="lab-pairs" role="list" style="--sheet:url({sheet_uri(images, count)});--count:{count}">{cards}</div>'
