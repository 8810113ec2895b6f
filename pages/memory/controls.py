"""Controls of the page Memory: the untrained cells, the task that they learn, and what is looked at in trained runs."""

from __future__ import annotations

import re
from dataclasses import dataclass

import streamlit as st

from core.checks import OneOf
from core.probes.memory.gradient_flow import FlowSetup
from core.typed_numbers import comma_remedy
from dashboard.shell.choices import Choice, links

FIRST = FlowSetup(bias=3.0)  # an open gate: the claim is in sight, and the slider takes it away
MOST_LENGTH = 200  # on the page: the picture follows the slider
RADII = [round(0.05 * i, 2) for i in range(61)]  # 0 to 3
BIASES = [round(0.5 * i, 1) for i in range(-8, 17)]  # -4 to 8
UNITS = (1, 2, 4, 8, 16, 32, 64, 128)
STRENGTHS = (0.0, 0.1, 0.2, 0.5, 1.0, 2.0)
WEIGHTS_WORDS = {"best": "best epoch", "first": "first epoch"}
LOSS_WORDS = {"last": "the last state", "trained": "as it was trained"}


def _why_not(choice: Choice, text: str) -> str:
    """Why a number that a link asks for cannot be shown."""
    shown = re.sub(r"[^\w.+-]", "", text)[:12]
    bounds = f"choose {choice.options[0]:g} to {choice.options[-1]:g}"
    sentence = f"{choice.name} = {shown} cannot be shown here: {bounds}. This is {choice.first:g}."
    return sentence + comma_remedy(text, OneOf(choice.options))


NUMBER = {"write": "{:g}".format, "why_not": _why_not}
LENGTH = Choice("memory", "length", range(1, MOST_LENGTH + 1), first=FIRST.length, **NUMBER)
RADIUS = Choice("memory", "radius", RADII, first=FIRST.radius, **NUMBER)
BIAS = Choice("memory", "bias", BIASES, first=FIRST.bias, **NUMBER)
HIDDEN = Choice("memory", "units", UNITS, first=FIRST.units, **NUMBER)
STRENGTH = Choice("memory", "input", STRENGTHS, first=FIRST.strength, **NUMBER)
SEED = Choice("memory", "seed", range(100), first=FIRST.seed, **NUMBER)

FAR = Choice("memory", "far", range(1, 61), first=20)
RATE = Choice("memory", "rate", (0.001, 0.003, 0.01, 0.03), first=0.01, write="{:g}".format)

WEIGHTS = Choice("memory", "weights", tuple(WEIGHTS_WORDS), first="best")
LOSS = Choice("memory", "loss", tuple(LOSS_WORDS), first="last")


@dataclass(frozen=True)
class MemoryChoices:
    """What the controls of the untrained cells say."""

    setup: FlowSetup

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says of them; empty where it opens so anyway."""
        return links(LENGTH, RADIUS, BIAS, HIDDEN, STRENGTH, SEED)


def chosen() -> MemoryChoices:
    """What the controls say, whether they have been drawn or not."""
    numbers = {
        "length": LENGTH.value,
        "radius": RADIUS.value,
        "bias": BIAS.value,
        "units": HIDDEN.value,
        "strength": STRENGTH.value,
        "seed": SEED.value or 0,  # None while the field is empty
    }
    return MemoryChoices(FlowSetup(**numbers))


def choose() -> MemoryChoices:
    """The sliders of the untrained cells."""
    LENGTH.slider("Length of the sequence T", help="How many steps are read.")
    RADIUS.slider(
        "Spectral radius of W_hh",
        help="The largest absolute eigenvalue of each H × H block of W_hh. A linear network's state is multiplied by it at every step, "
        "in the long run.",
    )
    BIAS.slider(
        "Forget-gate bias",
        help="Added to the LSTM's forget gate f, and to the GRU's update gate z, which does the same: both say how much of the old state "
        "is kept. At 0 a gate is half open. The plain RNN has no gate.",
    )
    with st.expander("More"):
        HIDDEN.selectbox("Hidden size H")
        STRENGTH.selectbox(
            "Strength of the input", help="Standard deviation of W_ih. A strong input saturates tanh, where its slope is small."
        )
        SEED.number_input("Seed", help="For the weights and the sequences.")
    return chosen()


def choose_weights() -> tuple[str, str]:
    """Which weights of a trained run, and what its loss reads."""
    help = "The first and the best epoch whose weights are kept."
    weights = WEIGHTS.selectbox("Weights from", format_func=WEIGHTS_WORDS.get, help=help)
    loss = LOSS.selectbox(
        "Loss uses",
        format_func=LOSS_WORDS.get,
        help="“The last state”: the gradient at a patch has passed through every step after it. “As it was trained”: a run that uses the "
        "mean of its states gives each state a direct path to the loss.",
    )
    return weights, loss
