"""The choice of a run and an epoch, as a page that looks inside a run asks for it."""

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from core.records.recorded import recorded_names, recorded_run
from core.training.config import RunConfig
from dashboard.runs import choose
from dashboard.shell import services
from tests.support import SMALL, ended, wait_for

pytestmark = pytest.mark.usefixtures("own_lab")


def page():
    import streamlit as st

    from dashboard.runs.choose import Wanted, choose_epoch, choose_run, run_link
    from dashboard.shell import services, state

    wanted = Wanted(lambda config: config["model"] in ("gru", "vit"), "is none for this page.", weights=False)
    run = services.run(choose_run("page", wanted).run_id)
    if run.epochs:
        epoch = choose_epoch(run, [record.epoch for record in run.epochs])
        state.write_page(run_link(run, epoch))
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
    assert "cifar10-hand-in-0" in offered and "cifar10-bar-0" not in offered  # it has another model


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


def test_own_runs_come_first_and_a_run_of_another_model_gives_way(own_lab):
    own = own_lab.submit(RunConfig.of(**{**SMALL, "epochs": 1}))
    wait_for(own_lab, own, ended)
    waiting = own_lab.submit(RunConfig.of(**SMALL), paused=True)
    app = visit(run="recorded-cifar10-bar-0")
    assert app.selectbox[0].options[0].endswith(f"% · {own}"), "a run without an epoch is offered to its own session alone"
    assert app.text[0].value.startswith("recorded-shapes-gru "), "what came with the lab, whoever has trained what"
    assert app.warning[0].value.startswith("Run recorded-cifar10-bar-0 (") and app.warning[0].value.endswith(") is none for this page.")
    again(app.selectbox[0].set_value(own))
    assert app.text[0].value == f"{own} 0" and app.caption[0].value == "Epoch 1" and not app.warning
    app = visit(run=waiting)
    assert app.selectbox[0].options[0].endswith(f", – · {waiting}") and app.text[0].value == f"{waiting} has no epoch"
    own_lab.stop(waiting)


def test_every_recorded_run_can_be_chosen_and_the_published_one_where_no_weights_are_needed():
    recorded = [f"recorded-{name}" for name in recorded_names() if recorded_run(name).kind == "images"]
    assert 0 < len(recorded) < len(recorded_names())
    assert [*choose.begun_runs()] == recorded
    assert [*choose.begun_runs(published=True)] == [*recorded, "published-hand-in"]


def test_a_page_follows_a_run_to_its_next_epoch(own_lab, monkeypatch):
    """The fragment that ticks reruns the page when an epoch has come, and not before."""
    asked = []
    monkeypatch.setattr(choose.st, "rerun", lambda: asked.append(1))
    monkeypatch.setattr(choose.st, "fragment", lambda look, run_every: look)
    run = dataclasses.replace(recorded_run("shapes-gru"), run_id="one", status="running")
    now = run
    monkeypatch.setattr(services, "run", lambda run_id: now)
    choose.follow(run)
    assert asked == []
    now = dataclasses.replace(run, epochs=run.epochs[:-1])
    choose.follow(run)
    assert asked == [1]
    now = dataclasses.replace(run, status="finished")
    choose.follow(run)
    assert asked == [1, 1]
    choose.follow(now)  # it has ended: nothing to follow
    assert asked == [1, 1]


def page_of_several():
    import streamlit as st

    from dashboard.runs.choose import Wanted, choose_runs, several
    from dashboard.shell import state
    from dashboard.shell.choices import links

    first = ("recorded-shapes-gru",)
    choice = several("page", first)
    wanted = Wanted(lambda config: config["model"] in ("gru", "vit"), "is none for this page.")
    runs = choose_runs(choice, wanted, "Runs", first=first, most=2, help="Two.")
    state.write_page(links(choice))
    st.text(" ".join(run.run_id for run in runs))


def visit_several(runs=""):
    app = AppTest.from_function(page_of_several, default_timeout=60)
    if runs:
        app.query_params["runs"] = runs
    return again(app)


VIT = "recorded-shapes-vit"


@pytest.mark.parametrize("between", [".", ","])
def test_several_runs_of_a_link_are_read_with_points_and_as_older_links_have_them(between):
    app = visit_several(f"{VIT}{between}recorded-shapes-gru{between}recorded-cifar10-hand-in-0")
    assert app.text[0].value == f"{VIT} recorded-shapes-gru" and not app.warning  # at most two
    assert dict(app.query_params) == {"runs": f"{VIT}.recorded-shapes-gru"}
    again(app.multiselect[0].set_value(["recorded-shapes-gru"]))
    assert dict(app.query_params) == {}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("nobody", "There is no run nobody here (any more): choose another one."),
        ("recorded-cifar10-compare-cnn-0", "Run recorded-cifar10-compare-cnn-0 (CNN) is none for this page."),
        ("published-hand-in", "Run published-hand-in keeps no weights (any more): choose another run, or train it again."),
        ("recorded-dates-transformer", "Run recorded-dates-transformer (Transformer) is of another kind"),
    ],
)
def test_one_of_several_that_cannot_be_shown_is_explained_until_others_are_chosen(asked, sentence):
    app = visit_several(f"{asked}.{VIT}")
    assert app.text[0].value == VIT and app.warning[0].value.replace("\\", "").startswith(sentence)
    assert again(app).warning, "it stays"
    assert not again(app.multiselect[0].set_value([VIT, "recorded-shapes-gru"])).warning
