"""The zoom from a picture to a Vision Transformer: three pages show the same picture and the same patch, and lead to each other."""

import pytest

from core.data.ship import sailing_ship
from dashboard.kit.packed import packed_picture
from dashboard.pictures.choose import from_set
from dashboard.pictures.zoom import STEPS, at_patch, first_pixel, link_to
from tests.pages.support import components, message_to, open_page, run

VIT = "recorded-cifar10-compare-vit-0"
SHIP = {"set": "sailing ship", "at": "8,20"}


def strip_of(app):
    return message_to(app, "dashboard/pictures/zoom")


@pytest.mark.parametrize(("at", "side", "patch"), [((0, 0), 8, 0), ((16, 16), 8, 36), ((31, 31), 8, 63), ((8, 20), 4, 6), ((8, 20), 1, 0)])
def test_a_pixel_lies_in_its_patch(at, side, patch):
    assert at_patch(at, side) == patch
    row, column = first_pixel(patch, side)
    assert 0 <= at[0] - row < 32 // side and 0 <= at[1] - column < 32 // side


def test_a_link_says_the_picture_whatever_its_page_opens_with():
    shown, run_link = from_set("shapes", 6), {"run": VIT, "epoch": "4"}
    assert link_to(STEPS["layers"], shown, (8, 20), run_link) == {"set": "shapes", "image": "7", "at": "8,20", **run_link}
    reader = {"run": "recorded-shapes-gru", "epoch": "1"}
    assert link_to(STEPS["layers"], shown, (8, 20), reader) == {"set": "shapes", "image": "7", "at": "8,20"}, "it is no ViT"
    assert link_to(STEPS["tokens"], shown, (8, 20), reader)["run"] == "recorded-shapes-gru"
    assert link_to(STEPS["attention"], from_set("ship", 0, first="ship"), (0, 0), {}) == {"set": "ship", "at": "0,0", "tokens": "patches"}


def test_the_same_picture_and_the_same_patch_on_every_page():
    places = {"patches": (8, 21), "attention": (4, 6), "vit": (8, 21)}
    for folder, (side, patch) in places.items():
        more = {"tokens": "patches"} if folder == "attention" else {}
        app = open_page(folder, run=VIT, epoch="4", **SHIP, **more)
        strip = strip_of(app)
        assert (strip["side"], strip["patch"]) == (side, patch) and strip["pixels"] == packed_picture(sailing_ship())
        assert strip["here"] == [name for name, step in STEPS.items() if step.page == folder]
        assert app.query_params["run"] == VIT and app.query_params["epoch"] == "4", folder
    assert message_to(app, "pages/vit/board")["pin"] == [22, 0, 0] and app.query_params["token"] == "22"


def test_attention_by_hand_marks_the_row_of_the_patch():
    app = open_page("attention", tokens="patches", **SHIP)
    assert message_to(app, "pages/attention/board")["token"] == 6
    words = open_page("attention")
    assert message_to(words, "pages/attention/board")["token"] is None and components(words, "dashboard/pictures/zoom") == []


def test_what_is_looked_at_in_a_transformer_is_the_patch_of_the_zoom():
    app = open_page("vit", run=VIT, token="64", set="shapes")
    assert strip_of(app)["patch"] == 63
    app.session_state["vit_board"] = {"pin": [1, 0, 0]}
    run(app)
    assert strip_of(app)["patch"] == 0
    app.session_state["vit_board"] = {"pin": [0, 0, 0]}
    run(app)
    assert strip_of(app)["patch"] == 0, "the class token is no patch: the last one stays"


@pytest.mark.parametrize("folder", ["patches", "attention", "vit"])
def test_nonsense_in_the_address_changes_nothing(folder):
    app = open_page(folder, at="99,99", epoch="<b>", set="moon", **({"tokens": "patches"} if folder == "attention" else {}))
    assert strip_of(app)["patch"] == at_patch((16, 16), strip_of(app)["side"]) and "at" not in app.query_params and not app.error
