"""To which addresses a browser lends its camera."""

from __future__ import annotations

import pytest

from dashboard.pictures.camera import lends_camera


@pytest.mark.parametrize(
    "address",
    [
        "https://lab.example.edu/try", "https://192.0.2.10:8501/", "http://localhost:8501/try", "http://127.0.0.1:8501/",
        "http://127.8.9.1/", "http://[::1]:8501/", "http://lab.localhost/", "http://LOCALHOST/",
    ],
)  # fmt: skip
def test_a_browser_lends_its_camera(address):
    assert lends_camera(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://192.0.2.10:8501/try", "http://lab.example.edu/", "http://10.0.0.7/", "http://[2001:db8::1]:8501/", "http://classroom:8501/",
        "http://localhost.example.edu/", "http://mylocalhost/",
    ],
)  # fmt: skip
def test_a_browser_lends_no_camera(address):
    assert not lends_camera(address)
