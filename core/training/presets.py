"""Set-ups by name: the published hand-in, the road from it to the unit's bar, and models to compare with. Plain values."""

from __future__ import annotations

from typing import Any, NamedTuple

# The published hand-in of the unit; its figures are in core/records/reference_run.json.
HAND_IN = {
    "model": "gru",
    "dataset": "cifar10",
    "patch_size": 2,
    "embed_dim": 64,
    "hidden_size": 25,
    "num_layers": 2,
    "optimizer": "adam",
    "lr": 1e-3,
    "schedule": "constant",
    "batch_size": 32,
    "epochs": 15,
    "clip_norm": 0.0,
}
# GRUs alone, past the unit's bar of 80 % validation accuracy.
BAR = {
    "model": "renet",
    "dataset": "cifar10",
    "optimizer": "muon",
    "lr": 2e-3,
    "muon_lr": 0.01,
    "schedule": "linear",
    "label_smoothing": 0.1,
    "augment": True,
    "shift": 2,
    "batch_size": 128,
    "epochs": 8,
    "clip_norm": 0.0,
}
# As far as an hour on two cores goes: longer, so with more against overfitting.
BEST = {**BAR, "weight_decay": 0.1, "shift": 3, "cutout": 8, "epochs": 20}


class Rung(NamedTuple):
    """One step on the road from the hand-in to the bar, which may change several things; `preset` is what it leads to."""

    preset: str
    title: str
    changes: dict[str, Any]  # to the rung before
    lesson: str  # what the change does, whatever it brings


ROAD = (
    Rung(
        "road-hand-in",
        "The hand-in, 5 epochs",
        {"epochs": 5},
        "The classifier reads the state after the last of 256 patches: what it knows of the first one has passed through 255 updates.",
    ),
    Rung(
        "road-mean",
        "Mean of all states",
        {"readout": "mean"},
        "Every patch is one step away from the classifier, for the answer and for the gradient; but states that have read little now count "
        "as much as those that have read everything.",
    ),
    Rung(
        "road-both",
        "Both directions",
        {"bidirectional": True},
        "Every state knows what comes before its patch and what comes after it; the work doubles.",
    ),
    Rung(
        "road-augment",
        "Shifted, mirrored images",
        {"augment": True},
        "No image is seen twice. That helps a model that begins to memorise; one that still underfits only gets a harder task.",
    ),
    Rung(
        "road-width",
        "64 units instead of 25",
        {"hidden_size": 64},
        "More memory at every step, for several times the arithmetic.",
    ),
    Rung(
        "road-schedule",
        "AdamW, one-cycle, 3x rate",
        {"optimizer": "adamw", "lr": 3e-3, "schedule": "one-cycle"},
        "Large steps while there is far to go, small ones to settle.",
    ),
    Rung(
        "road-sweeps",
        "Row and column sweeps",
        {"model": "renet"},
        "Sixteen sequences of 16 tokens at the same time, not one of 256: any two tokens are at most 30 steps apart. The grid is halved "
        "twice while it is widened: the model has almost nine times the weights.",
    ),
    Rung(
        "bar",
        "Another recipe, 8 epochs",
        {name: BAR[name] for name in ("optimizer", "lr", "muon_lr", "schedule", "label_smoothing", "shift", "batch_size", "epochs")},
        "A recipe for short runs: Muon gives all directions of a weight matrix the same length, so that none is left behind; labels are "
        "smoothed, images shifted less, batches larger, the rate falls from its first step on, and there are three more epochs.",
    ),
)
# What the last recipe brings without the sweeps: the step before them with all that the last step changes.
CONTROL = Rung(
    "road-control",
    "Control: step 8 without 7",
    ROAD[-1].changes,
    "The last recipe on one long sequence, which never had it on the road. What lies between this and the last step is what sweeps bring, "
    "with almost nine times the weights.",
)
ONE_SEQUENCE = ("embed_dim", "hidden_size", "num_layers", "readout", "bidirectional")  # what sweeps do not know


def _climb() -> dict[str, dict[str, Any]]:
    """The set-up of every rung: all changes up to it."""
    found, values = {}, HAND_IN
    for rung in ROAD:
        values = {**values, **rung.changes}
        if values["model"] == "renet":
            values = {name: value for name, value in values.items() if name not in ONE_SEQUENCE}
        found[rung.preset] = values
    return found


def _control() -> dict[str, Any]:
    """The set-up of the rung before the sweeps, with the recipe of the last one."""
    return {**_climb()["road-schedule"], **CONTROL.changes}


# For scale: one recipe for all, models of the sizes that the lab starts with.
RECIPE = {
    "dataset": "cifar10",
    "patch_size": 4,
    "augment": True,
    "label_smoothing": 0.1,
    "lr": 2e-3,
    "schedule": "one-cycle",
    "epochs": 8,
}
READER = {**RECIPE, "readout": "mean", "bidirectional": True}
COMPARED: dict[str, dict[str, Any]] = {
    "compare-rnn": {**READER, "model": "rnn"},
    "compare-lstm": {**READER, "model": "lstm"},
    "compare-gru": {**READER, "model": "gru"},
    "compare-vit": {**RECIPE, "model": "vit"},
    "compare-cnn": {**{name: value for name, value in RECIPE.items() if name != "patch_size"}, "model": "cnn"},
}

# Tasks on sequences, by their names.
SEQUENCES: dict[str, dict[str, Any]] = {
    "dates": {"epochs": 4},
    "reverse": {"epochs": 5},
    "copy": {"epochs": 3},
    "sort": {"epochs": 5},
    "drop-vowels": {"epochs": 3},
    "rle-encode": {"epochs": 4},
    "rle-decode": {"epochs": 4},
    "addition": {"epochs": 15},
    "roman": {"epochs": 20},
    "row-labels": {"epochs": 5, "lr": 3e-3},
}
SEQUENCES = {name: {"model": "transformer", "dataset": name, "embed_dim": 64, "lr": 5e-3, **values} for name, values in SEQUENCES.items()}

PRESETS: dict[str, dict[str, Any]] = {
    "hand-in": HAND_IN,
    **_climb(),
    CONTROL.preset: _control(),
    "bar": BAR,
    "best": BEST,
    **COMPARED,
    **SEQUENCES,
}
