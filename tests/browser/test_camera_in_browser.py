"""A photograph on a page that came over http."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from tests.dashboard.serving import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("home"), "--allow-host", "lab.example") as lab:
        yield lab


@pytest.mark.parametrize(("path", "key"), [("try?from=camera", "picture_camera"), ("patches?from=camera", "picture_camera")])
def test_over_http_a_file_takes_the_cameras_place(page, lab, path, key):
    page.goto(f"http://lab.example:{lab.port}/{path}")
    if path.startswith("patches"):
        page.get_by_role("button", name="Choose the image").click()
    page.get_by_text("Browsers lend their camera to pages over https").wait_for()
    page.locator(f".st-key-{key} input[type=file][capture=environment]").wait_for(state="attached")
    assert page.get_by_text("Learn how to allow access").count() == 0
    made = BytesIO()
    Image.new("RGB", (64, 48), (200, 40, 40)).save(made, "JPEG")
    field = page.locator(f".st-key-{key} input[type=file]")
    field.set_input_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()})
    page.get_by_text("photo.jpg").first.wait_for()
    if path.startswith("try"):
        page.get_by_text("It shows").wait_for()
