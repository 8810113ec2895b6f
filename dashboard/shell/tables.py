"""Tables as HTML: light enough for a page that updates itself. Pure; escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.frames import csv_text
from core.scores import ClassScores, percent_text
from dashboard.kit.wording import escape

if TYPE_CHECKING:
    from core.evaluation.judged import Judged

COUNTS = {
    "frequency": ("of all %", "Share of all images that are of this class."),
    "true_positives": ("TP", "True positives: images of this class that were classified as this class."),
    "false_negatives": ("FN", "False negatives: images of this class that were classified as another class."),
    "false_positives": ("FP", "False positives: images of other classes that were classified as this class."),
    "true_negatives": ("TN", "True negatives: images of other classes that were not classified as this class."),
}
COLUMNS = {
    "recall": ("Recall", "The share of the images of this class that were classified as this class."),
    "precision": ("Precision", "The share of the images classified as this class that really are of this class."),
    "f1": ("F1", "Harmonic mean of recall and precision (Dice)."),
    "iou": ("IoU", "True positives divided by all images that are of this class or classified as it (Jaccard)."),
    "one_vs_rest_accuracy": (
        "One-vs-rest",
        "The share of all images that are correctly said to be of this class or not. It is high for every class and is not the accuracy.",
    ),
}


def class_table_html(scores: ClassScores, classes: Sequence[str], *, caption: str, counts: bool = False, chosen: int | None = None) -> str:
    """Scores in percent, one row a class, then their mean and their mean weighted by support, both over the classes that occur.

    A class that does not occur has dashes, and `ClassScores.notes` names it. With `counts`, how often the class occurs and the four counts
    stand behind them. The row of the class `chosen` is marked.
    """
    counted = COUNTS if counts else {}
    titles = [*((f"{title} %", help) for title, help in COLUMNS.values()), *counted.values()]
    head = "".join(f'<th scope="col" title="{escape(help)}">{title}</th>' for title, help in titles)
    rows = [
        _row(row["class"], f"{row['count']:,}", [row[n] for n in COLUMNS], [_count(n, row[n]) for n in counted], "chosen" * (k == chosen))
        for k, row in enumerate(scores.rows(classes))
    ]
    blank = [""] * len(counted)
    means = _row("mean", "", [scores.mean(score) for score in COLUMNS], blank, "total")
    weighted = _row("weighted by n", f"{scores.total:,}", [scores.weighted(score) for score in COLUMNS], blank, "total")
    return (
        f'<div class="lab-scroll"><table class="lab-table"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">class</th><th scope="col">n</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}{means}{weighted}</tbody></table></div>"
    )


def _count(name: str, value: float) -> str:
    return f"{100 * value:.1f}" if name == "frequency" else f"{value:,}"


def _row(name: str, n: str, scores: list[float | None], counts: list[str], look: str) -> str:
    cells = "".join(f"<td>{text}</td>" for text in (n, *map(percent_text, scores), *counts))
    return f'<tr class="{look}"><th scope="row">{escape(name)}</th>{cells}</tr>'


def class_table_csv(scores: ClassScores, classes: Sequence[str]) -> str:
    """All counts and scores of each class as CSV, shares as fractions."""
    return csv_text(scores.frame(classes))


def image_table_csv(judged: Judged, classes: Sequence[str]) -> str:
    """What a model says of each image as CSV, a line an image in the order of their split."""
    return csv_text(judged.frame(classes))


def help_table_html(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows of `core.hparams.help_table` as a table."""
    body = "".join(
        f'<tr><th scope="row"><code>{escape(row["name"])}</code></th><td>{escape(row["default"])}</td>'
        f'<td>{escape(row["range"])} {escape(row["unit"])}</td><td class="text">{escape(row["help"])}</td></tr>'
        for row in rows
    )
    head = "".join(f'<th scope="col">{title}</th>' for title in ("name", "default", "range", "what it does"))
    return f'<div class="lab-scroll"><table class="lab-table lab-help"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
