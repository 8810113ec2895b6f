"""Around the pictures of the page GRU against transformer: numbers, seeds, the proof, and the question."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import LabError, StoreError
from core.evaluation.contests import CONTENDERS, HIDDEN, HIDDEN_SIZES, contender
from core.evaluation.lengths import lengths_rows
from core.evaluation.long_inputs import recorded_of
from core.frames import rows_csv
from dashboard.kit.wording import marked
from dashboard.shell import services, show
from dashboard.shell.predict import predict
from dashboard.training import contest
from dashboard.training.contest import Standing
from pages.versus.controls import FIRST_TASK, SEEDS, Asked
from pages.versus.view import gives_up_words, proof_words, seeds_html, table_html

if TYPE_CHECKING:
    from core.probes.bottleneck import BottleneckReport

BANDS = ("up to 4 letters", "5 to 8", "9 to 12", "only longer than trained")


def numbers_panel(asked: Asked, shown: dict[str, Standing]) -> None:
    """The numbers behind the pictures, and to take along."""
    st.html(table_html(list(shown.values()), asked.row.unit))
    st.caption(
        "Many-to-many of different length: an encoder reads all S tokens, a decoder writes as many as it takes. The first one starts from "
        "the encoder's last state and is told nothing else; the others look back at every token, for each token that they write."
    )
    if recorded := [one.record for one in shown.values() if one.run is None and one.record]:
        made = "; ".join(sorted({row.made for row in recorded}))
        show.caption(
            marked(
                "Recorded: {}; made by `python -m core train` as at the foot of this page, then `python -m core runs lengths RUN`.", made
            )
        )
    curves = {one.title: one.curve for one in shown.values() if one.curve}
    epochs = [
        {"model": one.title, "epoch": number + 1, **epoch._asdict()} for one in shown.values() for number, epoch in enumerate(one.epochs)
    ]
    with st.container(horizontal=True):
        for name, rows in (("By length (CSV)", lengths_rows(curves)), ("Epochs (CSV)", epochs)):
            if rows:
                st.download_button(
                    show.label(name), _csv(rows), f"{name.partition(' (')[0].lower().replace(' ', '-')}-{asked.task}.csv", "text/csv",
                    icon=":material/download:", on_click="ignore", key=f"versus_{name}",
                )  # fmt: skip


def _csv(rows: list[dict[str, Any]]) -> Callable[[], str]:
    return lambda: rows_csv(rows)


def seeds_panel(asked: Asked) -> None:
    """What one seed shows and what it does not."""
    st.subheader("Does the seed decide?")
    found = {}
    for name, row in CONTENDERS.items():
        asked_of = [(row.title, contender(name, asked.task, hidden=asked.hidden, seed=seed)) for seed in SEEDS]
        found[row.title] = dict(zip(SEEDS, (one.curve for one in contest.standings(asked_of)), strict=True))
    st.html(seeds_html(found, asked.row.unit))
    known = sum(all(row[seed] for row in found.values()) for seed in SEEDS)
    says = "One seed says nothing" if known < 2 else f"{known} seeds say little"
    show.caption(
        f"{says} of a small difference: the intervals above are by the choice of the inputs, another seed moves the weights. Nor are these "
        "the best that each model can do: they have the same pairs and epochs, and learning rates that were not searched for."
    )


def proof_panel(asked: Asked, shown: dict[str, Standing]) -> None:
    """All that the decoder hangs on, by the probe that the tests call."""
    try:
        reports = {one.title: proof(asked.task, name, one.weights, _version(one), asked.hidden) for name, one in shown.items()}
    except LabError as error:
        show.warning(error)
        return
    drawn = [one.title for one in shown.values() if not one.weights]
    apart = f" ({', '.join(drawn)}: drawn at random)" if drawn else ""
    show.caption(proof_words(reports, f"8 test inputs, weights as trained{apart}"))


def _version(one: Standing) -> int:
    return one.run.version if one.run else 0


@st.cache_data(max_entries=64, show_spinner=False)
def proof(task: str, name: str, run_id: str, version: int, hidden: int) -> BottleneckReport:
    """The bottleneck probe on a run's best weights, or on random ones where there are none."""
    from core.probes.bottleneck import bottleneck_test
    from core.training.checkpoint import task_of
    from core.training.datasets import load_shared
    from dashboard.runs.opened import open_best_seq2seq, seq2seq_runs

    config = contender(name, task, hidden=hidden)
    dataset = load_shared(config, services.manager().home, lambda *_: None)
    batch = dataset.test[:8].trimmed()
    if run_id:
        known = seq2seq_runs(task)
        if run_id not in known:
            raise StoreError(f"Run {run_id} is not there any more: reload the page.")
        model = open_best_seq2seq(known[run_id])[1].model
    else:
        from core.models import build_model

        model = build_model(config.model, task_of(dataset), seed=0, **vars(config.model_config)).eval()
    return bottleneck_test(model, batch.source, batch.targets[:, :-1])


def question() -> None:
    """Where a vector of four times as many numbers gives up, from what is recorded."""
    small, large = (recorded_of(contender("fixed", FIRST_TASK, hidden=size)) for size in (HIDDEN, HIDDEN_SIZES[-1]))
    if small is None or large is None:
        return
    before, after = small.found.curve, large.found.curve
    ways = " · ".join(
        f"H = {size}: {gives_up_words(row.found.curve, 'letters')}"
        for size in HIDDEN_SIZES if (row := recorded_of(contender("fixed", FIRST_TASK, hidden=size)))
    )  # fmt: skip
    predict(
        f"Reverse, seed 0: a fixed vector of {HIDDEN} numbers gives up at {gives_up_words(before, 'letters')}. At which length will one of "
        f"{HIDDEN_SIZES[-1]} numbers get less than half of the words right?",
        BANDS, answer=band(after.gives_up(), after.longest),
        because=f"Recorded runs: {ways}. More room moves the end, no more than that: the vector stays of one size, however long the word.",
        key="versus",
    )  # fmt: skip


def band(at: int | None, longest: int) -> str:
    """The answer in which a length falls."""
    if at is None or at > longest:
        return BANDS[3]
    return BANDS[0] if at <= 4 else BANDS[1] if at <= 8 else BANDS[2]
