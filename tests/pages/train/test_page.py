"""The Train page as a user goes through it, without a browser."""

import re
import shutil
import time
from types import SimpleNamespace

import pytest
import streamlit as st
from PIL import Image

from core.models import Task, build_model
from core.models.configs import WIDTHS
from core.records.recorded import recorded_epochs, recorded_names, recorded_run
from core.training.config import RunConfig
from dashboard.shell import services
from dashboard.shell.state import parse_query
from dashboard.training import background, live
from pages.train import forecast
from tests.core.data.test_naming import class_folder_set
from tests.pages.support import html_of, open_page, press, run, shown_code, texts, wait_for_lessons
from tests.support import SMALL, diverge, ended, wait_for


def only_run():
    return services.manager().store.ids()[0]


TINY = {name: str(value) for name, value in SMALL.items()}


def test_the_first_visit_shows_a_recorded_run_and_says_so():
    app = open_page()
    assert "This is a recorded example" in texts(app)
    assert services.manager().store.ids() == []
    assert not app.button(key="play").disabled and app.button(key="stop").disabled
    assert " · epoch 20.00 · seed 0 · " in texts(app)
    assert "made by `python -m core train --model gru --dataset shapes" in texts(app)


def test_play_trains_what_the_link_says_and_the_page_shows_it():
    app = open_page(**{**TINY, "epochs": "3", "hidden_size": "9"})
    press(app, "play")
    run_id = only_run()
    done = wait_for(services.manager(), run_id, ended)
    assert done.status == "finished" and done.config["hidden_size"] == 9 and len(done.epochs) == 3
    run(app)
    assert run_id in texts(app) and f"test accuracy {100 * done.test.top1:.1f} %" in texts(app)
    assert f"= {done.epochs[-1].val_top1:.4f}; the training thread counted {done.epochs[-1].val_top1:.4f}; difference 0" in texts(app)
    assert app.session_state["train_epoch_shown"] == 3
    run(app.slider(key="train_epoch_shown").set_value(1))
    assert "Validation after epoch 1" in "".join(e.proto.body for e in app.get("html"))


def test_step_pause_learning_rate_stop_resume_delete():
    app = open_page(**TINY, epochs="1000", schedule="constant")
    press(app, "step")
    manager, run_id = services.manager(), only_run()
    wait_for(manager, run_id, lambda s: s.status == "paused" and s.step == 1)
    press(run(app), "step")
    wait_for(manager, run_id, lambda s: s.status == "paused" and s.step == 2)
    run(app)
    assert app.button(key="play").label == "Play"
    assert " · seed 0 · " in texts(app) and " · epoch " not in texts(app), "the foot would stay at an epoch that is over"
    run(app.select_slider(key="chart_new_lr").set_value(0.05))  # applied when it is let go
    press(app, "play")
    now = wait_for(manager, run_id, lambda s: s.status == "running" and len(s.epochs) > 1)
    assert now.lr_changes[0][1] == 0.05
    run(app)
    assert app.button(key="play").label == "Pause"
    press(app, "play")
    wait_for(manager, run_id, lambda s: s.status == "paused")
    press(run(app), "stop")
    epochs = len(wait_for(manager, run_id, ended).epochs)
    press(run(app), "resume")
    wait_for(manager, run_id, lambda s: len(s.epochs) > epochs)
    press(run(app), f"really-{run_id}")
    assert manager.store.ids() == []
    assert "another run (recorded: GRU on shapes)" in texts(run(app))


def test_the_controls_can_be_set_as_they_were_for_a_run():
    app = open_page(**{**TINY, "epochs": "2", "hidden_size": "11"})
    press(app, "play")
    run_id = only_run()
    wait_for(services.manager(), run_id, ended)
    app = open_page()
    assert "--hidden-size" not in shown_code(app)[1]
    press(app, f"setup-{run_id}")
    command = shown_code(app)[1]
    assert "--dataset tiny" in command and "--hidden-size 11 " in command


