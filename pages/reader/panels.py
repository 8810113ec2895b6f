"""What stands around the board of the page The image reader: the other orders, the proof, the numbers to take along, and the question."""

from __future__ import annotations

import streamlit as st

from core.data.shapes import PARTS, draw
from core.models.orders import ORDERS, TRAINED, scan_order
from dashboard.pictures.choose import next_picture
from dashboard.pictures.reading import EXPLAINED, normalized
from dashboard.runs.opened import open_best, weighted_runs
from dashboard.shell import show
from dashboard.shell.predict import predict
from pages.reader.board import reader_orders
from pages.reader.controls import ORDERS_KEY
from pages.reader.lookups import Seen, check, read
from pages.reader.view import AS, others, plane_words, proof_line, states_csv

ASKED_RUN, ASKED, ASKED_ORDER = "recorded-shapes-gru", 200, "snake"
LEGEND = (
    "Across: t, the patches read. Picture: the way of reading, and in grey what is not read yet. Curves: the probability of each class "
    "after t patches; green: the true class, blue or dashed orange: the final answer. Strips: a line a unit, sorted by its part in PC 1; "
    "blue above 0, orange below, gates from 0 to 1; h₀ is zeros. Green frame: what the head reads."
)


def around_board(seen: Seen, order: str) -> None:
    """All that follows when the board has come to rest, which has got one `order` of reading. Raises what `read` does."""
    mind = read(seen)
    reader_orders(others(seen.picture, mind, order, what=seen.what), key=ORDERS_KEY)
    st.caption(LEGEND)
    show.caption(f"{EXPLAINED[mind.reads]} {plane_words(mind)}")
    show.caption(proof_line(check(seen), len(seen.kinds)))
    layer = f"-layer-{seen.layer + 1}" if seen.layers > 1 else ""
    st.download_button(
        "States as CSV", lambda: states_csv(mind), f"states-{seen.run.name}{layer}.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key="reader_csv", help="A line for each order and t.",
    )  # fmt: skip
    if following := next_picture(seen.picture):
        read(seen._replace(picture=following), order)  # ahead: the next image comes at once


# ---- the question ----


def question() -> None:
    """How much does the order matter? Counted on validation images that the recorded GRU on shapes has not learned from."""
    run = weighted_runs()[ASKED_RUN]
    right = {kind: right_in(ASKED_RUN, open_best(run)[0], kind) for kind in ORDERS}
    choices = ("as many, or nearly", "clearly fewer, but most of them", "less than half of them")
    share = right[ASKED_ORDER] / right[TRAINED]
    predict(
        f"{run.name} learned to read {AS[TRAINED]}, and names {right[TRAINED]} of {ASKED} validation pictures of shapes right. Now every "
        "second row is read backwards (a snake): the same patches, and each still in its row. How many does it name now?",
        choices,
        answer=choices[0] if share > 0.9 else choices[1] if share > 0.5 else choices[2],
        because="Right of "
        + f"{ASKED}: "
        + ", ".join(f"{count} {AS[kind]}" for kind, count in right.items())
        + ". To a recurrent network the order is part of the picture: another order of the same patches is another sentence.",
        key="reader_predict",
    )


@st.cache_data(max_entries=64, show_spinner=False)
def right_in(run_id: str, epoch: int, kind: str) -> int:
    """How many of the first `ASKED` validation shapes an epoch of a run names right when it reads them in an order."""
    from core.probes.states import answers_in_order

    found = open_best(weighted_runs()[run_id])[1]
    images, labels = draw(PARTS["val"][:ASKED])
    answers = answers_in_order(found.model, normalized(found, images), scan_order(kind, 32 // found.model.embed.patch_size))
    return int((answers.numpy() == labels).sum())
