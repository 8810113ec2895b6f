"""The page Recurrence against attention as a student goes through it, without a browser: what a browser would send is put into the
session."""

from base64 import b64decode

import numpy as np
import pytest
import torch
from torch import nn

from core.data.shapes import PARTS, draw
from core.data.ship import ship
from core.data.splits import normalize
from core.evaluation.pictures import Erase, edited, mean_color, probabilities
from core.records.recorded import recorded_epochs, recorded_run
from core.training.config import RunConfig
from core.training.runs.checkpoint import open_model
from dashboard.shell import services
from tests.pages.support import message_to, open_page, press, run, shown_code, texts
from tests.support import SMALL, ended, wait_for

GRU, LSTM, VIT = (f"recorded-cifar10-compare-{name}-0" for name in ("gru", "lstm", "vit"))
SHAPES, HAND_IN = "recorded-shapes-gru", "recorded-cifar10-hand-in-0"


def open_reading(**query):
    return open_page("reading", **query)


def board_of(app):
    return message_to(app, "pages/reading/board")


def card_of(app, run_id):
    return next(card for card in board_of(app)["readers"] if card["id"] == run_id)


def beliefs_of(card):
    return np.frombuffer(b64decode(card["beliefs"]), "<f4").reshape(card["tokens"] + 1, len(card["classes"]))


def own_model(run_id):
    name = run_id.removeprefix("recorded-")
    return open_model(recorded_epochs(name)[recorded_run(name).best.epoch])


@torch.no_grad()
def state_by_state(opened, pixels):
    """What a GRU in one direction says after each patch, by nn.GRUCell alone: the layers one above the other, (T + 1, K)."""
    model = opened.model
    tokens = model.embed(normalize(torch.from_numpy(pixels[None]), opened.mean, opened.std))[0]  # (T, C)
    cells = []
    for layer in range(model.rnn.num_layers):
        weights = {name: getattr(model.rnn, f"{name}_l{layer}") for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        cells.append(nn.GRUCell(weights["weight_ih"].shape[1], model.rnn.hidden_size))
        cells[-1].load_state_dict(weights)
    states = [torch.zeros(1, model.rnn.hidden_size) for _ in cells]
    found = [model.head(states[-1])]
    for token in tokens:
        below = token[None]
        for layer, cell in enumerate(cells):
            states[layer] = below = cell(below, states[layer])
        found.append(model.head(below))
    return torch.cat(found).softmax(-1).numpy()


def send(app, **view):
    app.session_state["reading_board"] = {"view": view}
    return run(app)


def test_it_opens_on_a_ship_that_three_recorded_runs_read():
    app = open_reading()
    board = board_of(app)
    assert [card["id"] for card in board["readers"]] == [GRU, LSTM, VIT]
    assert (board["t"], board["of"], board["path"], board["label"]) == (32, 64, [], "ship")
    for card in board["readers"]:
        values = probabilities(own_model(card["id"]), ship()[None])[0]
        np.testing.assert_allclose(beliefs_of(card)[-1], values, atol=1e-5)
        assert card["classes"][card["answer"]] == "ship" and card["knew"].endswith(" on it says ship, which is right.")
        assert (beliefs_of(card).argmax(1)[card["known"] :] == card["answer"]).all()
        assert beliefs_of(card)[card["known"] - 1].argmax() != card["answer"]
    assert "**passed**" in texts(app) and "masked in every layer" in texts(app) and "backwards it starts at patch t" in texts(app)
    assert dict(app.query_params) == {}


@pytest.mark.parametrize("run_id", [SHAPES, HAND_IN])
def test_a_belief_is_the_state_of_the_recorded_network_put_to_its_head(run_id):
    app = open_reading(runs=run_id, set="shapes")
    heart = draw(PARTS["val"][6:7])[0][0]
    card = card_of(app, run_id)
    np.testing.assert_allclose(beliefs_of(card), state_by_state(own_model(run_id), heart), atol=1e-5)
    assert card["told"].endswith("after t: its state hₜ") and card["way"] == "recurrent"


def test_what_would_change_its_mind_does():
    app = open_reading()
    for run_id in (GRU, LSTM, VIT):
        card, opened = card_of(app, run_id), own_model(run_id)
        patches = card["mind"]["patches"]
        assert patches
        said = probabilities(opened, edited(ship(), [Erase(p) for p in patches], card["patch"], mean_color(opened))[None])[0]
        np.testing.assert_allclose(np.frombuffer(b64decode(card["mind"]["after"]), "<f4"), said, atol=1e-5)
        assert said.argmax() != card["answer"] and f"it say {opened.classes[said.argmax()]}" in card["mind"]["words"]


def test_readers_with_other_patches_share_the_bar():
    app = open_reading(runs=f"{HAND_IN}.{VIT}", t="192", path="53-166")
    board = board_of(app)
    assert [(card["tokens"], card["patch"]) for card in board["readers"]] == [(256, 2), (64, 4)]
    assert (board["t"], board["of"], board["path"]) == (192, 256, [53, 166])
    assert dict(app.query_params) == {"runs": f"{HAND_IN}.{VIT}", "t": "192", "path": "53-166"}
    steps = {card["id"]: card["steps"] for card in board["readers"]}
    assert steps[HAND_IN][166 - 53 + 255] == 113 and steps[HAND_IN][53 - 166 + 255] == -1 and steps[VIT][0] == steps[VIT][-1] == 1


def test_the_view_that_the_browser_sends_is_in_the_link():
    app = send(open_reading(), t=40, of=64, path="3-12")
    assert dict(app.query_params) == {"t": "40", "path": "3-12"}
    assert shown_code(app)[0].endswith("?t=40&path=3-12")
    board = board_of(open_reading(t="40", path="3-12"))
    assert (board["t"], board["path"]) == (40, [3, 12])
    send(app, t=32, of=64, path="")
    assert dict(app.query_params) == {}


def test_a_link_and_a_message_that_make_no_sense_leave_the_page_as_at_first():
    """What each control takes is tested in test_controls.py."""
    app = open_reading(t="half", path="a-b", set="x")
    board = board_of(app)
    assert (board["t"], board["path"], board["picture"], len(board["readers"])) == (32, [], "ship", 3)
    board = board_of(send(app, t="<b>", of=64, path="1-2-3"))
    assert (board["t"], board["path"]) == (32, []) and dict(app.query_params) == {}


def test_models_that_cannot_be_stopped_and_runs_that_are_gone_are_explained():
    app = open_reading(runs="recorded-cifar10-compare-cnn-0")
    assert any("compare-cnn-0 (CNN) does not read one sequence of patches" in w.value for w in app.warning)
    assert [card["id"] for card in board_of(app)["readers"]] == [GRU, LSTM, VIT]
    app = open_reading(runs=f"gru-000000.{VIT}")
    assert any("There is no run gru-000000" in w.value for w in app.warning)
    assert [card["id"] for card in board_of(app)["readers"]] == [VIT]
    assert not run(app.multiselect(key="reading_runs").set_value([VIT, GRU])).warning
    assert not {"recorded-cifar10-best-0", "recorded-cifar10-compare-cnn-0"} & set(app.multiselect(key="reading_runs").options)


def test_readers_are_chosen():
    app = open_reading()
    run(app.multiselect(key="reading_runs").set_value([VIT, SHAPES]))
    assert [card["id"] for card in board_of(app)["readers"]] == [VIT, SHAPES]
    assert dict(app.query_params) == {"runs": f"{VIT}.{SHAPES}"}
    assert (
        card_of(app, SHAPES)["knew"].startswith(("From patch", "It says")) and "right" not in card_of(app, SHAPES)["knew"]
    )  # it knows no ships
    assert any(note.startswith("shapes-gru knows only circle") for note in board_of(app)["notes"])
    run(app.multiselect(key="reading_runs").set_value([]))
    assert board_of(app)["readers"] == [] and "Choose a run" in board_of(app)["notes"][1]


def test_own_runs_read_and_one_that_lost_its_weights_says_so():
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1, "bidirectional": True, "readout": "last"}))
    wait_for(manager, run_id, ended)
    app = open_reading(runs=f"{run_id}.{VIT}")
    assert card_of(app, run_id)["tokens"] == 4 and beliefs_of(card_of(app, run_id)).shape == (5, 10)
    assert "the last states of both directions side by side" in texts(app)
    for path in manager.files(run_id).folder.glob("epoch-*"):
        path.unlink()
    run(app)
    assert "keeps no weights" in card_of(app, run_id)["problem"] and card_of(app, VIT)["problem"] == ""
    manager.delete(run_id)
    assert [card["id"] for card in board_of(run(app))["readers"]] == [VIT]


