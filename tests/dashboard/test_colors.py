"""Colors of the theme: text and lines can be read in both themes, and colors of several runs can be told apart by every eye."""

from __future__ import annotations

import re
import tomllib
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from tests.colors import WITHOUT, contrast, difference, lab, over, parsed

ROOT = Path(__file__).resolve().parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
SHEET = (ROOT / "dashboard" / "theme.css").read_text("utf-8")
PAPERS = ("backgroundColor", "secondaryBackgroundColor")
THEMES = pytest.mark.parametrize("theme", ["light", "dark"])


def color(theme, name):
    return parsed(THEME[theme][name])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    # Sharma, Wu & Dalal (2005), table 1: pairs 1, 7, 17, 24 and 25.
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, 0, 0), (50, -1, 2), 2.3669), ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (50, 3.2592, 0.335), 1.0), ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)  # fmt: skip
def test_differences_are_those_of_the_paper(one, other, expected):
    assert difference(one, other) == pytest.approx(expected, abs=1e-4)


def test_contrast_is_that_of_the_guideline():
    assert contrast(parsed("#fff"), parsed("#000")) == pytest.approx(21)
    assert contrast(parsed("#777777"), parsed("#fff")) == pytest.approx(4.48, abs=0.005)  # the example of WCAG: just too pale


@THEMES
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("ink", ["textColor", "linkColor", "primaryColor"])
def test_text_can_be_read(theme, paper, ink):
    assert contrast(color(theme, ink), color(theme, paper)) >= 4.5


@THEMES
def test_small_print_can_be_read(theme):
    opacity = float(re.search(r'stCaptionContainer"\] \{ opacity: ([\d.]+)', SHEET)[1])
    for paper in PAPERS:
        seen = over(color(theme, "textColor"), opacity, color(theme, paper))
        assert contrast(seen, color(theme, paper)) >= 4.5


@THEMES
def test_what_stands_on_the_accent_can_be_read(theme):
    on = dict(zip(("light", "dark"), re.search(r"--lab-on-accent: light-dark\((#\w+), (#\w+)\)", SHEET).groups(), strict=True))
    assert contrast(parsed(on[theme]), color(theme, "primaryColor")) >= 4.5
    assert contrast(parsed("#fff"), color(theme, "primaryColor")) >= 3, "the tick of a box"


@THEMES
def test_what_figures_are_drawn_with_can_be_seen(theme):
    accents = dict(re.findall(r"--lab-(run|right|wrong): (#\w+)", SHEET))
    assert len(accents) == 3
    for seen in (*accents.values(), *THEME[theme]["chartCategoricalColors"]):
        assert contrast(parsed(seen), color(theme, "backgroundColor")) >= 3, seen


@THEMES
@pytest.mark.parametrize("missing", ["", *WITHOUT])
def test_every_eye_tells_the_colors_of_several_runs_apart(theme, missing):
    colors = {text: lab(parsed(text), missing) for text in THEME[theme]["chartCategoricalColors"]}
    assert len(colors) == 7
    near = {pair: difference(colors[pair[0]], colors[pair[1]]) for pair in combinations(colors, 2)}
    assert min(near.values()) >= 9, min(near, key=near.get)
    order = list(colors)
    beside = {pair: near[pair] for pair in pairwise(order)}
    assert min(beside.values()) >= 12, min(beside, key=beside.get)


@pytest.mark.parametrize("missing", ["", *WITHOUT])
def test_every_eye_tells_the_three_accents_apart(missing):
    accents = [lab(parsed(text), missing) for _, text in re.findall(r"--lab-(run|right|wrong): (#\w+)", SHEET)]
    assert min(difference(one, other) for one, other in combinations(accents, 2)) >= 12


def test_an_eye_without_red_sees_no_difference_that_hangs_on_red_alone():
    """The simulation does what it is there for: brick red and olive are worlds apart, and nearly the same without red cones."""
    one, other = "#d55e00", "#8a6d00"
    assert difference(lab(parsed(one)), lab(parsed(other))) > 20
    assert difference(lab(parsed(one), "protanopia"), lab(parsed(other), "protanopia")) < 3
