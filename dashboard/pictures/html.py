"""Images as HTML for st.html. Pure: arrays in, escaped strings out; their style is in theme.css."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image

from dashboard.kit.wording import escape


def gallery_html(images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray, classes: Sequence[str]) -> str:
    """Images (S, 3, H, W) uint8 as cards, with their true classes (S,) and the three most probable of (S, K)."""
    cards = (
        _card(_picture(image, classes[label]), int(label), p, classes)
        for image, label, p in zip(images, labels, probabilities, strict=True)
    )
    return f'<div class="lab-strip" role="list">{"".join(cards)}</div>'


def _picture(image: np.ndarray, name: str) -> str:
    return f'<img class="lab-sample" src="{png_uri(image)}" alt="{escape(name)}">'


def samples_css(images: np.ndarray) -> str:
    """A style sheet that holds images (S, 3, H, W) uint8, so that a strip which changes every two seconds need not carry them."""
    rules = (f".lab-sample-{place}{{background-image:url({png_uri(image)})}}" for place, image in enumerate(images))
    return f"<style>{''.join(rules)}</style>"


def _card(picture: str, label: int, probabilities: np.ndarray, classes: Sequence[str]) -> str:
    """Right and wrong are told apart by mark and word as well as by color."""
    name = escape(classes[label])
    order = np.argsort(-probabilities, kind="stable")[:3].tolist()
    look = "right" if order[0] == label else "wrong"
    verdict = f'<span class="{look}">{"✓" if look == "right" else "✗"} {look}</span>'
    bars = "".join(_bar(escape(classes[k]), float(probabilities[k]), k == label, k == order[0]) for k in order)
    head = f"{picture}<span><b>{name}</b>{verdict}</span>"
    return f'<div class="lab-card {look}" role="listitem"><div class="lab-card-head">{head}</div>{bars}</div>'


def _bar(name: str, probability: float, true: bool, first: bool) -> str:
    look = "lab-bar" + " true" * true + " first" * first
    return f'<div class="{look}" style="--p:{probability:.3f}"><span>{name}</span><b>{100 * probability:.0f} %</b></div>'


def sheet_uri(images: np.ndarray, columns: int) -> str:
    """Images (N, 3, H, W) uint8 on one sheet, `columns` of them a row, as a PNG in a data URI; what is left of the last row is black."""
    count, channels, height, width = images.shape
    rows = -(-count // columns)
    sheet = np.zeros((rows * columns, channels, height, width), np.uint8)
    sheet[:count] = images
    sheet = sheet.reshape(rows, columns, channels, height, width).transpose(2, 0, 3, 1, 4)  # (3, rows, H, columns, W)
    pixels = np.ascontiguousarray(sheet.reshape(channels, rows * height, columns * width).transpose(1, 2, 0))
    return _sheet_uri(pixels.tobytes(), columns * width, rows * height)


@lru_cache(maxsize=64)  # each is about half a megabyte, with its pixels
def _sheet_uri(pixels: bytes, width: int, height: int) -> str:
    return _encoded(pixels, width, height)


def png_uri(image: np.ndarray) -> str:
    """An image (3, H, W) uint8 as a PNG in a data URI, pixel by pixel."""
    pixels = np.ascontiguousarray(image.transpose(1, 2, 0))  # (H, W, 3)
    return _png_uri(pixels.tobytes(), pixels.shape[1], pixels.shape[0])


@lru_cache(maxsize=2048)
def _png_uri(pixels: bytes, width: int, height: int) -> str:
    return _encoded(pixels, width, height)


def _encoded(pixels: bytes, width: int, height: int) -> str:
    return image_uri(Image.frombytes("RGB", (width, height), pixels))


def image_uri(image: Image.Image) -> str:
    """An image as a PNG in a data URI."""
    buffer = BytesIO()
    image.save(buffer, format="PNG")
    return "data:image/png;base64," + b64encode(buffer.getvalue()).decode()
