"""Controls of the page The cell, each declared once, and what they say together: a cell that reads a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from core.checks import Text, Whole
from core.probes.recurrence.cell_by_hand import ARRAYS, Reading
from dashboard.shell.choices import Choice
from dashboard.shell.state import LONGEST
from pages.cell.board import SEEN

MOST_STEPS = 256
KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "gru2014": "GRU ’14"}
SOURCES = {"random": "Random", "run": "Trained", "typed": "Typed"}
SEQUENCE_WORDS = {"noise": "Noise", "pulse": "A pulse", "wave": "A wave", "typed": "Typed"}
LENGTHS = (*range(1, 13), 16, 24, 32, 48, 64, 128, MOST_STEPS)


class Lines(Text):
    """Lines of a typed matrix, which a link tells apart by |."""

    def read(self, text: str) -> str | None:
        return super().read(text.replace("|", "\n"))


def _typed(name: str) -> Choice:
    """A field for a typed matrix; one that somebody has emptied is not one that nobody has touched."""
    return Choice("cell", name, check=Lines(LONGEST), write=lambda text: text.replace("\n", "|") or "|")


def _why_not(choice: Choice, text: str) -> str:
    """Why a link's number of steps is not taken."""
    count = Whole().read(text)
    if count is None:
        return ""
    words = f"{count:,}" if abs(count) < 10**9 else "So many"
    if count < 1:
        return f"A sequence of {words} steps has nothing to read: this one has {choice.first} steps."
    if count > MOST_STEPS:
        return f"{words} steps are too many to tell apart on a page: this sequence has {choice.first}; at most {MOST_STEPS} are possible."
    return f"{words} steps are not on the slider below: this sequence has {choice.first}."


KIND = Choice("cell", "cell", tuple(KINDS), first="gru")
SOURCE = Choice("cell", "weights", tuple(SOURCES), first="random")
SEQUENCE = Choice("cell", "sequence", tuple(SEQUENCE_WORDS), first="noise")
HIDDEN = Choice("cell", "hidden", range(1, 17), first=4)
LENGTH = Choice("cell", "steps", LENGTHS, first=8, why_not=_why_not)
INPUTS = Choice("cell", "inputs", range(1, 9), first=3)
SEED = Choice("cell", "seed", range(1000), first=0, old=("random",))
SCALE = Choice("cell", "scale", (0.5, 1.0, 2.0, 4.0, 8.0), first=2.0, write="{:g}".format)
PLACE = Choice("cell", "layer", first="1")  # layer and direction: it depends on the run
WEIGHTS = {name: _typed(name) for name in ARRAYS}
STEPS = _typed("x")  # the inputs, a line a step
STARTS = {"h0": _typed("h0"), "c0": _typed("c0")}
EDITS = Choice("cell", "edits", check=Text(LONGEST))
VIEW = {  # what the browser says of its view; nothing where the link says nothing
    "t": Choice("cell", "t", first=None, check=SEEN["t"]),
    "unit": Choice("cell", "unit", first=None, check=SEEN["unit"]),
    "tab": Choice("cell", "view", first=None, check=SEEN["tab"]),
    "rows": Choice("cell", "batch", first=None, check=SEEN["rows"]),
}


@dataclass(frozen=True, eq=False)
class CellChoices:
    """What the controls say: the cell and its sequence, and how a link makes them again."""

    reading: Reading
    words: str  # where weights and inputs come from
    link: Mapping[str, str]
    code: str
    split: str = "no split and no epoch, for nothing is trained"
    picture: str = ""  # a data URI; its patches are the steps
    side: int = 0
    backward: bool = False  # the first step reads the last patch
    notes: tuple[str, ...] = field(default=())

    @property
    def setup(self) -> str:
        """Tells one set-up from another. Both forms of the GRU are one: an edit holds in both."""
        cell, inputs, start = self.reading.cell, self.reading.inputs, self.reading.start.values()
        shapes = f"{cell.kind.removesuffix('2014')} {inputs.shape} {cell.weight_hh.shape}".encode()
        return sha256(shapes + b"".join(array.tobytes() for array in (inputs, *cell.weights, *start))).hexdigest()[:12]
