"""What a run holds in mind while it reads a picture, for the page The image reader: computed once for all sessions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st

from core.errors import ConfigError
from core.models.orders import ORDERS, TRAINED, scan_order
from dashboard.pictures.answers import tokens_of
from dashboard.pictures.choose import Shown
from dashboard.pictures.reading import normalized
from dashboard.runs.opened import Weighted, opened
from dashboard.shell import visitor
from dashboard.shell.path_keys import as_key, path_of
from pages.reader.view import Mind, together

if TYPE_CHECKING:
    from core.probes.states import StateCheck, StateRecord, Steps
    from core.training.runs.checkpoint import OpenedModel

MOST_PATCHES = 256  # that are read in every order: of 1,024 the states of five orders are more than a browser should be sent


class Seen(NamedTuple):
    """A picture, the weights that read it, and which of their layers (from 0) is looked at."""

    run: Weighted
    epoch: int
    path: Path
    layer: int
    picture: Shown

    @property
    def what(self) -> str:
        """Tells one reading from another."""
        return f"{self.run.run_id} {self.epoch} {self.layer} {self.picture.name}"

    @property
    def own(self) -> str:
        """The order in which the run has learned to read."""
        return TRAINED

    @property
    def layers(self) -> int:
        return self.run.config["num_layers"]

    @property
    def total(self) -> int:
        """Patches, T."""
        return (32 // tokens_of(self.run.config)[0]) ** 2

    @property
    def kinds(self) -> tuple[str, ...]:
        """The orders in which the patches are read, the run's own first: all, or of too many patches that one alone."""
        return tuple(dict.fromkeys((self.own, *ORDERS))) if self.total <= MOST_PATCHES else (self.own,)


def read(seen: Seen, *kinds: str) -> Mind:
    """What the weights hold in mind while they read the picture in some orders, their own first; in all of `seen.kinds` unless given.

    Raises StoreError when the file cannot be read, ConfigError for a model that cannot be followed, DataError for weights without finite
    answers.
    """
    opened(seen.path)  # says what is wrong with the file
    return together([_read(*_asked(seen), kind) for kind in dict.fromkeys((seen.own, *(kinds or seen.kinds)))])


def check(seen: Seen) -> StateCheck:
    """The check of all orders. Raises what `read` does."""
    opened(seen.path)
    return _check(*_asked(seen), seen.kinds)


def _asked(seen: Seen) -> tuple[bytes, int, int, bytes]:
    return as_key(seen.path), seen.path.stat().st_mtime_ns, seen.layer, seen.picture.pixels.tobytes()


@st.cache_resource(max_entries=120, show_spinner=False)
def _read(path: bytes, changed: int, layer: int, content: bytes, kind: str) -> Mind:
    """One order alone: of several at once the last digits differ, and with them what one message says of another."""
    from core.probes.reading import known_from, way_of_reading

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
    from core.probes.states import check_states

    found, image, record, hands, _ = _record(path, layer, content, kinds)
    return check_states(found.model, image, record, hands)


def _record(path: bytes, layer: int, content: bytes, kinds: tuple[str, ...]) -> tuple[OpenedModel, object, StateRecord, Steps | None, str]:
    """The model, the picture as it wants it, what hooks saw, the steps by hand, and why there are none."""
    from core.probes.states import record_states, steps_by_hand

    found = opened(path_of(path))
    image = normalized(found, np.frombuffer(content, np.uint8).reshape(1, 3, 32, 32).copy())
    record = record_states(found.model, image, _orders(kinds, found.model.embed.patch_size), layer)
    try:
        return found, image, record, steps_by_hand(found.model, record.tokens, layer), ""
    except ConfigError as error:
        return found, image, record, None, visitor.told(error)


def _orders(kinds: tuple[str, ...], patch: int) -> np.ndarray:
    return np.stack([scan_order(kind, 32 // patch) for kind in kinds])  # (S, T)