def test_how_long_it_takes_is_said_before_and_judged_afterwards():
    app = open_page(**TINY, epochs="2")
    press(app, "train_forecast")
    wait_for_lessons()
    run(app)
    assert re.search(r"About \*\*[\d.]+ s\*\* an epoch, [\d.]+ s in all \([\d,]+ images/s here\)", texts(app))
    assert "No recorded run tells how accurate" in texts(app)
    assert re.search(r"million operations an image, .* of the [\d.,]+ GFLOP/s that this machine reaches", texts(app))
    press(app, "play")
    run_id = only_run()
    wait_for(services.manager(), run_id, ended)
    assert re.search(rf"Said [\d.]+ s an epoch; {run_id} took [\d,]+ % (longer|less)", texts(run(app)))


@pytest.mark.usefixtures("no_turns")
def test_a_forecast_waits_for_its_turn_and_can_be_left(monkeypatch):
    manager = services.manager()
    first = manager.submit(RunConfig.of(**SMALL, epochs=1000), owner="someone")
    wait_for(manager, first, lambda s: s.status == "running")
    monkeypatch.setattr(forecast, "make_forecast", lambda *_: pytest.fail("measured beside a run"))
    app = open_page(**TINY, epochs="3")
    press(app, "train_forecast")  # answers at once
    (lesson,) = (one for key, one in background._lessons.items() if one.active and key.startswith("forecast"))
    while lesson.place != 1:
        time.sleep(0.01)
    assert "waits for its turn, place 1 in the queue" in texts(run(app))
    monkeypatch.setattr(background, "AWAY_SECONDS", 0.0)  # the page is left
    wait_for_lessons()
    assert lesson.problem == background.NOBODY and manager.snapshot(first).status == "running"
    manager.stop(first)
    wait_for(manager, first, ended)


def test_a_forecast_beside_a_run_of_another_process_is_not_kept(monkeypatch):
    monkeypatch.setattr(services, "anyone_trains", lambda: True)
    app = open_page(**TINY, epochs="4")
    press(app, "train_forecast")
    wait_for_lessons()
    assert "images/s here, measured beside a run that trains)" in texts(run(app))
    assert not any("'epochs': 4" in key for key in forecast.forecasts)
    monkeypatch.setattr(services, "anyone_trains", lambda: False)
    press(app, "train_forecast")  # again, and now alone
    wait_for_lessons()
    assert "images/s here)" in texts(run(app)) and any("'epochs': 4" in key for key in forecast.forecasts)


def test_what_does_not_fit_is_said_by_the_button_and_by_play(monkeypatch):
    app = open_page(**TINY, epochs="5")
    monkeypatch.setenv("LAB_MEMORY", "1 MB")
    press(app, "train_forecast")
    wait_for_lessons()
    assert "of memory, and 0 MB are free" in texts(run(app))
    press(app, "play")
    assert re.search(r"This run needs about \d+ MB of memory, and 0 MB are free: choose", texts(app)) and not services.manager().runs()


@pytest.fixture
def no_turns(monkeypatch):
    """Who waits goes on waiting, however slowly a busy machine draws the page that says so."""
    monkeypatch.setenv("LAB_SLICE_SECONDS", "0")


@pytest.mark.usefixtures("no_turns")
def test_a_second_run_says_its_place():
    manager = services.manager()
    first = manager.submit(RunConfig.of(**SMALL, epochs=1000), owner="someone")
    wait_for(manager, first, lambda s: s.status == "running")
    app = open_page(**TINY, epochs="2")
    press(app, "play")
    mine = next(i for i in manager.store.ids() if i != first)
    wait_for(manager, mine, lambda s: s.place == 1)
    assert "waiting, place 1 in the queue" in texts(run(app))
    manager.stop(first)
    wait_for(manager, mine, ended)


def test_a_failed_run_says_what_to_do(monkeypatch):
    diverge(monkeypatch)
    app = open_page(**TINY)
    press(app, "play")
    wait_for(services.manager(), only_run(), ended)
    run(app)
    assert any("Lower the learning rate" in e.value for e in app.error)


