"""Tables as HTML: light enough for a page that updates itself. Pure; escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from core.scores import ClassScores

COLUMNS = {
    "recall": ("Recall", "Of the images of this class, the share that was found."),
    "precision": ("Precision", "Of the images called this class, the share that is."),
    "f1": ("F1", "Harmonic mean of recall and precision (Dice)."),
    "iou": ("IoU", "True positives among all that are or are called this class (Jaccard)."),
    "one_vs_rest_accuracy": (
        "One-vs-rest",
        "Share of all images put on the right side of this class or not. High for every class: not the accuracy.",
    ),
}


def class_table_html(scores: ClassScores, classes: Sequence[str], *, caption: str) -> str:
    """Scores in percent, one row a class, then their mean and their mean weighted by support."""
    head = "".join(f'<th scope="col" title="{escape(told)}">{title} %</th>' for title, told in COLUMNS.values())
    rows = [
        _row(name, f"{row['count']:,}", [row[score] for score in COLUMNS]) for name, row in zip(classes, scores.rows(classes), strict=True)
    ]
    means = _row("mean", "", [scores.mean(score) for score in COLUMNS], "total")
    weighted = _row("weighted by n", f"{scores.total:,}", [scores.weighted(score) for score in COLUMNS], "total")
    return (
        f'<div class="lab-scroll"><table class="lab-table"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">class</th><th scope="col">n</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}{means}{weighted}</tbody></table></div>"
    )


def _row(name: str, count: str, values: list[float], look: str = "") -> str:
    cells = "".join(f"<td>{100 * value:.1f}</td>" for value in values)
    return f'<tr class="{look}"><th scope="row">{escape(name)}</th><td>{count}</td>{cells}</tr>'


def help_table_html(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows of `core.hparams.help_table` as a table."""
    body = "".join(
        f'<tr><th scope="row"><code>{escape(row["name"])}</code></th><td>{escape(row["default"])}</td>'
        f'<td>{escape(row["range"])} {escape(row["unit"])}</td><td class="text">{escape(row["help"])}</td></tr>'
        for row in rows
    )
    head = "".join(f'<th scope="col">{title}</th>' for title in ("name", "default", "range", "what it does"))
    return f'<div class="lab-scroll"><table class="lab-table lab-help"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
