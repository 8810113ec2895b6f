"""The page Vision Transformer as a student goes through it, without a browser: what a browser would send is put into the session."""

import json
from base64 import b64decode

import numpy as np
import pytest
import torch

from core.data import load_dataset
from core.data.shapes import CLASSES, PARTS, draw
from core.errors import ConfigError
from core.models import Task, build_model
from core.probes.attention.maps import attention_distance, attention_rollout, gradient_attention, record_attention
from core.records.recorded import recorded_epochs, recorded_run
from core.training.config import RunConfig
from core.training.runs.checkpoint import OpenedModel, open_model
from dashboard.pictures.choose import from_set
from dashboard.runs.opened import Weighted
from dashboard.shell import services
from pages.vit.lookups import look_of, measured_on
from pages.vit.panels import message
from pages.vit.view import Pin
from tests.cifar_copies import packed, python_files, write
from tests.pages.support import message_to, open_page, run, shown_code, texts
from tests.support import ended, wait_for

NAME = "cifar10-compare-vit-0"
VIT, GRU = f"recorded-{NAME}", "recorded-shapes-gru"
HEART = draw(PARTS["val"][6:7])[0]  # (1, 3, 32, 32)


def open_vit(**query):
    return open_page("vit", **{"run": VIT, "set": "shapes", **query})


def board_of(app):
    return message_to(app, "pages/vit/board")


def distances_caption(app):
    return message_to(app, "dashboard/kit/panels")["caption"]


def maps_of(data):
    """The weights that a browser shows: of patches (L, H + 2, T, N), and of the class token (L, H + 2, T)."""
    tokens = data["side"] ** 2 + data["lead"]
    shape = data["layers"], data["columns"], tokens
    tops, own = (np.frombuffer(b64decode(data[name]), "<f4").reshape(shape) for name in ("tops", "own"))
    maps = np.frombuffer(b64decode(data["maps"]), np.uint8).reshape(*shape, tokens - data["lead"])
    return maps / 255 * tops[..., None], own


def oracle(epoch, images=HEART):
    """Model and normalised images, apart from the dashboard."""
    opened = open_model(recorded_epochs(NAME)[epoch])
    mean, std = (np.array(values)[:, None, None] for values in (opened.mean, opened.std))
    return opened, torch.from_numpy(((images / 255 - mean) / std).astype(np.float32))


def epoch_slider(app):
    (slider,) = [s for s in app.select_slider if s.label == "Epoch"]
    return slider


