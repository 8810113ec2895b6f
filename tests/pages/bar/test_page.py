"""The page "What passes the bar?" as a student and an instructor go through it, without a browser."""

import re
from statistics import mean

import pytest
import streamlit as st

from core.records.results import gain_in_words, result, road
from core.training.config import RunConfig
from core.training.presets import CONTROL, ROAD
from dashboard.shell import services
from pages.bar import panels as climb
from pages.bar.controls import rungs_shown
from tests.pages.support import open_page, press, run, texts
from tests.support import SMALL, ended, wait_for


def open_bar(**query):
    return open_page("bar", **query)


def road_of(app):
    """The table of the road, the first HTML after the style sheet that has one."""
    return next(e.proto.body for e in app.get("html") if "lab-road" in e.proto.body)


def figures(app):
    """What the road shows as validation accuracy, a line a step; "?" where it is hidden."""
    return re.findall(r"</div></td><td[^>]*>(?:<b>)?([^<]+)", road_of(app))


def test_it_opens_on_the_hand_in_and_hides_what_comes():
    app = open_bar()
    found = figures(app)
    assert found == [f"{100 * mean(road()[0].result.val_top1):.1f}", *["?"] * (len(ROAD) - 1)]
    assert ROAD[0].lesson in texts(app) and f"Next: {ROAD[1].title}" in texts(app)
    assert app.button(key="bar_reveal").disabled
    assert "**passed**" in texts(app)


@pytest.mark.parametrize("right", [True, False])
def test_predict_then_reveal(right):
    app = open_bar()
    step = road()[1]
    answer = gain_in_words(step.gain)
    choices = app.radio(key="bar_guess-road-mean").options
    guess = answer if right else next(choice for choice in choices if choice != answer)
    run(app.radio(key="bar_guess-road-mean").set_value(guess))
    press(app, "bar_reveal")
    assert figures(app).count("?") == len(ROAD) - 2
    told = " ".join(e.value for e in (*app.success, *app.info))
    assert ("Correct. " in told) == right and (f"Not quite: you said “{guess}”." in told) != right
    assert step.rung.lesson in told and f"Next: {ROAD[2].title}" in texts(app)
    assert app.query_params["rung"] == "2"


def test_an_instructor_shows_all_and_starts_over():
    app = open_bar()
    press(app, "bar_all")
    assert "?" not in figures(app) and ROAD[-1].lesson in texts(app)
    assert "bar_all" not in [button.key for button in app.button]
    press(app, "bar_none")
    assert figures(app).count("?") == len(ROAD) - 1 and "you said" not in texts(app)


def test_the_control_is_shown_at_the_end():
    reached = mean(result("road-control").val_top1)
    app = open_bar()
    assert CONTROL.title not in road_of(app), "not before the last step is guessed"
    press(app, "bar_all")
    assert CONTROL.title in road_of(app) and figures(app)[-1] == f"{100 * reached:.1f}"
    lacking = mean(road()[-1].result.val_top1) - reached
    assert f"**{CONTROL.title}: {100 * reached:.1f} %**, {100 * lacking:.1f} points below the last step" in texts(app)


def test_a_link_opens_the_road_at_its_step_and_a_bad_one_is_explained():
    assert figures(open_bar(rung="3")).count("?") == len(ROAD) - 3
    app = open_bar(rung="many")
    assert figures(app).count("?") == len(ROAD) - 1 and "The link's rung cannot be used" in texts(app)


@pytest.mark.parametrize(("text", "shown"), [("3", 3), ("0", 1), ("99", len(ROAD)), ("many", 1), ("-2", 1), ("9" * 5000, 1), ("²", 1)])
def test_so_many_steps_a_link_uncovers(monkeypatch, text, shown):
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", {"rung": text})
    assert rungs_shown(len(ROAD)) == shown


def test_the_address_keeps_what_else_a_link_says():
    app = open_bar(rung="99", dataset="tiny")
    assert dict(app.query_params) == {"rung": str(len(ROAD)), "dataset": "tiny"}


def test_all_steps_can_be_uncovered_after_a_link_beyond_the_end():
    app = open_bar(rung="99")
    press(app, "bar_none")
    assert figures(app).count("?") == len(ROAD) - 1


@pytest.mark.parametrize("like", [True, False])
def test_a_step_is_trained_over_the_recorded_curve_of_like_images(monkeypatch, like):
    laid_under = []
    monkeypatch.setattr(climb, "chart_panel", laid_under.append)
    monkeypatch.setattr(climb, "same_images", lambda *_: like)
    app = open_bar(dataset="tiny", rung="2")
    run(app.selectbox(key="bar_step").set_value(1))
    press(app, "play")
    manager = services.manager()
    (run_id,) = manager.store.ids()
    config = RunConfig.of(**manager.snapshot(run_id).config)
    assert config == RunConfig.of(preset="road-mean", dataset="tiny")
    wait_for(manager, run_id, lambda snapshot: snapshot.sizes)
    press(app, "stop")
    wait_for(manager, run_id, ended)
    recorded = road()[1].result.runs[0]
    epochs = [(e["val_loss"], e["val_top1"]) for e in (record.to_dict() for record in recorded.epochs)] if like else None
    found = laid_under[-1] and [tuple(row[3:]) for row in laid_under[-1]["epochs"]]
    assert found == (epochs and [(pytest.approx(loss, rel=1e-4), pytest.approx(top1, rel=1e-4)) for loss, top1 in epochs])


def test_own_runs_are_rings_on_their_step_once_it_is_shown(monkeypatch):
    monkeypatch.setattr(climb, "same_images", lambda *_: True)
    monkeypatch.setattr(climb, "preset_set_up", lambda preset: climb.set_up(own.flat()) if preset == "road-mean" else None)
    own = RunConfig.of(**{**SMALL, "epochs": 1})
    manager = services.manager()
    snapshot = wait_for(manager, manager.submit(own), ended)
    assert 'class="own"' not in road_of(open_bar())
    html = road_of(open_bar(rung="2"))
    assert html.count('class="own"') == 1 and f'title="your run: {100 * snapshot.best.val_top1:.1f} %"' in html
    assert "Rings are your runs" in html


def test_both_ways_of_reading_are_timed_here(monkeypatch):
    from core.probes.recurrence import paths

    monkeypatch.setattr(paths, "reading_times", lambda side: (0.3, 0.1))
    app = open_bar()
    press(app, "bar_time_sweeps")
    assert "**300 ms** as one sequence and **100 ms** as 16 sequences of 16. That is 3.0 times as fast" in texts(app)
    run(app.select_slider(key="bar_side").set_value(8))
    assert "300 ms" not in texts(app)


def test_the_claim_gives_the_sweeps_no_more_than_they_bring():
    said = texts(open_bar())
    assert "with a better recipe than the steps before" in said and "one long sequence stays below it with the same recipe" in said
    assert max(result("road-control").val_top1) < 0.8 <= min(result("bar").val_top1), "else the claim is another one"


def test_a_step_names_all_that_it_changes():
    said = texts(open_bar(rung="8"))
    assert len(ROAD[-1].changes) == 8
    for name, value in ROAD[-1].changes.items():
        assert f"{name} = {value}" in said


def test_the_proof_says_how_sure_its_share_is():
    assert re.search(r"of n = 5,000 validation images correctly \(95 %: 8\d\.\d\d % to 8\d\.\d\d %\)", texts(open_page("bar")))
