"""The Compare page in a real browser: a run in every view without a round trip, filter, order, selection, what is saved, a phone."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from core.frames import harmless
from core.records.published import PUBLISHED_ID, published_run
from core.records.recorded import recorded_names, recorded_run
from tests.benchmarks.board import fill
from tests.driven import frames_sent

pytestmark = pytest.mark.browser
GRU, VIT = (f"recorded-cifar10-compare-{model}-0" for model in ("gru", "vit"))
ROWS = ".run-board-table tbody tr"


@pytest.fixture
def board(address, page):
    open_board(page, f"{address}/compare")
    return page


def open_board(page, address):
    page.goto(address)
    page.wait_for_function("Number(document.querySelector('.run-board')?.dataset.drawn) > 0")
    page.wait_for_selector(ROWS)


def said(page, name):
    return page.evaluate(f"document.querySelector('.run-board').dataset.{name}")


def wait(page, name, value):
    page.wait_for_function(f"document.querySelector('.run-board').dataset.{name} === '{value}'")


def ink(page, figure, layer=1):
    """How many pixels of a figure's layer are not clear."""
    return page.evaluate(
        f"""() => {{
          const canvas = document.querySelectorAll('.run-board-{figure} canvas')[{layer}];
          const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          let found = 0;
          for (let i = 3; i < data.length; i += 4) found += data[i] > 0;
          return found;
        }}"""
    )


def order(page):
    return page.locator(f"{ROWS} th").all_inner_texts()


def test_the_board_opens_on_one_data_set_and_shows_only_what_differs(board):
    alike = [name for name in recorded_names() if recorded_run(name).config["model"] in ("gru", "vit", "lstm", "rnn", "cnn", "renet")]
    on = {f"recorded-{name}" for name in alike if recorded_run(name).config["dataset"] == "folder"} | {"published-hand-in"}
    assert set(order(board)) >= on - {PUBLISHED_ID} and not any(run.startswith("recorded-shapes") for run in order(board))
    assert board.get_by_label("Runs on", exact=True).input_value() == "CIFAR-10"
    heads = board.locator(".run-board-table thead th:visible").all_inner_texts()
    configs = [recorded_run(run.removeprefix("recorded-")).config for run in order(board) if run.startswith("recorded-")]
    assert "data" not in heads and "lr" in heads and "num_heads" not in heads
    assert len({config["num_heads"] for config in configs if "num_heads" in config}) == 1
    titles = board.locator(".run-board h3").all_inner_texts()
    assert len(titles) == 4 and titles[0] == "Curves over the training"


def test_all_runs_are_there_and_all_figures_are_drawn(board):
    board.get_by_label("Runs on", exact=True).select_option("all")
    board.wait_for_function("location.search.includes('on=all')")
    assert sorted(order(board)) == sorted([f"recorded-{name}" for name in recorded_names()] + ["published-hand-in"])
    for figure in ("curves", "scatter", "parallel"):
        assert ink(board, figure, 0) > 1_000 and ink(board, figure) == 0
    assert said(board, "selected") == f"{GRU},{VIT}" and f"A: {GRU}" in board.locator(".run-board-key").inner_text()
    best = recorded_run("cifar10-bar-0").best
    assert f"{100 * best.val_top1:.1f} (" in board.locator(f"{ROWS}[data-run=recorded-cifar10-bar-0]").inner_text()


def test_a_run_that_is_pointed_at_is_found_in_every_view_without_a_round_trip(address, page):
    frames = frames_sent(page)
    open_board(page, f"{address}/compare")
    page.wait_for_selector(".st-key-closing")
    page.wait_for_timeout(1_500)
    frames.clear()
    page.locator(f"{ROWS}[data-run=recorded-cifar10-bar-0]").hover()
    wait(page, "hot", "recorded-cifar10-bar-0")
    assert all(ink(page, figure) > 50 for figure in ("curves", "scatter", "parallel"))
    assert "ReNet on CIFAR-10 · 83.7" in page.locator(".run-board-said").inner_text()
    box = page.locator(".run-board-scatter").bounding_box()
    found = set()
    for x in range(0, int(box["width"]), 12):
        page.mouse.move(box["x"] + x, box["y"] + 60 + (x * 7) % 90)
        page.wait_for_timeout(20)
        found.add(said(page, "hot"))
    assert len(found - {""}) >= 3
    assert page.locator(f"{ROWS}.hot").count() <= 1
    page.mouse.move(2, 2)
    wait(page, "hot", "")
    assert ink(page, "curves") == 0
    assert frames == []