def test_it_shows_the_attention_of_every_layer_and_head_of_the_recorded_run():
    app = open_vit()
    data, (opened, images) = board_of(app), oracle(7)
    assert (data["layers"], data["columns"], data["side"], data["lead"], data["pin"]) == (3, 6, 8, 1, [0, 0, 0])
    patches, own = maps_of(data)
    weights = record_attention(opened.model, images).weights[0]
    target = int(opened.model(images).argmax())
    pushed = gradient_attention(opened.model, images, target)[0].mean(1, keepdim=True)
    wanted = torch.cat((weights, attention_rollout(weights)[:, None], pushed), 1).numpy()
    step = wanted[..., 1:].max(-1, keepdims=True) / 255
    assert (np.abs(patches - wanted[..., 1:]) <= 0.51 * step + 1e-8).all()
    np.testing.assert_allclose(own, wanted[..., 0], rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(data["distance"], attention_distance(weights), atol=0.006)
    assert data["target"] == opened.classes[target] and data["answers"][0].startswith(opened.classes[target])
    assert any("This run knows only airplane" in line for line in data["answers"])
    assert "each row of weights sums to 1" in texts(app) and "**passed**" in texts(app)


def test_the_epoch_slider_changes_the_maps_and_the_distances():
    app = open_vit(epoch="1", map="3-4", token="28")
    first = board_of(app)
    assert first["pin"] == [28, 2, 3] and epoch_slider(app).value == 0
    run(epoch_slider(app).set_value(7))
    last = board_of(app)
    assert last["pin"] == [28, 2, 3] and last["maps"] != first["maps"]
    for data, epoch in ((first, 0), (last, 7)):
        opened, images = oracle(epoch)
        wanted = attention_distance(record_attention(opened.model, images).weights[0])[2, 3].item()
        assert data["distance"][2][3] == pytest.approx(wanted, abs=0.006)
    assert {name: value for name, value in app.query_params.items() if name not in ("run", "set")} == {"token": "28", "map": "3-4"}
    assert "Most local became **head 4 of layer 3**" in texts(app)


def test_two_epochs_stand_side_by_side_with_the_maps_of_each():
    app = open_vit()
    data = board_of(app)
    assert (data["epoch"], data["beside"]["epoch"], data["beside"]["earlier"]) == ("Epoch 8", "Epoch 1", True)
    opened, images = oracle(0)
    weights = record_attention(opened.model, images).weights[0]
    patches, own = maps_of({**data, **data["beside"]})
    assert np.abs(patches[:, :4] - weights[..., 1:].numpy()).max() <= 0.51 * float(weights[..., 1:].max()) / 255
    np.testing.assert_allclose(own[:, :4], weights[..., 0], rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(data["beside"]["distance"], attention_distance(weights), atol=0.006)
    run(app.selectbox(key="vit_beside").set_value("4"))
    assert board_of(app)["beside"]["epoch"] == "Epoch 4" and app.query_params["beside"] == "4"
    run(epoch_slider(app).set_value(0))
    assert board_of(app)["beside"]["earlier"] is False
    run(app.selectbox(key="vit_beside").set_value("none"))
    assert board_of(app)["beside"] is None and app.query_params["beside"] == "none"
    assert board_of(open_vit(beside="none"))["beside"] is None and board_of(open_vit(beside="99"))["beside"]["epoch"] == "Epoch 1"


def test_a_run_opens_on_a_picture_that_it_knows():
    knows = {"recorded-shapes-vit": "heart", VIT: "sailing ship"}
    for run_id, picture in knows.items():
        data = board_of(open_page("vit", run=run_id))
        assert data["caption"].startswith(picture) and not any("knows only" in line for line in data["answers"])
    app = open_page("vit")
    run(app.selectbox(key="vit_run").set_value(VIT))
    assert board_of(app)["caption"].startswith("sailing ship") and "set" not in app.query_params
    run(app.selectbox(key="picture_set").set_value("ship"))
    run(app.selectbox(key="vit_run").set_value("recorded-shapes-vit"))
    assert board_of(app)["caption"].startswith("ship"), "a picture that somebody has chosen stays"


def test_distances_are_means_over_pictures():
    app = open_vit()
    (table,) = [frame.value for frame in app.dataframe if "head" in frame.value]
    opened, images = oracle(3, draw(PARTS["val"][:64])[0])
    wanted = attention_distance(record_attention(opened.model, images).weights).mean(0).flatten()
    np.testing.assert_allclose(table["epoch 4"], wanted, atol=0.006)
    assert list(table.columns) == ["head", "epoch 1", "epoch 4", "epoch 8"] and table["head"][11] == "layer 3, head 4"


def test_what_is_chosen_goes_into_the_link():
    app = open_vit()
    before = board_of(app)
    app.session_state["vit_board"] = {"pin": [30, 1, 4]}
    run(app)
    assert board_of(app) == before  # the same message, so that the maps do not travel again
    assert app.query_params["token"] == "30" and app.query_params["map"] == "2-rollout"
    link, command = shown_code(app)
    assert "token=30&map=2-rollout" in link and "--model vit" in command
    app.session_state["vit_board"] = {"pin": ["<script>", 1]}
    run(app)
    assert app.query_params["token"] == "30" and app.query_params["map"] == "2-rollout", "what is no choice changes nothing"


def test_nonsense_in_the_link_opens_the_page_as_it_is():
    app = open_vit(epoch="x", map="9-9", token="-7", image="0")
    assert board_of(app)["pin"] == [0, 0, 0] and epoch_slider(app).value == 7 and not app.error


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (GRU, f"Run {GRU} (GRU) is no Vision Transformer"),
        ("nobody", "There is no run nobody here (any more)"),
        ("recorded-<b>", "There is no run recorded-<b> here"),
    ],
)
def test_a_run_without_attention_or_without_being_is_told_in_a_sentence(asked, told):
    app = open_vit(run=asked)
    assert told in texts(app) and board_of(app)["layers"] > 0


def test_swapping_the_class_token_is_counted_after_the_prediction():
    app = open_vit()
    opened, images = oracle(7, draw(PARTS["val"][:200])[0])
    with torch.no_grad():
        patches = opened.model.embed(images)
        tokens = opened.model.positions(torch.cat((opened.model.class_token.expand(200, -1, -1), patches), 1))
        normed = opened.model.norm(opened.model.encoder(tokens))
        same = int((opened.model.head(normed[:, 0]).argmax(1) == opened.model.head(normed[:, 1:].mean(1)).argmax(1)).sum())
    assert "The same for" not in texts(app)
    question = app.radio(key="vit_swap-choice")
    run(question.set_value(question.options[0]))
    run(app.button(key="vit_swap-reveal").click())
    told = " ".join(e.value for kind in (app.success, app.info) for e in kind)
    assert f"The same for {same} of 200." in told and "Right are" not in told  # whose images these are no ViT knows


def test_the_caveats_have_the_numbers_of_the_runs():
    told = texts(open_vit())
    assert "An attention map is not an explanation." in told
    for name in (NAME, "cifar10-compare-cnn-0"):
        assert f"{100 * recorded_run(name).test.top1:.1f} %" in told and f"{recorded_run(name).parameters:,}" in told


# ---- runs of this lab ----


