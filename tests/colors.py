"""What eyes make of colors: contrast, differences, and what they are without one kind of cones."""

from __future__ import annotations

import math
from collections.abc import Sequence

Color = Sequence[float]  # red, green, blue as a screen has them, 0 to 1

# Machado, Oliveira & Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency", table 1, severity 1.0:
# of red, green and blue light.
WITHOUT = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))  # sRGB, D65
WHITE = (0.95047, 1.0, 1.08883)


def parsed(text: str) -> Color:
    """A color of hexadecimal digits, "#rgb" or "#rrggbb"."""
    digits = text.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    return [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]


def light(color: Color) -> list[float]:
    """How much red, green and blue light a screen gives (IEC 61966-2-1)."""
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]


def over(color: Color, opacity: float, paper: Color) -> Color:
    """What is seen of a color that lets the paper through."""
    return [opacity * c + (1 - opacity) * p for c, p in zip(color, paper, strict=True)]


def contrast(one: Color, other: Color) -> float:
    """The ratio of two colors as WCAG 2.2 defines it: 1 to 21; 4.5 at least for text, 3 for what a figure is drawn with."""
    dark, bright = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(light, (one, other)))
    return (bright + 0.05) / (dark + 0.05)


def lab(color: Color, missing: str = "") -> tuple[float, float, float]:
    """L*, a*, b* (CIE 1976) of a color, as it is or to an eye that is `missing` one kind of cones."""
    seen = light(color)
    if missing:
        seen = [min(1.0, max(0.0, part)) for part in _product(WITHOUT[missing], seen)]
    x, y, z = (_root(part / white) for part, white in zip(_product(XYZ, seen), WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _product(rows: Sequence[Sequence[float]], column: Sequence[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, column, strict=True)) for row in rows]


def _root(share: float) -> float:
    return share ** (1 / 3) if share > 216 / 24389 else (24389 / 27 * share + 16) / 116


def difference(one: Sequence[float], other: Sequence[float]) -> float:
    """CIEDE2000 of two colors (L*, a*, b*); Sharma, Wu & Dalal (2005). One is about the least that an eye sees."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    gray = 0.5 * (1 - _saturation((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2))
    (c1, h1), (c2, h2) = (_polar((1 + gray) * a, b) for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / math.sqrt(20 + (lightness - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * _tone(hue)
    bend = -2 * _saturation(chroma) * math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    by_l, by_c, by_h = (l2 - l1) / s_l, (c2 - c1) / s_c, 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / s_h
    return math.sqrt(by_l**2 + by_c**2 + by_h**2 + bend * by_c * by_h)


def _saturation(chroma: float) -> float:
    return math.sqrt(chroma**7 / (chroma**7 + 25**7))


def _polar(a: float, b: float) -> tuple[float, float]:
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _tone(hue: float) -> float:
    parts = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return 1 + sum(size * math.cos(math.radians(times * hue + shift)) for size, times, shift in parts)
