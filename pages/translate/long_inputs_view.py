"""Where a kind of positions breaks on long inputs, and why, in words that say what was measured. Pure."""

from __future__ import annotations

from core.evaluation.sequences.lengths import HALF
from core.evaluation.sequences.long_inputs import LongInputs
from core.readable import number, percent
from dashboard.shell.words import counted

TITLES = {"none": "None", "learned": "Learned", "sinusoidal": "Sine and cosine", "rotary": "Rotary"}
ROUNDING = 1e-3  # logits, float32: what a sum in another order may change
ABOUT = 0.1  # of the right length: so far off it may be, to be called right


def why(kind: str, found: LongInputs, unit: str) -> str:
    """Where it breaks, and what was measured of the reason."""
    return " ".join(part for part in (where(found, unit), reason(kind, found, unit), ending(found, unit)) if part)


def where(found: LongInputs, unit: str) -> str:
    """At which length, with the shares around it."""
    curve = found.curve
    at, trained = curve.gives_up(), curve.share(longer=False)
    told = f"Of inputs of trained lengths {percent(trained.value)} are right" if trained else "No trained length was measured"
    if at is None:
        return f"{told}; at no length up to {curve.lengths[-1]} {unit} fewer than half."
    place = curve.lengths.index(at)
    shares = [right / n for right, n in zip(curve.right, curve.n, strict=True)]
    before = f"from {percent(shares[place - 1], 0)} at {curve.lengths[place - 1]} to " if place else ""
    fall = f"{before}{percent(shares[place], 0)} at {counted(at, unit)}"
    return f"{told}: it fails within what was trained, {fall}." if at <= curve.longest else f"{told}; it breaks beyond, {fall}."


def reason(kind: str, found: LongInputs, unit: str) -> str:
    """What is special about this kind, as far as it was measured."""
    longest, trained = found.curve.longest, found.curve.share(longer=False)
    if kind == "learned":
        return _learned(found, unit)
    if kind == "none":
        if not found.order < ROUNDING:
            return ""
        bag = f"It reads a bag: when {unit} of the input change places, its logits move by {number(found.order)}, float noise."
        enough = trained is not None and trained.value >= HALF
        return f"{bag} {'For this task the order does not matter.' if enough else 'This task asks for the order.'}"
    if kind == "sinusoidal":
        return f"Every position has a sine and a cosine, but in training no layer has seen those beyond {longest} {unit}."
    return (
        f"Self-attention is turned by the distance of two tokens, in training never more than an input of {longest} {unit} has; attention "
        "to the memory is not turned."
    )


def _learned(found: LongInputs, unit: str) -> str:
    if not found.moved:
        return ""
    within, beyond = found.moved
    told = f"vectors of positions beyond {found.curve.longest} {unit} have moved by {_exactly(beyond)} since the start"
    noise = ": they are still the noise that they began as" if beyond == 0 else ""
    return f"The {told} (the others by up to {within:.2g}){noise}."


def _exactly(value: float) -> str:
    return "exactly 0" if value == 0 else f"up to {value:.2g}"


def ending(found: LongInputs, unit: str) -> str:
    """How much it writes for the longest inputs, where that is not about what is right; "" also if none is longer than trained."""
    curve, written, wanted = found.curve, found.written[-1], found.wanted[-1]
    if curve.lengths[-1] <= curve.longest or abs(written - wanted) <= ABOUT * wanted:
        return ""
    return f"For inputs of {curve.lengths[-1]} {unit} it writes {written:.1f} symbols on average; {wanted:.1f} would be right."
