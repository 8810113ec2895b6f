"""What the controls of the page Patches take of a link, and what they say of the rest."""

import pytest

from dashboard.pictures.zoom import AT
from pages.patches.controls import FEATURE, choose
from tests.pages.support import alone, made_by, texts


def chosen():
    """What the controls say, what a link says of it, and what is looked at."""
    choices = choose()
    return choices, choices.link, AT.value, FEATURE.value


@pytest.mark.parametrize(
    "query",
    [
        {"patch": "5", "order": "zigzag", "at": "40,2", "feature": "0", "image": "-3", "split": "all", "width": "65"},
        {"patch": "x", "order": "", "at": "1", "feature": "x", "image": "1e9", "from": "moon"},
        {"at": "a,b", "epoch": "999", "run": "recorded-nothing"},
    ],
)
def test_what_a_link_says_that_makes_no_sense_is_told_and_not_taken(query):
    app = alone(chosen, **query)
    choices, link, at, feature = made_by(app)
    assert not any(link.values()) and (at, feature, choices.order, choices.used.patch_size) == ((16, 16), 1, "rows", 4)
    assert all(f"The link's {name} cannot be used" in texts(app) for name, text in query.items() if text and name not in ("run", "width"))
    assert ("There is no run recorded-nothing" in texts(app)) == ("run" in query)
