"""The numbers inside an embedding as HTML: what is written, what is drawn, on which scale."""

import base64
import csv
import io
import re

import numpy as np
import pytest
from PIL import Image

from core.models.embedding import Embedding
from core.models.orders import reading
from core.probes.tokens.rebuild import rebuild
from pages.patches.view import (
    NEGATIVE,
    POSITIVE,
    convolution_html,
    cost_html,
    kernels_html,
    losses_html,
    product_html,
    rebuilt_html,
    signed,
    sums_html,
    tokens_csv,
)  # fmt: skip

IMAGE = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)
MEAN, STD = np.full(3, 0.5), np.full(3, 0.25)


def embedding(patch_size, embed_dim=16):
    return Embedding.untrained(patch_size, embed_dim, mean=MEAN, std=STD)


def pictures(html):
    """Every picture in it, (h, w, channels)."""
    uris = re.findall(r"data:image/png;base64,([\w+/=]+)", html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(uri)))) for uri in uris]


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<.*?>", " ", html))


def test_small_patches_are_written_out():
    steps = embedding(4).step_by_step(IMAGE, 9, 3)
    html = convolution_html(steps)
    cells = re.findall(r'<td class="(pos|neg)" style="--v:([\d.]+)">([−\d.]+)</td>', html)
    assert len(cells) == 3 * 3 * 16 and not pictures(html)
    written = np.array([float(text.replace("−", "-")) for _, _, text in cells]).reshape(3, 3, 4, 4)  # channel, what, row, column
    for what, values in enumerate((steps.values, steps.kernel, steps.products)):
        assert written[:, what] == pytest.approx(values, abs=0.0051)
        strength = np.array([float(v) for _, v, _ in cells]).reshape(3, 3, 4, 4)[:, what]
        assert strength == pytest.approx(np.abs(values) / np.abs(values).max(), abs=6e-4)
        assert f"±{np.abs(values).max():.2f}" in html
    for channel in steps.products:
        assert f"<b>{signed(channel.sum())}</b>" in html


@pytest.mark.parametrize("patch_size", [8, 16, 32])
def test_large_patches_are_colors_around_zero(patch_size):
    steps = embedding(patch_size).step_by_step(IMAGE, 0, 3)
    drawn = pictures(convolution_html(steps))
    assert [p.shape for p in drawn] == [(patch_size, patch_size, 4)] * 9
    for channel in range(3):
        for what, values in enumerate((steps.values, steps.kernel, steps.products)):
            picture, most = drawn[3 * channel + what], np.abs(values).max()
            opacity = picture[..., 3] / 255 * most
            assert np.where((picture[..., :3] == POSITIVE).all(-1), opacity, -opacity) == pytest.approx(values[channel], abs=most / 500)
            assert ((picture[..., :3] == NEGATIVE).all(-1) == (values[channel] < 0)).all()


def test_the_same_numbers_in_a_line():
    steps = embedding(4).step_by_step(IMAGE, 9, 3)
    html = product_html(steps, 3)
    assert "row 4 of the matrix: 48 weights" in html and "48 values" in html
    patch, row, products = (picture[0, :, 3] / 255 for picture in pictures(html))
    for drawn, values in ((patch, steps.values), (row, steps.kernel), (products, steps.products)):
        assert drawn == pytest.approx(np.abs(values).ravel() / np.abs(values).max(), abs=0.003)


def test_the_sums_lead_to_the_token():
    steps = embedding(2).step_by_step(IMAGE, 9, 3)
    text = plain(sums_html(steps, steps.projected + 2e-15, 16))
    numbers = [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d+", text)]
    red, green, blue, bias, projected = numbers[:5]
    assert red + green + blue + bias == pytest.approx(projected, abs=0.003)
    assert text.count(signed(steps.projected, 6)) == 2 and signed(steps.token, 6) in text and "difference 2·10⁻¹⁵" in text


def test_kernels_share_one_scale():
    weight = np.zeros((3, 3, 2, 2))
    weight[1, 0, 0, 0], weight[1, 2, 1, 1], weight[2] = 0.5, -0.25, 0.5
    html = kernels_html(weight, caption="<of a run>", chosen=1)
    zero, mixed, full = pictures(html)
    assert np.isin(zero, (127, 128)).all() and (full == 255).all()
    assert mixed[0, 0, 0] == 255 and mixed[1, 1, 2] == pytest.approx(64, abs=1)
    assert (
        "&lt;of a run&gt;" in html and "±0.500" in html and html.count('class="chosen"') == 1 and "kernel 2: largest weight 0.500" in html
    )


def test_an_image_made_again_is_shown_with_its_error():
    found = rebuild(embedding(8, 64), IMAGE)
    html = rebuilt_html(IMAGE, found)
    original, made, error = (picture.transpose(2, 0, 1) for picture in pictures(html))
    assert np.array_equal(original, IMAGE) and np.array_equal(made, found.image)
    assert error / 255 * found.max_abs_diff == pytest.approx(np.abs(found.error), abs=found.max_abs_diff / 500)
    assert "rank 64 of 192" in html


def test_rounding_errors_are_not_blown_up():
    assert not pictures(rebuilt_html(IMAGE, rebuild(embedding(2), IMAGE)))[2].any()


def test_costs_in_figures():
    text = plain(cost_html(reading(2), reading(2, class_token=True), 64, (3, 32, 32)))
    assert "3×32×32 → 256×12 → 256×64" in text and "256² = 65,536" in text and "257² = 66,049" in text
    assert re.search(r"GRU steps, in a row 256 ", text)


def test_losses_are_bars_on_one_scale():
    html = losses_html({8: 40.0, 16: 10.0, 64: 0.0}, 48, chosen=16)
    assert re.findall(r"<b>([\d.]+)</b><i style=\"--h:([\d.]+)\"></i><span>(\d+)</span>", html) == [
        ("40.0", "1.0000", "8"), ("10.0", "0.2500", "16"), ("0.0", "0.0000", "64"),
    ]  # fmt: skip
    assert (signed(-0.0001), signed(-0.0006)) == ("0.000", "−0.001")
    assert html.count('class="chosen"') == 1 and "for the 48 values of a patch" in html and "nan" not in losses_html({8: 0.0}, 3, chosen=1)


def test_tokens_to_take_along():
    tokens = embedding(16, 5).tokens(IMAGE)
    rows = list(csv.reader(io.StringIO(tokens_csv(tokens, np.array([0, 2, 1, 3])))))
    assert rows[0] == ["place", "row", "column", "feature 1", "feature 2", "feature 3", "feature 4", "feature 5"]
    assert [row[:3] for row in rows[1:]] == [["1", "1", "1"], ["2", "2", "1"], ["3", "1", "2"], ["4", "2", "2"]]
    assert np.array([row[3:] for row in rows[1:]], float) == pytest.approx(tokens[[0, 2, 1, 3]], rel=1e-5)
