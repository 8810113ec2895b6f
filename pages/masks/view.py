"""The page Masks in words, tables and messages to the browser. Pure; what is anyone's text is escaped where it meets HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from core.frames import rows_csv
from core.probes.seq2seq.masked_sentence import OTHER, MaskedSentence, allowed
from core.readable import agreement, number
from dashboard.kit.wording import ProofLine, escape, marked

if TYPE_CHECKING:
    from core.probes.seq2seq.mask_effects import EmptyRow, MaskEffects
    from core.probes.seq2seq.more_padding import PaddingReport

SHOWN = {  # of `core.models.masks.MASKS`; the one that is off by one is the trap
    "none": ("No mask", "every token reads every token"),
    "padding": ("Padding", "no token reads padding"),
    "subsequent": ("Subsequent", "no token reads what comes later"),
    "both": ("Both", "what both of them allow"),
}
START = (3, 5)  # row and column that are pointed at first


def board_data(sentence: MaskedSentence, effects: Mapping[str, MaskEffects] | None) -> dict[str, Any]:
    """What the browser needs; without `effects` nothing has been measured yet."""
    matrices = allowed(sentence.padding)
    return {
        "names": list(sentence.names),
        "padding": list(sentence.padding),
        "other": OTHER,
        "start": START,
        "waiting": effects is None,
        "masks": [
            {
                "name": name,
                "title": title,
                "told": told,
                "allowed": ["".join("01"[int(may)] for may in row) for row in matrices[name]],
                "changes": _numbers(np.full(matrices[name].shape, np.nan) if effects is None else effects[name].changes),
            }
            for name, (title, told) in SHOWN.items()
        ],
    }


def _numbers(values: np.ndarray) -> list[list[float | None]]:
    """Numbers to four digits; None for NaN. Exactly 0 stays so, and nothing else becomes it."""
    return [[None if np.isnan(value) else float(f"{value:.4g}") for value in row] for row in values]


def proof_line(effects: Mapping[str, MaskEffects]) -> ProofLine:
    """What was replaced, what moved before it, and whether that is what each mask promises."""
    causal, open_ = ("subsequent", "both"), ("none", "padding")
    zero = max(effects[name].before[1] for name in causal)
    least = min(effects[name].before[0] for name in open_)
    count = len(effects["none"].counted)
    passed = all(effects[name].passed for name in (*causal, *open_))
    says = marked(
        "when a token is replaced, the outputs before it are {} with the subsequent mask, and change each time without it",
        agreement(zero),
    )
    figures = marked(
        "Each of {} tokens was replaced by {}, in float64. With the subsequent mask, alone or with the padding mask, the outputs before it "
        "change by {}; the tolerance is 0. Without it they change by {} or more.",
        count,
        OTHER,
        number(zero),
        number(least),
    )
    return ProofLine(says, passed, figures)


def trap_html(sentence: MaskedSentence, pair: Sequence[MaskEffects], place: int) -> str:
    """How far each output moves when the token at `place` is replaced, under two masks without names."""
    head = "".join(
        f'<th scope="col" class="{"chosen" if t == place else ""}">{t}<br>{escape(OTHER if t == place else name)}</th>'
        for t, name in enumerate(sentence.names)
    )
    rows = "".join(
        f'<tr><th scope="row">{letter}</th>'
        + "".join(
            f'<td class="{"" if value else "zero"}">{"0" if value == 0 else number(value)}</td>' for value in effects.changes[:, place]
        )
        + "</tr>"
        for letter, effects in zip("AB", pair, strict=True)
    )
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-trap"><caption>How far the output at each position moves when '
        f"position {place} is replaced</caption><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def padding_html(reports: Mapping[str, PaddingReport]) -> str:
    """What more padding changes, with and without the padding mask."""
    rows = "".join(
        f'<tr class="{"" if report.masked else "wrong"}"><th scope="row">{title}</th><td>{number(report.states_off)}</td>'
        f"<td>{number(report.logits_off)}</td><td>{number(report.tolerance)}</td><td class='text'>{report.verdict}</td></tr>"
        for title, report in reports.items()
    )
    head = "".join(f'<th scope="col">{title}</th>' for title in ("", "memory moves", "logits move", "tolerance", "verdict"))
    extra = next(iter(reports.values())).extra
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight lab-heads"><caption>{extra} more padding at the end of the source, '
        f"float64: largest change</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def empty_html(rows: Sequence[EmptyRow], scores: Sequence[float]) -> str:
    """A row that may read nothing, as three ways to mask make it."""
    body = "".join(
        f'<tr><th scope="row">{escape(row.title)}<br><code>{escape(row.code)}</code></th>'
        + "".join(f"<td>{'NaN' if np.isnan(weight) else f'{weight:g}'}</td>" for weight in row.weights)
        + "</tr>"
        for row in rows
    )
    head = "".join(f'<th scope="col">{score:g}</th>' for score in scores)
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight"><caption>Weights of a row in which every column is masked; above: its '
        f'scores</caption><thead><tr><th scope="col">masked with</th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def effects_csv(sentence: MaskedSentence, effects: Mapping[str, MaskEffects]) -> str:
    """One line a mask, row and column: whether it may be read, and how far the row's output moves when the column's token is replaced."""
    return rows_csv(
        [
            {
                "mask": name,
                "row": i,
                "row_token": sentence.names[i],
                "column": j,
                "column_token": sentence.names[j],
                "may_read": int(one.allowed[i, j]),
                "output_moves": "" if np.isnan(one.changes[i, j]) else f"{one.changes[i, j]:.6g}",
            }
            for name, one in effects.items()
            for i, j in np.ndindex(one.allowed.shape)
        ]
    )


def masks_svg(sentence: MaskedSentence) -> str:
    """The four matrices as a drawing of its own."""
    cell, left, top, gap = 18, 64, 44, 40
    count = len(sentence.names)
    width = left + cell * count + gap
    parts = []
    for at, (name, (title, told)) in enumerate(SHOWN.items()):
        x = at * width + left
        parts.append(f'<text x="{x}" y="14" class="title">{title}</text><text x="{x}" y="28">{told}</text>')
        for t, token in enumerate(sentence.names):
            parts.append(f'<text x="{x - 5}" y="{top + cell * t + 13}" text-anchor="end">{t} {escape(token[:6])}</text>')
            parts.append(f'<text x="{x + cell * (t + 0.5)}" y="{top - 4}" text-anchor="middle">{t}</text>')
        for i, j in np.ndindex(count, count):
            look = "#0072b2" if allowed(sentence.padding)[name][i, j] else "#f2f2f2"
            parts.append(f'<rect x="{x + j * cell}" y="{top + i * cell}" width="{cell - 1}" height="{cell - 1}" fill="{look}"/>')
    size = (len(SHOWN) * width, top + cell * count + 6)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" role="img" aria-label="Four masks">'
        "<style>text{font:11px sans-serif;fill:#222} .title{font-weight:600;font-size:13px}</style>"
        f"<rect width='{size[0]}' height='{size[1]}' fill='white'/>{''.join(parts)}</svg>"
    )
