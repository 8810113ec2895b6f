"""The page Try it as a student goes through it, without a browser: what a browser would send is put into the session."""

from base64 import b64decode, b64encode

import numpy as np
import pytest
from PIL import Image

from core.data.shapes import CLASSES, PARTS, draw
from core.evaluation.pictures import edited, mean_color, parse_edits, probabilities
from core.records.recorded import recorded_epochs, recorded_run
from core.training.config import RunConfig
from core.training.runs.checkpoint import open_model
from dashboard.shell import services
from tests.core.data.picture_corpus import huge, saved
from tests.pages.support import message_to, open_page, press, printed_by, run, shown_code, texts
from tests.support import SMALL, ended, wait_for

HEART = draw(PARTS["val"][6:7])[0][0]
GRU, BAR, VIT = "recorded-shapes-gru", "recorded-cifar10-bar-0", "recorded-cifar10-compare-vit-0"
NOISE = np.random.default_rng(5).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def open_try(**query):
    return open_page("try_it", **query)


def board_of(app):
    return message_to(app, "pages/try_it/board")


def pixels_of(app):
    flat = np.frombuffer(b64decode(board_of(app)["pixels"]), np.uint8)
    return flat.reshape(32, 32, 3).transpose(2, 0, 1)


def card_of(app, run_id):
    return next(card for card in board_of(app)["cards"] if card["id"] == run_id)


def answer(run_id, pixels, edits="", patch=4):
    """What a recorded run says of the edited picture, class by class, with a model of the test's own."""
    name = run_id.removeprefix("recorded-")
    opened = open_model(recorded_epochs(name)[recorded_run(name).best.epoch])
    picture = edited(pixels, parse_edits(edits, patch), patch, mean_color(opened))
    return dict(zip(opened.classes, probabilities(opened, picture[None])[0], strict=True))


def shows(card, wanted):
    """Whether the card's bars are the five most probable classes of `wanted`, in order."""
    names = [bar["name"] for bar in card["bars"]]
    return names == sorted(wanted, key=wanted.get, reverse=True)[:5] and all(
        bar["p"] == pytest.approx(wanted[bar["name"]], abs=1e-4) for bar in card["bars"]
    )


def send(app, edits, picture="shapes 6", patch=4):
    app.session_state["try_it_board"] = {"edits": {"picture": picture, "patch": patch, "edits": edits}}
    return run(app)


def test_it_opens_on_a_shape_that_three_recorded_runs_are_asked_about():
    app = open_try()
    assert (pixels_of(app) == HEART).all() and board_of(app)["caption"] == "heart: shapes, validation image 7 of 2,000"
    assert [card["id"] for card in board_of(app)["cards"]] == [GRU, BAR, VIT]
    for run_id in (GRU, BAR, VIT):
        assert shows(card_of(app, run_id), answer(run_id, HEART))
    assert card_of(app, GRU)["look"] == "right"
    assert "**passed**" in texts(app) and dict(app.query_params) == {}


def test_models_that_cannot_be_right_say_what_they_know():
    app = open_try()
    for card in map(card_of, (app, app), (BAR, VIT)):
        assert (card["look"], card["verdict"]) == ("", "cannot be right") and {bar["look"] for bar in card["bars"]} == {"told", ""}
    (told,) = board_of(app)["notes"]
    assert told.startswith("cifar10-bar-0 and cifar10-compare-vit-0 know only airplane, automobile,") and "ship and truck" in told


@pytest.mark.parametrize(("run_id", "tokens", "patch"), [(GRU, "64 tokens of 4 × 4", 4), (BAR, "256 tokens of 2 × 2", 2)])
def test_each_card_cuts_the_picture_as_its_model_does(run_id, tokens, patch):
    card = card_of(open_try(), run_id)
    assert card["tokens"].startswith(tokens) and card["patch"] == patch


def test_a_model_without_patches_says_so():
    card = card_of(open_try(runs="recorded-cifar10-compare-cnn-0"), "recorded-cifar10-compare-cnn-0")
    assert card["tokens"].startswith("reads pixels") and card["patch"] == 0


