"""What the board of the page The image reader shows, as plain data and in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.probes.principal import Plane, principal_plane
from dashboard.kit.packed import packed, packed_picture
from dashboard.pictures.choose import Shown
from dashboard.pictures.reading import knew

TITLES = {"rows": "Rows", "columns": "Columns", "snake": "Snake", "hilbert": "Hilbert", "random": "Random"}
AS = {
    "rows": "in rows",
    "columns": "in columns",
    "snake": "as a snake",
    "hilbert": "along Hilbert's curve",
    "random": "in a fixed random order",
}
MOST_UNITS = 128  # of a strip: a taller one would show less than a line of pixels for each
LEVELS = 32767  # of an int16: a strip's numbers are steps of 1/32767 of its largest
# The gates of each kind of cell: field of the step, symbol, what it is, whether it has a sign.
GATES = {
    "RNN": (),
    "GRU": (
        ("reset", "r", "reset gate: how much of the old state the candidate sees", False),
        ("update", "z", "update gate: how much of the old state stays", False),
        ("candidate", "n", "candidate: what could replace it", True),
    ),
    "LSTM": (
        ("cell", "c", "cell state: what is carried along", True),
        ("forget", "f", "forget gate: how much of the old cell state stays", False),
        ("input", "i", "input gate: how much of the candidate is written", False),
        ("candidate", "g", "candidate: what could be written", True),
        ("output", "o", "output gate: how much of the cell state is shown", False),
    ),
}
READS = {
    "recurrent last": "the last state, hₜ",
    "recurrent mean": "the mean of the states h₁ … hₜ",
    "bidirectional last": "where each direction ends, side by side: forwards at patch t, backwards at patch 1",
    "bidirectional mean": "the means over patches 1 … t of each direction's states, side by side",
}


@dataclass(frozen=True, eq=False)
class Mind:
    """What one network held in mind while it read a picture of T patches in each of some orders, the one it was trained in first.

    `states` are h_t, or of both directions what the head reads of each, side by side. `gates` are (T, H), of the direction forwards;
    `no_gates` says why there are none.
    """

    kinds: tuple[str, ...]  # the S orders by name
    orders: np.ndarray  # (S, T): which patch is read at each place
    states: np.ndarray  # (S, T + 1, H) or 2H
    beliefs: np.ndarray  # (S, T + 1, K)
    known: tuple[int, ...]  # from which t on each answer stays
    gates: Mapping[str, np.ndarray]  # field -> (S, T, H)
    no_gates: str
    classes: tuple[str, ...]
    patch: int  # side in pixels
    way: str  # "recurrent" or "bidirectional"
    readout: str
    cell: str  # RNN, GRU or LSTM
    hidden: int  # H
    layer: int = 0  # whose states and gates these are
    layers: int = 1

    @property
    def own(self) -> str:
        """The order in which the network has learned to read."""
        return self.kinds[0]

    @property
    def last(self) -> bool:
        """Whether the head reads these states."""
        return self.layer == self.layers - 1

    @property
    def total(self) -> int:
        return self.orders.shape[1]

    @property
    def reads(self) -> str:
        """The row of `READS`, and of `dashboard.pictures.reading.EXPLAINED`."""
        return f"{self.way} {self.readout}"

    def plane(self) -> Plane:
        """The plane in which the states of the first order spread most."""
        return principal_plane(self.states[0])


def together(minds: Sequence[Mind]) -> Mind:
    """What one network held in mind of one picture in several orders."""
    return replace(
        minds[0],
        kinds=tuple(kind for mind in minds for kind in mind.kinds),
        orders=np.concatenate([mind.orders for mind in minds]),
        states=np.concatenate([mind.states for mind in minds]),
        beliefs=np.concatenate([mind.beliefs for mind in minds]),
        known=tuple(known for mind in minds for known in mind.known),
        gates={field: np.concatenate([mind.gates[field] for mind in minds]) for field in minds[0].gates},
    )


# ---- the message ----


def message(picture: Shown, mind: Mind, shown: str, *, what: str, notes: Sequence[str], why_one: str, t: int) -> dict[str, Any]:
    """What the board gets: an order of reading with all that moves along the scrub bar. It opens with `t` patches read; `why_one` says why
    orders are missing that will not come, `others` are those that will."""
    plane = mind.plane()
    strips = _strips(mind, plane)
    return {
        **waiting(picture, what=what, notes=notes),
        "patch": mind.patch,
        "tokens": mind.total,
        "classes": list(mind.classes),
        "way": mind.way,
        "whyOne": why_one,
        "own": mind.own,
        "ownPath": packed(plane.place(mind.states[0])),
        "strips": [told for told, _ in strips],
        "axes": [f"PC {place + 1}: {100 * share:.0f} %" for place, share in enumerate(plane.shares)],
        "orders": _orders(mind, [shown], plane, strips, picture.label),
        "words": words(mind),
        "order": shown,
        "t": t,
    }


def others(picture: Shown, mind: Mind, shown: str, *, what: str) -> dict[str, Any]:
    """What follows the message of the board: all orders but the one that it has been `shown`."""
    plane = mind.plane()
    rest = [kind for kind in mind.kinds if kind != shown]
    return {"what": what, "orders": _orders(mind, rest, plane, _strips(mind, plane), picture.label)}


def waiting(picture: Shown, *, what: str, notes: Sequence[str]) -> dict[str, Any]:
    """The message while nothing has been read."""
    return {
        "what": what,
        "pixels": packed_picture(picture.pixels),
        "label": picture.label,
        "titles": TITLES,
        "notes": [picture.caption, *notes],
        "orders": {},
    }


def _orders(mind: Mind, kinds: Sequence[str], plane: Plane, strips: list[tuple[dict[str, Any], np.ndarray]], label: str) -> dict[str, Any]:
    return {kind: _order(mind, mind.kinds.index(kind), plane, strips, label) for kind in kinds}


def _order(mind: Mind, place: int, plane: Plane, strips: list[tuple[dict[str, Any], np.ndarray]], label: str) -> dict[str, Any]:
    beliefs, known = mind.beliefs[place], mind.known[place]
    answer = int(beliefs[-1].argmax())
    return {
        "order": packed(mind.orders[place], "<u2"),
        "beliefs": packed(beliefs),
        "answer": answer,
        "known": known,
        "knew": knew(mind.classes[answer], known, mind.total, right=mind.classes[answer] == label),
        "told": told_order(mind.own, mind.kinds[place]),
        "path": packed(plane.place(mind.states[place])),
        "share": plane.share(mind.states[place]),
        "strips": [_quantised(values[place]) for _, values in strips],
    }


def told_order(own: str, kind: str) -> str:
    """In which order a network was trained, and in which it reads here."""
    if kind == own:
        return f"Trained {AS[own]}, and read here as trained."
    return f"Trained {AS[own]}; read here {AS[kind]}: an order that it has never seen."


def _strips(mind: Mind, plane: Plane) -> list[tuple[dict[str, Any], np.ndarray]]:
    """What each strip is, and its numbers (S, T, U)."""
    ways = (("h", ""),) if mind.way == "recurrent" else (("h→", "forwards"), ("h←", "backwards"))
    mean = mind.way == "bidirectional" and mind.readout == "mean"
    found = []
    for place, (symbol, direction) in enumerate(ways):
        own = slice(place * mind.hidden, (place + 1) * mind.hidden)
        values = mind.states[:, 1:, own]  # (S, T, H)
        if not direction:
            told = "hidden state"
        else:
            where = "patches 1 to t" if direction == "forwards" else "patches t to 1"
            told = f"{direction}, {where}: {'the mean of its states' if mean else 'where it ends'}"
        shown = _units(values[0], plane.axes[0, own])
        head = "" if not mind.last else "all" if mind.reads == "recurrent mean" else "one"
        found.append((_told(symbol, told, shown, mind.hidden, signed=True, head=head), values[..., shown]))
    forwards = _units(mind.states[0, 1:, : mind.hidden], plane.axes[0, : mind.hidden])
    for field, symbol, told, signed in GATES[mind.cell]:
        if field in mind.gates:
            about = f"{told}{' (forwards)' if mind.way == 'bidirectional' else ''}"
            found.append((_told(symbol, about, forwards, mind.hidden, signed=signed, head=""), mind.gates[field][..., forwards]))
    return found


def _told(symbol: str, told: str, shown: np.ndarray, of: int, *, signed: bool, head: str) -> dict[str, Any]:
    return {"symbol": symbol, "told": told, "units": shown.tolist(), "of": of, "signed": signed, "head": head}


def _units(values: np.ndarray, loading: np.ndarray) -> np.ndarray:
    """The units of (T, H) values that are shown, those that move most, sorted by their part in the first component."""
    moving = np.sort(np.argsort(-values.std(axis=0), kind="stable")[:MOST_UNITS])
    return moving[np.argsort(-loading[moving], kind="stable")]


def _quantised(values: np.ndarray) -> dict[str, Any]:
    """Numbers (T, U) in steps of 1/32767 of the largest, their range, and from where on a color is full: few large ones must not make all
    others pale."""
    sizes = np.abs(values)
    top = float(sizes.max()) or 1.0
    common = float(np.quantile(sizes, 0.9))
    return {
        "values": packed(np.rint(values / top * LEVELS), "<i2"), "top": top, "full": common if 0 < common < top / 4 else top,
        "low": float(values.min()), "high": float(values.max()),
    }  # fmt: skip


def words(mind: Mind) -> list[tuple[str, str]]:
    """A short text in pieces; the second of a piece is the part of the board that it lights up, if any."""
    both = mind.way == "bidirectional"
    state = ("state", "") if both else ("state h", "h")
    forwards = "; the gates are those forwards" if mind.gates else ""
    ways = [("Each direction has a ", ""), ("state h", "h→ h←"), (f" of its own{forwards}. ", "")] if both else []
    cell = {
        "RNN": [("Each patch and the ", ""), state, (" before it make the next one: tanh of two matrix products. ", "")],
        "GRU": [
            ("The ", ""), ("reset gate r", "r"), (" says how much of the old ", ""), state, (" the ", ""), ("candidate n", "n"),
            (" sees, the ", ""), ("update gate z", "z"), (" how much of it stays: hₜ = (1 − z) n + z hₜ₋₁. ", ""),
        ],
        "LSTM": [
            ("The ", ""), ("cell state c", "c"), (" keeps what the ", ""), ("forget gate f", "f"), (" lets stay and gets of the ", ""),
            ("candidate g", "g"), (" what the ", ""), ("input gate i", "i"), (" lets in; the ", ""), ("output gate o", "o"),
            (" shows of it the ", ""), state, (". ", ""),
        ],
    }[mind.cell]  # fmt: skip
    path = "what it reads" if both and mind.last else "the state"
    above = "" if mind.last else f", of layer {mind.layers}: layer {mind.layer + 1} is what the next one reads"
    return [
        *ways,
        *([] if mind.no_gates else cell),
        ("After t patches the ", ""), ("head reads", "head" if mind.last else ""), (f" {READS[mind.reads]}{above}, and gives the ", ""),
        ("probabilities", "plot"),
        (". The ", ""), ("path", "path"), (f" is {path}, projected on the two directions in which it varies most.", ""),
    ]  # fmt: skip
