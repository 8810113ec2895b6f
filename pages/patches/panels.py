"""The panels of the page Patches: the grid, one feature step by step, the image made again, the kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.data.images import SIZE
from core.models.orders import reading, scan_order
from core.readable import agreement, number, power
from dashboard.kit.wording import ProofLine, marked
from dashboard.pictures.zoom import AT, zoom_strip
from dashboard.shell import show
from dashboard.shell.download import download
from dashboard.shell.predict import predict
from pages.patches.board import grid_data, patch_grid
from pages.patches.controls import FEATURE, REBUILT, PatchesChoices
from pages.patches.lookups import losses, rebuilt
from pages.patches.view import convolution_html, cost_html, kernels_html, losses_html, product_html, rebuilt_html, sums_html, tokens_csv

if TYPE_CHECKING:
    from core.probes.tokens.embedding import EmbeddingReport

YES, NO = "yes, all of it", "only in part"


def zoom_panel(choices: PatchesChoices) -> None:
    """Where the page stands on the way from a picture to a Vision Transformer."""
    epoch = {} if choices.epoch is None else {"epoch": str(choices.epoch + 1)}
    zoom_strip("patches", choices.picture, at=AT.value, side=SIZE // choices.used.patch_size, run={"run": choices.run.run_id, **epoch})


def grid_panel(choices: PatchesChoices) -> None:
    """The image under its grid beside the sequence, and what that costs."""
    used, image = choices.used, choices.picture
    side = SIZE // used.patch_size
    data = grid_data(
        image.pixels, used.tokens(image.pixels), used.patch_size, scan_order(choices.order, side), at=AT.value, label=image.caption
    )
    patch_grid(data, key="grid", on_choose=AT.set)
    cost = reading(used.patch_size), reading(used.patch_size, class_token=True)
    st.html(cost_html(*cost, used.embed_dim, image.pixels.shape))


def steps_panel(choices: PatchesChoices) -> int:
    """One feature of the chosen patch as a convolution and as a matrix product, and the proof for all of them; the feature (from 0)."""
    used, pixels, at = choices.used, choices.picture.pixels, AT.value
    p, side = used.patch_size, SIZE // used.patch_size
    row, column = at[0] // p, at[1] // p
    st.header("The same number twice: convolution, and matrix product")
    from core.probes.tokens.embedding import embedding_test  # brings torch: after the picture has been sent

    report = embedding_test(used, pixels)
    _proof(report, p)
    columns = st.columns([2, 1], gap="medium")
    with columns[1]:
        feature = _feature(used.embed_dim)
    steps = used.step_by_step(pixels, row * side + column, feature)
    with columns[0]:
        show.markdown(
            marked(
                "**As a convolution**: kernel {} lies on the patch in row {}, column {} (click another one above).",
                feature + 1,
                row + 1,
                column + 1,
            )
        )
        st.html(convolution_html(steps))
    with columns[1]:
        st.markdown("**As a matrix product**: the same numbers in one line; first red by rows, then green, then blue.")
        st.html(product_html(steps, feature))
    st.html(sums_html(steps, report.convolved[row * side + column, feature], used.embed_dim))
    return feature


def _proof(report: EmbeddingReport, p: int) -> None:
    says = marked(
        "nn.Conv2d with stride {} and “cut, flatten, multiply” with the same weights are {}",
        p,
        agreement(max(report.max_abs_diff_projected, report.max_abs_diff)),
    )
    figures = marked(
        "Compared in float64 for all {:,} tokens of {} features. Largest difference {} before LayerNorm, {} after it; tolerance {}.",
        report.tokens,
        report.features,
        power(report.max_abs_diff_projected),
        power(report.max_abs_diff),
        power(report.tolerance),
    )
    show.proof(ProofLine(says, report.equal, figures))


def _feature(embed_dim: int) -> int:
    """Which feature of the token (from 0) is taken apart."""
    FEATURE.set(min(FEATURE.value, embed_dim))
    help = "Which kernel, which row of the matrix, which number of the token."
    return FEATURE.number_input(f"Feature of the token, 1 to {embed_dim}", max_value=embed_dim, required=True, help=help) - 1


def rebuild_panel(choices: PatchesChoices) -> None:
    """Can the image be made again from its tokens? The question, and after it the answer as a picture."""
    used, image = choices.used, choices.picture
    found = rebuilt(used, image.pixels)
    values = found.values
    because = f"The matrix has {used.embed_dim} rows for the {values:,} values of a patch and rank {found.rank:,}: " + (
        "no two patches give the same numbers." if found.full_rank else f"{values - found.rank:,} directions of a patch are lost."
    )
    revealed = predict(
        f"A patch of {used.patch_size} × {used.patch_size} × 3 = {values:,} values becomes {used.embed_dim} numbers (before LayerNorm). "
        "Can the image be computed back from them?",
        (YES, NO), answer=YES if found.full_rank else NO, because=because, key="rebuild",
    )  # fmt: skip
    REBUILT.set(REBUILT.value or revealed)
    if not REBUILT.value:
        return
    columns = st.columns([3, 2], gap="medium")
    columns[0].html(rebuilt_html(image.pixels, found))
    columns[1].html(losses_html(losses(used.patch_size, image.pixels, used.mean, used.std), values, chosen=used.embed_dim))
    verdict = "nothing is lost" if found.exact else f"something is lost, {number(found.rms)} grey levels on average (root mean square)"
    says = marked(
        "the image computed from its tokens and the image itself differ by at most {} grey levels of 255", number(found.max_abs_diff)
    )
    figures = marked(
        "Rank {:,} of {:,}, tolerance {}. Computed by least squares from the {} numbers of each patch before LayerNorm, with {}. "
        "LayerNorm, which removes the mean and scale of each token, is not inverted here. What the matrix does not see of a patch is "
        "filled with the mean colour.",
        found.rank,
        values,
        power(found.tolerance),
        used.embed_dim,
        choices.words,
    )
    show.proof(ProofLine(says, found.exact, figures, verdict))


def kernels_panel(choices: PatchesChoices, feature: int) -> None:
    """The kernels of the embedding: those that the run has learned, or none yet."""
    st.header("What the kernels look for")
    if choices.trained is None:
        st.caption("The run keeps no weights: choose another one to see what its kernels have become.")
        return
    weight = choices.trained.weight
    p = weight.shape[-1]
    caption = f"The {len(weight)} kernels of {choices.run.run_id}, {p} × {p} pixels in colour, after epoch {choices.epoch + 1}."
    st.html(kernels_html(weight, caption=caption, chosen=min(feature, len(weight) - 1)))


def numbers_panel(choices: PatchesChoices) -> None:
    """The tokens to take along."""
    used, pixels = choices.used, choices.picture.pixels
    order = scan_order(choices.order, SIZE // used.patch_size)
    download(
        "Tokens as CSV",
        lambda: tokens_csv(used.tokens(pixels), order),
        "tokens.csv",
        key="tokens_csv",
        help="In reading order, one line for each token.",
    )
