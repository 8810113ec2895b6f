"""The page Shuffle test as a student goes through it, without a browser: what a browser would send is put into the session."""

import json
from base64 import b64decode

import numpy as np
import pytest

from core.data.ship import sailing_ship
from core.evaluation.pictures import probabilities
from core.evaluation.shuffled import KINDS, shuffled_image
from core.records.recorded import FOLDER, recorded_epochs, recorded_run
from core.training.runs.checkpoint import open_model
from tests.pages.support import message_to, open_page, press, run, texts

VIT, GRU, BAG = "recorded-cifar10-compare-vit-0", "recorded-cifar10-compare-gru-0", "recorded-cifar10-vit-none-0"
REVERSED = ".".join(map(str, range(15, -1, -1)))


def open_shuffle(**query):
    return open_page("shuffle", **query)


def board_of(app):
    return message_to(app, "pages/shuffle/board")


def cards_of(app):
    return {card["id"]: card for card in board_of(app)["cards"]}


def answer(run_id, pixels):
    name = run_id.removeprefix("recorded-")
    opened = open_model(recorded_epochs(name)[recorded_run(name).best.epoch])
    return dict(zip(opened.classes, probabilities(opened, pixels[None])[0], strict=True))


def test_it_opens_on_a_ship_that_three_models_know():
    app = open_shuffle()
    board = board_of(app)
    pixels = np.frombuffer(b64decode(board["pixels"]), np.uint8).reshape(32, 32, 3).transpose(2, 0, 1)
    assert (pixels == sailing_ship()).all() and board["order"] == ""
    assert list(cards_of(app)) == [BAG, VIT, GRU]
    for card in cards_of(app).values():
        assert card["verdict"] == "nothing moved" and card["value"] <= card["tolerance"] and card["bars"][0]["name"] == "ship"
    assert "nothing is proved yet" in texts(app)


def test_the_searched_for_boat_says_that_it_was_searched_for():
    said = "searched for: of 200 such boats that the recorded GRU and ViT know, it is one of six"
    assert any(said in caption.value for caption in open_shuffle().caption)
    assert not any("searched for: of 200" in caption.value for caption in open_shuffle(set="ship").caption)


def test_a_shuffled_link_tells_the_three_apart():
    app = open_shuffle(order="reverse")
    cards = cards_of(app)
    assert board_of(app)["order"] == REVERSED
    assert {name: card["verdict"] for name, card in cards.items()} == {BAG: "equivariant", VIT: "order matters", GRU: "order matters"}
    moved = shuffled_image(sailing_ship(), np.arange(15, -1, -1))
    for name, card in cards.items():
        wanted = answer(name, moved)
        assert all(bar["p"] == pytest.approx(wanted[bar["name"]], abs=2e-4) for bar in card["bars"])
        tokens = np.frombuffer(b64decode(card["tokens"]), np.float32)
        assert len(tokens) == 64 and (tokens.max() <= card["value"] * 1.001 or name == BAG)
    assert "tokens, of which 16 moved" in texts(app) and "**passed**" in texts(app)


def test_an_order_that_the_browser_sends():
    app = open_shuffle()
    app.session_state["shuffle_board"] = {"order": {"patch": 8, "stamp": 0, "order": REVERSED}}
    assert cards_of(run(app))[BAG]["verdict"] == "equivariant" and board_of(app)["order"] == REVERSED
    app.session_state["shuffle_board"] = {"order": {"patch": 4, "stamp": 0, "order": "1.0"}}
    assert board_of(run(app))["order"] == REVERSED, "an order of other patches is none of these"


def test_an_order_that_is_typed():
    app = open_shuffle(models="encoder,gru")
    run(app.text_input(key="shuffle_typed").set_value("shift"))
    assert board_of(app)["order"].startswith("15.0.1.2") and cards_of(app)["encoder"]["verdict"] == "equivariant"
    run(app.text_input(key="shuffle_typed").set_value("1 1 2"))
    assert "Token 1 is named 2 times" in texts(app) and board_of(app)["order"].startswith("15.0.1.2")


def test_the_wrong_ways_are_named_wrong():
    app = open_shuffle(models="encoder-sinusoidal,encoder", order="reverse", places="after")
    assert cards_of(app)["encoder-sinusoidal"]["verdict"] == "equivariant" and "only the model without its positions" in texts(app)
    run(app.segmented_control(key="shuffle_places").set_value("before"))
    assert cards_of(app)["encoder-sinusoidal"]["verdict"] == "order matters"
    run(app.segmented_control(key="shuffle_mode").set_value("train"))
    assert "train mode" in cards_of(app)["encoder"]["said"] and cards_of(app)["encoder"]["value"] is None
    run(app.segmented_control(key="shuffle_mode").set_value("eval"))
    run(app.segmented_control(key="shuffle_dtype").set_value("float64"))
    assert cards_of(app)["encoder"]["said"].endswith("digits (float64; tolerance 3·10⁻⁹).") and cards_of(app)["encoder"]["value"] < 1e-12