def train(**more):
    config = {
        "dataset": "shapes", "model": "vit", "patch_size": 16, "embed_dim": 8, "num_heads": 2, "num_layers": 1, "epochs": 2,
        "positions": "grid", "dropout": 0.5, "batch_size": 512, "train_fraction": 0.05, "threads": 1, **more,
    }  # fmt: skip
    run_id = services.manager().submit(RunConfig.of(**config))
    assert wait_for(services.manager(), run_id, ended).status == "finished"
    return run_id


def test_a_run_of_another_patch_size_class_count_and_positions():
    run_id = train()
    app = open_vit(run=run_id, epoch="2")
    data = board_of(app)
    assert (data["layers"], data["columns"], data["side"]) == (1, 4, 2) and epoch_slider(app).options == ["1", "2"]
    patches, own = maps_of(data)
    assert np.abs(patches[:, :3].sum(-1) + own[:, :3] - 1).max() < 0.01  # heads and rollout
    assert data["answers"][0].split()[0] in CLASSES and "64 validation pictures of shapes" in distances_caption(app)
    app.session_state["vit_board"] = {"pin": [60, 2, 5]}  # of a run with more layers and tokens
    run(app)
    assert "token" not in app.query_params and "map" not in app.query_params and not app.error


def test_a_single_patch_has_no_distance_to_go():
    app = open_vit(run=train(patch_size=32, epochs=1))
    assert board_of(app)["side"] == 1 and board_of(app)["distance"] == [[0.0, 0.0]] and not app.error


def test_weights_that_are_gone_are_told_in_a_sentence():
    run_id = train()
    for path in services.manager().files(run_id).folder.glob("epoch-*.safetensors"):
        path.unlink()
    app = open_vit(run=run_id)
    assert f"Run {run_id} keeps no weights (any more): choose another run" in texts(app)
    assert "An attention map is not an explanation." in texts(app)


def test_a_damaged_file_is_told_in_a_sentence():
    run_id = train()
    services.manager().files(run_id).epoch(1).write_bytes(b"nothing")
    app = open_vit(run=run_id, epoch="2")
    assert "is damaged and cannot be read" in texts(app)


# ---- size ----


def random_model(**more):
    config = {"model": "vit", "dataset": "shapes", "embed_dim": 64, **more}
    flat = RunConfig.of(**config).flat()
    model = build_model(
        "vit", Task(num_classes=10), **{name: flat[name] for name in ("patch_size", "embed_dim", "num_heads", "num_layers")}
    )
    opened = OpenedModel(model.eval(), tuple(f"class {k}" for k in range(10)), (0.5,) * 3, (0.25,) * 3, {"config": flat})
    return opened, Weighted("random", flat, 0, 0.1)


@pytest.mark.parametrize(("patch_size", "side", "block"), [(2, 16, 1), (1, 16, 2)])
def test_the_whole_message_is_at_most_two_megabytes(patch_size, side, block):
    opened, weighted = random_model(patch_size=patch_size, num_layers=3, num_heads=4)
    found = look_of(opened, HEART[0])
    data = message(weighted, 0, found, from_set("shapes", 6), Pin())
    assert (data["side"], data["block"], data["columns"], data["layers"]) == (side, block, 6, 3) and found.passed
    assert len(b64decode(data["maps"])) == 3 * 6 * 257 * 256
    assert len(json.dumps([data])) <= 2_000_000


def test_too_much_attention_is_refused_with_the_reason():
    opened, _ = random_model(patch_size=1, num_layers=12, num_heads=4)
    with pytest.raises(ConfigError, match="computes 50 million attention weights for one picture, and this page looks at no more than 40"):
        look_of(opened, HEART[0])


def test_a_runs_own_images_are_used_where_they_are_at_hand(tmp_path):
    own = measured_on(Weighted("a", RunConfig.of(dataset="tiny", model="vit").flat(), 0, 0.1), 30)
    assert own.images.shape == (30, 3, 32, 32) and (own.labels == np.arange(30) % 10).all() and "this run's validation images" in own.words
    gone = measured_on(Weighted("b", {"dataset": "folder", "data": str(tmp_path / "gone")}, 0, 0.1), 30)
    assert gone.labels is None and (gone.images == draw(PARTS["val"][:30])[0]).all() and "not on this computer" in gone.words
    copy = write(tmp_path / "cifar-10-batches-py", python_files())
    for archive in (packed(tmp_path / "cifar-10-python.tar.gz", copy), packed(tmp_path / "cifar10.zip", copy)):
        for dataset in ("folder", "cifar10"):
            packed_up = measured_on(Weighted("c", RunConfig.of(dataset=dataset, data=str(archive), model="vit").flat(), 0, 0.1), 20)
            val = load_dataset(dataset, data=str(archive)).val
            assert (packed_up.images == val.images.numpy()).all() and "this run's validation images" in packed_up.words
    lost = measured_on(Weighted("d", RunConfig.of(dataset="cifar10", data=str(tmp_path / "gone.zip"), model="vit").flat(), 0, 0.1), 20)
    assert lost.labels is None and "not on this computer" in lost.words