def test_every_value_of_the_link_arrives_and_leaves():
    app = open_page(model="vit", num_heads="2", positions="none", lr="0.005", augment="True", batch_size="37")
    link, command = shown_code(app)
    changed = "--num-heads 2 --positions none --epochs 10 --batch-size 37 --lr 0.005 --schedule cosine --augment"
    assert command == f"python -m core train --model vit --dataset shapes {changed}"
    for part in ("model=vit", "num_heads=2", "positions=none", "lr=0.005", "augment=True", "batch_size=37"):
        assert part in link


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"model": "gruu"}, "no model named 'gruu'. Did you mean 'gru'"),
        ({"run": "gru-000000"}, "This is the recorded run"),
        ({"run": "recorded-nothing"}, "This is the recorded run"),
    ],
)
def test_a_bad_link_is_explained_and_the_page_works(query, message):
    app = open_page(**query)
    assert any(message in w.value for w in app.warning), [w.value for w in app.warning]
    assert not app.button(key="play").disabled


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"model": "gruu"}, "no model named 'gruu'. Did you mean 'gru'"),
        ({"dataset": "cifar"}, "no data set named 'cifar'"),
        ({"patch_size": "5"}, "patch_size = 5 is not possible"),
        ({"lr": "fast"}, "lr = 'fast' is not valid"),
        ({"preset": "nope"}, "no preset named 'nope'"),
    ],
)
def test_what_a_link_says_wrongly_is_named_and_left_out(query, message):
    values, (problem,) = parse_query(query)
    assert message in problem and RunConfig.of(**values) == RunConfig.of(model="gru", dataset="shapes")


def test_no_code_is_drawn_before_its_box_is_opened():
    app = open_page()
    assert not app.code, "the first code on a page costs the browser half a second"
    assert len(shown_code(app)) == 2


def test_what_cannot_be_is_explained_and_play_is_off():
    app = open_page(model="vit", num_heads="3")
    assert any("num_heads = 3 does not divide embed_dim = 64" in e.value for e in app.error)
    assert app.button(key="play").disabled and app.button(key="step").disabled


def test_each_model_has_its_own_defaults():
    app = open_page()
    run(app.segmented_control(key="hp_model").set_value("vit"))
    assert shown_code(app)[1] == "python -m core train --model vit --dataset shapes"
    run(app.segmented_control(key="hp_model").set_value("gru"))
    run(app.select_slider(key="hp_gru_hidden_size").set_value(96))
    assert shown_code(app)[1] == "python -m core train --model gru --dataset shapes --hidden-size 96"


def test_a_width_that_a_script_chose_can_be_set_here_too():
    app = open_page(model="transformer", dataset="dates", embed_dim="100")
    slider = app.select_slider(key="hp_transformer_embed_dim")
    assert slider.value == 100 and "--embed-dim 100" in shown_code(app)[1]
    assert slider.options == [str(width) for width in sorted({*WIDTHS, 100})]
    run(slider.set_value(48))
    assert "--embed-dim 48" in shown_code(app)[1] and not app.exception


def test_a_data_set_that_is_not_there_is_offered(monkeypatch):
    app = open_page(preset="hand-in")
    assert "CIFAR-10 is not on this computer yet" in texts(app)
    assert app.button(key="play").disabled
    from core.errors import DataError
    from dashboard.setup import downloads

    def broken(name, home=None, progress=None):
        progress(10**6, 10**8, "Downloading")
        raise DataError("CIFAR-10 could not be downloaded (no network). Check the connection and try again.")

    monkeypatch.setattr(downloads, "download", broken)
    press(app, "download")
    assert any("could not be downloaded" in e.value for e in app.error)


@pytest.fixture
def folder(tmp_path):
    """Two classes with 4 and 6 pictures."""
    for name, count in {"cats": 4, "dogs": 6}.items():
        (tmp_path / "mine" / name).mkdir(parents=True)
        for k in range(count):
            Image.new("RGB", (8, 8), (20 * k, 0, 0)).save(tmp_path / "mine" / name / f"{k}.png")
    return tmp_path / "mine"


