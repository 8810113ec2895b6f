"""The reveal on a projector of 1024 x 768 and on a phone: what was measured, both distributions and who changed are in sight at once."""

from __future__ import annotations

from string import Formatter

import pytest
from playwright.sync_api import expect

from core.classroom import people
from core.classroom.classroom import Classroom
from core.classroom.pace import Pace
from core.classroom.poll import AGAIN, DISCUSS, EXPERIMENT, REVEAL
from core.classroom.questions.question import Truth
from core.training.runs.store import Store
from dashboard.classroom.instructor import KEY_FILE
from tests.driven import Lab, at_rest

pytestmark = pytest.mark.browser
CELLS = ([0, 1], [0, 2], [0, 4], [1, 2], [1, 4], [2, 1], [7, 2], [7, 4])  # more than have rows of their own
ASKED = {  # by question: the answers that people give in turn, what is measured, and where both rounds are seen
    "most-confused": (CELLS, [1, 2], ".vote-grid"),
    "cost": ([float(1 + 6 * at) for at in range(11)], 29.0, ".vote-bars"),
}


@pytest.fixture(params=ASKED)
def revealed(request, tmp_path, monkeypatch):
    """A server of a class of thirty at the reveal of a question, and where it shows both distributions."""
    for name in ("TRIES", "TRIES_OF_ALL"):
        monkeypatch.setattr(people, name, Pace(10**6, 1.0))
    answers, truth, place = ASKED[request.param]
    store = Store(tmp_path / "home")
    polls = reveal(Classroom(store, opened=True, secret="s"), request.param, answers, truth).polls
    assert polls.now.revealed
    store.close()
    lab = Lab(tmp_path / "home", "--class", "--host", "127.0.0.1")
    yield lab, place
    lab.process.terminate()
    lab.process.wait(timeout=20)


def reveal(room, question, answers, truth):
    """Lead a class of thirty to the reveal: half of them change to what was measured."""
    poll = room.polls.open(question)
    for at in range(30):
        room.people.join(f"p{at}", code=room.people.code, name=f"Name {at}")
        room.polls.answer(f"p{at}", poll.id, 1, answers[at % len(answers)])
    for phase in (DISCUSS, EXPERIMENT, AGAIN):
        room.polls.advance(poll.id, phase)
    for at in range(30):
        room.polls.answer(f"p{at}", poll.id, 2, answers[(at + 1) % len(answers)] if at % 2 else truth)
    figures = {name: "12" for _, name, _, _ in Formatter().parse(poll.question.because) if name}
    room.polls.settle(poll.id, Truth(truth, figures))
    room.polls.advance(poll.id, REVEAL)
    return room


def test_all_of_the_reveal_is_in_sight_at_once(revealed, page):
    lab, place = revealed
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"{lab.url}instructor?secret={(lab.home / KEY_FILE).read_text('utf-8').strip()}")
    page.locator(".class-bar-code").wait_for()
    page.goto(f"{lab.url}vote")
    expect(page.locator(".vote-shift tbody tr").last).to_be_visible()
    at_rest(page)
    boxes = [page.locator(part).bounding_box() for part in (".vote-truth", place, ".vote-shift")]
    for box in boxes:
        assert box["x"] >= 0 and box["x"] + box["width"] <= 1024 and box["y"] >= 0 and box["y"] + box["height"] <= 768, boxes
    assert boxes[1]["x"] + boxes[1]["width"] <= boxes[2]["x"], "side by side"
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    under = [page.locator(part).bounding_box() for part in (".vote-truth", place, ".vote-shift")]
    assert under[0]["y"] < under[1]["y"] < under[2]["y"] and all(box["x"] + box["width"] <= 390 for box in under)
