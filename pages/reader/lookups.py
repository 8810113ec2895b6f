"""What a run holds in mind while it reads a picture, for the page The image reader: computed once for all sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.data.shapes import PARTS, draw
from core.errors import ConfigError
from core.models.orders import scan_order
from dashboard.pictures.reading import normalized
from dashboard.runs.opened import open_best, opened, weighted_runs
from dashboard.shell import visitor
from dashboard.shell.path_keys import as_key, path_of
from pages.reader.view import Mind, together

if TYPE_CHECKING:
    from core.probes.reading.states import StateCheck, StateRecord, Steps
    from core.training.runs.checkpoint import OpenedModel
    from pages.reader.controls import ReaderChoices

COUNTED = 200  # images of the question


def read(choices: ReaderChoices, *kinds: str) -> Mind:
    """What the weights hold in mind while they read the picture in some orders, their own first; in all of `choices.kinds` unless given.

    Raises StoreError when the file cannot be read, ConfigError for a model that cannot be followed, DataError for weights without finite
    answers.
    """
    opened(choices.path)  # says what is wrong with the file
    return together([_read(*_key(choices), kind) for kind in dict.fromkeys((choices.own, *(kinds or choices.kinds)))])


def check(choices: ReaderChoices) -> StateCheck:
    """The check of all orders. Raises what `read` does."""
    opened(choices.path)
    return _check(*_key(choices), choices.kinds)


def _key(choices: ReaderChoices) -> tuple[bytes, int, int, bytes]:
    return as_key(choices.path), choices.path.stat().st_mtime_ns, choices.layer, choices.picture.pixels.tobytes()


@st.cache_resource(max_entries=120, show_spinner=False)
def _read(path: bytes, changed: int, layer: int, content: bytes, kind: str) -> Mind:
    """One order alone: of several at once the last digits differ, and with them what one message says of another."""
    from core.probes.reading.reading import known_from, way_of_reading

    found, _, record, hands, no_gates = _record(path, layer, content, (kind,))
    model = found.model
    gates = {name: values.numpy() for name, values in hands._asdict().items() if name != "hidden"} if hands else {}
    return Mind(
        (kind,), _orders((kind,), model.embed.patch_size), record.states.numpy(), record.beliefs.numpy(),
        tuple(known_from(each) for each in record.beliefs), gates, no_gates, found.classes, model.embed.patch_size, way_of_reading(model),
        model.readout, model.rnn.mode.split("_")[0], model.rnn.hidden_size, layer, model.rnn.num_layers,
    )  # fmt: skip


@st.cache_data(max_entries=256, show_spinner=False)
def _check(path: bytes, changed: int, layer: int, content: bytes, kinds: tuple[str, ...]) -> StateCheck:
    from core.probes.reading.states import check_states

    found, image, record, hands, _ = _record(path, layer, content, kinds)
    return check_states(found.model, image, record, hands)


def _record(path: bytes, layer: int, content: bytes, kinds: tuple[str, ...]) -> tuple[OpenedModel, object, StateRecord, Steps | None, str]:
    """The model, the picture as it wants it, what hooks saw, the steps by hand, and why there are none."""
    from core.probes.reading.states import record_states, steps_by_hand

    found = opened(path_of(path))
    image = normalized(found, np.frombuffer(content, np.uint8).reshape(1, 3, 32, 32).copy())
    record = record_states(found.model, image, _orders(kinds, found.model.embed.patch_size), layer)
    try:
        return found, image, record, steps_by_hand(found.model, record.tokens, layer), ""
    except ConfigError as error:
        return found, image, record, None, visitor.told(error)


def _orders(kinds: tuple[str, ...], patch: int) -> np.ndarray:
    return np.stack([scan_order(kind, 32 // patch) for kind in kinds])  # (S, T)


@st.cache_data(max_entries=64, show_spinner=False)
def right_in(run_id: str, epoch: int, kind: str) -> int:
    """How many of the first `COUNTED` validation shapes an epoch of a run names right when it reads them in an order."""
    from core.probes.reading.states import answers_in_order

    found = open_best(weighted_runs()[run_id])[1]
    images, labels = draw(PARTS["val"][:COUNTED])
    answers = answers_in_order(found.model, normalized(found, images), scan_order(kind, 32 // found.model.embed.patch_size))
    return int((answers.numpy() == labels).sum())