def test_edits_in_the_browser_are_answered_and_are_in_the_link():
    app = send(open_try(), "27.28.35-36")
    for run_id in (GRU, BAR, VIT):
        card, before = card_of(app, run_id), answer(run_id, HEART)
        assert shows(card, answer(run_id, HEART, "27.28.35-36"))
        assert all(bar["was"] == pytest.approx(before[bar["name"]], abs=1e-4) for bar in card["bars"])
    assert board_of(app)["edits"] == "27.28.35-36" and (pixels_of(app) == HEART).all()
    assert dict(app.query_params) == {"edits": "27.28.35-36"}
    link = shown_code(app)[0]
    assert link.endswith("?edits=27.28.35-36")
    assert board_of(open_try(edits="27.28.35-36"))["cards"] == board_of(app)["cards"]


def test_a_bar_says_how_far_it_moved():
    app = open_try(edits="5.6.9.10", patch="8", runs=GRU)
    before, now = answer(GRU, HEART), answer(GRU, HEART, "5.6.9.10", 8)
    (ring,) = [bar for bar in card_of(app, GRU)["bars"] if bar["name"] == "ring"]
    assert ring["text"] == f"{100 * now['ring']:.0f} % (+{100 * (now['ring'] - before['ring']):.0f})"


def test_edits_of_another_picture_or_patch_size_are_not_made():
    app = send(open_try(), "5", picture="shapes 7")
    assert board_of(app)["edits"] == ""
    send(app, "5", patch=8)
    assert board_of(app)["edits"] == "" and shows(card_of(app, GRU), answer(GRU, HEART))
    send(app, "5")
    run(app.number_input(key="picture_image").set_value(8))
    assert board_of(app)["edits"] == "" and dict(app.query_params) == {"image": "8"}
    send(app, "6", picture="shapes 7")
    run(app.select_slider(key="try_it_patch").set_value(16))
    assert board_of(app)["edits"] == "" and dict(app.query_params) == {"image": "8", "patch": "16"}


def test_a_link_and_a_message_that_make_no_sense_leave_the_page_as_it_was():
    """What each control takes is tested in test_controls.py, and what the picture takes in tests/dashboard/test_picture_choice.py."""
    app = open_try(edits="<script>", image="two", patch="5", runs="gru-000000.recorded-shapes-gru", **{"set": "nothing", "from": "space"})
    said = [warning.value for warning in app.warning]
    assert any("The edits cannot be made" in value for value in said) and any("There is no run gru-000000" in value for value in said)
    assert (pixels_of(app) == HEART).all() and [card["id"] for card in board_of(app)["cards"]] == [GRU]
    assert shows(card_of(app, GRU), answer(GRU, HEART))
    app = send(open_try(), "1-2-3")
    assert any("The edits cannot be made" in warning.value for warning in app.warning) and shows(card_of(app, GRU), answer(GRU, HEART))
    app.session_state["try_it_board"] = {"edits": {"picture": "shapes 6", "patch": 4, "edits": ["5"]}}
    assert board_of(run(app))["edits"] == ""


def test_runs_are_chosen_and_the_link_brings_them_back():
    app = open_try()
    run(app.multiselect(key="try_it_runs").set_value([VIT, GRU]))
    assert [card["id"] for card in board_of(app)["cards"]] == [VIT, GRU]
    assert dict(app.query_params) == {"runs": f"{VIT}.{GRU}"}
    assert [card["id"] for card in board_of(open_try(**app.query_params))["cards"]] == [VIT, GRU]
    run(app.multiselect(key="try_it_runs").set_value([]))
    assert board_of(app)["cards"] == [] and "Choose a run" in board_of(app)["notes"][0]


def test_own_runs_can_be_asked_and_one_that_lost_its_weights_says_so():
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1}))
    wait_for(manager, run_id, ended)
    app = open_try(runs=f"{run_id}.{GRU}")
    assert card_of(app, run_id)["bars"][0]["name"].startswith("class ")
    assert f"{run_id} knows only class 0, class 1," in board_of(app)["notes"][0] and len(board_of(app)["notes"]) == 1
    run(app.selectbox(key="picture_set").set_value("tiny"))
    assert board_of(app)["caption"] == "class 6: tiny, validation image 7 of 40"
    assert card_of(app, run_id)["look"] in ("right", "wrong") and card_of(app, GRU)["verdict"] == "cannot be right"
    assert board_of(app)["notes"][0].startswith("shapes-gru knows only circle,") and len(board_of(app)["notes"]) == 1
    for path in manager.files(run_id).folder.glob("epoch-*"):
        path.unlink()
    run(app)
    assert "keeps no weights" in card_of(app, run_id)["verdict"] and card_of(app, run_id)["bars"] == []
    assert card_of(app, GRU)["bars"]
    manager.delete(run_id)
    assert [card["id"] for card in board_of(run(app))["cards"]] == [GRU]


