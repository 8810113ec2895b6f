"""The page The cell as a student goes through it, without a browser."""

import numpy as np
import pytest
import torch
from torch import nn

from core.probes.recurrence.cell_by_hand import Cell, Reading, sequence
from core.records.recorded import recorded_epochs
from core.training.runs.checkpoint import open_model
from pages.cell.view import numbers_csv
from tests.pages.support import message_to, open_page, press, printed_by, run, shown_code, texts, unpacked

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def open_cell(**query):
    return open_page("cell", **query)


def sent_to(app):
    return message_to(app, "pages/cell/board")


def arrays_of(app, *, second=False):
    """Every array of the board by name, with its shape; those of the second row of a batch if `second`."""
    sent = sent_to(app)
    columns = {"x": sent["C"], "wi": sent["C"], "wh": sent["H"], "bi": 1, "bh": 1, "h0": 1, "c0": 1}
    found = unpacked(sent["second"] if second else sent)
    return {name: values.astype(np.float64).reshape(-1, columns.get(name) or len(values) // sent["T"]) for name, values in found.items()}


def by_torch(app):
    """The states (T, H) of torch's layer for the inputs, weights and start on the board."""
    sent, found = sent_to(app), arrays_of(app)
    layer = LAYERS[sent["kind"]](sent["C"], sent["H"], batch_first=True).double()
    for parameter, name in zip(layer.parameters(), ("wi", "wh", "bi", "bh"), strict=True):
        parameter.data = torch.from_numpy(found[name].reshape(parameter.shape))
    start = [torch.from_numpy(found[name]).T[None] for name in ("h0", "c0") if name in found]  # (1, 1, H)
    return layer(torch.from_numpy(found["x"])[None], tuple(start) if len(start) > 1 else start[0])[0][0].detach().numpy()


def test_it_opens_on_a_gru_with_everything_proved():
    app = open_cell()
    sent = sent_to(app)
    assert (sent["kind"], sent["T"], sent["C"], sent["H"]) == ("gru", 8, 3, 4) and dict(app.query_params) == {}
    assert arrays_of(app)["hidden"] == pytest.approx(by_torch(app), abs=1e-5)
    assert "nn.GRUCell step by step" in texts(app) and "**passed**" in texts(app)
    assert "W_ih x + b_ih (2, 15) → W_hh h + b_hh (2, 15) → r, z, n (2, 5)" in texts(app)


@pytest.mark.parametrize("kind", LAYERS)
def test_each_kind_is_torchs(kind):
    app = open_cell(cell=kind, hidden="5", inputs="7", steps="12", random="9", scale="4", sequence="wave")
    assert sent_to(app)["kind"] == kind and arrays_of(app)["hidden"].shape == (12, 5)
    assert arrays_of(app)["hidden"] == pytest.approx(by_torch(app), abs=1e-4)
    assert f"nn.{kind.upper()}Cell" in texts(app) and "**passed**" in texts(app) and "not passed" not in texts(app)


def test_the_gru_of_2014_is_measured():
    app = open_cell(cell="gru2014")
    found = arrays_of(app)
    turned = found["update"] * found["candidate"]
    before = np.vstack([np.zeros(4), found["hidden"][:-1]])
    assert found["hidden"] == pytest.approx(turned + (1 - found["update"]) * before, abs=1e-6)
    assert "torch has no GRU of 2014" in texts(app) and "**passed**" in texts(app)
    assert "the states of the two GRUs" in texts(app)
    assert "the two GRUs" not in texts(open_cell(cell="lstm"))


def test_a_link_opens_what_it_says_and_is_written_again():
    query = {
        "cell": "lstm", "sequence": "pulse", "hidden": "6", "steps": "16", "inputs": "2", "random": "5", "scale": "4", "t": "7",
        "unit": "2", "view": "hand", "edits": "x.3.1:0.5,bi.6.0:2",
    }  # fmt: skip
    app = open_cell(**query)
    query["seed"] = query.pop("random")  # the name that links had for it
    assert dict(app.query_params) == query
    assert sent_to(app)["view"] == {"t": 7, "unit": 2, "tab": "hand", "rows": 1} and sent_to(app)["edits"] == [
        ["x", 3, 1, 0.5],
        ["bi", 6, 0, 2.0],
    ]
    found = arrays_of(app)
    assert found["x"][3, 1] == 0.5 and found["bi"][6, 0] == 2 and found["x"][0].tolist() == [1, 1]
    assert found["hidden"] == pytest.approx(by_torch(app), abs=1e-5)


@pytest.mark.parametrize(
    "query",
    [
        {"cell": "grux", "weights": "none", "sequence": "speech", "hidden": "0", "inputs": "1e9", "random": "-1", "scale": "x"},
        {"hidden": "2.5", "t": "x", "unit": "", "view": "?", "edits": "x.99.99:1;drop", "steps": "eight"},
        {"hidden": "-1", "inputs": "0", "t": "-5", "unit": "0", "edits": "x.0.0:nan,,wh.99.0:1"},
    ],
)
def test_a_link_that_makes_no_sense_opens_the_page_as_at_first(query):
    app = open_cell(**query)
    sent = sent_to(app)
    assert (sent["kind"], sent["T"], sent["C"], sent["H"]) == ("gru", 8, 3, 4) and "**passed**" in texts(app)
    assert arrays_of(app)["hidden"] == pytest.approx(arrays_of(open_cell())["hidden"])


def test_a_length_that_cannot_be_shown_is_explained_once():
    app = open_cell(steps="10000")
    assert "10,000 steps" in texts(app) and sent_to(app)["T"] == 8
    run(app)
    assert "10,000 steps" not in texts(app)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru", "gru2014"])
def test_one_step_of_one_unit(kind):
    app = open_cell(cell=kind, steps="1", hidden="1", inputs="1")
    assert arrays_of(app)["hidden"].shape == (1, 1) and "**passed**" in texts(app) and "over 1 step," in texts(app)


def test_the_longest_and_widest():
    app = open_cell(cell="lstm", steps="256", hidden="16", inputs="8", scale="8")
    assert arrays_of(app)["hidden"].shape == (256, 16) and "**passed**" in texts(app)


def test_typed_weights_and_inputs():
    rng = np.random.default_rng(0)
    matrices = {"weight_ih": rng.normal(size=(6, 2)).round(2), "weight_hh": rng.normal(size=(6, 2)).round(2)}
    lines = {name: "|".join(" ".join(map(str, row)) for row in matrix.tolist()) for name, matrix in matrices.items()}
    app = open_cell(weights="typed", sequence="typed", hidden="2", inputs="2", x="1 2|0 -1|0.5 0.5", bias_ih="0 0 0 1 1 1", **lines)
    found = arrays_of(app)
    assert found["x"].tolist() == [[1, 2], [0, -1], [0.5, 0.5]] and found["bi"].ravel().tolist() == [0, 0, 0, 1, 1, 1]
    assert found["wi"] == pytest.approx(matrices["weight_ih"]) and found["wh"] == pytest.approx(matrices["weight_hh"])
    assert found["hidden"] == pytest.approx(by_torch(app), abs=1e-6) and "**passed**" in texts(app)
    assert app.query_params["x"] == "1 2|0 -1|0.5 0.5" and app.query_params["weight_ih"] == lines["weight_ih"]
    run(app.text_area(key="cell_bias_hh").set_value(""))  # no bias
    assert app.query_params["bias_hh"] == "|" and not arrays_of(app)["bh"].any()
    run(app.text_area(key="cell_weight_ih").set_value(str(torch.ones(6, 2))))  # as torch prints it
    assert (arrays_of(app)["wi"] == 1).all() and not app.error


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("weight_hh", "1 2 3\n" * 12, "its row 1 has 3 numbers instead of 4"),
        ("bias_ih", "one two", "'one' is no number"),
        ("x", "<b>1</b> 2 3", "'<b>1</b>' is no number"),
    ],
)
def test_what_cannot_be_read_is_explained_where_it_was_typed(name, text, message):
    app = open_cell(weights="typed", sequence="typed")
    before = arrays_of(app)["hidden"]
    run(app.text_area(key=f"cell_{name}").set_value(text))
    assert message in texts(app) and arrays_of(app)["hidden"] == pytest.approx(before) and "**passed**" in texts(app)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_state_to_start_from_is_typed_and_in_the_link(kind):
    typed = {"h0": "0.5 -1 0 2"} | ({"c0": "0 0 3 0"} if kind == "lstm" else {})
    app = open_cell(cell=kind, **typed)
    found = arrays_of(app)
    assert found["h0"].ravel().tolist() == [0.5, -1, 0, 2] and ("c0" in found) == (kind == "lstm")
    assert found["hidden"] == pytest.approx(by_torch(app), abs=1e-5) and "**passed**" in texts(app)
    assert {name: app.query_params.get(name) for name in typed} == typed
    assert not arrays_of(open_cell(cell=kind))["h0"].any()  # it opens at zeros
    assert not arrays_of(open_cell(cell=kind, h0="|"))["h0"].any()  # an emptied field


