"""The Compare page as a user goes through it, without a browser."""

import json
import re

import pytest

from core.evaluation.pairs import best_interval, verdict
from core.records.recorded import recorded_run
from core.training.config import RunConfig
from dashboard.runs.lines import board_runs
from dashboard.shell import services
from pages.compare import panels as comparing
from pages.compare.controls import MOST_SELECTED, RUNS
from pages.compare.lookups import board_message
from pages.compare.view import verdict_words
from tests.pages.support import components, open_page, press, run, shown_code, texts
from tests.support import SMALL, ended, wait_for

BOARD = "pages/compare/board"
GRU, VIT = (f"recorded-cifar10-compare-{model}-0" for model in ("gru", "vit"))


def open_compare(**query):
    return open_page("compare", **query)


def trained(count=2, owner="", **values):
    manager = services.manager()
    ids = [manager.submit(RunConfig.of(**{**SMALL, "epochs": 2, "seed": seed, **values}), owner=owner) for seed in range(count)]
    return [wait_for(manager, run_id, ended) for run_id in ids]


def board(app):
    """The message of the board: its head and its runs."""
    (made,) = components(app, BOARD)
    head, *lines = [json.loads(line) for line in made.bytes.decode().split("\n")]
    return head, lines


def html(app):
    return " ".join(e.proto.body for e in app.get("html"))


def said(app):
    return " ".join(e.value for e in (*app.success, *app.info))


def test_the_first_visit_compares_two_recorded_runs():
    app = open_compare()
    head, lines = board(app)
    assert head["view"]["runs"] == f"{GRU},{VIT}"
    assert {GRU, VIT, "recorded-shapes-gru", "published-hand-in"} <= {line["id"] for line in lines}
    assert "validation 61.2 % (" in texts(app) and dict(app.query_params) == {"runs": f"{GRU}.{VIT}"}
    assert "num_heads" in html(app) and app.button(key="compare_reveal").disabled


@pytest.mark.parametrize("right", [True, False])
def test_predict_then_reveal(right):
    app = open_compare()
    found = verdict(services.manager(), recorded_run("cifar10-compare-gru-0"), recorded_run("cifar10-compare-vit-0"))
    answer = {"a": "A", "b": "B", "": comparing.CHANCE}[found.better]
    guess = answer if right else next(choice for choice in app.radio[0].options if choice != answer)
    run(app.radio[0].set_value(guess))
    press(app, "compare_reveal")
    assert ("Correct." in said(app)) == right and (f"Not quite: you said “{guess}”." in said(app)) != right
    assert verdict_words(found) in said(app) and "did not come with the lab" in said(app)
    assert "**passed**" in texts(app) and "seeds of preset" in texts(app)
    assert "lab-pair-axis b" in html(run(app)), "what was revealed stays"


def test_what_others_train_does_not_change_what_the_page_opens_on(monkeypatch):
    a, b = trained(owner="somebody")
    assert board(open_compare())[0]["view"]["runs"] == f"{GRU},{VIT}"
    monkeypatch.setattr(comparing.visitor, "owner", lambda: "somebody")
    assert board(open_compare())[0]["view"]["runs"] == f"{b.run_id},{a.run_id}", "one's own two newest"


def test_own_runs_are_compared_image_by_image():
    a, b = trained()
    app = open_compare(runs=f"{b.run_id}.{a.run_id}")
    assert "seed" in html(app) and "One setting differs" in html(app)
    run(app.radio[0].set_value("A"))
    press(app, "compare_reveal")
    found = verdict(services.manager(), b, a)
    assert verdict_words(found) in said(app) and "exact McNemar test" in said(app)
    assert f"<td><b>{found.images.only_a:,}</b></td>" in html(app)


def test_runs_without_checkpoints_are_compared_by_their_matrices():
    a, b = trained()
    for path in services.manager().files(a.run_id).folder.glob("*.safetensors"):
        path.unlink()
    app = open_compare(runs=f"{b.run_id}.{a.run_id}")
    run(app.radio[0].set_value("A"))
    press(app, "compare_reveal")
    assert f"Run {a.run_id} keeps no weights of epoch" in said(app) and "counts as if it had images of its own" in said(app)