def test_a_data_set_that_cannot_be_read_is_explained_and_the_page_works(tmp_path):
    manager = services.manager()
    (tmp_path / "empty").mkdir()
    manager.store.add("gru-1", RunConfig.of(dataset="folder", data=str(tmp_path / "empty")).flat(), "")
    manager.store.update("gru-1", status="stopped")
    app = open_try(set="empty")
    assert len(app.error) == 1 and "empty" in app.error[0].value and (pixels_of(app) == HEART).all()
    run(app.selectbox(key="picture_set").set_value("shapes"))
    run(app.number_input(key="picture_image").set_value(8))
    assert not app.error and board_of(app)["caption"].startswith("cross:")


def test_the_run_of_the_other_pages_is_asked_first():
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1}))
    wait_for(manager, run_id, ended)
    assert [card["id"] for card in board_of(open_try(run=run_id))["cards"]] == [run_id, GRU, BAR]


def test_predict_then_reveal():
    app = open_try()
    assert app.button(key="try_it_predict-reveal").disabled
    run(app.radio(key="try_it_predict-choice").set_value("erasing the middle"))
    press(app, "try_it_predict-reveal")
    assert any(e.value.startswith("Correct: erasing the middle. Erasing the middle changes 1") for e in app.success), [
        e.value for e in app.success
    ]


# ---- own pictures ----


def upload(content, name="picture.png", **query):
    app = open_try(**{"from": "upload", **query})
    return run(app.file_uploader(key="picture_upload").upload(name, content))


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees clockwise
    return saved(Image.fromarray(NOISE), exif=exif)


PLAIN = Image.fromarray(NOISE)
CLEAR = Image.fromarray(np.dstack([NOISE, np.zeros((32, 32), np.uint8)]))
GOOD = {
    "as it is": (saved(PLAIN), NOISE, ""),
    "turned": (turned(), np.rot90(NOISE, -1), ""),
    "animated": (saved(Image.new("RGB", (32, 32), "red"), "gif", save_all=True, append_images=[Image.new("RGB", (32, 32), "blue")]),
                 np.full((32, 32, 3), (255, 0, 0)), "Of its frames the first is used."),
    "16 bits": (saved(Image.fromarray(np.full((32, 32), 0x8123, np.uint16))), np.full((32, 32, 3), 0x81), "8 bits a channel"),
    "transparent": (saved(CLEAR), np.full((32, 32, 3), 255), "What is transparent is put on white."),
    "oblong": (saved(Image.new("RGB", (64, 32), (1, 2, 3))), np.full((32, 32, 3), (1, 2, 3)), "Its 64 x 32 pixels are squeezed"),
}  # fmt: skip


@pytest.mark.parametrize("kind", GOOD)
def test_an_uploaded_picture_is_answered(kind):
    content, pixels, told = GOOD[kind]
    app = upload(content)
    assert (pixels_of(app).transpose(1, 2, 0) == pixels).all() and told in texts(app)
    assert shows(card_of(app, GRU), answer(GRU, np.ascontiguousarray(pixels_of(app))))
    assert [told.split(" ")[0] for told in board_of(app)["notes"]] == ["shapes-gru", "cifar10-bar-0"]
    assert card_of(app, GRU)["look"] == card_of(app, GRU)["verdict"] == ""
    assert dict(app.query_params) == {"from": "upload"}


def test_cmyk_is_converted_and_said():
    app = upload(saved(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "jpeg", quality=95), "print.jpg")
    red, green, blue = pixels_of(app)[:, 10, 10].tolist()
    assert red > 200 and green < 60 and blue < 60 and "CMYK" in texts(app)


def test_what_cannot_be_read_is_explained_and_the_page_works():
    app = upload(huge())
    assert any("up to 12 million are read" in e.value for e in app.error) and (pixels_of(app) == HEART).all()
    run(app.file_uploader(key="picture_upload").upload("good.png", saved(PLAIN)))
    assert not app.error and (pixels_of(app).transpose(1, 2, 0) == NOISE).all()
    run(app.file_uploader(key="picture_upload").set_value(None))
    assert (pixels_of(app) == HEART).all()