def test_a_start_that_cannot_be_read_is_explained_in_place():
    app = open_cell(h0="1 2 x 4")
    assert "'x' is no number" in texts(app) and "h₀: what was typed cannot be read. Zeros are used instead; see More" in texts(app)
    assert not arrays_of(app)["h0"].any() and "**passed**" in texts(app)


@pytest.mark.parametrize("kind", LAYERS)
def test_the_second_row_of_a_batch_is_torchs_too(kind):
    app = open_cell(cell=kind, inputs="7", hidden="5", batch="2", h0="1 0 0 0 0")
    first, second = arrays_of(app), arrays_of(app, second=True)
    cell = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}[kind](7, 5).double()
    for parameter, name in zip(cell.parameters(), ("wi", "wh", "bi", "bh"), strict=True):
        parameter.data = torch.from_numpy(first[name].reshape(parameter.shape))
    x = torch.from_numpy(np.stack([first["x"][0], second["x"][0]]))  # (2, 7)
    h = torch.from_numpy(np.repeat(first["h0"].T, 2, 0))  # (2, 5)
    found = cell(x, (h, torch.zeros_like(h)) if kind == "lstm" else h)
    hidden = (found[0] if kind == "lstm" else found).detach().numpy()
    assert np.stack([first["hidden"][0], second["hidden"][0]]) == pytest.approx(hidden, abs=1e-5)
    assert second["from_input"].shape == first["from_input"].shape and "over 2 rows of a batch, 8 steps" in texts(app)
    assert sent_to(open_cell(batch="0"))["second"] is None and sent_to(open_cell(batch="9"))["second"] is not None


