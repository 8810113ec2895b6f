"""The choice of a run and an epoch, as a page that looks inside a run asks for it."""

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from core.data import DATASETS
from core.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from dashboard.runs import feed
from dashboard.shell import services
from tests.support import SMALL, ended, register_tiny, wait_for


@pytest.fixture(autouse=True)
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.setitem(DATASETS, "tiny", None)
    register_tiny()
    services.shutdown()
    yield services.manager()
    services.shutdown()


def page():
    import streamlit as st

    from dashboard.runs import feed
    from dashboard.shell import state

    run = feed.choose_run(lambda config: config["model"] in ("gru", "vit"))
    if run.epochs:
        epoch = feed.choose_epoch(run, [record.epoch for record in run.epochs])
        state.write_page(feed.link_values(run, epoch))
        st.text(f"{run.run_id} {epoch}")
    else:
        st.text(f"{run.run_id} has no epoch")


def visit(**query):
    app = AppTest.from_function(page, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return again(app)


def again(target):
    app = target.run()
    assert not app.exception, app.exception
    return app


def test_it_opens_on_the_best_epoch_of_the_recorded_run():
    app, run = visit(), recorded_run("shapes-gru")
    assert app.text[0].value == f"recorded-shapes-gru {run.best.epoch}"
    assert dict(app.query_params) == {}
    offered = " ".join(app.selectbox[0].options)
    assert "recorded-cifar10-hand-in-0" in offered and "recorded-cifar10-bar-0" not in offered  # it has another model


def test_a_chosen_run_and_epoch_are_in_the_link_and_the_link_opens_them():
    app = visit()
    again(app.selectbox[0].set_value("recorded-cifar10-hand-in-0"))
    again(app.select_slider[0].set_value(3))
    assert app.text[0].value == "recorded-cifar10-hand-in-0 3"
    link = dict(app.query_params)
    assert link == {"run": "recorded-cifar10-hand-in-0", "epoch": "4"}
    assert visit(**link).text[0].value == "recorded-cifar10-hand-in-0 3"


def test_another_run_starts_at_its_own_best_epoch():
    app = visit(epoch="1")
    assert app.text[0].value == "recorded-shapes-gru 0"
    again(app.selectbox[0].set_value("recorded-cifar10-hand-in-0"))
    assert app.text[0].value == f"recorded-cifar10-hand-in-0 {recorded_run('cifar10-hand-in-0').best.epoch}"


@pytest.mark.parametrize("epoch", ["99", "0", "-1", "two", ""])
def test_an_epoch_that_there_is_not_is_the_best_one(epoch):
    assert visit(epoch=epoch).text[0].value == f"recorded-shapes-gru {recorded_run('shapes-gru').best.epoch}"


def test_own_runs_come_first_and_a_run_of_another_model_gives_way(lab):
    own = lab.submit(RunConfig.of(**{**SMALL, "epochs": 1}))
    wait_for(lab, own, ended)
    waiting = lab.submit(RunConfig.of(**SMALL), paused=True)
    app = visit(run="recorded-cifar10-bar-0")
    assert app.selectbox[0].options[0].startswith(f"{own} · tiny · "), "a run without an epoch is offered to its own session alone"
    assert app.text[0].value.startswith("recorded-shapes-gru "), "what came with the lab, whoever has trained what"
    again(app.selectbox[0].set_value(own))
    assert app.text[0].value == f"{own} 0" and app.caption[0].value == "Epoch 1"
    app = visit(run=waiting)
    assert app.selectbox[0].options[0].startswith(f"{waiting} · tiny · no epoch yet") and app.text[0].value == f"{waiting} has no epoch"
    lab.stop(waiting)


def test_every_recorded_run_can_be_chosen_and_the_published_one_where_no_weights_are_needed():
    recorded = [f"recorded-{name}" for name in recorded_names() if recorded_run(name).kind == "images"]
    assert 0 < len(recorded) < len(recorded_names())
    assert [*feed.known_runs()] == recorded
    assert [*feed.known_runs(published=True)] == [*recorded, "published-hand-in"]


def test_a_page_follows_a_run_to_its_next_epoch(lab, monkeypatch):
    """The fragment that ticks reruns the page when an epoch has come, and not before."""
    asked = []
    monkeypatch.setattr(feed.st, "rerun", lambda: asked.append(1))
    monkeypatch.setattr(feed.st, "fragment", lambda look, run_every: look)
    run = dataclasses.replace(recorded_run("shapes-gru"), run_id="one", status="running")
    now = run
    monkeypatch.setattr(services, "run", lambda run_id: now)
    feed.follow(run)
    assert asked == []
    now = dataclasses.replace(run, epochs=run.epochs[:-1])
    feed.follow(run)
    assert asked == [1]
    now = dataclasses.replace(run, status="finished")
    feed.follow(run)
    assert asked == [1, 1]
    feed.follow(now)  # it has ended: nothing to follow
    assert asked == [1, 1]