def test_a_name_with_markup_is_only_data():
    name = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(1)).png"
    app = upload(saved(PLAIN), name)
    assert board_of(app)["caption"] == name[:60]
    assert "onerror" not in texts(app) + " ".join(e.proto.body for e in app.get("html"))


def test_a_picture_of_ones_own_stays_while_others_are_shown():
    app = upload(saved(PLAIN))
    run(app.segmented_control(key="picture_from").set_value("set"))
    assert (pixels_of(app) == HEART).all()
    run(app.segmented_control(key="picture_from").set_value("upload"))
    assert (pixels_of(app).transpose(1, 2, 0) == NOISE).all()


def test_what_the_picture_shows_can_be_said():
    app = upload(saved(PLAIN))
    assert app.selectbox(key="picture_truth").options == ["not said", *CLASSES, *recorded_run("cifar10-bar-0").classes, "none of these"]
    first = card_of(app, GRU)["bars"][0]["name"]
    run(app.selectbox(key="picture_truth").set_value(first))
    assert card_of(app, GRU)["look"] == "right" and card_of(app, GRU)["bars"][0]["look"] == "true"
    assert card_of(app, BAR)["verdict"] == "cannot be right" and len(board_of(app)["notes"]) == 1
    run(app.selectbox(key="picture_truth").set_value("none of these"))
    assert {card["verdict"] for card in board_of(app)["cards"]} == {"cannot be right"} and len(board_of(app)["notes"]) == 2


def test_the_said_class_goes_with_the_runs_that_know_it():
    app = upload(saved(PLAIN))
    run(app.selectbox(key="picture_truth").set_value("heart"))
    run(app.multiselect(key="try_it_runs").set_value([BAR]))
    assert app.selectbox(key="picture_truth").value == "not said"


def draw_on(app, uri):
    app.session_state["picture_pad"] = {"png": uri}
    return run(app)


def uri_of(content):
    return "data:image/png;base64," + b64encode(content).decode()


def test_a_drawing_is_answered_stroke_by_stroke_and_keeps_its_edits():
    app = open_try(**{"from": "draw"})
    assert (pixels_of(app) == HEART).all()
    draw_on(app, uri_of(saved(PLAIN)))
    assert (pixels_of(app).transpose(1, 2, 0) == NOISE).all() and board_of(app)["caption"] == "your drawing"
    send(app, "9", picture="drawing")
    draw_on(app, uri_of(saved(Image.new("RGB", (32, 32), (9, 8, 7)))))
    assert (pixels_of(app)[:, 0, 0] == [9, 8, 7]).all() and board_of(app)["edits"] == "9"
    assert dict(app.query_params) == {"from": "draw"}


def test_a_drawing_that_is_none_is_explained():
    app = draw_on(open_try(**{"from": "draw"}), uri_of(huge()))
    assert len(app.error) == 1 and (pixels_of(app) == HEART).all()


def test_a_photograph_is_answered():
    app = open_try(**{"from": "camera"})
    assert (pixels_of(app) == HEART).all()
    content = saved(Image.new("RGB", (640, 480), (200, 40, 30)), "jpeg")
    run(app.camera_input(key="picture_camera").set_value(("photo.jpg", content, "image/jpeg")))
    assert np.abs(pixels_of(app)[:, 5, 5] - [200.0, 40, 30]).max() < 4 and "Its 640 x 480 pixels are squeezed to a square" in texts(app)
    assert board_of(app)["caption"] == "photograph"
    assert dict(app.query_params) == {"from": "camera"}


def test_the_picture_is_there_before_torch_is(tmp_path):
    code = """
import sys
from pages.try_it import panels as tryout
from tests.pages.support import open_page
seen = []
tryout.patch_board = lambda data, key: seen.append((data["caption"], len(data["cards"]), data["notes"][0], "torch" in sys.modules))
open_page("try_it")
assert seen[0] == ("heart: shapes, validation image 7 of 2,000", 0, "The models are being loaded.", False), seen
assert seen[1][1] == 3, seen
"""
    printed_by(code, LAB_HOME=str(tmp_path / "home"))
