"""The page Memory as a student goes through it, without a browser."""

import time
from base64 import b64decode

import numpy as np
import pytest

from core.errors import TrainingError
from core.probes.memory import recall
from core.probes.memory.gradient_flow import FlowSetup, gradient_flow
from core.records.recall import COMMAND, recorded_lesson
from core.training.runs.manager import RunManager
from dashboard.training import background
from dashboard.training.time_chart import Line
from pages.memory import flow as memory
from pages.memory import lessons as memory_recall
from pages.memory import runs as memory_runs
from pages.memory.view import columns_csv
from tests.pages.support import open_page, press, run, shown_code, texts

RNN, LSTM, GRU = (f"recorded-cifar10-compare-{kind}-0" for kind in ("rnn", "lstm", "gru"))
SHAPES = "recorded-shapes-gru"  # reads one way: the quickest


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """What the browser was sent last, by key."""
    found = {}
    monkeypatch.setattr(background, "_lessons", {})
    for module in (memory, memory_runs, memory_recall):
        monkeypatch.setattr(module, "time_chart", lambda data, key: found.__setitem__(key, data))
    monkeypatch.setattr(memory_runs, "influence_board", lambda data, key: found.__setitem__(key, data))
    return found


def open_memory(**query):
    return open_page("memory", **{"runs": SHAPES, **query})


def values(chart, which):
    return np.frombuffer(b64decode(chart["lines"][which]["values"]), "<f8")


def until(app, words, seconds=120):
    """Run the page again, as its fragment does, until it says this."""
    deadline = time.monotonic() + seconds
    while words not in texts(app):
        assert time.monotonic() < deadline, texts(app)
        time.sleep(0.1)
        run(app)


def test_it_opens_on_the_claim_with_its_proof_and_three_trained_runs(sent):
    app = open_page("memory")
    setup = FlowSetup(bias=3)
    assert values(sent["memory_flow"], 0) == pytest.approx(gradient_flow("rnn", setup).state)
    assert values(sent["memory_flow"], 1) == pytest.approx(gradient_flow("lstm", setup).state)
    assert "the gated cells do not" in texts(app) and "180 steps forward and back" in texts(app)
    trained = sent["memory_trained"]
    assert [line["name"] for line in trained["lines"]] == [name.removeprefix("recorded-") for name in (RNN, LSTM, GRU)]
    rnn, lstm, gru = (values(trained, which)[0] for which in range(3))
    assert rnn < 1e-8 < 1e-3 < min(lstm, gru)  # the claim, in runs that were trained
    cards = sent["memory_influence"]["cards"]
    assert [card["tokens"] for card in cards] == [64, 64, 64]
    assert cards[0]["reach"][-1] < cards[1]["reach"][-1]
    assert texts(app).count("**passed**") == 2 and "not passed" not in texts(app)
    assert dict(app.query_params) == {} and not app.warning


def test_sliders_change_the_picture_and_the_link(sent):
    app = open_memory(length="30", radius="1.5", units="8")
    run(app.select_slider(key="memory_bias").set_value(0.0))
    setup = FlowSetup(length=30, radius=1.5, bias=0, units=8)
    assert values(sent["memory_flow"], 3) == pytest.approx(gradient_flow("gru", setup).state)
    link, _ = shown_code(app)
    for part in ("length=30", "radius=1.5", "bias=0", "units=8", f"runs={SHAPES}"):
        assert part in link


def test_predict_then_reveal():
    app = open_memory()
    run(app.radio(key="memory_predict-choice").set_value("LSTM"))
    press(app, "memory_predict-reveal")
    assert "The answer is: plain RNN." in texts(app) and "half open" in texts(app)


def test_for_every_radius_and_bias(sent):
    app = open_memory(length="10")
    app.session_state["memory_sweep"] = True
    run(app)
    by_bias = sent["memory_by_forget-gate"]
    assert values(by_bias, 1)[-1] == pytest.approx(gradient_flow("lstm", FlowSetup(length=10, bias=6)).arrives)
    assert len(set(values(by_bias, 0))) == 1  # a plain RNN has no gate


def test_the_loss_reads_the_last_state_or_what_it_was_trained_with(sent):
    app = open_memory(runs=RNN)
    last = values(sent["memory_trained"], 0)
    run(app.selectbox(key="memory_loss").set_value("trained"))
    mean = values(sent["memory_trained"], 0)
    assert last[0] < 1e-8 < 0.1 < mean[0]  # read by the mean, every state has a way of its own
    run(app.selectbox(key="memory_weights").set_value("first"))
    assert "epoch 1 ·" in sent["memory_influence"]["cards"][0]["told"]
    assert dict(app.query_params)["loss"] in ("trained", ["trained"])


