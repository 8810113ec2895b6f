"""Positions as tables and in words: how loud, what the shuffle test says, what trained runs reached. Pure; escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import readable
from core.errors import LabError
from core.evaluation.by_positions import Reached, Setup
from core.evaluation.intervals import proportion_interval
from core.frames import csv_text, frame
from core.probes.positions.tables import Loudness, number
from core.training.config import RunConfig
from dashboard.kit.wording import escape, marked
from dashboard.runs.labels import data_label
from dashboard.shell.words import counted

TITLES = {
    "none": "None",
    "index": "Bare index",
    "sinusoidal": "Sine and cosine",
    "learned": "Learned",
    "grid": "Sine and cosine, 2-D",
    "rotary": "Rotary",
}
FORMULAS = {
    "none": "Nothing is added: the model sees a set of patches without an order.",
    "index": "`PE(pos, j) = pos` for every feature j: the simplest idea.",
    "sinusoidal": "`PE(pos, 2i) = sin(pos / 10000^(2i/dim))`, `PE(pos, 2i+1) = cos(pos / 10000^(2i/dim))` (Vaswani et al. 2017).",
    "learned": "`PE(pos, j)` is a weight that is trained like any other, drawn with standard deviation 0.02 at the start (ViT, 2020).",
    "grid": "Sine and cosine twice: of the row in the first half of the features, and of the column in the second half.",
    "rotary": "Nothing is added. In every layer, features 2i and 2i+1 of each head's queries and keys are rotated by `pos / "
    "10000^(2i/D)`; a score then depends on the distance of two tokens (Su et al. 2021).",
}
WHY = {
    "none": "Attention sums over a set, so the outputs move along with their tokens, whatever the order is.",
    "index": "The index adds the same number to every feature, and LayerNorm removes exactly that. A ViT normalises before anything "
    "reads a token, so it never sees these positions. With LayerNorm after the sum, as in 2017, attention sees them first.",
    "sinusoidal": "Each position has its own vector, so a token at another position becomes another vector: the order matters.",
    "learned": "Each position has its own vector, so a token at another position becomes another vector: the order matters. At the start "
    "the vectors are short, and so is the difference.",
    "grid": "Each row and each column has its own vector: the order matters.",
    "rotary": "Tokens stay as they are, but scores depend on the distance of two tokens: the order matters.",
}


WORDS = {"neither": "order matters"}  # for verdicts


@dataclass(frozen=True)
class Verdict:
    """What one shuffle test said; `why` instead where there was none."""

    word: str = ""
    difference: float = 0.0
    tolerance: float = 0.0
    moved: int = 0
    why: str = ""


def loudness_html(loud: Mapping[str, Loudness | str], *, chosen: str, length: int, dim: int) -> str:
    """The length of each kind's vectors beside that of a token; a string says why there is none."""
    titles = {
        "first": "Length of the vector of position 0 (root of the sum of squares).",
        "last": f"Length of the vector of position {length - 1}.",
        "× a token": f"The longest vector, as a multiple of a token after LayerNorm, √{dim} = {dim**0.5:.2f}.",
        "left by LayerNorm": "The longest vector after its own mean is subtracted, as the next LayerNorm does.",
    }
    rows = []
    for kind, one in loud.items():
        if isinstance(one, str):
            cells = f'<td colspan="4" class="text">{escape(one)}</td>'
        else:
            numbers = (f"{one.first:.2f}", f"{one.last:.2f}", f"{one.ratio:.2f}", f"{one.left:.2f}")
            cells = "".join(f"<td>{text}</td>" for text in numbers)
        rows.append(_row(kind, cells, chosen))
    head = "".join(f'<th scope="col" title="{escape(meaning)}">{escape(title)}</th>' for title, meaning in titles.items())
    return _table(f"Length of the vectors that are added to {counted(length, 'tokens')} of {dim} features", head, rows)


def verdicts_html(results: Mapping[str, Sequence[Verdict]], *, chosen: str, caption: str) -> str:
    """What the shuffle test says of each kind: in a ViT, in the transformer of 2017, and where token and position move together."""
    titles = {
        "ViT: LayerNorm first": "Encoder layers as in a ViT, and its last LayerNorm.",
        "2017: LayerNorm after": "Encoder layers as in Vaswani et al. 2017.",
        "moved together": "Each token takes its position along: the test passes whatever the positions are, and proves nothing.",
    }
    head = "".join(f'<th scope="col" title="{escape(meaning)}">{escape(title)}</th>' for title, meaning in titles.items())
    rows = [_row(kind, "".join(_verdict(one) for one in three), chosen) for kind, three in results.items()]
    return _table(caption, head, rows)


