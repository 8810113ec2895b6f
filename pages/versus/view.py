"""The page GRU against transformer in words and as HTML. Pure; escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.evaluation.intervals import Interval
from core.evaluation.sequences.lengths import GOAL, LengthCurve, seconds_per_epoch, steps_to
from core.readable import number, percent
from core.training.config import RunConfig
from dashboard.kit.wording import ProofLine, escape, marked
from dashboard.shell.words import counted
from dashboard.training.contest import Standing, stands

if TYPE_CHECKING:
    from core.probes.seq2seq.bottleneck import BottleneckReport

COLUMNS = {
    "gives up at": "The shortest length at which less than half of the inputs are right, with the whole 95 % interval below one half.",
    "decoder is given": "Numbers, of an input of S tokens: the encoder's last state; or the states at all tokens, too; or the memory: key "
    "and value in every block of the decoder, while the query comes from what it has written so far.",
    "parameters": "Number of weights of the model.",
    "s an epoch": "Median over its epochs, validation included; on the machine that trained it, so do not compare across machines.",
    f"steps to {percent(GOAL, 0)}": f"Until the end of the first epoch after which {percent(GOAL, 0)} of the validation inputs are right.",
    "validation": "Share of validation inputs that the last epoch so far writes without a mistake.",
    "trained lengths": "Share of test inputs of trained lengths that the best epoch gets right; in brackets the 95 % interval.",
    "longer": "The same for inputs that are longer than all training inputs.",
    "run": "Where the numbers come from.",
}


def table_html(shown: Sequence[Standing], unit: str) -> str:
    """A line a model: where it comes from, its size, how fast it learned, and how far it carries."""
    head = "".join(f'<th scope="col" title="{escape(meaning)}">{escape(name)}</th>' for name, meaning in COLUMNS.items())
    rows = "".join(f'<tr><th scope="row">{escape(one.title)}</th>{"".join(map(_cell, cells(one, unit)))}</tr>' for one in shown)
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight"><thead><tr><th scope="col">model</th>'
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def cells(one: Standing, unit: str) -> list[str]:
    """What stands in the columns of a model."""
    seconds, steps = seconds_per_epoch(one.epochs), steps_to(one.epochs)
    curve = one.curve
    return [
        gives_up_words(curve, unit),
        given(one.wanted),
        f"{one.parameters:,}" if one.parameters else "–",
        f"{seconds:.1f}" if seconds is not None else "–",
        f"{steps:,}" if steps else "not reached" if one.epochs and not one.active else "–",
        percent(one.epochs[-1].exact) if one.epochs else "–",
        share_words(curve.share(longer=False)) if curve else "–",
        share_words(curve.share(longer=True)) if curve else "–",
        stands(one),
    ]


def given(config: RunConfig) -> str:
    """How many numbers a decoder is given of an input of S tokens."""
    model = config.model_config
    if config.model == "transformer":
        return f"S × {model.embed_dim}"
    return f"{model.hidden_size}" if config.model == "seq2seq-gru" else f"(S + 1) × {model.hidden_size}"


def share_words(share: Interval | None) -> str:
    """A share with its interval: "68.0 % (59 to 76)"; a dash where there is none."""
    return f"{100 * share.value:.1f} % ({' to '.join(share.ends(0))})" if share else "–"


def gives_up_words(curve: LengthCurve | None, unit: str) -> str:
    """At which length a model gives up, in the task's unit."""
    if curve is None:
        return "–"
    at = curve.gives_up()
    return counted(at, unit) if at is not None else f"never up to {curve.lengths[-1]}"


def finding(fixed: LengthCurve | None, attention: LengthCurve | None, unit: str) -> str:
    """What the figure shows of the bottleneck, in a sentence; "" while one of the two is not known."""
    if fixed is None or attention is None:
        return ""
    a, b = fixed.gives_up(), attention.gives_up()
    if a is None:
        return f"Here the fixed vector is enough: it never falls below half up to {fixed.lengths[-1]} {unit}. Make it smaller."
    if a > fixed.longest:
        return f"Here the fixed vector is enough for all trained lengths, to {fixed.longest} {unit}: it gives up at {a}."
    if b is not None and b <= a:
        return f"Attention does not help here: both give up at {a} {unit} or before."
    carried = f"with attention the same GRU carries on to {b - 1}" if b is not None else "with attention the same GRU never does"
    return marked("**The fixed vector gives up at {}, though it was trained to {}; {}.**", counted(a, unit), fixed.longest, carried)


def seeds_html(curves: Mapping[str, Mapping[int, LengthCurve | None]], unit: str) -> str:
    """A line a model, a column a seed: the share of right inputs of trained lengths, and where it gives up."""
    seeds = sorted({seed for row in curves.values() for seed in row})
    head = "".join(f'<th scope="col">seed {seed}</th>' for seed in seeds)
    rows = "".join(
        f'<tr><th scope="row">{escape(title)}</th>{"".join(_cell(_seed_words(row.get(seed), unit)) for seed in seeds)}</tr>'
        for title, row in curves.items()
    )
    return (
        '<div class="lab-scroll"><table class="lab-table lab-tight"><caption>Trained lengths right, and the length at which it gives up'
        f'</caption><thead><tr><th scope="col"></th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _seed_words(curve: LengthCurve | None, unit: str) -> str:
    trained = curve.share(longer=False) if curve else None
    return f"{100 * trained.value:.1f} %, {gives_up_words(curve, unit)}" if trained else "not trained"


def proof_words(reports: Mapping[str, BottleneckReport], inputs: str) -> ProofLine:
    """What the bottleneck probe measured, in one line."""
    findings = []
    for title, report in reports.items():
        states = f"noise for the states at all tokens moves its logits by {number(report.states_off, 2)}"
        final = f", noise for its vector of {report.width} numbers by {number(report.final_off, 2)}" if report.width else ""
        findings.append(f"{title}: {states}{final}")
    passed = all(report.passed for report in reports.values())
    says = marked(
        "without attention, the decoder depends on the one vector and not at all on the states at the tokens; with attention, it depends "
        "on these states"
    )
    figures = marked(
        "Measured in float64 on {}. {}. Without attention noise for the states must move the logits by exactly 0.",
        inputs,
        "; ".join(findings),
    )
    return ProofLine(says, passed, figures)
