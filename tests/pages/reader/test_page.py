"""The page The image reader as a student goes through it, without a browser: what a browser would send is put into the session."""

from base64 import b64decode

import numpy as np
import pytest
import torch
from torch import nn

from core.data.shapes import PARTS, draw
from core.data.ship import ship
from core.data.splits import normalize
from core.evaluation.pictures import probabilities
from core.models.orders import ORDERS, scan_order
from core.models.patches import patchify, unpatchify
from core.records.recorded import recorded_epochs, recorded_run
from core.training.config import RunConfig
from core.training.runs.checkpoint import open_model
from dashboard.runs.choose import EPOCH
from dashboard.shell import services
from tests.pages.support import message_to, messages_to, open_page, press, run, shown_code, texts
from tests.support import SMALL, ended, wait_for

HAND_IN, SHAPES, LSTM = "recorded-cifar10-hand-in-0", "recorded-shapes-gru", "recorded-cifar10-compare-lstm-0"


def open_reader(**query):
    return open_page("reader", **query)


def sent_to(app, name):
    return message_to(app, name)


def board_of(app):
    """What the board has in the end: its own message, and the other orders, which follow."""
    board = sent_to(app, "pages/reader/board")
    for more in messages_to(app, "pages/reader/board/orders"):
        assert more["what"] == board["what"] and not board["orders"].keys() & more["orders"].keys()
        board["orders"] |= more["orders"]
    return board


def beliefs_of(board, kind="rows"):
    return np.frombuffer(b64decode(board["orders"][kind]["beliefs"]), "<f4").reshape(board["tokens"] + 1, len(board["classes"]))


def strip_of(board, symbol, kind="rows"):
    """The numbers of a strip, (T, H), unit by unit."""
    place = next(k for k, strip in enumerate(board["strips"]) if strip["symbol"] == symbol)
    units, sent = board["strips"][place]["units"], board["orders"][kind]["strips"][place]
    values = np.frombuffer(b64decode(sent["values"]), "<i2").reshape(board["tokens"], len(units)) / 32767 * sent["top"]
    return values[:, np.argsort(units)]


def own_model(run_id):
    name = run_id.removeprefix("recorded-")
    return open_model(recorded_epochs(name)[recorded_run(name).best.epoch])


