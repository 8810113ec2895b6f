"""The question before the picture: asked once, answered by what the page computes, and never in the way of a link."""

import pytest

from dashboard import navigation
from dashboard.navigation import PAGES
from tests.pages.support import open_page, press, run, texts

ASKING = [page for page in PAGES if page.about.prediction]


@pytest.fixture(autouse=True)
def asks(monkeypatch):
    monkeypatch.setenv("LAB_PREDICT", "1")


def covered(app):
    """Whether the question stands above the picture: there alone it can be left out."""
    return any(button.key.endswith("_predict-skip") for button in app.button)


@pytest.mark.parametrize("page", ASKING, ids=lambda page: page.url_path)
def test_what_is_right_is_one_of_the_choices(page):
    """Not always the first one, so that a guess by place does not help."""
    asked = page.about.prediction
    assert len({*asked.choices}) == len(asked.choices) >= 2 and asked.question.endswith("?")
    assert page.answer().choice in asked.choices and page.answer().because


def test_the_right_answers_stand_at_different_places():
    assert len({page.about.prediction.choices.index(page.answer().choice) for page in ASKING if page.url_path in ("went", "patches")}) == 2


def test_a_page_asks_once_and_says_what_is_right():
    app = open_page("patches")
    assert covered(app) and app.button(key="patches_predict-reveal").disabled
    run(app.radio(key="patches_predict-choice").set_value("4 times"))
    press(app, "patches_predict-reveal")
    assert not covered(app) and app.expander[0].label == "Not quite. The answer is: 16 times"
    assert "You predicted: 4 times." in texts(app) and "64 tokens become 256" in texts(app)
    assert not covered(run(app)), "it is not asked again"


def test_a_right_prediction_is_said_to_be_right():
    app = open_page("masks")
    run(app.radio(key="masks_predict-choice").set_value("those at this token and after it"))
    press(app, "masks_predict-reveal")
    assert app.expander[0].label == "Correct: those at this token and after it"


def test_who_does_not_want_to_predict_is_shown_the_picture_and_asked_at_the_end():
    app = open_page("went")
    press(app, "went_predict-skip")
    assert not covered(app)
    run(app.radio(key="went_predict-choice").set_value("the subsequent mask"))
    press(app, "went_predict-reveal")
    assert "Not quite. The answer is: no mask between the 100." in texts(app)


def test_a_link_covers_nothing():
    assert not covered(open_page("went", T="4096"))


def test_a_chip_covers_nothing_and_sets_the_page_up():
    app = open_page("went")
    first = next(iter(next(page for page in PAGES if page.url_path == "went").about.experiments.values()))
    press(app, "went_chip_0")
    assert not covered(app) and dict(app.query_params).items() >= {(name, value) for name, value in first.items()}


def test_a_lab_can_be_told_not_to_ask(monkeypatch):
    monkeypatch.setenv("LAB_PREDICT", "0")
    assert not covered(open_page("went"))


def test_a_page_without_a_question_is_not_covered():
    page = next(page for page in navigation.PAGES if page.url_path == "data")
    assert page.about.prediction is None and not covered(open_page("data"))
