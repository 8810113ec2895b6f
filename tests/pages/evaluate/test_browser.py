"""The page Evaluate in a real browser: epochs without a round trip, a cell's images, the keyboard, a difference, a phone."""

from __future__ import annotations

import pytest

from core.records.recorded import recorded_run

pytestmark = pytest.mark.browser
RUN = recorded_run("shapes-gru")
K = len(RUN.classes)
CELLS = ".confusion-board td"


@pytest.fixture
def matrix(address, shared_page):
    """The page as a new visitor sees it; the server has loaded torch and the images for the first one."""
    shared_page.set_viewport_size({"width": 1280, "height": 800})
    shared_page.goto(f"{address}/evaluate")
    shared_page.get_by_text("most confident first").wait_for()
    shared_page.get_by_role("radio", name="images", exact=True).click()
    return shared_page


def numbers(page):
    return [int(text) for text in page.locator(CELLS).all_inner_texts()]


def counted(epoch):
    return RUN.epochs[epoch].val_confusion.reshape(-1).tolist()


def choose_epoch(page, epoch):
    page.locator(".confusion-epoch input").fill(str(epoch))


def test_the_slider_moves_in_the_browser_and_the_page_follows(matrix):
    assert numbers(matrix) == counted(RUN.best.epoch)
    choose_epoch(matrix, 0)
    assert numbers(matrix) == counted(0)  # at once: nothing was asked of the server yet
    matrix.wait_for_function("new URLSearchParams(location.search).get('epoch') === '1'")
    matrix.get_by_text(f"Validation after epoch 1, n = {RUN.sizes['val']:,}.").wait_for()
    assert numbers(matrix) == counted(0)


def test_play_shows_every_epoch_and_rests_at_the_last(matrix):
    choose_epoch(matrix, 19)  # from the last it starts over
    matrix.evaluate(
        """() => {
          window.played = [];
          const name = document.querySelector('.confusion-epoch span');
          new MutationObserver(() => played.push(parseInt(name.textContent.slice(6)))).observe(name, { childList: true, subtree: true });
          document.querySelector('.confusion-play').click();
        }"""
    )
    matrix.wait_for_function("window.played.at(-1) === 20 && document.querySelector('.confusion-play').innerText === '▶'")
    assert list(dict.fromkeys(matrix.evaluate("played"))) == list(range(1, 21))
    assert numbers(matrix) == counted(19)
    matrix.wait_for_function("new URLSearchParams(location.search).get('epoch') === '20'")


def test_a_click_on_a_cell_shows_its_images(matrix):
    choose_epoch(matrix, 0)
    confusion = RUN.epochs[0].val_confusion
    true, predicted = next((i, j) for i in range(K) for j in range(K) if i != j and confusion[i, j])
    matrix.locator(CELLS).nth(true * K + predicted).click()
    matrix.get_by_text(
        f"{RUN.classes[true]} misclassified as {RUN.classes[predicted]}, epoch 1: {confusion[true, predicted]} image"
    ).wait_for()
    shown = min(12, int(confusion[true, predicted]))
    matrix.wait_for_function(f"document.querySelectorAll('.lab-strip img').length === {shown}")
    matrix.wait_for_function("cell => new URLSearchParams(location.search).get('cell') === cell", arg=f"{true}-{predicted}")
    matrix.wait_for_function("new URLSearchParams(location.search).get('epoch') === '1'")


def test_the_matrix_by_keyboard(matrix):
    matrix.locator(CELLS).first.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        matrix.keyboard.press(key)
    told = matrix.locator(".confusion-told").inner_text()
    assert told.startswith(f"{RUN.classes[1]} misclassified as {RUN.classes[2]}: ")
    matrix.keyboard.press("ArrowUp")
    matrix.keyboard.press("Enter")
    matrix.get_by_text(f"{RUN.classes[0]} misclassified as {RUN.classes[2]}, epoch").wait_for()


def test_a_class_is_opened_by_its_name(matrix):
    matrix.get_by_role("button", name=RUN.classes[3], exact=True).click()
    matrix.get_by_text(f"{RUN.classes[3]} or not: average precision").wait_for()
    assert matrix.locator("tr.chosen th").all_inner_texts() == [RUN.classes[3]]


def test_a_run_minus_itself_is_nothing(matrix):
    matrix.locator(".st-key-evaluate_minus input").click()
    matrix.get_by_role("option", name="· shapes-gru").click()
    matrix.wait_for_function(f"[...document.querySelectorAll('{CELLS}')].every(cell => cell.innerText === '0')")
    choose_epoch(matrix, 0)
    difference = RUN.epochs[0].val_confusion - RUN.best.val_confusion
    shown = [int(text.replace("−", "-")) for text in matrix.locator(CELLS).all_inner_texts()]
    assert shown == difference.reshape(-1).tolist()


def test_of_a_class_that_does_not_occur_there_is_no_share(matrix):
    matrix.get_by_role("radio", name="% of true", exact=True).click()
    shown = matrix.evaluate(
        """([selector, k]) => {
          const { board } = document.querySelector('.confusion-board');
          board.data.matrices[board.look.epoch].fill(0, 0, k);
          board.tops = {};
          board.draw();
          return [...document.querySelectorAll(selector)].map((cell) => cell.innerText);
        }""",
        [CELLS, K],
    )
    assert set(shown[:K]) == {"–"} and all(text.isdigit() for text in shown[K:])


def test_a_phone_sees_the_whole_matrix(matrix):
    matrix.set_viewport_size({"width": 390, "height": 844})
    matrix.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    box = matrix.locator(".confusion-board table").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
