"""What the controls of the page Shuffle test take of a link, and what they refuse."""

import pytest

from core.errors import ConfigError
from dashboard.shell import state
from pages.shuffle.controls import FIRST_MODELS, PATCH, SWITCHES, WAYS, choose_models, choose_way, order_of
from tests.pages.support import alone, made_by, texts, visit


@pytest.mark.parametrize("order", ["1.1.2", "<b>"])
def test_an_order_of_a_link_that_is_none_is_refused_once(monkeypatch, order):
    visit(monkeypatch, order=order)
    with pytest.raises(ConfigError, match="is named 2 times|is no number"):
        order_of(8)
    permutation, text = order_of(8)
    assert text == "" and permutation.tolist() == list(range(16)), "the page goes on with the patches where they are"


def test_a_model_that_there_is_not_is_explained():
    app = alone(choose_models, models="gone")
    assert "There is no run gone here" in texts(app) and made_by(app) == list(FIRST_MODELS) and len(FIRST_MODELS) == 3


def test_a_patch_size_that_there_is_not_is_the_first_one(monkeypatch):
    visit(monkeypatch, patch="5")
    assert PATCH.value == 8 and PATCH.written() == "" and len(state.messages()) == 1


def test_a_way_that_there_is_not_is_the_right_one():
    """A data set that there is not is tested in tests/dashboard/test_picture_choice.py."""
    app = alone(choose_way, undo="x", dtype="int8")
    assert made_by(app) == {name: next(iter(words)) for name, (_, words) in WAYS.items()} and made_by(app).keys() == SWITCHES.keys()
    assert "The link's undo cannot be used" in texts(app) and "The link's dtype cannot be used" in texts(app)
