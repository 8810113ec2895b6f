"""What the controls of the page The image reader take of a link and of what a browser sends, and what they say of the rest."""

import pytest

from pages.reader.controls import ORDERS_BOARD, choose, view_of
from tests.pages.support import alone, made_by, run, texts

SHAPES = "recorded-shapes-gru"
FIRST = {"order": "rows", "t": 128}


def reading():
    """What the controls say, how far is read in which order, and what a link says of all."""
    choices = choose()
    return choices, view_of(choices), choices.link


def is_as_at_first(app):
    choices, view, link = made_by(app)
    return view == FIRST and not any(link.values()) and (choices.picture.label, choices.total, choices.epoch) == ("ship", 256, 13)


@pytest.mark.parametrize(
    "view",
    [
        None,
        5,
        [],
        {},
        {"t": 257, "of": 256},
        {"t": "<b>", "of": 256, "order": ["x"]},
        {"t": 3.5, "of": 256, "order": 7},
        {"t": 9, "of": 16},
        {"order": "hilbrt", "of": 256},
    ],
)
def test_what_a_browser_should_not_send_does_nothing(view):
    app = alone(reading)
    app.session_state[ORDERS_BOARD] = {"view": view}
    assert is_as_at_first(run(app))


@pytest.mark.parametrize("query", [{"t": "257"}, {"t": "-1"}, {"t": "half"}, {"order": "zigzag"}, {"set": "x"}, {"epoch": "99"}])
def test_a_nonsense_link_is_told_and_not_taken(query):
    app = alone(reading, **query)
    assert is_as_at_first(app) and f"The link's {next(iter(query))} cannot be used" in texts(app)


@pytest.mark.parametrize(
    ("run_id", "sentence"),
    [
        ("recorded-cifar10-compare-vit-0", "carries no state from patch to patch"),
        ("recorded-cifar10-compare-cnn-0", "carries no state from patch to patch"),
        ("recorded-cifar10-best-0", "carries no state from patch to patch"),
        ("gru-000000", "There is no run gru-000000"),
    ],
)
def test_runs_that_have_no_state_or_are_gone_are_explained(run_id, sentence):
    app = alone(reading, run=run_id)
    assert sum(sentence in warning.value for warning in app.warning) == 1 and is_as_at_first(app)
    assert not any(run_id.removeprefix("recorded-") in option for option in app.selectbox(key="reader_run").options)
    assert not run(app.selectbox(key="reader_run").set_value(SHAPES)).warning
    choices, _, link = made_by(app)
    assert choices.total == 64 and link["run"] == SHAPES


@pytest.mark.parametrize("layer", ["3", "0", "x"])
def test_a_layer_that_is_not_there_is_the_last_one(layer):
    choices, _, link = made_by(alone(reading, layer=layer))
    assert (choices.layer, choices.layers, link["layer"]) == (1, 2, "")
    app = alone(reading, layer=layer, run=SHAPES)
    assert made_by(app)[0].total == 64
    assert [control.label for control in app.segmented_control] == ["Picture from"]  # one layer: nothing to choose