def test_a_folder_is_looked_at_before_a_run_is_started(folder):
    app = open_page(dataset="folder")
    assert app.button(key="play").disabled and any("Name the folder of your images" in e.value for e in app.info)
    app = open_page(dataset="folder", data=str(folder / "nowhere"))
    assert app.button(key="play").disabled and any("nowhere" in e.value and "Play is off" in e.value for e in app.error)
    empty = folder / "empty"
    empty.mkdir()
    assert open_page(dataset="folder", data=str(empty)).button(key="play").disabled
    app = open_page(dataset="folder", data=f'"{folder}"')
    assert not app.button(key="play").disabled and not app.error
    assert "✓ 2 classes, 10 pictures, the fewest in cats: 4" in texts(app)
    (folder / "__MACOSX").mkdir()
    known = folder.parent / "cifar-10-batches-bin"
    known.mkdir()
    for name in (*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"):
        (known / name).write_bytes(bytes(3073))
    app = open_page(dataset="folder", data=str(known))
    assert not app.button(key="play").disabled and "✓ A known data set as its authors give it" in texts(app)
    st.cache_data.clear()  # who adds images waits a minute
    assert "Left out, because it is hidden, or left by a system: __MACOSX/." in texts(open_page(dataset="folder", data=str(folder)))
    assert services.manager().store.ids() == [], "nothing was started, and no list has a run that cannot begin"


def test_predict_then_reveal():
    app = open_page()
    assert app.button(key="train_predict-reveal").disabled
    run(app.radio(key="train_predict-choice").set_value("validation"))
    press(app, "train_predict-reveal")
    assert "is measured after the epoch on images it never learns from" in " ".join(e.value for e in [*app.info, *app.success])


def test_every_control_is_explained():
    app = open_page()
    app.session_state["help"] = True
    table = html_of(run(app), '<table class="lab-table lab-help">')
    for name in RunConfig.hyperparameters("gru"):
        assert f"<code>{name}</code>" in table


def test_recorded_runs_without_weights_wait_behind_a_switch():
    def rows(app):
        return {key.removeprefix("open-recorded-") for key in map(str, (b.key for b in app.button)) if key.startswith("open-recorded-")}

    with_weights = {name for name in recorded_names() if recorded_epochs(name)}
    app = open_page()
    assert rows(app) == with_weights < {*recorded_names()}
    assert rows(run(app.toggle(key="train_all_recorded").set_value(True))) == {*recorded_names()}


def test_a_chart_of_another_model_is_marked_and_the_controls_set_up_named():
    app = open_page(model="lstm", hidden_size="128", patch_size="8")
    said = texts(app)
    assert "another run (recorded: GRU on shapes); the controls differ from it in model, patch_size" in said
    assert "Your set-up: **LSTM on shapes**" in said
    assert any("lab-other-model" in e.proto.body for e in app.get("html") if e.proto.body.startswith("<span"))
    model = build_model("lstm", Task(), hidden_size=128, patch_size=8)
    assert f"{sum(p.numel() for p in model.parameters()):,} parameters" in said


def test_only_another_length_of_training_lets_the_chart_be():
    recorded = recorded_run("shapes-gru").config
    app = open_page(epochs="3")
    assert "Your set-up: **GRU on shapes**" in texts(app) and recorded["epochs"] != 3
    assert not any(e.proto.body.startswith('<span class="lab-other') for e in app.get("html"))


def test_a_run_that_was_opened_to_be_seen_fades_with_the_first_change_only():
    def faded(app):
        return any(e.proto.body.startswith('<span class="lab-other') for e in app.get("html"))

    app = press(open_page(), "open-recorded-shapes-vit")
    assert "another run (recorded: ViT on shapes); the controls differ from it in model" in texts(app) and not faded(app)
    run(app.select_slider(key="hp_gru_hidden_size").set_value(96))
    assert faded(app)
    assert not faded(open_page(run="recorded-shapes-vit")) and not faded(open_page(run="recorded-shapes-vit", lr="0.004"))


@pytest.mark.parametrize(("status", "done", "told"), [("loading", 0, 1), ("running", 1, 2), ("running", 2, 3), ("testing", 3, 3)])
def test_no_epoch_beyond_the_last_is_counted(status, done, told, monkeypatch):
    row = SimpleNamespace(run_id="gru-1", status=status, epochs_done=done, config={"epochs": 3})
    monkeypatch.setattr(live.services, "manager", lambda: SimpleNamespace(runs=lambda: [row]))
    assert f"(epoch {told} of 3)" in live._others()


def test_who_trains_meanwhile_is_named_to_those_who_look_at_the_recorded_run():
    assert "Training now" not in texts(open_page())
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1000}), owner="somebody")
    wait_for(manager, run_id, lambda run: run.status == "running")
    assert f"Training now: **{run_id}** (epoch" in texts(open_page()) and "Your run would take its turn." in texts(open_page())
    second = manager.submit(RunConfig.of(**SMALL), owner="somebody")
    assert "1 run waits." in texts(open_page())
    manager.stop(second)
    manager.pause(run_id)
    wait_for(manager, run_id, lambda run: run.status == "paused")
    page = texts(open_page())
    assert "1 run is paused." in page and "Training now" not in page and "take its turn" not in page
    manager.stop(run_id)
    wait_for(manager, run_id, ended)
    assert "nothing is" not in texts(open_page())


