"""Figures as files: SVG and PNG, with a caption that names run, split, n and epoch, so that a picture that is passed on says what it is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from tests.driven import at_rest

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
RUN = "recorded-shapes-gru"


def saved(page, button) -> tuple[Path, str]:
    with page.expect_download() as given:
        button.click()
    return given.value.path(), given.value.suggested_filename


def words(root: ET.Element) -> str:
    """The caption: the last text of the file, below the figure."""
    return " ".join("".join(line.itertext()) for line in root.findall(f"{SVG}text")[-1])


def assert_captioned(page, part, *expected: str) -> None:
    """Both buttons of a figure save it, with all that is expected in the caption."""
    path, name = saved(page, part.get_by_role("button", name="SVG", exact=True))
    root = ET.parse(path).getroot()
    assert name.endswith(".svg") and root.tag == f"{SVG}svg"
    said = words(root)
    for one in expected:
        assert re.search(one, said), f"{one} is not in: {said}"
    assert len(list(root.iter(f"{SVG}path"))) > 3, "the figure itself is in the file"
    path, name = saved(page, part.get_by_role("button", name="PNG", exact=True))
    with Image.open(path) as picture:
        assert name.endswith(".png") and picture.format == "PNG"
        assert picture.size == tuple(2 * int(float(root.get(side))) for side in ("width", "height"))
        colors = picture.convert("RGB").getcolors(maxcolors=1 << 20)
        assert colors is not None and len(colors) > 20, "it is drawn"


def test_the_chart_of_a_run_is_saved_with_its_caption(address, page):
    page.goto(f"{address}/train?run={RUN}")
    page.locator(".live-chart-plot .main-svg").first.wait_for()
    assert_captioned(page, page.locator(".live-chart"), RUN, r"training n = [\d,]+", r"validation n = [\d,]+", r"epoch [\d.]+ of \d+")


def test_a_figure_of_an_evaluation_is_saved_with_its_caption(address, page):
    page.goto(f"{address}/evaluate?run={RUN}&view=Curves")
    page.locator(".st-key-evaluate_scores .main-svg").first.wait_for()
    at_rest(page)
    assert_captioned(
        page, page.locator(".st-key-evaluate_scores_files .figure-files"), RUN, "[Vv]alidation", r"n = [\d,]+", r"epochs 1 to \d+"
    )


def test_lines_over_time_are_saved_with_their_note(address, page):
    page.goto(f"{address}/memory")
    chart = page.locator(".time-chart").first
    chart.locator("svg path[data-line]").first.wait_for(state="attached")
    at_rest(page)
    note = chart.locator("figcaption").inner_text().split()
    assert_captioned(page, chart, *map(re.escape, note[:3]))
