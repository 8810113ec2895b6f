"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "Every run of the class is a moving point and a small curve: **thirty different guesses in three minutes beat one person's day.**"
    ),
    experiments={
        "Which learning rate? The best accuracy by learning rate": {"x": "lr"},
        "What does a lower loss buy? Accuracy by training loss": {"x": "loss"},
        "Which model, in how many seconds?": {"x": "model", "y": "time"},
    },
    words=(
        "hyperparameter search",
        "random search",
        "grid search",
        "learning rate",
        "runs of the class",
    ),
)
