"""The cell in a real browser: play, step and scrub without the server, the walk of task 1.2, and a number that is replaced."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from core.probes.recurrence.cell_by_hand import Cell, Edit, Reading, parse_edits, sequence
from tests.driven import at_rest, frames_sent

pytestmark = pytest.mark.browser
BOARD = ".cellb"


def open_board(address, page, query=""):
    page.goto(f"{address}/cell{query}")
    page.wait_for_selector(f"{BOARD}[data-setup]")
    page.get_by_text("Proof: ").wait_for()
    at_rest(page)
    return page


def wait_shown(page, **wanted):
    """Until the board says so of itself."""
    page.wait_for_function(
        "wanted => Object.entries(wanted).every(([name, value]) => document.querySelector('.cellb').dataset[name] === `${value}`)",
        arg=wanted,
    )


def plain(text):
    return text.replace("−", "-")


def test_step_scrub_play_and_words_ask_the_server_for_nothing(address, page):
    sent = frames_sent(page)
    open_board(address, page, "?t=1")
    before = len(sent)
    found = Reading(Cell.random("gru", 3, 4, scale=2.0), sequence("noise", 8, 3)).steps
    for letter, field in (("r", "reset"), ("z", "update"), ("n", "candidate"), ("h", "hidden")):
        page.locator(f".cellb-words [data-part={letter}]").hover()
        wait_shown(page, part=letter)
        assert page.locator(f".cellb-diagram .lit[data-part={letter}]").count() >= 3
        assert page.locator(".cellb-equations .lit").get_attribute("data-part") == letter
        told = plain(page.locator(".cellb-sum").inner_text())
        assert float(told.split(" = ")[-1]) == pytest.approx(getattr(found, field)[0, 0], abs=0.0051)
    canvas = page.locator(".cellb-strips canvas").bounding_box()
    page.mouse.move(canvas["x"] + 100, canvas["y"] + 20)
    page.wait_for_function("document.querySelector('.cellb').dataset.pointed.startsWith('input x')")
    assert len(sent) == before  # nothing on hover
    page.get_by_role("button", name="Next part").click()
    wait_shown(page, t=2, part="r")
    page.locator(".cellb-strips canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    wait_shown(page, t=3, unit=2)
    page.get_by_role("slider", name="Step t").fill("7")
    wait_shown(page, t=7)
    page.get_by_role("button", name="Play").click()
    wait_shown(page, t=8, part="h")
    page.wait_for_function("location.search.includes('t=8') && location.search.includes('unit=2')")  # once it has come to rest


def results_of(page):
    """The results that are covered on this stage, by what they are called."""
    return page.locator(".cellb-walk input[data-right]")


def table_of(page):
    """Heads and rows of the stage's table, as numbers where they are some."""
    heads = [plain(text) for text in page.locator(".cellb-walk tr:first-child th[scope=col]").all_inner_texts()]
    rows = [[plain(text) for text in row.locator("td").all_inner_texts()] for row in page.locator(".cellb-walk tr").all()[1:]]
    return heads, rows


def next_stage(page, stage):
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_function(f"document.querySelector('.cellb-walk').dataset.at === '{stage}'")