def test_a_filter_an_order_and_a_selection_are_in_the_address(board):
    board.get_by_label("Filter").fill("data=CIFAR-10 lr<0.0015")
    known = {f"recorded-{name}": recorded_run(name) for name in recorded_names()} | {PUBLISHED_ID: published_run()}
    wait(board, "runs", str(len([run for run in known.values() if run.config["lr"] < 0.0015])))  # all of them on CIFAR-10
    board.get_by_role("button", name="accuracy %").click()
    reached = {run_id: run.best.val_top1 for run_id, run in known.items()}
    assert [reached[run] for run in order(board)] == sorted((reached[run] for run in order(board)), reverse=True)
    assert board.locator("th[aria-sort=descending]").inner_text().startswith("accuracy")
    first = order(board)[0]
    board.locator(f"{ROWS}[data-run={first}]").click()
    board.wait_for_function("location.search.includes('sort=-accuracy')")
    board.wait_for_function(f"location.search.includes('{first}')")
    assert said(board, "selected") == f"{GRU},{VIT},{first}"
    address = board.url
    open_board(board, address)
    assert board.get_by_label("Filter").input_value() == "data=CIFAR-10 lr<0.0015" and order(board)[0] == first
    assert said(board, "selected") == f"{GRU},{VIT},{first}"


def test_a_filter_with_a_decimal_comma_says_to_write_a_point(board):
    board.get_by_label("Filter").fill("data=cifar lr<0,0015")
    board.get_by_text("Write a point: lr<0.0015").wait_for()
    board.get_by_label("Filter").fill("data=cifar lr<0.0015")
    board.get_by_text("Write a point").wait_for(state="detached")
    assert int(said(board, "runs")) > 0


def test_a_run_is_selected_by_keyboard_and_compared(board):
    for run in (GRU, VIT):
        board.get_by_label(f"select {run}", exact=True).focus()
        board.keyboard.press("Space")
    wait(board, "selected", "")
    board.get_by_text("Select two runs in the table").wait_for()
    board.wait_for_function("location.search.includes('runs=none')")
    for run in ("recorded-cifar10-hand-in-0", "recorded-cifar10-hand-in-2"):
        board.get_by_label(f"select {run}", exact=True).focus()
        board.keyboard.press("Space")
    board.get_by_text("One setting differs").wait_for()
    board.get_by_text("neither: it may be chance").click()
    board.get_by_role("button", name="Reveal").click()
    board.get_by_text("Correct. Neither").wait_for()
    assert board.locator(".lab-pair-axis.neither").count() == 1


def test_a_click_on_a_point_selects_its_run(board):
    board.locator(f"{ROWS}[data-run=recorded-cifar10-bar-0]").scroll_into_view_if_needed()
    box = board.locator(".run-board-curves").bounding_box()
    board.mouse.move(box["x"] + 300, box["y"] + 50)
    board.wait_for_function("document.querySelector('.run-board').dataset.hot !== ''")
    hot = said(board, "hot")
    board.mouse.click(box["x"] + 300, box["y"] + 50)
    wait(board, "selected", f"{GRU},{VIT},{hot}" if hot not in (GRU, VIT) else {GRU: VIT, VIT: GRU}[hot])


def test_a_box_on_the_curves_is_looked_at_alone_until_a_double_click(board):
    before = ink(board, "curves", 0)
    box = board.locator(".run-board-curves").bounding_box()
    board.mouse.move(box["x"] + 100, box["y"] + 60)
    board.mouse.down()
    board.mouse.move(box["x"] + 220, box["y"] + 120, steps=5)
    board.mouse.up()
    board.wait_for_function("document.querySelector('.run-board').dataset.zoomed === 'yes'")
    assert said(board, "selected") == f"{GRU},{VIT}"
    board.mouse.dblclick(box["x"] + 20, box["y"] + 8)
    board.wait_for_function("document.querySelector('.run-board').dataset.zoomed !== 'yes'")
    assert ink(board, "curves", 0) == before