def _verdict(one: Verdict) -> str:
    if one.why:
        return f'<td class="text">{escape(one.why)}</td>'
    if not one.moved:
        return "<td>nothing moved</td>"
    return f'<td class="text"><b>{escape(WORDS.get(one.word, one.word))}</b> {readable.number(one.difference, 2)}</td>'


def reached_html(setup: Setup, *, chosen: str, train: Callable[[Setup, str], str]) -> str:
    """What runs of one set-up reached with each kind; where there is none, a link to where `train` has it trained."""
    titles = ("validation accuracy", "95 % by images", "epoch", "test accuracy", "run")
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    cells = {kind: _reached(runs) if (runs := setup.kinds[kind]) else _none(train(setup, kind)) for kind in TITLES}
    rows = [_row(kind, text, chosen) for kind, text in cells.items()]
    return _table(setup_words(setup), head, rows)


def setup_words(setup: Setup) -> str:
    """A set-up in a line: the data, the split sizes that were judged, and what differs from the defaults."""
    some = next((runs[0] for runs in setup.kinds.values() if runs), None)
    sizes = f", {some.val:,} validation and {some.test:,} test images" if some else ""
    skipped = ("model", "dataset", "positions", "seed", "stratify", "device", "threads", "kernel", "compile", "data")
    changes = [f"{name} {value}" for name, value in _changed(setup.config).items() if name not in skipped]
    return f"ViT on {data_label(setup.config)}{sizes}: {', '.join(changes) or 'all at the defaults'}"


def _changed(config: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the defaults; nothing where a run of another version of the lab has what is no config here."""
    try:
        return RunConfig.of(**config).changed()
    except LabError:
        return {}


def _reached(runs: Sequence[Reached]) -> str:
    tops = np.array([run.val_top1 for run in runs])
    tests = [run.test_top1 for run in runs if run.test_top1 is not None]
    interval = proportion_interval(round(tops.mean() * runs[0].val), runs[0].val) if len(runs) == 1 else None
    spread = " to ".join(interval.ends()) if interval else f"{len(runs)} runs, {100 * tops.min():.1f} to {100 * tops.max():.1f}"
    epochs = ", ".join(str(run.epoch + 1) for run in runs)
    test = f"{100 * np.mean(tests):.1f} %" if tests else "–"
    cells = (f"{100 * tops.mean():.1f} %", spread, epochs, test, ", ".join(run.run_id for run in runs))
    return "".join(f"<td>{escape(text)}</td>" for text in cells)


def _none(address: str) -> str:
    return f'<td colspan="5" class="none">no run yet: <a href="{escape(address)}" target="_self">train it</a></td>'


def _row(kind: str, cells: str, chosen: str) -> str:
    look = ' class="chosen"' if kind == chosen else ""
    return f'<tr{look}><th scope="row">{escape(TITLES[kind])}</th>{cells}</tr>'


def _table(caption: str, head: str, rows: Sequence[str]) -> str:
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-positions"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">positions</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def index_words(length: int, dim: int, index: Loudness) -> str:
    """Why the bare index drowns the tokens, in numbers."""
    if length == 1:
        return f"A token after LayerNorm has length √{dim} = {index.token:.2f}. The index of a single token is 0, so nothing is added."
    return marked(
        "A token after LayerNorm has length √{} = {:.2f}. The bare index {} on {} features has length {} × √{} = {:,.1f}, **{:,.0f} "
        "times** as long, so the token hardly counts beside it. But because it is the same in every feature, the next LayerNorm removes "
        "it together with the token's mean: {} remains.",
        dim,
        index.token,
        length - 1,
        dim,
        length - 1,
        dim,
        index.last,
        index.ratio,
        number(index.left),
    )


def table_csv(table: np.ndarray) -> str:
    """A table as CSV, one line a position."""
    rows = [(pos, *row) for pos, row in enumerate(table.tolist())]
    return csv_text(frame(rows, ("position", *(f"feature {j}" for j in range(table.shape[1])))), digits="%.9g")