def computed_by_hand(page):
    """Type all results of one step of a GRU of 7 inputs and 5 units, of the numbers that the page shows; both states."""
    maps = []
    for stage in (1, 2):  # both affine maps: 3H rows of products, plus a bias
        page.wait_for_function("document.querySelectorAll('.cellb-walk input[data-right]').length === 15")
        heads, rows = table_of(page)
        vector = [float(head.split(" = ")[1]) for head in heads[:-2]]
        assert len(vector) == {1: 7, 2: 5}[stage] and len(rows) == 15
        sums = [sum(float(w) * x for w, x in zip(row, vector, strict=False)) + float(row[len(vector)]) for row in rows]
        answer(page, sums)
        maps.append(sums)
        next_stage(page, stage + 1)
    (r_x, z_x, n_x), (r_h, z_h, n_h) = (np.split(np.array(sums), 3) for sums in maps)  # in the order r, z, n
    assert "(B, 3H) = (1, 15) → 3 × (B, H) = (1, 5)" in page.locator(".walk-shape").inner_text()
    next_stage(page, 4)
    lit = page.locator(".walk-body .cellb-diagram g.lit")  # the cell stays in sight, with what is computed lit
    assert set(lit.evaluate_all("groups => groups.map(({ dataset }) => dataset.part)")) == {"r", "z"}
    results_of(page).first.press("Enter")
    assert results_of(page).nth(1).evaluate("field => field === document.activeElement")
    r, z = (np.array([1 / (1 + math.exp(-value)) for value in one]) for one in (r_x + r_h, z_x + z_h))
    answer(page, np.stack([r, z], 1).ravel())
    next_stage(page, 5)
    n = np.tanh(n_x + r * n_h)
    answer(page, np.stack([r * n_h, n_x + r * n_h, n], 1).ravel())
    next_stage(page, 6)
    h = np.array([float(row[3]) for row in table_of(page)[1]])
    answer(page, (1 - z) * n + z * h)
    return h, (1 - z) * n + z * h


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["laptop", "phone"])
def test_compute_task_1_2_by_hand_beside_the_page(address, page, size):
    """Everything is computed here from the numbers that the page shows, typed into covered cells, and found right."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_board(address, page, "?inputs=7&hidden=5&t=2&view=hand")
    page.get_by_label("Cover the results").check()
    h, new = computed_by_hand(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    results_of(page).first.fill("9")
    page.wait_for_function("document.querySelector('.cellb-walk input.wrong')")
    page.get_by_role("button", name="Back", exact=True).click()  # what was typed there is there still
    page.wait_for_function("document.querySelectorAll('.cellb-walk input.right').length === 15")
    page.get_by_text("15 of 15 right").wait_for()
    expected = Reading(Cell.random("gru", 7, 5, scale=2.0), sequence("noise", 8, 7)).steps.hidden
    assert h == pytest.approx(expected[0], abs=1e-3) and new == pytest.approx(expected[1], abs=3e-3)


def test_task_1_2_at_the_courses_sizes_with_two_rows(address, page):
    """C = 7, H = 5, B = 2: what the walk shows is what nn.GRUCell gives for both rows at once."""
    open_board(address, page, "?inputs=7&hidden=5&t=2&view=hand")
    page.get_by_role("button", name="2 rows in the batch").click()
    page.wait_for_function("document.querySelectorAll('.cellb-walk td.result').length === 30")
    page.wait_for_function("location.search.includes('batch=2')")
    assert "x (B, C) = (2, 7), plus b_ih (15) → (B, 3H) = (2, 15)" in page.locator(".walk-shape").inner_text()
    assert not page.evaluate("document.querySelector('.cellb').board.ghost")  # another row is no change of the first
    shown = [[float(text) for text in row if text] for row in table_of(page)[1]]
    x = torch.tensor(shown[:2])  # (2, 7)
    for stage in (2, 3, 4, 5, 6):
        next_stage(page, stage)
        if stage == 2:
            h = torch.tensor([[float(text) for text in row if text] for row in table_of(page)[1][:2]])  # (2, 5)
    rows = table_of(page)[1]
    assert len(rows) == 10 and "row 2, unit 5" in page.locator(".cellb-walk").inner_text()
    cell, drawn = nn.GRUCell(7, 5), Cell.random("gru", 7, 5, scale=2.0)
    for parameter, weight in zip(cell.parameters(), drawn.weights, strict=True):
        parameter.data = torch.from_numpy(weight).float()
    expected = cell(x, h).detach()  # (2, 5)
    assert [float(row[-1]) for row in rows] == pytest.approx(expected.ravel().tolist(), abs=2e-3)  # x is shown in full, h to three digits
    page.get_by_text("Proof: ").wait_for()


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru", "gru2014"])
def test_every_stage_of_every_kind_holds_for_both_rows(address, page, kind):
    """The last column of the last stage is the new state; what is covered on the way is the column of results."""
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    edits = "h.0.0:0.5,h.2.0:-1" + (",c.1.0:2" if kind == "lstm" else "")
    open_board(address, page, f"?cell={kind}&t=1&view=hand&batch=2&edits={edits}")
    drawn = Reading(Cell.random(kind, 3, 4, scale=2.0), sequence("noise", 8, 3)).edited(parse_edits(edits))
    stages = page.locator(".cellb-walk [data-stage]").count()
    for stage in range(2, stages + 1):
        next_stage(page, stage)
        assert "(2, " in page.locator(".walk-shape").inner_text() and "–" not in str(table_of(page)[1])
    states = [float(row[-1]) for row in table_of(page)[1]]
    assert states == pytest.approx(np.concatenate([drawn.steps.hidden[0], drawn.second().steps.hidden[0]]), abs=6e-4)
    page.get_by_label("Cover the results").check()
    page.wait_for_function("document.querySelectorAll('.cellb-walk input[data-right]').length >= 8")
    assert not wrong


def test_a_run_too_wide_for_its_tables_is_walked_unit_by_unit(address, page):
    open_board(address, page, "?weights=run&run=recorded-cifar10-compare-gru-0&layer=1b&view=hand&batch=2&t=1&unit=3")
    assert "products, row 1" in " ".join(table_of(page)[0]) and len(table_of(page)[1]) == 3  # r, z and n of one unit
    page.get_by_label("Unit", exact=True).select_option("9")
    page.wait_for_function("document.querySelector('.cellb-walk').innerText.includes('r₁₀')")
    page.get_by_text("Only unit 10 of 64").wait_for()
    page.get_by_role("button", name="Step by step").click()
    wait_shown(page, tab="step", unit=10)
    label = page.locator(".cellb-picture").get_attribute("aria-label")
    assert "patch 64 of 64" in label  # backward: the first step reads the last patch


def test_the_state_at_the_start_is_clicked_and_replaced(address, page):
    open_board(address, page, "?t=1&view=hand")
    page.get_by_role("button", name="Stage 2: One affine map of the old state").click()
    page.locator(".cellb-walk th[data-place='h0 1 0']").click()
    page.wait_for_function("document.querySelector('.cellb').board.replacing.target.array === 'h0'")
    page.get_by_label("New value", exact=True).fill("six")
    page.keyboard.press("Enter")
    page.get_by_text("six is no number between −1000 and 1000").wait_for()
    for typed, remedy in (("0,75", "0.75"), ("-1,5", "-1.5"), ("−,5", "-0.5")):  # one rule with the fields of numbers above
        page.get_by_label("New value", exact=True).fill(typed)
        page.get_by_label("New value", exact=True).press("Enter")
        page.get_by_text(f"write a point: {remedy}.").wait_for()
    page.get_by_label("New value", exact=True).fill("0.75")
    page.keyboard.press("Enter")
    page.locator(".cellb-walk th", has_text="h₂ = 0.750").wait_for()
    page.wait_for_function("location.search.includes('edits=h.1.0')")
    after = Reading(Cell.random("gru", 3, 4, scale=2.0), sequence("noise", 8, 3)).edited([Edit("hidden0", 1, 0, 0.75)])
    hidden = page.evaluate("[...document.querySelector('.cellb').board.arrays.hidden]")
    assert hidden == pytest.approx(after.steps.hidden.ravel(), abs=1e-5)
    open_board(address, page, "?t=1&view=hand&edits=h.1.0:0.75")  # the link opens it again
    assert page.evaluate("[...document.querySelector('.cellb').board.arrays.hidden]") == pytest.approx(hidden)


def test_a_start_that_is_pasted_and_one_that_is_not_numbers(address, page):
    open_board(address, page)
    page.get_by_role("button", name="More").click()
    field = page.get_by_label("h₀, the state before the first step")
    field.fill("[0.5, -1, 0, 2]")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("document.querySelector('.cellb').board.arrays.h0.join() === '0.5,-1,0,2'")
    field.fill("🙂 0 0 0")
    page.keyboard.press("Control+Enter")
    page.get_by_text("'🙂' is no number").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelector('.cellb').board.arrays.h0.every((value) => value === 0)")


def test_the_smallest_cell_and_the_longest_sequence(address, page):
    open_board(address, page, "?cell=lstm&hidden=1&steps=1&inputs=1")
    page.get_by_role("button", name="Play").click()
    wait_shown(page, t=1, part="h")
    page.get_by_role("button", name="By hand").click()
    page.wait_for_function("document.querySelectorAll('.cellb-walk tr').length === 5")  # a head and 4H rows
    page.get_by_role("button", name="2 rows in the batch").click()
    page.wait_for_function("document.querySelectorAll('.cellb-walk td.result').length === 8")
    open_board(address, page, "?steps=10000")
    page.get_by_text("10,000 steps are too many to tell apart on a page").wait_for()
    open_board(address, page, "?steps=256&hidden=16&t=256")
    wait_shown(page, t=256)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def answer(page, values):
    fields = results_of(page)
    page.wait_for_function(f"document.querySelectorAll('.cellb-walk input[data-right]').length === {len(values)}")
    for n, value in enumerate(values):
        fields.nth(n).fill(f"{value:.3f}")
    page.wait_for_function(f"document.querySelectorAll('.cellb-walk input.right').length === {len(values)}")


def test_a_number_that_is_replaced_leaves_the_run_before_as_a_ghost(address, page):
    open_board(address, page)
    first = Reading(Cell.random("gru", 3, 4, scale=2.0), sequence("noise", 8, 3))
    page.get_by_label("New value", exact=True).fill("2.5")  # of the first input of step 3, where the page opens
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.cellb').board.ghost")
    after = first.edited([Edit("inputs", 2, 0, 2.5)])
    hidden = page.evaluate("[...document.querySelector('.cellb').board.arrays.hidden]")
    assert hidden == pytest.approx(after.steps.hidden.ravel(), abs=1e-5)
    assert page.evaluate("[...document.querySelector('.cellb').board.ghost.hidden]") == pytest.approx(first.steps.hidden.ravel(), abs=1e-5)
    most = np.abs(after.steps.hidden - first.steps.hidden).max()
    page.get_by_text(f"Ghost: the run before, up to {most:.2f} away.").wait_for()
    page.wait_for_function("location.search.includes('edits=x.2.0')")
    slider = page.get_by_label("New value, by slider")
    for value in ("1", "-1", "-2"):
        slider.fill(value)
    after = first.edited([Edit("inputs", 2, 0, -2.0)]).steps.hidden
    page.wait_for_function(
        "wanted => document.querySelector('.cellb').board.arrays.hidden.every((value, n) => Math.abs(value - wanted[n]) < 1e-5)",
        arg=after.ravel().tolist(),
    )
    assert page.evaluate("[...document.querySelector('.cellb').board.ghost.hidden]") == pytest.approx(first.steps.hidden.ravel(), abs=1e-5)
    page.get_by_label("New value", exact=True).fill("1e9")
    page.keyboard.press("Enter")
    page.get_by_text("is no number between −1000 and 1000").wait_for()
    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("!location.search.includes('edits')")


def test_every_kind_is_in_sight_on_a_projector_and_on_a_phone(address, page):
    page.set_viewport_size({"width": 1024, "height": 768})
    open_board(address, page, "?cell=lstm")
    box = page.locator(BOARD).bounding_box()
    assert box["y"] + box["height"] <= 768 and box["x"] + box["width"] <= 1024
    for name, kind in (("RNN", "rnn"), ("GRU ’14", "gru2014")):
        page.get_by_role("radio", name=name, exact=True).click()
        page.wait_for_function(f"document.querySelector('.cellb').board.data.kind === '{kind}'")
        wait_shown(page, part="h")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    page.wait_for_function("document.querySelector('.cellb').getBoundingClientRect().width < 390")
    first = page.get_by_text("Hidden size, H").bounding_box()
    assert page.locator(BOARD).bounding_box()["y"] < first["y"]  # the picture comes before the controls