def test_runs_on_different_data_are_refused_with_the_reason():
    app = open_compare(runs=f"recorded-shapes-gru.{GRU}")
    run(app.radio[0].set_value("A"))
    press(app, "compare_reveal")
    assert any("their accuracies answer different questions" in e.value for e in app.error)


@pytest.mark.parametrize("query", ["none", "recorded-shapes-gru", "no-such-run", f"{GRU}.no-such-run.{GRU}"])
def test_fewer_than_two_runs_are_no_pair(query):
    app = open_compare(runs=query)
    assert "Select two runs in the table" in said(app) and len(app.radio) == 0


def test_a_run_without_an_epoch_is_on_the_board_and_says_so():
    run_id = services.manager().submit(RunConfig.of(**SMALL), paused=True)
    app = open_compare(runs=f"{run_id}.{GRU}")
    line = next(line for line in board(app)[1] if line["id"] == run_id)
    assert (line["accuracy"], line["rows"], line["kind"]) == (None, [], "own")
    assert "no epoch yet" in texts(app)
    run(app.radio[0].set_value("A"))
    press(app, "compare_reveal")
    assert any("has no complete epoch yet" in e.value for e in app.error)
    services.manager().stop(run_id)


def test_the_board_comes_again_only_when_a_run_has_changed():
    (first,) = trained(1)
    app = open_compare(runs=GRU)
    before = components(app, BOARD)[0].bytes
    assert components(run(app), BOARD)[0].bytes == before
    (second,) = trained(1, hidden_size=9)
    head, lines = board(run(app))
    assert [line["id"] for line in lines[:2]] == [second.run_id, first.run_id]
    assert "hidden_size" in [column["name"] for column in head["columns"]]


def test_every_value_of_the_link_arrives_and_leaves():
    query = {"runs": GRU, "x": "time", "y": "train_loss", "smooth": "0.3", "filter": "gru lr<0.01", "sort": "-parameters", "only": "yes"}
    app = open_compare(**query)
    assert board(app)[0]["view"] == query
    assert dict(app.query_params) == query
    assert "y=train_loss" in shown_code(app)[0]
    assert dict(open_compare(runs=GRU, x="epoch", y="val_top1", smooth="0.6").query_params) == {"runs": GRU}


def test_a_link_with_commas_between_its_runs_is_read_for_ever():
    app = open_compare(runs=f"{VIT},{GRU}")
    assert board(app)[0]["view"]["runs"] == f"{VIT},{GRU}", "as the board itself writes them"
    assert dict(app.query_params) == {"runs": f"{VIT}.{GRU}"}


def test_a_list_of_runs_without_end_is_refused():
    assert (
        RUNS.check.read(".".join(map(str, range(MOST_SELECTED)))) and RUNS.check.read(".".join(map(str, range(MOST_SELECTED + 1)))) is None
    )


def test_a_run_as_a_script():
    app = open_compare()
    app.session_state["compare_script_shown"] = True
    code = run(app).code[0].value
    assert code.startswith('"""GRU on Folder: run ' + GRU) and "nn.GRU(EMBED, HIDDEN" in code
    run(app.selectbox(key="compare_script").set_value(VIT))
    assert "scaled_dot_product_attention" in app.code[0].value


def test_the_page_says_nothing_that_its_data_does_not():
    app = open_compare()
    for name in ("cifar10-compare-gru-0", "cifar10-compare-vit-0"):
        found = best_interval(recorded_run(name))
        assert re.search(rf"{100 * found.value:.1f} % \({100 * found.low:.1f} to {100 * found.high:.1f}\), n = 5,000", texts(app))


def test_the_message_is_made_once_and_anew_for_a_new_epoch():
    runs = board_runs()
    first = board_message(runs, {"x": "time"})
    assert board_message(board_runs(), {"x": "time"}) is first
    head, *lines = [json.loads(line) for line in first.split(b"\n")]
    assert head["view"] == {"x": "time"} and [line["id"] for line in lines] == [run_id for run_id, _ in runs]
    manager = services.manager()
    run_id = manager.submit(RunConfig.of(**{**SMALL, "epochs": 1}))
    wait_for(manager, run_id, ended)
    again = board_runs()
    assert again[0] == (run_id, "finished-1") and again[1:] == runs
    assert json.loads(board_message(again, {}).split(b"\n")[1])["accuracy"] is not None
