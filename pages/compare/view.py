"""The message to the board of runs, and the comparison of two runs in words and as HTML. Pure; escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.data.config import SequenceDataConfig
from core.evaluation.intervals import Interval
from core.evaluation.pairs import TRIALS, Verdict, differing
from core.hparams import declared
from core.models import MODELS
from core.readable import number, percent, points
from core.training.config import TrainingConfig
from core.training.history import Snapshot
from dashboard.kit.wording import ProofLine, escape, marked

NAMES = "ABCDEF"  # of the selected runs, in their order
SHOWN_APART = ("model", "dataset", "data", "epochs")  # columns of their own, or of no use in a table


def board_data(runs: Sequence[tuple[str, str]], lines: Sequence[bytes], view: Mapping[str, str]) -> bytes:
    """The message of `runs` (id, version) with a line of JSON each, as `dashboard.runs.lines.run_line` makes it.

    Its first line says which hyperparameters differ ({name, scale, help} each) and what to show at first (`view`).
    """
    head = {"runs": list(runs), "columns": columns([json.loads(line)["config"] for line in lines]), "view": dict(view)}
    return b"\n".join([json.dumps(head).encode(), *lines])


def columns(configs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The hyperparameters in which runs differ, with their scale and their help."""
    known = {name: h for spec in MODELS.values() for name, h in declared(spec.config).items()}
    known |= declared(TrainingConfig) | declared(SequenceDataConfig)
    return [
        {"name": name, "scale": known[name].scale if name in known else "linear", "help": known[name].help if name in known else ""}
        for name in differing(configs)
        if name not in SHOWN_APART
    ]


def differences(runs: Sequence[Snapshot]) -> dict[str, list[Any]]:
    """In what some runs differ, a value each: their hyperparameters, and the learning rates that somebody has set while they trained."""
    values, changed = differing([run.config for run in runs]), [rates_by_hand(run) for run in runs]
    return values | ({"lr, set by hand": changed} if any(changed) else {})


def rates_by_hand(run: Snapshot) -> str | None:
    """The learning rates that were set while a run trained, and after how many epochs; None where there are none."""
    steps = max(1, run.steps_per_epoch)
    return ", ".join(f"{lr:g} after epoch {step / steps:.3g}" for step, lr in run.lr_changes) or None


def accuracy_words(interval: Interval | None) -> str:
    """An accuracy with its interval: "63.3 % (61.9 to 64.7)"."""
    return f"{percent(interval.value)} ({' to '.join(interval.ends())})" if interval else "no epoch yet"


def differences_html(runs: Sequence[str], values: Mapping[str, Sequence[Any]], *, caption: str) -> str:
    """A line a hyperparameter, a column a run."""
    head = "".join(f'<th scope="col" title="{escape(run)}">{name}</th>' for name, run in zip(NAMES, runs, strict=False))
    body = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th>{"".join(f"<td>{_value(v)}</td>" for v in row)}</tr>'
        for name, row in values.items()
    )
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-tight"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col"></th>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _value(value: Any) -> str:
    if value is None:
        return "–"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else escape(str(value)) or "–"


def verdict_words(verdict: Verdict) -> str:
    """Which run is better and what says so, in Markdown."""
    outcomes = {
        "a": marked("**A is better, beyond chance.**"),
        "b": marked("**B is better, beyond chance.**"),
        "": marked("**Neither: chance may explain it.**"),
    }
    difference, level = verdict.difference, percent(verdict.difference.level, 0)
    size = (
        f"B − A is {points(difference.value)} points, {level} interval {_range(difference)}"
        f"{'' if verdict.images else ', with 0 inside' if not verdict.beyond_chance else ', with 0 outside'}."
    )
    if not verdict.images:
        alone = f"Therefore each accuracy counts as if it had images of its own (n = {_sizes(verdict)})."
        return outcomes[verdict.better] + f" {size} {verdict.why} {alone}"
    images = verdict.images
    return outcomes[verdict.better] + (
        f" On the same {difference.n:,} validation images B is right on {images.only_b:,} that A gets wrong, and A on "
        f"{images.only_a:,} that B gets wrong. If both were equally good, a gap this large or larger would appear with probability "
        f"{number(images.p, 2)} (exact McNemar test; below {number(1 - difference.level, 2)} counts as beyond chance). {size}"
    )


def _range(difference: Interval) -> str:
    """The interval of a difference in percentage points."""
    return " to ".join(points(end, difference.digits()) for end in (difference.low, difference.high))


def _sizes(verdict: Verdict) -> str:
    return f"{verdict.a.n:,}" if verdict.a.n == verdict.b.n else f"{verdict.a.n:,} and {verdict.b.n:,}"


def proof_words(verdict: Verdict, share: float) -> ProofLine:
    """Whether the test that was used keeps its promise, by `false_alarms`."""
    promise = 1 - verdict.difference.level
    slack = 2 * (promise * (1 - promise) / TRIALS) ** 0.5
    how = f"that disagree on {verdict.images.only_a + verdict.images.only_b:,} images" if verdict.images else "of this accuracy"
    says = marked(
        "this test called {:.1%} of {} equally good pairs of models different, and it promises {:.0%} at most, with a sampling error of "
        "{:.1%} for so many pairs",
        share,
        TRIALS,
        promise,
        slack,
    )
    figures = marked("The pairs are drawn at random on n = {} images, {}.", _sizes(verdict), how)
    return ProofLine(says, share <= promise + slack, figures)


def difference_html(verdict: Verdict) -> str:
    """The difference B - A with its interval on an axis around 0, in percentage points."""
    difference = verdict.difference
    reach = 1.25 * max(abs(difference.low), abs(difference.high), 0.005)
    low, at, high = ((value / reach + 1) / 2 for value in (difference.low, difference.value, difference.high))
    places = f"--low:{low:.4f}; --at:{at:.4f}; --high:{high:.4f}"
    label = f"B − A: {points(difference.value)} points, interval {_range(difference)}"
    return (
        f'<figure class="lab-pair" role="img" aria-label="{escape(label)}"><div class="lab-pair-ends"><span>← A is better</span>'
        f"<span>B − A in percentage points</span><span>B is better →</span></div>"
        f'<div class="lab-pair-axis {verdict.better or "neither"}" style="{places}"><i></i><b></b></div>'
        f'<div class="lab-pair-ends"><span>{points(-reach)}</span><span>0</span><span>{points(reach)}</span></div></figure>'
    )


def counts_html(verdict: Verdict) -> str:
    """Who is right on how many images; empty where that is not known image by image."""
    if not verdict.images:
        return ""
    images = verdict.images
    rows = (
        ("A right", f"<td>{images.both:,}</td><td><b>{images.only_a:,}</b></td>"),
        ("A wrong", f"<td><b>{images.only_b:,}</b></td><td>{images.neither:,}</td>"),
    )
    body = "".join(f'<tr><th scope="row">{title}</th>{cells}</tr>' for title, cells in rows)
    head = "".join(f'<th scope="col">{title}</th>' for title in ("", "B right", "B wrong"))
    table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<table class="lab-table lab-tight"><caption>Validation images</caption>{table}</table>'
