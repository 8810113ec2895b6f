"""What stands around the board of the page The image reader, in words, and as a table to take along. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.frames import csv_text, frame
from core.readable import agreement, power
from dashboard.kit.wording import ProofLine, marked
from pages.reader.view import AS, Mind

if TYPE_CHECKING:
    from core.probes.reading.states import StateCheck


def plane_words(mind: Mind) -> str:
    """Where the principal components were fitted, and how much they show."""
    first, second = 100 * mind.plane().shares
    return (
        f"The path shows the state, projected on the two directions in which it varies most (principal components of the "
        f"{mind.total + 1} states of this picture, read {AS[mind.own]} as trained). PC 1 has {first:.0f} % and PC 2 {second:.0f} % of "
        f"the variance."
    )


def proof_line(check: StateCheck, orders: int) -> ProofLine:
    """What was compared, the largest differences, the tolerance and the verdict."""
    hands = (
        "There are no gates to compare"
        if check.by_hand is None
        else f"Each state computed with the lab's own equations from the state before it and its patch: {power(check.by_hand)}"
    )
    many = f"{orders} orders" if orders > 1 else "one order"
    says = marked(
        "in {}, the states and probabilities shown here and those of torch's layers run on the same patches are {}",
        many,
        agreement(check.alone),
    )
    figures = marked(
        "Compared after a quarter, a half, three quarters and all of the patches: largest difference {}. {}. The last answer in the "
        "trained order and the model's own: {}. Tolerance {}.",
        power(check.alone),
        hands,
        power(check.whole),
        power(check.tolerance),
    )
    return ProofLine(says, check.passed, figures)


def states_csv(mind: Mind) -> str:
    """All that was recorded: a line for each order and t, with the patch read last (from 1), its row and column, the answer, the
    probability of each class, the place in the plane and every number of the state."""
    plane, side = mind.plane(), 32 // mind.patch
    names = [f"p({name})" for name in mind.classes]
    units = [
        f"{way}{unit + 1}" for way in (("h",) if mind.way == "recurrent" else ("forwards", "backwards")) for unit in range(mind.hidden)
    ]
    rows = []
    for kind, order, states, beliefs in zip(mind.kinds, mind.orders, mind.states, mind.beliefs, strict=True):
        for t, (place, state, values) in enumerate(zip(plane.place(states), states, beliefs, strict=True)):
            patch = int(order[t - 1]) if t else None
            where = (None, None, None) if patch is None else (patch + 1, patch // side + 1, patch % side + 1)
            rows.append((kind, t, *where, mind.classes[int(values.argmax())], *map(float, (*values, *place, *state))))
    return csv_text(frame(rows, ("order", "t", "patch", "row", "column", "answer", *names, "pc1", "pc2", *units)), digits="%.6g")
