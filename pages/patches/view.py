"""The numbers inside a patch embedding as HTML: one feature step by step, all kernels, an image made again. Pure; escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from PIL import Image

from core.frames import csv_text, frame
from core.models.embedding import Steps
from core.models.orders import ReadingCost
from core.probes.tokens.rebuild import Rebuilt
from core.readable import power
from dashboard.kit.wording import escape
from dashboard.pictures.html import image_uri, png_uri

WRITTEN = 4  # patches of up to so many pixels a side are shown with their numbers
CHANNELS = ("red", "green", "blue")
POSITIVE, NEGATIVE = (0, 114, 178), (213, 94, 0)  # --lab-run and --lab-wrong of theme.css


def signed(value: float, digits: int = 3) -> str:
    """A number with a proper minus, and none before zero."""
    return f"{value:z.{digits}f}".replace("-", "−")


def cost_html(cost: ReadingCost, with_class_token: ReadingCost, embed_dim: int, shape: tuple[int, ...]) -> str:
    """Shapes and costs of a reading, as figures."""
    channels, height, width = shape
    n = cost.tokens
    figures = {
        "image → patches → tokens": f"{channels}×{height}×{width} → {n:,}×{cost.values:,} → {n:,}×{embed_dim}",
        "length T": f"{n:,}",
        "GRU steps, in a row": f"{cost.gru_steps:,}",
        "attention cells T×T": f"{n:,}² = {cost.attention_cells:,}",
        "with a ViT's class token": f"{n + 1:,}² = {with_class_token.attention_cells:,}",
    }
    told = 'title="Per layer; of a GRU also per direction, of attention per head."'
    return f'<dl class="lab-figures" {told}>' + "".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in figures.items()) + "</dl>"


def convolution_html(steps: Steps) -> str:
    """The kernel on the patch, channel by channel: values times weights are products, and their sums."""
    limits = [float(np.abs(block).max()) for block in (steps.values, steps.kernel, steps.products)]
    head = "".join(f'<th scope="col">{title}</th>' for title in ("", "patch", "", "kernel", "", "products", "", "sum"))
    rows = "".join(
        f'<tr><th scope="row">{CHANNELS[c]}</th><td>{_block(steps.values[c], limits[0])}</td><td>×</td>'
        f"<td>{_block(steps.kernel[c], limits[1])}</td><td>=</td><td>{_block(steps.products[c], limits[2])}</td><td>→</td>"
        f"<td><b>{signed(float(steps.products[c].sum()))}</b></td></tr>"
        for c in range(len(steps.values))
    )
    scale = "".join(f"<td>±{limit:.2f}</td><td></td>" for limit in limits)
    return (
        f'<div class="lab-scroll"><table class="lab-blocks"><thead><tr>{head}</tr></thead><tbody>{rows}'
        f'<tr class="scale"><th scope="row">scale</th>{scale}<td></td></tr></tbody></table></div>'
    )


def product_html(steps: Steps, feature: int) -> str:
    """The same numbers in a line: the flattened patch, the matrix's row, their products."""
    values = steps.values.size
    lines = {
        f"the patch, flattened: {values:,} values": steps.values,
        f"row {feature + 1} of the matrix: {values:,} weights": steps.kernel,
        "their products": steps.products,
    }
    return "".join(
        f'<figure class="lab-line"><figcaption>{title}</figcaption><img alt="{title}, as colours" src="{_heat(v.reshape(1, -1))}"></figure>'
        for title, v in lines.items()
    )


def sums_html(steps: Steps, convolved: float, embed_dim: int) -> str:
    """The sums that follow, as far as the token; `convolved` is what PyTorch's convolution has for the same feature."""
    sums = [float(channel.sum()) for channel in steps.products]
    added = " + ".join(f"{_bracketed(v)} <i>{name}</i>" for v, name in zip(sums, CHANNELS, strict=True))
    lines = (
        ("sum and bias", f"{added} + {_bracketed(steps.bias)} <i>bias</i> = <b>{signed(steps.projected, 6)}</b>"),
        ("nn.Conv2d says", f"<b>{signed(convolved, 6)}</b> <i>difference {power(abs(convolved - steps.projected))}</i>"),
        (
            "LayerNorm",
            f"({_bracketed(steps.projected)} − {_bracketed(steps.mean)} <i>mean</i>) / {signed(steps.deviation)} <i>standard deviation of "
            f"the {embed_dim} features</i> × {_bracketed(steps.gain)} <i>gain</i> + {_bracketed(steps.shift)} <i>shift</i> = "
            f"<b>{signed(steps.token, 6)}</b>",
        ),
    )
    return '<dl class="lab-sums">' + "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in lines) + "</dl>"