def test_why_play_is_off_is_said_beside_it(monkeypatch):
    app = open_page(preset="hand-in")
    assert app.button(key="play").disabled
    assert any("CIFAR-10 is not on this computer yet, so Play is off" in e.value for e in app.info)
    assert "Your set-up: **GRU on CIFAR-10**, " in texts(app) and "**Play**" not in texts(app)


def test_the_place_of_cifar10_is_said_once_and_play_is_on(tmp_path):
    app = open_page(preset="hand-in")
    run(app.text_input(key="setup_place").set_value(str(tmp_path / "nowhere")))
    assert "There is nothing at" in texts(app) and app.button(key="play").disabled
    root = class_folder_set(tmp_path / "train")
    run(app.text_input(key="setup_place").set_value(f'"{root}"'))
    assert not app.button(key="play").disabled and "not on this computer" not in texts(app)
    other = open_page("data", dataset="cifar10")
    assert "Data CIFAR-10 (train 80, val 10, test 10)" in texts(other) and not other.exception
    shutil.rmtree(root)
    assert f"CIFAR-10 is not on this computer yet, so Play is off. It was said to lie at {root}" in texts(open_page(preset="hand-in"))


def test_experiments_that_need_what_is_not_here_come_last_and_say_so():
    chips = [button.label for button in open_page().button if button.key.startswith("train_chip_")]
    assert [("needs CIFAR" in chip) for chip in chips] == [False, True, True]


def test_the_page_says_what_both_losses_are_and_offers_the_one_that_is_minimised():
    app = open_page("train", run="recorded-cifar10-bar-0")
    page = " ".join(element.proto.body for element in app.get("html"))
    assert "Training is a running mean over the epoch while the weights change" in page
    assert "labels are smoothed by 0.1, so it is higher and cannot fall below 0.50" in page and "was not kept" in page
    assert "chart_minimised" not in [toggle.key for toggle in app.toggle], "there is no choice"
    lab = services.manager()
    own = wait_for(lab, lab.submit(RunConfig.of(**{**SMALL, "epochs": 1, "label_smoothing": 0.2})), ended)
    app = open_page("train", run=own.run_id)
    told = lambda: " ".join(element.proto.body for element in app.get("html"))  # noqa: E731
    assert "Both losses are those of the true labels." in told()
    run(app.toggle(key="chart_minimised").set_value(True))
    assert "labels are smoothed by 0.2" in told() and "was not kept" not in told()