@torch.no_grad()
def states_by_cells(opened, pixels, order):
    """Every state of the last layer of a GRU in one direction by nn.GRUCell alone, (T, H), and what the head says of each, (T, K)."""
    model = opened.model
    tokens = model.embed(normalize(torch.from_numpy(pixels[None]), opened.mean, opened.std))[0][torch.from_numpy(order)]
    below = tokens
    for layer in range(model.rnn.num_layers):
        weights = {name: getattr(model.rnn, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        cell = nn.GRUCell(weights["weight_ih"].shape[1], model.rnn.hidden_size)
        cell.load_state_dict(weights)
        state, states = torch.zeros(1, model.rnn.hidden_size), []
        for token in below:
            state = cell(token[None], state)
            states.append(state)
        below = torch.cat(states)
    return below.numpy(), model.head(below).softmax(-1).numpy()


def send(app, **view):
    app.session_state["reader_orders"] = {"view": view}
    return run(app)


def test_it_opens_on_a_ship_that_the_hand_in_reads():
    app = open_reader()
    board = board_of(app)
    assert (board["tokens"], board["t"], board["order"], board["label"], board["way"]) == (256, 128, "rows", "ship", "recurrent")
    assert list(board["orders"]) == list(ORDERS) and [strip["symbol"] for strip in board["strips"]] == ["h", "r", "z", "n"]
    np.testing.assert_allclose(beliefs_of(board)[-1], probabilities(own_model(HAND_IN), ship()[None])[0], atol=1e-5)
    assert board["orders"]["rows"]["knew"] == "From patch 150 of 256 on it says ship, which is right."
    assert "**passed**" in texts(app) and "PC 1 has" in texts(app) and "read in rows as trained" in texts(app)
    assert dict(app.query_params) == {}


@pytest.mark.parametrize("run_id", [HAND_IN, SHAPES])
def test_states_and_beliefs_are_those_of_the_cells_in_every_order(run_id):
    board, opened = board_of(open_reader(run=run_id, set="shapes")), own_model(run_id)
    heart = draw(PARTS["val"][6:7])[0][0]
    for kind in ORDERS:
        states, beliefs = states_by_cells(opened, heart, scan_order(kind, 32 // board["patch"]))
        np.testing.assert_allclose(strip_of(board, "h", kind), states, atol=1e-4)
        np.testing.assert_allclose(beliefs_of(board, kind)[1:], beliefs, atol=1e-5)
        answers = beliefs.argmax(1)
        known = board["orders"][kind]["known"]
        assert (answers[known - 1 :] == answers[-1]).all() and answers[known - 2] != answers[-1]


def test_an_order_that_it_was_not_trained_with_is_said():
    board = board_of(open_reader())
    assert board["orders"]["rows"]["told"] == "Trained in rows, and read here as trained."
    assert board["orders"]["hilbert"]["told"] == "Trained in rows; read here along Hilbert's curve: an order that it has never seen."
    moved = unpatchify(patchify(torch.from_numpy(ship()[None]), 2)[:, torch.from_numpy(scan_order("hilbert", 16))], 2).numpy()
    np.testing.assert_allclose(beliefs_of(board, "hilbert")[-1], probabilities(own_model(HAND_IN), moved)[0], atol=1e-5)


def test_in_columns_the_hull_comes_early():
    """The experiment on the page: the same ship, known much sooner."""
    board = board_of(open_reader(order="columns", t="47"))
    assert (board["order"], board["t"]) == ("columns", 47)
    assert board["orders"]["columns"]["known"] == 47 and board["orders"]["rows"]["known"] == 150


def test_both_directions_are_shown():
    board = board_of(open_reader(run=LSTM))
    assert board["way"] == "bidirectional"
    assert [strip["symbol"] for strip in board["strips"]] == ["h→", "h←", "c", "f", "i", "g", "o"]
    opened = own_model(LSTM)
    with torch.no_grad():
        tokens = opened.model.embed(normalize(torch.from_numpy(ship()[None]), opened.mean, opened.std))
        for t in (1, 20, 64):
            states = opened.model.rnn(tokens[:, :t])[0][0]  # (t, 2H), as if there were no other patches
            np.testing.assert_allclose(strip_of(board, "h→")[t - 1], states[:, :64].mean(0), atol=1e-4)
            np.testing.assert_allclose(strip_of(board, "h←")[t - 1], states[:, 64:].mean(0), atol=1e-4)


def test_the_view_that_the_browser_sends_is_in_the_link():
    app = open_reader()
    send(app, order="snake", t=40, of=256)
    assert dict(app.query_params) == {"order": "snake", "t": "40"}
    assert shown_code(app)[0].endswith("?order=snake&t=40")
    board = board_of(open_reader(order="snake", t="40"))
    assert (board["order"], board["t"]) == ("snake", 40)
    send(app, order="rows", t=128, of=256)
    assert dict(app.query_params) == {}


def test_the_order_that_is_looked_at_comes_first_and_the_others_of_the_same_reading_follow():
    app = open_reader(order="snake")
    assert list(sent_to(app, "pages/reader/board")["orders"]) == ["snake"]
    assert sorted(sent_to(app, "pages/reader/board/orders")["orders"]) == ["columns", "hilbert", "random", "rows"]
    other = open_reader()
    assert board_of(app)["strips"] == board_of(other)["strips"] and board_of(app)["orders"] == board_of(other)["orders"]
    assert board_of(app)["ownPath"] == board_of(other)["orders"]["rows"]["path"]


def test_a_link_and_a_message_that_make_no_sense_leave_the_page_as_at_first():
    """What each control takes is tested in test_controls.py."""
    app = open_reader(t="half", order="zigzag", set="x", epoch="99", layer="3")
    board = board_of(app)
    assert (board["t"], board["order"], board["label"], board["tokens"]) == (128, "rows", "ship", 256)
    assert any("layer 2 of 2" in note for note in board["notes"]) and dict(app.query_params) == {}
    board = board_of(send(app, t="<b>", of=256, order=["x"]))
    assert (board["t"], board["order"]) == (128, "rows") and dict(app.query_params) == {}


def test_a_run_that_has_no_state_is_explained():
    app = open_reader(run="recorded-cifar10-compare-vit-0")
    assert sum("carries no state from patch to patch" in warning.value for warning in app.warning) == 1
    assert board_of(app)["tokens"] == 256 and dict(app.query_params) == {}
    assert not run(app.selectbox(key="reader_run").set_value(SHAPES)).warning
    assert board_of(app)["tokens"] == 64 and dict(app.query_params) == {"run": SHAPES}


def test_an_epoch_is_chosen():
    app = open_reader(run=SHAPES, set="shapes", epoch="1")
    early = board_of(app)
    assert any("epoch 1," in note for note in early["notes"])
    run(app.select_slider(key=EPOCH.key).set_value(16))
    assert not np.allclose(beliefs_of(board_of(app)), beliefs_of(early))
    assert dict(app.query_params) == {"run": SHAPES, "set": "shapes"}


def small_run(**more):
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1, **more}))
    wait_for(manager, run_id, ended)
    return manager, run_id


def test_a_damaged_checkpoint_lost_weights_and_a_deleted_run():
    manager, run_id = small_run(bidirectional=True, num_layers=2)
    app = open_reader(run=run_id)
    board = board_of(app)
    assert board["tokens"] == 4 and [strip["symbol"] for strip in board["strips"]] == ["h→", "h←"]
    assert any("2 layers in both directions" in note for note in board["notes"]) and "no gates to compare" in texts(app)
    for path in manager.files(run_id).folder.glob("epoch-*"):
        path.write_bytes(b"no weights")
    run(app)
    assert [error.value for error in app.error] == [
        f"The checkpoint of epoch {int(path.stem[-4:]) + 1} is damaged and cannot be read. Choose another epoch, or delete the run."
    ]
    for path in manager.files(run_id).folder.glob("epoch-*"):
        path.unlink()
    assert "keeps no weights (any more)" in run(app).error[0].value
    manager.delete(run_id)
    assert board_of(run(app))["tokens"] == 256 and not app.error


def test_a_thousand_patches_are_read_in_one_order_and_why():
    _, run_id = small_run(patch_size=1, hidden_size=4)
    board = board_of(open_reader(run=run_id))
    assert list(board["orders"]) == ["rows"] and board["tokens"] == 1024
    assert board["whyOne"] in board["notes"] and board["whyOne"].startswith("1,024 patches are read in rows only")
    _, run_id = small_run(patch_size=1, hidden_size=4, bidirectional=True)
    app = open_reader(run=run_id)
    assert any("reads 1,024 patches" in error.value and "at most 256" in error.value for error in app.error)


def test_weights_that_are_no_numbers_are_explained(monkeypatch):
    _, run_id = small_run()
    broken = open_model(services.manager().weights(run_id, 0))
    nn.init.constant_(broken.model.head.bias, float("nan"))
    monkeypatch.setattr("pages.reader.lookups.opened", lambda path: broken)
    app = open_reader(run=run_id)
    assert any("no finite numbers" in error.value for error in app.error)


def test_predict_then_reveal():
    app = open_reader()
    run(app.radio(key="reader_predict-choice").set_value("less than half of them"))
    press(app, "reader_predict-reveal")
    (told,) = [e.value for e in (*app.success, *app.info)]
    opened = own_model(SHAPES)
    images, labels = draw(PARTS["val"][:200])
    for kind, words in (("rows", "in rows"), ("hilbert", "along Hilbert's curve")):
        moved = unpatchify(patchify(torch.from_numpy(images), 4)[:, torch.from_numpy(scan_order(kind, 8))], 4).numpy()
        right = (probabilities(opened, moved).argmax(1) == labels).sum()
        assert f"{right} {words}" in told


def test_a_lower_layer_is_chosen():
    """Layer 1 of 2: a GRU of one layer with its weights; what is believed stays, for the head reads the last one."""
    app = open_reader(layer="1")
    board, opened = board_of(app), own_model(HAND_IN)
    alone = nn.GRU(opened.model.rnn.input_size, 25, batch_first=True)
    alone.load_state_dict({name: value for name, value in opened.model.rnn.state_dict().items() if name.endswith("_l0")})
    with torch.no_grad():
        tokens = opened.model.embed(normalize(torch.from_numpy(ship()[None]), opened.mean, opened.std))
        for kind in ORDERS:
            states = alone(tokens[:, torch.from_numpy(scan_order(kind, 16))])[0][0]
            np.testing.assert_allclose(strip_of(board, "h", kind), states, atol=1e-4)
    assert any("layer 1 of 2" in note for note in board["notes"]) and not any(strip["head"] for strip in board["strips"])
    assert "**passed**" in texts(app) and dict(app.query_params) == {"layer": "1"}
    run(app.segmented_control(key="reader_layer").set_value(2))
    last = board_of(app)
    assert dict(app.query_params) == {} and [strip["head"] for strip in last["strips"]] == ["one", "", "", ""]
    assert np.array_equal(beliefs_of(last), beliefs_of(board)) and not np.allclose(strip_of(last, "h"), strip_of(board, "h"))


def test_own_pictures_and_numbers_to_take_along():
    app = open_reader(**{"from": "draw"})
    assert board_of(app)["label"] == "ship"  # until something is drawn
    assert app.get("download_button")[0].proto.label == "States as CSV"
