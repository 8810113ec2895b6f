"""The page GRU against transformer, and the panel on long inputs, as a student goes through them, without a browser."""

import csv
import time
from base64 import b64decode
from io import StringIO

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data.seq_tasks import SEQ_TASKS
from core.errors import LabError, StoreError
from core.evaluation.sequences.contests import CONTENDERS, POSITIONS, contender, with_positions
from core.evaluation.sequences.lengths import length_curve
from core.evaluation.sequences.long_inputs import recorded_of
from core.evaluation.sequences.scores import scores
from core.training.config import RunConfig
from dashboard.shell import services
from dashboard.training import background, contest
from pages.versus.lookups import proof
from tests.pages.support import messages_to, open_page, press, run, shown_code, texts

TITLES = {name: row.title for name, row in CONTENDERS.items()}


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Few pairs, two epochs: so that a training takes seconds. Nothing that is recorded is changed."""
    monkeypatch.setattr("core.data.sequences.SIZES", {"train": 300, "val": 40, "test": 40})
    monkeypatch.setattr("core.evaluation.sequences.scores.PER_LENGTH", 5)
    monkeypatch.setattr(background, "_lessons", {})


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr("core.evaluation.sequences.contests._epochs", lambda task: 2)


def chart(app, title):
    """The last message of the chart with this title: its lines by name, and the rest of it."""
    sent = messages_to(app, "dashboard/training/time_chart")
    found = next(data for data in sent if data["title"].startswith(title))
    return {line["name"]: np.frombuffer(b64decode(line["values"]), "<f8") for line in found["lines"]}, found


def table(app, part="gives up at"):
    return next(h.proto.body for h in app.get("html") if part in h.proto.body)


def until(app, done, seconds=120):
    """Run the page again, as its fragment does, until this holds."""
    deadline = time.monotonic() + seconds
    while not done(app):
        assert time.monotonic() < deadline, texts(app)
        time.sleep(0.2)
        run(app)
    return app


def test_it_opens_on_recorded_runs_with_the_bottleneck_in_sight():
    app = open_page("versus")
    lines, sent = chart(app, "Exact match by length")
    assert list(lines) == [*TITLES.values()] and sent["shade"] == [2, 12, "lengths that were trained"]
    for name, title in TITLES.items():
        curve = recorded_of(contender(name, "reverse")).found.curve
        assert lines[title].tolist() == [right / n for right, n in zip(curve.right, curve.n, strict=True)]
        assert sent["counts"] == [*curve.n]
    at = 9 - 2
    assert lines[TITLES["fixed"]][at] < 0.5 < 0.95 < min(lines[TITLES["attention"]][at], lines[TITLES["transformer"]][at])
    assert "The fixed vector gives up at 9 letters, though it was trained to 12" in texts(app)
    assert "Recorded: cpu" in texts(app) and "python -m core runs lengths RUN" in texts(app)
    assert "moves its logits by 0, noise for its vector of 48 numbers" in texts(app) and "**passed**" in texts(app)
    assert dict(app.query_params) == {} and not app.warning and not app.error
    assert app.button(key="versus_train").label == "Train all 3 here"
    for cell in ("26,893", "33,805", "24,317", "942", "9 letters", "13 letters", "not reached"):
        assert cell in table(app)


def test_curves_by_epoch_are_those_of_the_runs():
    app = open_page("versus")
    for title, words, field in (("Exact match on", "exact", 3), ("Loss on", "loss", 2)):
        run(app.segmented_control(key="versus_show").set_value(words))
        lines, _ = chart(app, title)
        for name, of in TITLES.items():
            assert lines[of].tolist() == [epoch[field] for epoch in recorded_of(contender(name, "reverse")).epochs]
    assert dict(app.query_params) == {"show": "loss"}


def test_a_smaller_vector_is_a_narrower_bottleneck_and_a_link_says_so():
    app = open_page("versus", H="16", seed="0")
    assert "gives up at 6 letters" in texts(app) and dict(app.query_params) == {"H": "16"}
    run(app.select_slider(key="versus_H").set_value(192))
    assert "gives up at 12 letters" in texts(app)
    link, code = shown_code(app)
    assert link.endswith("?H=192")
    assert code.splitlines() == [contender(name, "reverse", hidden=192).command() for name in CONTENDERS]


def test_seeds_stand_side_by_side():
    app = open_page("versus", seed="2")
    assert table(app, "seed 2").count("not trained") == 0 and "3 seeds say little about a small difference" in texts(app)
    lines, _ = chart(app, "Exact match by length")
    curve = recorded_of(contender("fixed", "reverse", seed=2)).found.curve
    assert lines[TITLES["fixed"]].tolist() == [right / n for right, n in zip(curve.right, curve.n, strict=True)]


def test_predict_then_reveal():
    app = open_page("versus")
    run(app.radio(key="versus_predict-choice").set_value("5 to 8"))
    press(app, "versus_predict-reveal")
    assert "The answer is: 9 to 12." in texts(app) and "H = 16: 6 letters · H = 48: 9 letters" in texts(app)


def test_what_is_missing_is_trained_and_measured_live(short):
    app = open_page("versus", task="addition")
    assert "Nobody has trained these three on “Addition” yet" in texts(app)
    assert "drawn at random" in texts(app)
    press(app, "versus_train")
    assert "in the queue" in texts(app) or "epoch" in texts(app)
    assert {run.config["model"] for run in services.manager().runs()} == {row.model for row in CONTENDERS.values()}
    until(app, lambda app: table(app).count(", finished</td>") == 3 and "–" not in table(app))
    lines, sent = chart(app, "Exact match by length")
    assert list(lines) == [*TITLES.values()] and sent["x"] == "length of the input (digits)" and sent["shade"][:2] == [1, 3]
    for name, title in TITLES.items():
        found = next(r for r in services.manager().runs() if r.config["model"] == CONTENDERS[name].model)
        curve = length_curve(scores(services.manager(), found.run_id, found.best_epoch, "by length"))
        assert lines[title].tolist() == pytest.approx([right / n for right, n in zip(curve.right, curve.n, strict=True)])
    assert app.button(key="versus_train").disabled and "drawn at random" not in texts(app) and not app.error
    learned, _ = chart(app, "Exact match on")
    assert all(np.isfinite(values).sum() == 2 for values in learned.values())
    (rows,) = [list(csv.DictReader(StringIO(body))) for body in [csv_of(app)]]
    assert {row["model"] for row in rows} == {*TITLES.values()} and {row["length"] for row in rows} == {*"123456"}


def csv_of(app):
    from core.evaluation.sequences.lengths import lengths_rows
    from core.frames import rows_csv

    return rows_csv(lengths_rows({one.title: one.curve for one in app.session_state["versus_compared"][1].values()}))


def test_training_can_be_stopped_and_resumed(monkeypatch):
    monkeypatch.setattr("core.evaluation.sequences.contests._epochs", lambda task: 900)
    app = press(open_page("versus", task="roman"), "versus_train")
    until(app, lambda app: any(row.epochs_done for row in services.manager().runs()))
    press(app, "versus_pause")
    until(app, lambda app: any(row.status == "paused" for row in services.manager().runs()))
    press(app, "versus_stop")
    until(app, lambda app: all(row.status == "stopped" for row in services.manager().runs()))
    until(app, lambda app: "stopped" in table(app) and any(button.key == "versus_resume" for button in app.button))  # all have come to rest
    press(app, "versus_resume")
    assert any(row.status != "stopped" for row in services.manager().runs())
    press(app, "versus_stop")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"task": "revers"}, "revers"),
        ({"H": "47"}, "47"),
        ({"seed": "nine"}, "nine"),
        ({"run": "nobody-123"}, "nobody-123"),
        ({"run": "recorded-shapes-gru"}, "classifies images. This page compares runs of a task on sequences"),
    ],
)
def test_a_link_that_cannot_be_followed_is_explained(query, words):
    app = open_page("versus", **query)
    assert any(words in warning.value for warning in app.warning)
    assert "gives up at 9 letters" in texts(app) and not app.error


def test_a_run_of_another_task_opens_its_task():
    app = open_page("versus", run="recorded-dates-transformer")
    assert app.selectbox(key="versus_task").value == "dates"
    assert any("it does not open recorded-dates-transformer (Transformer) itself, but its task" in w.value for w in app.warning)


def test_weights_that_are_gone_are_explained_in_place(short, monkeypatch):
    app = press(open_page("versus", task="addition"), "versus_train")

    def gone(*_, **__):
        raise StoreError("Run x keeps no weights of epoch 2: choose one of the kept epochs.")

    monkeypatch.setattr("dashboard.training.contest.long_inputs", gone)
    until(app, lambda app: len(app.error) == 3)
    assert all("keeps no weights of epoch 2" in error.value for error in app.error)


def test_what_ended_because_nobody_looked_is_measured_again(short, monkeypatch):
    measure, asked = contest.long_inputs, []

    def unseen_at_first(manager, run_id, epoch):
        asked.append(run_id)
        if asked.count(run_id) == 1:
            raise LabError(background.NOBODY)
        return measure(manager, run_id, epoch)

    monkeypatch.setattr("dashboard.training.contest.long_inputs", unseen_at_first)
    app = press(open_page("versus", task="addition"), "versus_train")
    until(app, lambda app: len(asked) == 6)
    assert sorted(map(asked.count, {*asked})) == [2, 2, 2] and not app.error


def test_a_training_that_fails_is_explained_and_can_be_tried_again(short, monkeypatch):
    def broken(*_, **__):
        raise StoreError("The disk is full: free some space.")

    monkeypatch.setattr("core.training.runs.worker.build_model", broken)
    app = press(open_page("versus", task="addition"), "versus_train")
    until(app, lambda app: len(app.error) == 3)
    assert "The disk is full" in texts(app) and app.button(key="versus_train").label == "Train all 3"


@pytest.mark.parametrize("task", SEQ_TASKS)
def test_every_task_can_be_chosen(task):
    app = open_page("versus", task=task)
    assert app.selectbox(key="versus_task").value == task and not app.error and not app.warning


# ---- the panel on long inputs ----


def panel(task):
    import streamlit as st

    from pages.translate.long_inputs import active, breaking_panel

    breaking_panel(task)
    st.session_state["said"] = active()


def open_panel(task="reverse"):
    return run(AppTest.from_function(panel, kwargs={"task": task}, default_timeout=60))


def test_the_panel_opens_on_recorded_lines_for_each_kind():
    app = open_panel()
    lines, sent = chart(app, "Exact match by length of the input: Reverse")
    assert len(lines) == 4 and sent["shade"] == [2, 12, "lengths that were trained"] and not app.session_state["said"]
    for kind, values in zip(POSITIONS, lines.values(), strict=True):
        curve = recorded_of(with_positions(kind, "reverse")).found.curve
        assert values.tolist() == [right / n for right, n in zip(curve.right, curve.n, strict=True)]
    assert "have moved by exactly 0 since the start" in texts(app) and "It reads a bag" in texts(app)
    assert "This task asks for the order" in texts(app) and "Recorded: cpu" in texts(app)
    run(app.segmented_control(key="translate_long_task").set_value("sort"))
    assert "For this task the order does not matter" in texts(app)


def test_the_panel_shows_another_task_where_the_pages_own_has_no_longer_inputs():
    app = open_panel("dates")
    assert app.segmented_control(key="translate_long_task").options == ["Reverse", "Copy", "Sort"]
    app = open_panel("addition")
    assert app.segmented_control(key="translate_long_task").value == "reverse"
    run(app.segmented_control(key="translate_long_task").set_value("addition"))
    assert "Nobody has trained these four on “Addition” yet" in texts(app)


def test_the_panel_trains_the_four(short):
    app = open_panel("addition")
    run(app.segmented_control(key="translate_long_task").set_value("addition"))
    press(app, "breaking_train")
    run(app)
    assert app.session_state["said"] and {r.config["positions"] for r in services.manager().runs()} == {*POSITIONS}
    until(app, lambda app: not app.session_state["said"])
    run(app)  # as the page does when it hears of the end: the last may have ended between the drawing and the question
    lines, _ = chart(app, "Exact match by length of the input: Addition")
    assert all(np.isfinite(values).all() for values in lines.values())
    assert "have moved by exactly 0 since the start" in texts(app) and not app.error
    assert RunConfig.of(**services.manager().runs()[0].config).dataset == "addition"


def test_a_run_that_has_gone_meanwhile_is_explained():
    with pytest.raises(StoreError, match="gru-gone is not there any more"):
        proof("reverse", "fixed", "gru-gone", 1, 48)