def test_a_way_that_is_wrong_on_purpose_is_marked_above_the_board_and_set_right_by_a_button():
    app = open_shuffle(models="encoder,gru", order="random", undo="permutation")
    assert cards_of(app)["encoder"]["verdict"] != "equivariant"
    (warning,) = app.warning
    assert warning.value.startswith("Wrong on purpose.") and "p undoes itself only" in warning.value
    press(app, "shuffle_right")
    assert not app.warning and cards_of(app)["encoder"]["verdict"] == "equivariant" and "undo" not in dict(app.query_params)


def test_a_link_that_makes_no_sense_opens_the_page():
    """What each control takes is tested in test_controls.py."""
    app = open_shuffle(order="1.1.2", models="gone", patch="5", undo="x", dtype="int8", set="nothing")
    assert len(cards_of(app)) == 3 and board_of(app)["order"] == ""


@pytest.mark.parametrize("patch", [2, 4, 16])
def test_patches_of_any_size(patch):
    app = open_shuffle(patch=str(patch), order="random")
    cards = cards_of(app)
    assert cards[GRU]["verdict"] == "order matters"
    if patch == 2:
        assert "larger than the patches" in cards[VIT]["why"] and cards[VIT]["tokens"] == ""
    else:
        assert cards[BAG]["verdict"] == "equivariant"


def test_who_survives_what():
    app = open_shuffle()
    app.session_state["shuffle_survival"] = True
    table = next(e.proto.body for e in run(app).get("html") if "lab-survival" in e.proto.body)
    assert table.count("<tr>") == 1 + 3 + 15 and table.count("all, equivariant") == 3


# ---- the dose-response figure ----


def curves_of(app):
    """The accuracies of each line of the figure by the name of its run."""
    (figure,) = app.get("plotly_chart")
    return {line["name"].rpartition(" · ")[2]: line["y"] for line in json.loads(figure.proto.spec)["data"]}


def recorded_curve(name, kind):
    counts = json.loads((FOLDER / name / "shuffled.json").read_text())
    return [right / counts["n"] for _, _, right in counts["doses"][kind]]


@pytest.mark.parametrize("kind", KINDS)
def test_four_recorded_models_bear_shuffling_on_one_figure(kind):
    app = open_shuffle(**({"doses": kind} if kind != "swaps" else {}))
    curves = curves_of(app)
    assert list(curves) == ["cifar10-compare-gru-0", "cifar10-vit-none-0", "cifar10-compare-vit-0", "cifar10-compare-cnn-0"]
    assert all(curve == recorded_curve(name, kind) for name, curve in curves.items())
    assert "n = 2,000 validation images of each run" in texts(app) and not [b for b in app.button if b.key == "shuffle_measure"]


def test_another_kind_of_shuffle_is_in_the_link():
    app = open_shuffle()
    run(app.segmented_control(key="shuffle_doses").set_value("rows"))
    assert app.query_params["doses"] == "rows"
    assert curves_of(app)["cifar10-compare-gru-0"] == recorded_curve("cifar10-compare-gru-0", "rows")


def test_a_run_that_was_not_measured_is_measured_at_a_click(monkeypatch):
    monkeypatch.setattr("core.evaluation.dose_records.FILE", "measured-here.json")
    monkeypatch.setattr("pages.shuffle.doses.COMPARED", ("recorded-shapes-gru",))
    monkeypatch.setattr("pages.shuffle.doses.COUNT", 100)
    app = open_shuffle(models="encoder")
    assert "No run has been measured yet" in texts(app)
    press(app, "shuffle_measure")
    curve = curves_of(app)["shapes-gru"]
    assert curve[0] > 0.9 > 0.4 > curve[-1] and "n = 100 validation images of each run" in texts(app)


def test_a_run_whose_images_are_not_here_says_so():
    app = open_shuffle(models="recorded-cifar10-hand-in-0")
    assert "Not in the figure yet: cifar10-hand-in-0" in texts(app)
    press(app, "shuffle_measure")
    assert "folder" in " ".join(warning.value for warning in app.warning) and len(curves_of(app)) == 4
