"""What the reading board is told: words on a reading and on a change of mind, and numbers packed."""

from base64 import b64decode

import numpy as np
import pytest

from core.probes.attention.cost import Cost
from core.probes.reading.change_of_mind import ChangeOfMind
from core.probes.reading.reading import ReadingCheck
from core.probes.recurrence.counterparts import Counterpart
from dashboard.pictures.reading import knew
from dashboard.runs.opened import Weighted
from pages.reading.panels import exponents
from pages.reading.view import LENGTHS, costs_html, failed_card, layers_html, mind_card, proof_line

CLASSES = ("cat", "<b>dog</b>")
AFTER = np.array([0.25, 0.75])


def mind(patches=(), singles=(), erased=3, after=1, total=16):
    return ChangeOfMind(0, after, patches, erased, total, singles, AFTER)


@pytest.mark.parametrize(
    ("known", "right", "words"),
    [
        (5, True, "From patch 5 of 16 on it says cat, which is right."),
        (16, False, "From patch 16 of 16 on it says cat."),
        (0, True, "It says cat from before the first patch to the end."),
    ],
)
def test_when_it_knew(known, right, words):
    assert knew("cat", known, 16, right=right) == words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (mind((4,), (4,)), "Erasing patch 5 makes it say <b>dog</b> (no other single patch does that)."),
        (mind((4,), (4, 7)), "Erasing patch 5 makes it say <b>dog</b> (1 other patch would have the same effect)."),
        (mind((4,), (2, 4, 7)), "Erasing patch 5 makes it say <b>dog</b> (2 other patches would have the same effect)."),
        (mind((9, 4)), "No single patch can change that; erasing these 2 makes it say <b>dog</b>: 5, 10."),
        (mind(tuple(range(9))), "No single patch can change that; erasing these 9 makes it say <b>dog</b>."),
        (mind(after=0), "Even 3 erased patches do not change the answer (chosen greedily)."),
        (mind(after=0, erased=16), "No erased patch changes the answer (chosen greedily)."),
    ],
)
def test_what_would_change_its_mind(found, words):
    card = mind_card(found, CLASSES)
    assert card["words"] == words and card["patches"] == list(found.patches)
    if found.changed:
        assert np.frombuffer(b64decode(card["after"]), "<f4").tolist() == [0.25, 0.75]


def test_before_the_search_nothing_is_said():
    assert mind_card(None, CLASSES) == {"patches": [], "after": "", "words": ""}


def test_a_reader_that_cannot_read_has_a_card_all_the_same():
    for config, tokens in (({"model": "gru", "patch_size": 8, "dataset": "shapes"}, 16), ({"model": "cnn", "dataset": "shapes"}, 1)):
        card = failed_card(Weighted("gru-1", config, 0, 0.5), "gone")
        assert (card["problem"], card["tokens"], card["beliefs"]) == ("gone", tokens, "") and len(card["steps"]) == 2 * tokens - 1


def test_the_proof_line_is_of_the_worst_reader():
    good, bad = ReadingCheck(1e-8, 2e-8, 0.0), ReadingCheck(1e-9, 0.5, 0.0)
    assert proof_line([]) is None
    assert "for 1 run," in proof_line([good]).words and proof_line([good]).words.endswith("are equal to 8 digits: **passed**.")
    line = proof_line([good, bad])
    assert "for 2 runs," in line.words and line.words.endswith("are different by 0.5: **not passed**.") and "1·10⁻⁸" in line.figures


def test_the_layers_as_a_table():
    table = layers_html([Counterpart("nn.<GRU>", (4, 100, 64), (4, 100, 64), 24_960, 100, (1, 50, 100))])
    assert "nn.&lt;GRU&gt;" in table and table.count("(4, 100, 64)") == 2 and "24,960" in table
    assert "output 1, 50, 100 depends on" in table and "1, 50, 100 of 100 tokens" in table


def test_costs_and_the_power_of_t_with_which_they_grow():
    costs = {
        "by hand": [Cost("by hand", length, 1e-6 * length**2, 48 * length**2) for length in LENGTHS.values()],
        "gru scan": [Cost("gru scan", length, 2e-5 * length, 1024 * length) for length in LENGTHS.values()],
    }
    powers = exponents(costs)
    assert powers["by hand"] == pytest.approx((2, 2)) and powers["gru scan"] == pytest.approx((1, 1))
    table = costs_html(costs, powers)
    assert "T = 256, patches of 2 × 2" in table and "<td>65.5</td><td>3,146</td>" in table and "T<sup>2.0</sup>" in table
