"""What stands under the shuffle board: the proof line, the question, and who survives which shuffle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from core.probes.architectures import ARCHITECTURES
from dashboard.kit.wording import escape, marked
from dashboard.pictures.choose import Shown
from dashboard.runs.opened import weighted_runs
from dashboard.shell import show
from dashboard.shell.predict import predict
from pages.shuffle.controls import PATCHES, order_of, reader
from pages.shuffle.view import Reader, read_by

if TYPE_CHECKING:
    from core.probes.survival import Survival

PROVED = "encoder"  # the architecture of the claim
MARKS = {"equivariant": ("✓", "equivariant"), "invariant": ("○", "invariant"), "neither": ("–", "neither")}
GROUPS = {"equivariant": "all, equivariant", "invariant": "all, invariant", "some": "some", "neither": "none"}


def proof(picture: Shown, patch: int) -> str:
    """The proof line: the claim itself, on the picture and the order of the board, in float64."""
    import torch

    from core.probes.ways import Way, examine

    model = _proved(patch)
    permutation, _ = order_of(patch)
    report = examine(model.subject, read_by(model, picture).double(), permutation, Way(dtype=torch.float64))
    verdict = "passed" if report.equivariant else "not passed"
    return marked(
        "Proof: {}, random weights, float64, eval mode: f(x[p]) put back with the inverse of p against f(x); "
        "{} tokens, {} moved; largest difference {:.1e}, tolerance {:.0e}: **{}**.",
        model.name.lower(),
        len(permutation),
        report.moved,
        report.max_abs_diff,
        report.tolerance,
        verdict if report.moved else "nothing has moved, so nothing is proved yet",
    )


@st.cache_resource(max_entries=len(PATCHES), show_spinner=False)
def _proved(patch: int) -> Reader:
    """The architecture of the claim, in float64: made once, for the proof is said anew with every order."""
    from core.probes.subjects import untrained

    subject = untrained(PROVED, patch)
    for part in (subject.embed, subject.positions, subject.body):
        part.double()
    return replace(reader(PROVED, patch, {}), subject=subject)


# ---- the question ----


def question() -> None:
    """What does a causal mask do to equivariance? Answered by the shuffle test."""
    found = survivals(("causal",), 8)["causal"]
    predict(
        "A transformer encoder without positions is equivariant. Give it a causal mask: each token reads only itself and those before it. "
        "Nothing else changes. What does the shuffle test say now?",
        ("equivariant still: there are no positions", "invariant: only the mean stays", "neither: it has learned where tokens stand"),
        answer={
            "equivariant": "equivariant still: there are no positions",
            "invariant": "invariant: only the mean stays",
        }.get(found.group, "neither: it has learned where tokens stand"),
        because=f"It survives {len(found.survived)} of {len(found.verdicts)} kinds of shuffles. With the mask each token reads another "
        "number of tokens: places can be told by that, even without positions.",
        key="shuffle_predict",
    )


# ---- who survives what ----


def survival_panel(models: Sequence[str], patch: int) -> None:
    """All architectures, and the chosen runs, by the shuffles that they survive; computed when it is opened."""
    with st.expander("Which shuffles does each model survive?", key="shuffle_survival", on_change="rerun") as box:
        if box.open:
            names = (*(name for name in models if name not in ARCHITECTURES), *ARCHITECTURES)
            runs = weighted_runs()
            rows = {reader(name, patch, runs).name: found for name, found in survivals(names, patch).items()}
            st.html(survival_html(rows))
            show.caption(
                f"Noise for a picture, {(32 // patch) ** 2} patches of {patch} × {patch}, float64. What is drawn is drawn three times, and "
                "survived only if all three are. ✓ equivariant, ○ invariant: the mean, or the one answer; – neither."
            )


@st.cache_data(max_entries=32, show_spinner="Shuffling")
def survivals(names: tuple[str, ...], patch: int) -> dict[str, Survival]:
    """What each model survives, by its id; a model that cannot be read is left out."""
    import torch

    from core.probes.survival import survival

    noise = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    runs = weighted_runs()
    models = (reader(name, patch, runs) for name in names)
    return {model.id: survival(model.subject, noise, (32 // patch) ** 2) for model in models if model.subject is not None}


def survival_html(rows: Mapping[str, Survival]) -> str:
    """A table: a row a model, a column a kind of shuffle."""
    kinds = list(next(iter(rows.values())).verdicts)
    head = "".join(f'<th scope="col">{escape(kind)}</th>' for kind in kinds)

    def cell(verdict: str) -> str:
        mark, word = MARKS[verdict]
        return f'<td class="{word}" title="{word}" aria-label="{word}">{mark}</td>'

    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(map(cell, found.verdicts.values()))}<td>{GROUPS[found.group]}</td></tr>'
        for name, found in rows.items()
    )
    return (
        f'<div class="lab-scroll"><table class="lab-table lab-survival"><thead><tr><th scope="col">model</th>{head}'
        f'<th scope="col">survives</th></tr></thead><tbody>{body}</tbody></table></div>'
    )
