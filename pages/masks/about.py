"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "A decoder must not read what it is about to write: **the subsequent mask hides it, and without the mask the model copies the "
        "answer.**"
    ),
    experiments={
        "Three layers: how far back does the mask that is off by one leak?": {"layers": "3"},
        "Padding at the start: rows that have nothing to read": {"pad": "3", "at": "start"},
        "Words for letters, no padding: four masks become two": {"text": "the cat sat on the mat", "pad": "0"},
    },
    words=(
        "subsequent mask",
        "causal mask",
        "padding mask",
        "square subsequent mask",
        "tril",
        "leak",
        "off by one",
        "teacher forcing",
        "decoder",
        "part 4",
    ),
    prediction=Prediction(
        question="A decoder reads a sentence with the subsequent mask. One of the tokens is replaced by another one. Which of the "
        "outputs move?",
        choices=("all of them", "those at this token and after it", "the one at this token alone"),
    ),
)
