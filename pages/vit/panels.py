"""The page Vision Transformer: what a run attends to in a picture, its proof, how far heads look, and what that shows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.evaluation.pictures import top_classes
from core.readable import agreement, percent, power
from core.records.recorded import recorded_run
from dashboard.kit.panels import panels
from dashboard.kit.wording import ProofLine, marked
from dashboard.pictures.answers import knows
from dashboard.pictures.choose import Shown
from dashboard.pictures.zoom import AT, zoom_strip
from dashboard.runs.opened import Weighted
from dashboard.shell import show
from dashboard.shell.path_keys import as_key
from dashboard.shell.predict import predict
from dashboard.shell.torch_first import torch_first
from pages.vit.board import attention_maps
from pages.vit.controls import BEGINNING, BOARD, VitChoices, pin_of
from pages.vit.figures_view import became_local, distance_rows, distances_svg, steps_html
from pages.vit.lookups import Look, Swap, distances, look, shapes_of, swap
from pages.vit.view import MOST_BYTES, Pin, board_data, epoch_data, waiting_data

MOST_EPOCHS = 8  # of the figure of distances
SHARES = ("more than 90 %", "between 40 % and 90 %", "less than 40 %")


# ---- the picture ----


def explorer(choices: VitChoices) -> tuple[Look, Pin]:
    """The picture and its attention; what is looked at. Before torch is loaded there is none, and then the page runs again."""
    picture = choices.picture
    pair = choices.beside is not None
    torch_first(lambda: attention_maps(waiting_data(picture.pixels, picture.caption, pair=pair), key=BOARD))
    attention = look(choices.path, picture.pixels)
    pin = pin_of(attention)
    # A choice comes from the browser: to send it back would make another message of it, and all maps would travel again.
    attention_maps(message(choices.run, choices.epoch, attention, picture, BEGINNING.value or pin, beside_of(choices)), key=BOARD)
    return attention, pin


def zoom_panel(choices: VitChoices, attention: Look) -> None:
    """Where the page stands on the way from a picture to a Vision Transformer."""
    run = {"run": choices.run.run_id, "epoch": str(choices.epoch + 1)}
    zoom_strip("vit", choices.picture, at=AT.value, side=attention.packed.side, run=run)


def beside_of(choices: VitChoices) -> dict[str, Any] | None:
    """The maps of the epoch that stands beside the chosen one; None without one, and where those of two would be too much to send."""
    if choices.beside is None:
        return None
    other = look(choices.kept[choices.beside], choices.picture.pixels)
    if 2 * len(other.packed.maps) > MOST_BYTES:
        return None
    return {**epoch_data(other.packed, other.distance, f"Epoch {choices.beside + 1}"), "earlier": choices.beside < choices.epoch}


def message(run: Weighted, epoch: int, found: Look, picture: Shown, start: Pin, beside: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the browser gets; it looks at `start` first, and remembers itself what it looks at then."""
    return board_data(
        found.packed,
        what=f"{run.run_id} {epoch} {picture.name}",
        pixels=picture.pixels,
        caption=f"{picture.caption}. {run.name}, epoch {epoch + 1}",
        distance=found.distance,
        entropy=found.entropy,
        even=even_of(run),
        bits=math.log2(found.tokens),
        target=found.first,
        answers=answers_of(found, picture),
        pin=start,
        epoch=f"Epoch {epoch + 1}",
        beside=beside,
    )