def test_a_run_with_too_many_patches_to_follow_says_so():
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(dataset="tiny", model="vit", patch_size=1, embed_dim=8, num_heads=1, num_layers=1, mlp_ratio=0.5,
                                         batch_size=10, epochs=1, threads=1))  # fmt: skip
    wait_for(manager, run_id, ended)
    app = open_reading(runs=f"{run_id}.{VIT}")
    assert "reads 1,024 patches" in card_of(app, run_id)["problem"] and card_of(app, VIT)["problem"] == ""


def test_another_picture_is_read_anew():
    app = open_reading(set="shapes", runs=SHAPES)
    assert card_of(app, SHAPES)["knew"] == "From patch 54 of 64 on it says heart, which is right."
    run(app.number_input(key="picture_image").set_value(8))
    opened = own_model(SHAPES)
    cross = draw(PARTS["val"][7:8])[0][0]
    np.testing.assert_allclose(beliefs_of(card_of(app, SHAPES)), state_by_state(opened, cross), atol=1e-5)
    assert dict(app.query_params) == {"set": "shapes", "image": "8", "runs": SHAPES}


def test_predict_then_reveal():
    app = open_reading()
    run(app.radio(key="reading_predict-choice").set_value("between patch 33 and 48"))
    press(app, "reading_predict-reveal")
    told = [e.value for e in (*app.success, *app.info)]
    assert len(told) == 1 and "of 200 answers are final" in told[0]


def test_the_layers_and_what_they_cost():
    app = open_reading()
    tables = [e.proto.body for e in app.get("html")]
    assert any(table.count("(4, 100, 64)") == 6 and "nn.TransformerEncoderLayer(64, 4)" in table for table in tables)
    assert not any("grows like" in table for table in tables)
    press(app, "reading_measure")
    (table,) = [e.proto.body for e in app.get("html") if "grows like" in e.proto.body]
    assert all(kind in table for kind in ("by hand", "fused", "gru scan"))
