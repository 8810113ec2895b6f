"""The small picture of the page on the map of Home: how two recorded readers change their mind, patch by patch."""

from __future__ import annotations

from core.records.overview import overview
from dashboard.pictures.small import curve, drawn, path


def small() -> str:
    """The probability of the true class after 0 to 64 patches, of a GRU and of a ViT."""
    record = overview()
    lines = (curve(record.readers[who].beliefs[:, record.truth], ink, span=(0, 1)) for who, ink in ((("vit", 15), "b"), (("gru", 16), "a")))
    return drawn(path([(4, 4), (4, 52), (92, 52)], "c"), *lines)
