"""The panels of the page Patches: the grid, one feature step by step, the image made again, the kernels."""

from __future__ import annotations

from itertools import product

import numpy as np
import streamlit as st

from core.data.images import SIZE
from core.models.configs import WIDTHS
from core.models.embedding import Embedding
from core.models.orders import ORDERS, reading, scan_order
from core.probes.rebuild import Rebuilt, losses_by_width, rebuild
from dashboard.kit.wording import marked
from dashboard.shell import show, state
from dashboard.shell.predict import predict
from pages.patches.board import grid_data, patch_grid
from pages.patches.controls import Chosen
from pages.patches.one_image import OneImage
from pages.patches.view import convolution_html, cost_html, kernels_html, losses_html, product_html, rebuilt_html, sums_html, tokens_csv

ORDER, AT, FEATURE, REBUILT = "scan_order", "patch_at", "feature", "rebuilt"
ORDER_WORDS = {"rows": "Rows", "columns": "Columns", "snake": "Snake", "hilbert": "Hilbert curve", "random": "Random but fixed"}
PIXELS = frozenset(product(range(SIZE), repeat=2))
MIDDLE = (16, 16)
YES, NO = "yes, all of it", "only in part"


def choose_order() -> str:
    """In which order the patches are read."""
    state.start(ORDER, "order", ORDERS, "rows")
    return st.selectbox(
        "Scan order", list(ORDERS), format_func=ORDER_WORDS.get, key=ORDER, persist_state="session",
        help="The order of the sequence. The models of this lab read by rows; tokens are the same in any order.",
    )  # fmt: skip


def grid_panel(chosen: Chosen, image: OneImage, order: str) -> tuple[int, int]:
    """The image under its grid beside the sequence, and what that costs; the pixel (row, column) whose patch is chosen."""
    state.start(AT, "at", PIXELS, MIDDLE, "{0[0]},{0[1]}".format)
    used, at = chosen.used, st.session_state[AT]
    side = SIZE // used.patch_size
    data = grid_data(image.pixels, used.tokens(image.pixels), used.patch_size, scan_order(order, side), at=at, label=image.words)
    patch_grid(data, key="grid", on_choose=_choose)
    cost = reading(used.patch_size), reading(used.patch_size, class_token=True)
    st.html(cost_html(*cost, used.embed_dim, image.pixels.shape))
    return at


def _choose(at: tuple[int, int]) -> None:
    st.session_state[AT] = at


def steps_panel(chosen: Chosen, image: OneImage, at: tuple[int, int]) -> int:
    """One feature of the chosen patch as a convolution and as a matrix product, and the proof for all of them; the feature (from 0)."""
    used, pixels = chosen.used, image.pixels
    p, side = used.patch_size, SIZE // used.patch_size
    row, column = at[0] // p, at[1] // p
    st.subheader("The same number twice: convolution, and matrix product")
    from core.probes.embedding import embedding_test  # brings torch: after the picture has been sent

    report = embedding_test(used, pixels)
    show.caption(
        marked(
            "Proof: nn.Conv2d with stride {} and nn.LayerNorm against cut, flatten, multiply; the same weights, "
            "in float64, all {:,} tokens of {} features. Largest difference {:.1g} before LayerNorm, {:.1g} "
            "after it, tolerance {:.0g}: **{}**.",
            p,
            report.tokens,
            report.features,
            report.max_abs_diff_projected,
            report.max_abs_diff,
            report.tolerance,
            "equal" if report.equal else "not equal",
        )
    )
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
        st.markdown("**As a matrix product**: the same numbers in a line, red by rows, then green, then blue.")
        st.html(product_html(steps, feature))
    st.html(sums_html(steps, report.convolved[row * side + column, feature], used.embed_dim))
    return feature


def _feature(embed_dim: int) -> int:
    """Which feature of the token (from 0) is taken apart."""
    state.start(FEATURE, "feature", range(1, max(WIDTHS) + 1), 1)
    st.session_state[FEATURE] = min(st.session_state[FEATURE], embed_dim)
    number = st.number_input(
        show.label(f"Feature of the token, 1 to {embed_dim}"), 1, embed_dim, key=FEATURE, required=True, persist_state="session",
        help="Which kernel, which row of the matrix, which number of the token.",
    )  # fmt: skip
    return number - 1