def test_typed_matrices_follow_the_sizes_until_somebody_types():
    app = open_cell(weights="typed")
    run(app.slider(key="cell_hidden").set_value(6))
    assert not app.error and arrays_of(app)["wh"].shape == (18, 6)
    run(app.text_area(key="cell_bias_hh").set_value("0 " * 18))
    run(app.slider(key="cell_hidden").set_value(5))
    assert "bias_hh must be 1 × 15" in texts(app) and arrays_of(app)["wh"].shape == (15, 5)


def test_what_is_too_long_for_a_link_is_said():
    app = open_cell(weights="typed", hidden="16", inputs="8")
    run(app.text_area(key="cell_weight_hh").set_value("\n".join(["0.125 " * 16] * 48)))
    assert "too long for a link" in texts(app) and "weight_hh" not in app.query_params and (arrays_of(app)["wh"] == 0.125).all()


@pytest.mark.parametrize(("kind", "name"), [("gru", "shapes-gru"), ("lstm", "cifar10-compare-lstm-0"), ("rnn", "cifar10-compare-rnn-0")])
def test_a_trained_run_reads_a_picture(kind, name):
    app = open_cell(cell=kind, weights="run", run=f"recorded-{name}")
    rnn = open_model(recorded_epochs(name)[max(recorded_epochs(name))]).model.rnn
    found = arrays_of(app)
    assert found["wi"].shape == rnn.weight_ih_l0.shape and found["wi"] == pytest.approx(rnn.weight_ih_l0.detach().numpy(), abs=1e-3)
    assert found["hidden"] == pytest.approx(by_torch(app), abs=1e-3) and "**passed**" in texts(app)
    assert sent_to(app)["side"] == 8 and sent_to(app)["picture"].startswith("data:image/png;base64,") and f"recorded-{name}" in texts(app)