def even_of(run: Weighted) -> float:
    """The distance of a head of this run that attends to all patches alike."""
    from core.probes.attention.maps import even_distance

    return even_distance(32 // run.config["patch_size"])


def answers_of(found: Look, picture: Shown) -> list[str]:
    """What the model says of the picture, a line a class; and what it cannot say."""
    lines = [f"{found.classes[k]} {percent(found.answer[k], 0)}" for k in top_classes(found.answer, 3)]
    if picture.label and picture.label not in found.classes:
        lines.append(knows(["This run"], found.classes))
    return lines


POINT = (
    "Point at a patch (mouse, finger, arrow keys): every small map shows which patches its token reads in that layer and head, darker for "
    "more. d is the mean distance to what is read, in patches."
)


def legend(found: Look, run: Weighted) -> str:
    """What the numbers and the last two columns of maps are."""
    packed = found.packed
    blocks = ""
    if packed.block > 1:
        blocks = (
            f" Drawn in blocks of {packed.block} × {packed.block} patches, for all {found.tokens:,} tokens would be too much to send: a "
            "block reads the mean of what its patches read, and is read the sum."
        )
    return (
        f"n = 1 picture, {found.tokens:,} tokens. The distance d is in patches of {run.config['patch_size']} pixels. Rollout: "
        "attention of all layers up to here, half of each kept for the residual connection "
        f"(Abnar and Zuidema 2020). Grad × att.: attention times the gradient of the logit of “{found.first}”, positive part, mean over "
        f"heads (Chefer et al. 2021).{blocks}"
    )


def proof_line(found: Look) -> ProofLine:
    """What was compared, the largest differences, the tolerance and the verdict."""
    says = marked(
        "the weights shown here times v and the model's own outputs are {}, and each row of weights sums to 1", agreement(found.outputs_off)
    )
    figures = marked(
        "Largest difference of a row's sum from 1: {}. Largest difference of an output, as a share of the largest one: {}. Tolerance {}. "
        "Smallest weight of layer 1: {}{}.",
        power(found.rows_off),
        power(found.outputs_off),
        power(found.tolerance),
        power(found.least_first),
        ", above 0: each token already reads every other one" if found.least_first > 0 else " (rounded to 0 in float32)",
    )
    return ProofLine(says, found.passed, figures)


# ---- how far heads look, epoch by epoch ----


def formed(choices: VitChoices, pin: Pin) -> None:
    """The attention distance of every head by epoch."""
    run, kept, epoch = choices.run, choices.kept, choices.epoch
    st.header("Does a head become local?")
    epochs, even = spread(list(kept), epoch), even_of(run)
    with st.spinner("Measuring distances", show_time=True):
        measured = [distances(run, kept[at]) for at in epochs]
    values = np.stack([value for value, _, _ in measured])  # (E, L, H)
    _, count, words = measured[0]
    caption = (
        f"Attention distance of each head, in patches (up), by epoch (across); mean over {count} {words}. Dashed: attention to all patches "
        f"alike, {even:.2f}; a patch that reads only itself has 0. Grey: epoch {epoch + 1}; thick: the head that is chosen above."
    )
    panels(distances_svg(epochs, values, even=even, epoch=epoch, chosen=(pin.layer, pin.column)), caption, key="vit_distances")
    show.markdown(became_local(epochs, values, even))
    with st.expander("These distances as numbers"):
        st.dataframe(distance_rows(epochs, values), hide_index=True)


def spread(epochs: list[int], epoch: int) -> list[int]:
    """At most `MOST_EPOCHS` of these epochs, evenly, the first, the last and `epoch` among them."""
    if len(epochs) <= MOST_EPOCHS:
        return epochs
    some = {round(place) for place in np.linspace(0, len(epochs) - 1, MOST_EPOCHS - 1)}
    return sorted({epochs[place] for place in some} | {epoch})


# ---- the model ----


def steps(run: Weighted, path: Path) -> None:
    """The run's model, step by step."""
    st.header("The model, step by step")
    st.html(steps_html(shapes_of(as_key(path), path.stat().st_mtime_ns), run.config))
    st.caption("Measured: what comes out of each step of this run's model for a batch of 4 pictures, (4, tokens, features).")


# ---- the class token ----


def class_token(run: Weighted, path: Path, found: Look) -> None:
    """Why only token 0 is read: the same head on the mean of the patches' tokens."""
    st.header("Why only token 0?")
    show.markdown(
        marked(
            "The class token starts the same for every picture, so everything that it knows at the end comes from the patches, "
            "through attention. Another place to read would work as well, *if the head is trained on it*. Swap it for the mean of the "
            "patches' tokens **without training**, and this head says of the picture above **{}**; from token 0 it says **{}**. Read "
            "one by one, {:,} of {:,} patches' tokens say what token 0 says.",
            said(found.swapped, found),
            said(found.answer, found),
            found.agreeing,
            found.tokens - 1,
        )
    )
    done = swap(run, path)
    predict(
        f"The head reads the mean of the patches instead of token 0, with the same weights. For how many of {done.images} {done.words} "
        "does it give the same answer as before?",
        SHARES,
        answer=same_words(done),
        because=because(done),
        key="vit_swap",
    )


def said(probabilities: np.ndarray, found: Look) -> str:
    """The most probable class and its probability."""
    first = top_classes(probabilities, 1)[0]
    return f"{found.classes[first]} ({percent(probabilities[first], 0)})"


def same_words(done: Swap) -> str:
    """The answer to the question."""
    share = done.same / done.images
    return SHARES[0] if share > 0.9 else SHARES[1] if share >= 0.4 else SHARES[2]


def because(done: Swap) -> str:
    """The numbers behind the answer, and what they show."""
    right = ""
    if done.right:
        right = f" Right are {percent(done.right[0] / done.images)} from token 0 and {percent(done.right[1] / done.images)} from the mean."
    return (
        f"The same for {done.same} of {done.images}.{right} That does not show that a mean is worse: the head has never been trained on "
        "it. It shows how far the patches' tokens carry the answer in the form that this head reads. Trained on the mean, with a learning "
        "rate of its own, a ViT does about as well (Dosovitskiy et al. 2020, appendix D.3)."
    )


# ---- what this does not show ----


def caveats() -> None:
    """Traps 11 and 12 of the course, with the numbers of the recorded runs."""
    vit, cnn = recorded_run("cifar10-compare-vit-0"), recorded_run("cifar10-compare-cnn-0")
    st.header("What this does not show")
    show.markdown(
        marked(
            "- **An attention map is not an explanation.** A weight says how much of a value is read, but not what the value contains "
            "or what later layers do with it. After layer 1, the token of a patch no longer contains only that patch. To find out "
            "what an answer depends on, change the picture: erase patches on [Try it](try).\n- **A small ViT trained on CIFAR-10 "
            "alone stays behind a good CNN.** Trained alike for {} epochs, the recorded ViT ({:,} weights) reaches {:.1%} on {:,} "
            "test images and the CNN ({:,}) {:.1%}.\n- Recorded in eval mode: with dropout on, weights can exceed 1 and rows do not "
            "sum to 1.",
            len(vit.epochs),
            vit.parameters,
            vit.test.top1,
            vit.sizes["test"],
            cnn.parameters,
            cnn.test.top1,
        )
    )
