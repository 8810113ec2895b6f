"""What the page Data draws, as HTML and as the message to its board. Pure; escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.picture import Picture
from dashboard.kit.wording import escape
from dashboard.pictures.html import sheet_uri

if TYPE_CHECKING:
    from core.data.statistics import Running

SPLITS = {"train": "training", "val": "validation", "test": "test"}
COLUMNS, A_PAGE = 8, 64
OWN = "own"
LEVEL = 1 / 255
CHANNELS = ("red", "green", "blue")
LOW, HIGH = 0.01, 200.0  # levels, of the axis


@dataclass(frozen=True, eq=False)
class GalleryPage:
    """What is on a page of the gallery: positions in the split, and one's own pictures before them."""

    split: str
    numbers: np.ndarray  # (M,) of this page
    total: int  # on all pages
    pictures: Sequence[Picture] = field(default=())

    @property
    def ids(self) -> list[str]:
        """What each image is called in the component and in links."""
        return [f"{OWN}-{n}" for n in range(1, len(self.pictures) + 1)] + [str(n) for n in self.numbers]

    def words(self) -> str:
        """The page in words, with n."""
        which = "1 image" if self.total == 1 else f"{self.total:,} {SPLITS[self.split]} images, {len(self.numbers)} here"
        return f"{which}{f'; {len(self.pictures)} of your own first' if self.pictures else ''}"


def page_count(images: int) -> int:
    """On how many pages so many images are."""
    return -(-images // A_PAGE)


def gallery_data(images: np.ndarray, page: GalleryPage, names: Sequence[str], *, large: str, **constants: Any) -> dict[str, Any]:
    """The message to the board: images (N, 3, 32, 32); `names` are the classes of those that are not one's own, `large` an id."""
    named = [*("your picture" for _ in page.pictures), *names]
    titles = [
        *(f"as the models see it, picture {n} of {len(page.pictures)}" for n in range(1, len(page.pictures) + 1)),
        *(f"{SPLITS[page.split]} image {n}" for n in page.numbers),
    ]
    entries = [list(entry) for entry in zip(page.ids, named, titles, strict=True)]
    return {"sheet": sheet_uri(images, COLUMNS), "columns": COLUMNS, "images": entries, "start": large, **constants}


def balance_html(classes: Sequence[str], counts: Mapping[str, Sequence[int]]) -> str:
    """A row a class, a column a split: number, share in percent, and a bar whose full width is the largest share of all splits."""
    totals = {split: sum(row) for split, row in counts.items()}
    longest = max((max(row) / totals[split] for split, row in counts.items() if totals[split]), default=1)

    def cell(split: str, k: int) -> str:
        share = counts[split][k] / totals[split] if totals[split] else 0
        return (
            f'<td class="share" style="--p:{share / longest:.4f}"><span>{counts[split][k]:,}<small>{100 * share:.1f} %</small></span></td>'
        )

    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(cell(split, k) for split in counts)}</tr>' for k, name in enumerate(classes)
    )
    total = "".join(f"<td>{totals[split]:,}</td>" for split in counts)
    head = "".join(f'<th scope="col">{escape(split)}</th>' for split in counts)
    return (
        f'<div class="lab-scroll lab-balance"><table class="lab-table lab-tight"><thead><tr><th scope="col">class</th>{head}</tr></thead>'
        f'<tbody>{body}<tr class="total"><th scope="row">n</th>{total}</tr></tbody></table></div>'
    )


def course_html(course: Sequence[Running], mean: Sequence[float]) -> str:
    """The channels' mean and deviation at the last look, and how far the mean was from `mean` at every look, on logarithmic axes."""
    now = course[-1]
    rows = "".join(
        f'<tr><th scope="row">{channel}</th><td>{now.mean[c]:.4f}</td><td>{now.std[c]:.4f}</td>'
        f"<td>{255 * now.mean[c]:.1f}</td><td>{255 * now.std[c]:.1f}</td></tr>"
        for c, channel in enumerate(CHANNELS)
    )
    dots = "".join(
        f'<i class="{channel}" style="--at:{_along(running.seen)};--up:{_up(abs(running.mean[c] - mean[c]) / LEVEL)}"></i>'
        for running in course
        for c, channel in enumerate(CHANNELS)
    )
    across = "".join(f'<span style="--at:{_along(10**k)}">{10**k:,}</span>' for k in range(6))
    up = "".join(f'<span style="--up:{_up(levels)}">{levels:g}</span>' for levels in (0.01, 0.1, 1, 10, 100))
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("channel", "mean", "standard deviation", "mean × 255", "std × 255"))
    legend = "".join(f'<i class="{channel}"></i> {channel}' for channel in CHANNELS)
    legend_words = "Each dot: distance of the mean so far from the mean over all images, in levels of 255. The dashed line is one level."
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight"><caption>First {now.seen:,} training images</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<figure class="lab-course"><figcaption>{legend_words} {legend}</figcaption>'
        f'<div role="img" aria-label="One dot for each look and channel, up to {now.seen:,} images.">'
        f'{up}<b style="--up:{_up(1)}"></b>{dots}</div>'
        f'<div class="across">{across}</div></figure>'
    )


def _along(seen: int) -> float:
    """A place on the axis of images, 0 to 1; it ends at 100,000."""
    return round(min(1.0, math.log10(seen) / 5), 4)


def _up(levels: float) -> float:
    """A place on the axis of levels, 0 to 1."""
    return round(math.log(min(HIGH, max(LOW, levels)) / LOW) / math.log(HIGH / LOW), 4)


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