@pytest.mark.parametrize(
    ("kind", "name", "layer", "place"),
    [("gru", "cifar10-hand-in-0", 1, "2"), ("lstm", "cifar10-compare-lstm-0", 0, "1b"), ("rnn", "cifar10-compare-rnn-0", 0, "1b")],
)
def test_every_layer_and_direction_of_a_run_can_be_looked_into(kind, name, layer, place):
    """The oracle: the outputs of torch's own stack for the tokens of the first layer."""
    app = open_cell(cell=kind, weights="run", run=f"recorded-{name}", layer=place)
    tokens = arrays_of(open_cell(cell=kind, weights="run", run=f"recorded-{name}"))["x"]
    rnn = open_model(recorded_epochs(name)[max(recorded_epochs(name))]).model.rnn.double()
    outputs = rnn(torch.from_numpy(tokens)[None])[0][0].detach().numpy()  # of the last layer, (T, H) or (T, 2H)
    expected = outputs[::-1, rnn.hidden_size :] if place.endswith("b") else outputs
    assert rnn.num_layers == layer + 1 and arrays_of(app)["hidden"] == pytest.approx(expected, abs=1e-3)
    assert sent_to(app)["backward"] == place.endswith("b") and f"layer {layer + 1} of {rnn.num_layers}" in texts(app)
    assert app.query_params["layer"] == place and "**passed**" in texts(app)
    assert app.selectbox(key="cell_layer").value == place


def test_a_layer_that_a_run_does_not_have_opens_the_first():
    app = open_cell(weights="run", layer="7b")
    assert "layer" not in app.query_params and "layer 1 of 1, forward" in texts(app)


def test_what_was_replaced_holds_in_both_forms_of_the_gru():
    """So that the ghost of the one can stand behind the other."""
    kinds = [sent_to(open_cell(cell=kind, steps="5", edits="x.1.0:2.5"))["setup"] for kind in ("gru", "gru2014", "lstm")]
    assert kinds[0] == kinds[1] != kinds[2]


def test_a_run_of_another_kind_gives_way():
    app = open_cell(cell="lstm", weights="run", run="recorded-shapes-vit")
    assert sent_to(app)["kind"] == "lstm" and "cifar10-compare-lstm-0" in texts(app)


def test_the_code_at_the_foot_makes_the_same_states():
    app = open_cell(cell="gru2014", hidden="3", edits="x.1.0:2.5")
    link, code = shown_code(app)
    assert "cell=gru2014" in link and "edits=x.1.0%3A2.5" in link
    scope = {}
    exec(code.replace("print(reading.edited", "edited = (reading.edited").replace("print(", "str("), scope)
    assert scope["edited"] == pytest.approx(arrays_of(app)["hidden"], abs=6e-4)


def test_the_table_to_take_along():
    reading = Reading(Cell.random("lstm", 2, 3), sequence("noise", 4, 2))
    head, *lines = numbers_csv(reading).splitlines()
    assert head.startswith("step,x_1,x_2,from_input_1") and head.endswith("hidden_1,hidden_2,hidden_3") and len(lines) == 4
    assert [float(value) for value in lines[2].split(",")[-3:]] == pytest.approx(reading.steps.hidden[2], rel=1e-6)


def test_the_question_is_answered():
    app = open_cell()
    run(app.radio(key="cell_predict-choice").set_value("the old state"))
    press(app, "cell_predict-reveal")
    assert "Correct: the old state." in app.success[0].value


def test_the_first_picture_needs_no_torch():
    code = """
import sys
import pages.cell.board as component
import pages.cell.panels as page
found = []
page.cell_board = lambda data, key: found.append("torch" in sys.modules)
from tests.pages.support import open_page
open_page("cell")
assert found == [False], found
"""
    printed_by(code)