def kernels_html(weight: np.ndarray, *, caption: str, chosen: int) -> str:
    """All kernels (E, 3, p, p) as small color pictures on one scale: grey is 0, the largest weight is a full colour."""
    limit = float(np.abs(weight).max()) or 1.0
    tiles = np.rint(127.5 + 127.5 * weight / limit).astype(np.uint8)
    pictures = "".join(
        f'<i class="{"chosen" if k == chosen else ""}" style="background-image:url({png_uri(tile)})" '
        f'title="kernel {k + 1}: largest weight {np.abs(weight[k]).max():.3f}"></i>'
        for k, tile in enumerate(tiles)
    )
    legend = f"Grey is 0; scale ±{limit:.3f}, the largest weight of all kernels. Framed: feature {chosen + 1}."
    told = escape(f"{caption} {legend}")
    return f'<figure class="lab-kernels"><div role="img" aria-label="{told}">{pictures}</div><figcaption>{told}</figcaption></figure>'


def rebuilt_html(original: np.ndarray, found: Rebuilt) -> str:
    """The image, the image made again, and the error of every pixel."""
    most = max(found.max_abs_diff, 1.0)  # rounding errors of an exact answer are not blown up
    error = np.rint(255 * np.abs(found.error) / most).astype(np.uint8)
    return _figures(
        (
            ("The image", original),
            (f"Made again: rank {found.rank:,} of {found.values:,}", found.image),
            (f"Error: black 0, full colour {most:.3g} of 255", error),
        )
    )


def losses_html(losses: Mapping[int, float], values: int, *, chosen: int) -> str:
    """The error that each width of a token leaves, as bars from 0 to the largest; framed: the chosen width."""
    most = max(losses.values()) or 1.0
    bars = "".join(
        f'<div class="{"chosen" if width == chosen else ""}" title="{width} numbers of {values:,}: error {loss:.3g}">'
        f'<b>{loss:.1f}</b><i style="--h:{loss / most:.4f}"></i><span>{width}</span></div>'
        for width, loss in losses.items()
    )
    told = (
        f"Error left (root mean square, grey levels of 255) by untrained embeddings of 8 to {max(losses)} numbers for the {values:,} "
        "values of a patch of this image."
    )
    return f'<figure class="lab-width-losses"><div role="img" aria-label="{told}">{bars}</div><figcaption>{told}</figcaption></figure>'


def tokens_csv(tokens: np.ndarray, order: np.ndarray) -> str:
    """Tokens (N, E) in reading order as CSV: place, row and column of the patch (all from 1), then the features."""
    side = math.isqrt(len(order))
    rows = [(place, patch // side + 1, patch % side + 1, *tokens[patch].tolist()) for place, patch in enumerate(order.tolist(), 1)]
    return csv_text(frame(rows, ("place", "row", "column", *(f"feature {k + 1}" for k in range(tokens.shape[1])))), digits="%.6g")


def _figures(pictures: Iterable[tuple[str, np.ndarray]]) -> str:
    each = "".join(f'<figure><img alt="{name}" src="{png_uri(image)}"><figcaption>{name}</figcaption></figure>' for name, image in pictures)
    return f'<div class="lab-triple">{each}</div>'


def _bracketed(value: float) -> str:
    text = signed(value)
    return f"({text})" if value < 0 else text


def _block(values: np.ndarray, limit: float) -> str:
    """A channel (p, p) as colours around 0; with its numbers where they can be read."""
    if len(values) > WRITTEN:
        return f'<img class="lab-block" alt="{len(values)} by {len(values)} numbers as colours" src="{_heat(values, limit)}">'
    cell = '<td class="{}" style="--v:{:.3f}">{}</td>'
    rows = ("".join(cell.format("pos" if v > 0 else "neg", abs(v) / (limit or 1), signed(v, 2)) for v in row) for row in values.tolist())
    return f'<table class="lab-block" role="presentation"><tbody>{"".join(f"<tr>{row}</tr>" for row in rows)}</tbody></table>'


def _heat(values: np.ndarray, limit: float | None = None) -> str:
    """Numbers (h, w) as a PNG in a data URI, a pixel each: orange below 0, blue above, clear at 0."""
    limit = limit or float(np.abs(values).max()) or 1.0
    colors = np.where((values < 0)[..., None], NEGATIVE, POSITIVE)  # (h, w, 3)
    opacity = np.rint(255 * np.abs(values) / limit)[..., None]
    return image_uri(Image.fromarray(np.concatenate((colors, opacity), axis=-1).astype(np.uint8), "RGBA"))