def test_it_opens_on_a_recorded_lesson_and_on_one_sequence_of_the_task(sent):
    app = open_memory()
    assert "Recorded · 20 symbols" in texts(app) and COMMAND in texts(app)
    assert any("One sequence:" in element.proto.body for element in app.get("html"))
    assert values(sent["memory_learned"], 2) == pytest.approx(recorded_lesson().recalled.right["gru"])
    assert values(sent["memory_back"], 0) == pytest.approx(recorded_lesson().recalled.by_distance["rnn"])
    assert "LSTM 100.0 %: recalls every distance, 0 to 19" in texts(app) and "no better than chance at any distance" in texts(app)


def test_three_cells_learn_while_the_page_is_looked_at(sent, monkeypatch):
    monkeypatch.setattr(recall.RecallLesson, "run", _short(40))
    app = open_memory(far="3", units="8")
    press(app, "memory_train")
    until(app, "Trained: 40 steps")
    assert [line["name"] for line in sent["memory_learned"]["lines"]] == ["plain RNN", "LSTM", "GRU"]
    assert len(values(sent["memory_learned"], 0)) == 3 and len(values(sent["memory_back"], 2)) == 3
    assert "3 symbols, radius 1, forget-gate bias 3, H = 8" in texts(app) and "Recorded ·" not in texts(app)


def _short(steps):
    run_all = recall.RecallLesson.run
    return lambda self: run_all(self, steps)


def test_a_lesson_that_fails_says_why(monkeypatch):
    def broken(self):
        yield 1
        raise TrainingError("The loss of the RNN is not a finite number any more: choose a smaller learning rate.")

    monkeypatch.setattr(recall.RecallLesson, "run", broken)
    app = open_memory(far="2")
    press(app, "memory_train")
    until(app, "choose a smaller learning rate")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"length": "🙂", "bias": "1e308", "radius": "nan"}, "bias = 1e308 cannot be shown here: choose -4 to 8. This is 3."),
        ({"length": "1", "units": "1", "far": "1"}, "A sequence of one step has nothing to forget"),
        ({"length": "1"}, "A sequence of one step has nothing to forget"),
        ({"units": "1", "length": "5"}, "H = 1"),
        ({"length": "200", "radius": "3"}, "**Exploding**"),
        ({"runs": "recorded-cifar10-compare-vit-0"}, "compare-vit-0 (ViT) carries no hidden state from patch to patch"),
        ({"runs": "gone"}, "There is no run gone here (any more)"),
        ({"loss": "?", "weights": "?", "far": "x", "rate": "9"}, "What reaches patch 1"),
    ],
)
def test_what_cannot_be_is_said(query, sentence):
    app = open_memory(**query)
    assert sentence in texts(app)


def test_a_run_whose_weights_are_missing_is_said_and_the_others_are_shown(sent, monkeypatch):
    kept = RunManager.kept_weights
    monkeypatch.setattr(RunManager, "kept_weights", lambda manager, run_id: {} if run_id == RNN else kept(manager, run_id))
    app = open_memory(runs=f"{RNN}.{SHAPES}")
    assert f"Run {RNN} keeps no weights" in texts(app)
    first, second = sent["memory_influence"]["cards"]
    assert "keeps no weights" in first["problem"] and not second["problem"]
    assert len(sent["memory_trained"]["lines"]) == 1


def test_no_run_at_all_leaves_the_page_whole(sent):
    app = open_memory()
    run(app.multiselect(key="memory_runs").set_value([]))
    assert sent["memory_influence"]["cards"] == []
    assert "This is" not in texts(app)


def test_lines_of_runs_that_read_fewer_patches_end_earlier_on_the_chart_and_in_the_table():
    short, long = memory_runs.padded([Line("a", "run", np.array([1.0, 2.0])), Line("b", "wrong", np.arange(3.0), "7 4")])
    assert short.values[:2].tolist() == [1, 2] and np.isnan(short.values[2]) and long.values.tolist() == [0, 1, 2] and long.dash == "7 4"
    assert columns_csv("t", range(1, 4), {"a": short.values, "b": long.values}).splitlines()[-1] == "3,,2"
