"""How many images of each class are in each split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.kit.wording import escape
from dashboard.shell import show
from dashboard.shell.left_out import left_out_note

if TYPE_CHECKING:
    from core.data.splits import Dataset


def balance_panel(dataset: Dataset) -> None:
    """The class balance of every split."""
    from core.data.statistics import class_balance

    counts = {name: class_balance(getattr(dataset, name).labels, len(dataset.classes)) for name in ("train", "val", "test")}
    st.subheader("Class balance")
    st.html(balance_html(dataset.classes, counts))
    least, most = min(counts["train"]), max(counts["train"])
    show.caption(
        f"Number of images, and share of the split. A model that always names the largest training class is right for {most:,} of "
        f"{sum(counts['train']):,} training images ({most / sum(counts['train']):.1%}); its smallest class has {least:,}."
    )
    left_out_note(dataset.left_out.plain())


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
