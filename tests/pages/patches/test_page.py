"""The page Patches as a student goes through it, without a browser."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from core.data import shapes
from core.data.splits import normalize
from core.models.configs import PATCH_SIZES
from core.records.recorded import recorded_epochs, recorded_run
from core.training.config import RunConfig
from core.training.runs.checkpoint import open_model
from dashboard.shell import services
from pages.patches import panels as patch_panels
from tests.pages.support import open_page, press, run, texts
from tests.support import SMALL, ended, load_tiny, wait_for

BEST = recorded_run("shapes-gru").best.epoch


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """What the browser was sent last, and what it does when a patch is chosen."""
    found = {}
    monkeypatch.setattr(patch_panels, "patch_grid", lambda data, key, on_choose: found.update(data, choose=on_choose))
    return found


def open_patches(**query):
    return open_page("patches", **query)


def tokens_of(sent):
    return np.frombuffer(b64decode(sent["tokens"]), "<f4").reshape(len(sent["order"]), -1)


def pixels_of(sent):
    return np.frombuffer(b64decode(sent["pixels"]), np.uint8).reshape(32, 32, 3).transpose(2, 0, 1)


def html_of(app, look):
    """The HTML with an element of this class (the style sheet names all of them)."""
    return next((e.proto.body for e in app.get("html") if f'class="{look}"' in e.proto.body), "")


def slider(app, label):
    return next(s for s in app.select_slider if s.label == label)


def test_it_opens_on_the_tokens_of_the_recorded_run(sent):
    app = open_patches()
    (image,), _ = shapes.draw([10_006])
    opened = open_model(recorded_epochs("shapes-gru")[BEST])
    with torch.no_grad():
        tokens = opened.model.embed(normalize(torch.from_numpy(image)[None], opened.mean, opened.std))[0]
    assert np.array_equal(pixels_of(sent), image)
    assert tokens_of(sent) == pytest.approx(tokens.numpy(), abs=2e-4)
    assert "heart: shapes, validation image 7 of 2,000" in sent["label"]
    assert f"the embedding of recorded-shapes-gru, epoch {BEST + 1}" in texts(app)
    assert "all 64 tokens of 64 features" in texts(app) and "**passed**" in texts(app)
    assert dict(app.query_params) == {}
    assert slider(app, "Embedding size, C").disabled


@pytest.mark.parametrize("patch_size", PATCH_SIZES)
def test_every_patch_size_is_cut_proved_and_counted(sent, patch_size):
    app = open_patches(patch=str(patch_size), width="32")
    n = (32 // patch_size) ** 2
    assert len(sent["order"]) == n and sent["patch"] == patch_size
    assert f"{n:,}² = {n * n:,}" in html_of(app, "lab-figures")
    assert f"all {n:,} tokens" in texts(app) and "**passed**" in texts(app)
    assert ("an untrained embedding" in texts(app)) == (patch_size != 4)
    assert len(tokens_of(sent)[0]) == (64 if patch_size == 4 else 32)


def test_a_link_opens_what_it_says_and_is_written_again(sent):
    query = {
        "run": "recorded-cifar10-hand-in-0", "epoch": "1", "patch": "8", "width": "256", "split": "test", "image": "12",
        "order": "hilbert", "at": "3,30", "feature": "200", "rebuilt": "1",
    }  # fmt: skip
    app = open_patches(**query)
    assert dict(app.query_params) == query
    assert sent["at"] == [3, 30] and "test image 12 of 2,000" in sent["label"] and sent["order"][:3] == [0, 4, 5]
    assert "kernel 200 lies on the patch in row 1, column 4" in texts(app)
    assert "Rank 192 of 192" in texts(app) and "**nothing is lost**" in texts(app)


def test_a_link_that_makes_no_sense_opens_the_page_as_at_first(sent):
    """What each control takes is tested in test_controls.py."""
    app = open_patches(patch="5", order="zigzag", at="40,2", feature="0", image="-3", split="all", width="65")
    assert dict(app.query_params) == {} and sent["at"] == [16, 16] and sent["order"] == list(range(64))


def test_a_number_beyond_the_last_image_is_the_last_one(sent):
    assert dict(open_patches(image="2001").query_params) == {"image": "2000"}
    assert "image 2,000 of 2,000" in sent["label"]


def test_another_run_brings_its_own_patches(sent):
    app = open_patches(patch="16")
    run(app.selectbox(key="patches_run").set_value("recorded-cifar10-hand-in-0"))
    assert sent["patch"] == 2 and len(sent["order"]) == 256 and "patch" not in app.query_params
    offered = " ".join(app.selectbox(key="patches_run").options)
    assert "cifar10-compare-vit-0" in offered and "cnn" not in offered and "cifar10-bar-0" not in offered


def test_any_kept_epoch_can_be_looked_at(sent):
    app = open_patches()
    last, kernels = tokens_of(sent), html_of(app, "lab-kernels")
    run(slider(app, "Epoch").set_value(0))
    assert np.abs(tokens_of(sent) - last).max() > 0.1 and html_of(app, "lab-kernels") != kernels
    assert "after epoch 1." in html_of(app, "lab-kernels") and dict(app.query_params) == {"epoch": "1"}


def test_a_run_without_weights_leaves_the_page_alive(sent):
    app = open_patches(run="recorded-cifar10-hand-in-1")
    assert "keeps no weights" in texts(app) and "an untrained embedding" in texts(app) and "**passed**" in texts(app)
    assert len(sent["order"]) == 256 and not html_of(app, "lab-kernels")


def test_an_own_run(sent):
    lab = services.manager()
    own = lab.submit(RunConfig.of(**{**SMALL, "epochs": 2}))
    wait_for(lab, own, ended)
    app = open_patches(run=own)
    assert sent["patch"] == 16 and tokens_of(sent).shape == (4, 8) and f"the embedding of {own}" in texts(app)
    lab.files(own).epoch(1).write_bytes(b"broken")
    app = open_patches(run=own, epoch="2")
    assert "damaged" in texts(app) and "an untrained embedding" in texts(app)


def test_a_patch_that_is_chosen_is_taken_apart(sent):
    app = open_patches()
    assert "row 5, column 5" in texts(app)
    app.session_state[patch_panels.AT.key] = (0, 28)  # what the browser's click does
    run(app)
    assert "kernel 1 lies on the patch in row 1, column 8" in texts(app) and dict(app.query_params) == {"at": "0,28"}
    before = html_of(app, "lab-sums")
    run(app.number_input(key="patches_feature").set_value(64))
    assert "kernel 64" in texts(app) and html_of(app, "lab-sums") != before
    token = re.findall(r"<b>(.*?)</b>", html_of(app, "lab-sums"))[-1]
    assert float(token.replace("−", "-")) == pytest.approx(tokens_of(sent)[7, 63], abs=1e-5)


@pytest.mark.parametrize(("patch_size", "answer"), [("4", "yes, all of it"), ("8", "only in part")])
def test_predict_then_reveal_then_the_image_made_again(patch_size, answer):
    app = open_patches(patch=patch_size)
    assert not html_of(app, "lab-triple") and app.button(key="rebuild-reveal").disabled
    run(app.radio(key="rebuild-choice").set_value("yes, all of it"))
    press(app, "rebuild-reveal")
    said = app.success if answer == "yes, all of it" else app.info
    assert answer in said[0].value and html_of(app, "lab-triple")
    assert ("**nothing is lost**" in texts(app)) == (answer == "yes, all of it")
    run(slider(app, "Patch size (pixels)").set_value(16))
    assert "Rank 64 of 768" in texts(app) and "**something is lost, " in texts(app) and app.query_params["rebuilt"] == "1"


def test_a_picture_of_ones_own(sent):
    app = open_patches()
    run(app.segmented_control(key="picture_from").set_value("upload"))
    assert "heart" in sent["label"] and dict(app.query_params) == {"from": "upload"}
    colors = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(colors).save(buffer, "png")
    run(app.file_uploader(key="picture_upload").upload("<b>x</b>.png", buffer.getvalue()))
    assert np.array_equal(pixels_of(sent), colors.transpose(2, 0, 1)) and sent["label"] == "<b>x</b>.png"
    run(app.file_uploader(key="picture_upload").upload("x.png", buffer.getvalue()[:900]))
    assert "cut short: the end of this PNG file is missing" in texts(app) and "heart" in sent["label"] and "**passed**" in texts(app)


def test_data_sets_that_are_not_there(sent, tmp_path):
    app = open_patches(dataset="cifar10")
    assert "CIFAR-10 is not on this computer yet" in texts(app) and app.button(key="download") and "heart" in sent["label"]
    app = open_patches(dataset="folder", data=str(tmp_path / "nowhere"))
    assert "does not exist" in texts(app) and "heart" in sent["label"] and "**passed**" in texts(app)


def test_what_an_older_link_calls_a_file_is_an_upload(sent):
    assert dict(open_patches(**{"from": "file"}).query_params) == {"from": "upload"}


def test_a_folder_that_an_older_link_names_is_opened(sent, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for place in range(10):
            pixels = np.random.default_rng(place).integers(0, 256, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{place}.png")
    app = open_patches(dataset="folder", data=str(tmp_path / "pets"), split="train", image="2")
    assert not app.error and "pets, training image 2 of " in sent["label"]
    run(app.selectbox(key="picture_set").set_value("shapes"))
    assert "shapes, training image 2 of 10,000" in sent["label"] and "pets" in app.selectbox(key="picture_set").options


def test_another_data_set(sent):
    app = open_patches(dataset="tiny", split="test", image="400")
    assert dict(app.query_params) == {"set": "tiny", "split": "test", "image": "40"}
    assert np.array_equal(pixels_of(sent), load_tiny("tiny", None).test.images[39].numpy())
    assert sent["label"] == "class 9: tiny, test image 40 of 40"


def test_a_run_of_a_width_that_no_slider_has_from_the_start(sent):
    lab = services.manager()
    own = lab.submit(RunConfig.of(**{**SMALL, "embed_dim": 100, "epochs": 1}))
    wait_for(lab, own, ended)
    app = open_patches(run=own)
    assert tokens_of(sent).shape == (4, 100) and slider(app, "Embedding size, C").disabled and not app.exception
    run(slider(app, "Patch size (pixels)").set_value(8))
    assert tokens_of(sent).shape == (16, 100) and "width" not in app.query_params  # its own
    run(app.selectbox(key="patches_run").set_value("recorded-shapes-gru"))
    run(slider(app, "Patch size (pixels)").set_value(8))
    assert tokens_of(sent).shape == (16, 100) and not app.exception
    run(slider(app, "Embedding size, C").set_value(96))
    assert tokens_of(sent).shape == (16, 96) and not app.exception