@st.cache_data(show_spinner=False, max_entries=32, hash_funcs={Embedding: lambda e: (e.weight, e.bias, e.mean, e.std)})
def _rebuilt(embedding: Embedding, pixels: np.ndarray) -> Rebuilt:
    return rebuild(embedding, pixels)


@st.cache_data(show_spinner=False, max_entries=32)
def _losses(patch_size: int, pixels: np.ndarray, mean: np.ndarray, std: np.ndarray) -> dict[int, float]:
    return losses_by_width(patch_size, WIDTHS, pixels, mean=mean, std=std)


def rebuild_panel(chosen: Chosen, image: OneImage) -> None:
    """Can the image be made again from its tokens? The question, and after it the answer as a picture."""
    used = chosen.used
    found = _rebuilt(used, image.pixels)
    values = found.values
    because = f"The matrix has {used.embed_dim} rows for the {values:,} values of a patch, and rank {found.rank:,}: " + (
        "no two patches give the same numbers." if found.full_rank else f"{values - found.rank:,} directions of a patch leave no trace."
    )
    said = predict(
        f"A patch of {used.patch_size} × {used.patch_size} × 3 = {values:,} values becomes {used.embed_dim} numbers (before LayerNorm). "
        "Can the image be computed back from them?",
        (YES, NO), answer=YES if found.full_rank else NO, because=because, key="rebuild",
    )  # fmt: skip
    state.start(REBUILT, "rebuilt", (True,), False, lambda _: "1")
    st.session_state[REBUILT] |= said
    if not st.session_state[REBUILT]:
        return
    columns = st.columns([3, 2], gap="medium")
    columns[0].html(rebuilt_html(image.pixels, found))
    columns[1].html(losses_html(_losses(used.patch_size, image.pixels, used.mean, used.std), values, chosen=used.embed_dim))
    verdict = (
        marked("**nothing is lost**")
        if found.exact
        else marked("**something is lost**, {:.3g} in the mean (root of the mean square)", found.rms)
    )
    show.caption(
        f"Proof: rank {found.rank:,} of {values:,}; largest error of a pixel {found.max_abs_diff:.3g} grey levels of 255, tolerance "
        f"{found.tolerance:.0g}: {verdict}. By least squares from the {used.embed_dim} numbers of each patch before LayerNorm, with "
        f"{chosen.words}. LayerNorm, which takes each token's own mean and scale out, is not inverted here. Of a patch, what the matrix "
        "does not see is filled with the mean color."
    )


def kernels_panel(chosen: Chosen, feature: int) -> None:
    """The kernels of the embedding: those that the run has learned, or none yet."""
    st.subheader("What the kernels look for")
    if chosen.trained is None:
        st.caption("The run keeps no weights: choose another one to see what its kernels have become.")
        return
    weight = chosen.trained.weight
    p = weight.shape[-1]
    caption = f"The {len(weight)} kernels of {chosen.run.run_id}, {p} × {p} pixels in color, after epoch {chosen.epoch + 1}."
    st.html(kernels_html(weight, caption=caption, chosen=min(feature, len(weight) - 1)))


def numbers_panel(chosen: Chosen, image: OneImage, order: str) -> None:
    """The tokens to take along."""
    side = SIZE // chosen.used.patch_size
    st.download_button(
        "Tokens as CSV", lambda: tokens_csv(chosen.used.tokens(image.pixels), scan_order(order, side)), "tokens.csv", "text/csv",
        icon=":material/download:", on_click="ignore", key="tokens_csv", help="In reading order, one line a token.",
    )  # fmt: skip


def link_values(at: tuple[int, int], order: str, feature: int) -> dict[str, str]:
    """What the page's link says of its panels; what is as at first goes without saying."""
    return {
        "order": "" if order == "rows" else order,
        "at": "" if at == MIDDLE else f"{at[0]},{at[1]}",
        "feature": "" if feature == 0 else str(feature + 1),
        "rebuilt": "1" if st.session_state[REBUILT] else "",
    }