def saved(page, words):
    page.locator(".run-board-save summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=words, exact=True).click()
    return waiting.value


def test_runs_out_of_sight_have_their_rows_too(lab, page):
    fill(lab.home, runs=60, points=40, epochs=2)
    open_board(page, f"{lab.url}compare?on=all")
    count = 60 + len(recorded_names()) + 1  # the published hand-in
    page.wait_for_function(f"document.querySelectorAll('{ROWS}').length === {count}")
    assert said(page, "runs") == str(count)


def test_table_and_figures_are_saved(board, tmp_path):
    found = saved(board, "Table (CSV)")
    found.save_as(tmp_path / "runs.csv")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "runs.csv").read_text("utf-8"))))
    assert found.suggested_filename == "sequence-lab-runs.csv" and [line["run"] for line in lines] == order(board)
    line = next(line for line in lines if line["run"] == GRU)
    run = recorded_run("cifar10-compare-gru-0")
    assert float(line["accuracy"]) == run.best.val_top1 and float(line["lr"]) == run.config["lr"] and line["bidirectional"] == "true"
    for name in ("Curves", "Accuracy and cost", "Hyperparameters"):
        saved(board, f"{name} (SVG)").save_as(tmp_path / "figure.svg")
        drawn = ET.fromstring((tmp_path / "figure.svg").read_text("utf-8"))
        paths = drawn.findall(".//{http://www.w3.org/2000/svg}path") + drawn.findall(".//{http://www.w3.org/2000/svg}circle")
        assert len(paths) > 16 and drawn.find(".//{http://www.w3.org/2000/svg}text") is not None
        saved(board, f"{name} (PNG)").save_as(tmp_path / "figure.png")
        image = Image.open(tmp_path / "figure.png")
        assert image.width == 3 * int(drawn.get("width")) and len(image.convert("RGB").getcolors(1_000_000)) > 10


def test_no_name_becomes_a_formula_in_what_the_browser_saves(board):
    texts = [
        "=cmd()",
        "+a",
        "-b",
        "@x",
        "\t=1",
        "\r=1",
        "-1_000",
        "-inf",
        "-1 ",
        "+1\n",
        '=a,"b"',
        "-0.5",
        "+3",
        "-1e-7",
        "-",
        "a=b",
        "",
        "cat",
    ]
    made = board.evaluate(
        """async (texts) => {
          const script = performance.getEntriesByType('resource').find(({ name }) => name.includes('compare/board/table.js')).name;
          return (await import(script)).csv(texts.map((text) => ({ id: text, accuracy: -0.5, total: 1, config: { note: text } })));
        }""",
        texts,
    )
    lines = list(csv.DictReader(io.StringIO(made, newline="")))
    assert [line["run"] for line in lines] == [line["note"] for line in lines] == [harmless(text) for text in texts]
    assert {line["accuracy"] for line in lines} == {"-0.5"}


def test_training_curves_can_be_smoothed_and_drawn_by_time(board):
    smoothing = board.get_by_label("Smoothing")
    assert smoothing.is_disabled()
    board.get_by_label("Show").select_option("train_loss")
    board.get_by_label("By", exact=True).select_option("time")
    board.get_by_text("1 run without known times cannot be drawn against time").wait_for()
    board.get_by_label("Filter").fill("compare-gru")  # alone: what others cover of a line would count
    board.wait_for_function(f"document.querySelectorAll('{ROWS}').length === 1")
    before = ink(board, "curves", 0)
    smoothing.fill("0.97")
    board.wait_for_function("location.search.includes('smooth=0.97')")
    assert ink(board, "curves", 0) < before, "smooth lines are shorter"


def test_the_board_is_in_sight_on_a_projector_and_fits_a_phone(board):
    board.set_viewport_size({"width": 1024, "height": 768})
    board.wait_for_timeout(500)
    bottom = board.evaluate("document.querySelector('.run-board-parallel').getBoundingClientRect().bottom")
    assert bottom <= 768
    board.set_viewport_size({"width": 390, "height": 844})
    board.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    box = board.locator(".run-board-curves").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    wait_drawn = "document.querySelector('.run-board-curves canvas').width <= 390 * devicePixelRatio"
    board.wait_for_function(wait_drawn)
