"""For all tests: what they printed or logged can be handed on, also where it holds what is no valid Unicode; thousands of images that are
drawn once; and browsers to drive.
"""

import os
from functools import lru_cache

import pytest

from core import log
from core.data import shapes
from tests.class_driven import class_lab, instructor, invited, phone  # noqa: F401 - the same, of a class
from tests.driven import address, chromium, lab, newcomers_lab, page, serve, shared_page  # noqa: F401 - fixtures of every test with the mark `browser`

os.environ.setdefault("LAB_PREDICT", "0")  # tests look at pictures at once, but for those of the question before them
os.environ.setdefault("LAB_TOUR", "0")  # and no offer lies over a page


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """pytest-xdist ends with an internal error when it has to pass half a pair of letters on, as tests of hostile names log them."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode("utf-8")) for name, text in report.sections]
    return report


@pytest.fixture(scope="session", autouse=True)
def drawn_once():
    """Whoever needs all drawn shapes has those that this process has drawn before: each new home would draw them anew, for a second."""
    draw = shapes.draw
    known = lru_cache(maxsize=len(shapes.PARTS))(draw)

    def drawn(indices, seed=0):
        if not isinstance(indices, range) or indices not in shapes.PARTS.values():
            return draw(indices, seed)
        return tuple(array.copy() for array in known(indices, seed))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "draw", drawn)
        yield


@pytest.fixture(autouse=True)
def nothing_is_secret(monkeypatch):
    """What one test keeps out of the log is for the next one a word like any other."""
    monkeypatch.setattr(log, "_words", {})
