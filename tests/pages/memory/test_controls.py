"""What the controls of the page Memory take of a link, and what they say of what they do not take."""

import pytest

from core.probes.memory.gradient_flow import FlowSetup
from dashboard.shell import state
from pages.memory.controls import FAR, FIRST, RATE, chosen
from tests.pages.support import visit


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"length": "10000"}, "length = 10000 cannot be shown here: choose 1 to 200. This is 60."),
        ({"radius": "<b>"}, "radius = b cannot be shown here: choose 0 to 3. This is 1."),
        ({"bias": "0,5"}, "choose -4 to 8. This is 3. Write a point: 0.5."),
        ({"length": "0"}, "length = 0 cannot be shown here: choose 1 to 200. This is 60."),
        ({"length": "🙂", "bias": "1e308", "radius": "nan"}, "bias = 1e308 cannot be shown here: choose -4 to 8. This is 3."),
        ({"length": "🙂", "bias": "1e308", "radius": "nan"}, "radius = nan cannot be shown here: choose 0 to 3. This is 1."),
        ({"far": "0", "seed": "-1", "units": "", "rate": "🙂"}, "seed = -1 cannot be shown here: choose 0 to 99. This is 0."),
    ],
)
def test_what_cannot_be_shown_is_said_and_the_first_value_stands_in(monkeypatch, query, sentence):
    visit(monkeypatch, **query)
    assert chosen().setup == FIRST and set(chosen().link.values()) == {""}
    assert any(sentence in message for message in state.messages())


def test_a_link_is_taken_and_written_again(monkeypatch):
    query = {"length": "30", "radius": "1.5", "bias": "0", "units": "8", "input": "0.1", "seed": "7"}
    visit(monkeypatch, **query, far="3", rate="0.003")
    assert chosen().setup == FlowSetup(length=30, radius=1.5, bias=0, units=8, strength=0.1, seed=7) and chosen().link == query
    assert (FAR.value, RATE.value, RATE.written()) == (3, 0.003, "0.003") and not state.messages()
