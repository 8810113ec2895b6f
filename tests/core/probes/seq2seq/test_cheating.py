"""Three spellers: only the one that cannot look ahead stays above the least possible loss, and only it can write."""

import math

import pytest
import torch
from torch.nn import functional as F

from core.errors import TrainingError
from core.probes.seq2seq.cheating import LETTERS, LONGEST, SPELLERS, CheatingLesson, Speller
from core.probes.seq2seq.cheating_words import PROMPT, WORDS, loss_floor
from core.symbols import BOS, EOS, PAD


@pytest.fixture(scope="module")
def trained():
    lesson = CheatingLesson(seed=0)
    steps = list(lesson.run())
    assert steps[-1] == 80 and steps[0] == 4
    return lesson


def test_no_two_words_begin_alike():
    assert len({word[:PROMPT] for word in WORDS}) == len(WORDS) and min(map(len, WORDS)) > PROMPT


def test_the_floor_is_the_loss_of_who_knows_how_often_each_letter_follows():
    """Counted, not derived: after each beginning the share of words that go on with each letter."""
    total, letters = 0.0, 0
    for word in WORDS:
        for t in range(len(word) + 1):
            alike = [other for other in WORDS if other[:t] == word[:t]]
            same = [other for other in alike if (other + "⊣")[t] == (word + "⊣")[t]]
            total, letters = total - math.log(len(same) / len(alike)), letters + 1
    assert loss_floor() == pytest.approx(total / letters, rel=1e-12)


def test_with_the_mask_nobody_gets_below_the_floor_and_everybody_else_does(trained):
    assert all(point.loss >= trained.floor for point in trained.points["subsequent"])
    assert trained.points["subsequent"][-1].loss < trained.floor + 0.02
    for name in ("off-by-one", "none"):
        assert trained.points[name][-1].loss < 0.02


def test_all_are_right_when_forced_and_only_one_can_write(trained):
    last = {name: trained.points[name][-1] for name in SPELLERS}
    assert all(point.forced > 0.99 for point in last.values())
    assert last["subsequent"].words == last["subsequent"].free == 1.0
    assert all(last[name].free < 0.2 and last[name].words < 0.05 for name in ("off-by-one", "none"))
    assert trained.spell("subsequent", ["mer", "jan"]) == ["mercury", "january"]


def test_the_loss_is_that_of_cross_entropy_word_by_word(trained):
    speller = trained.spellers["subsequent"]
    total, letters = 0.0, 0
    for word in WORDS:  # one at a time, without padding, and without the end among what goes in
        tokens = torch.tensor([[BOS, *LETTERS.encode(word), EOS]])
        total += F.cross_entropy(speller(tokens[:, :-1])[0], tokens[0, 1:], reduction="sum").item()
        letters += len(word) + 1
    assert trained.points["subsequent"][-1].loss == pytest.approx(total / letters, rel=1e-4)


def test_free_letters_are_counted_one_by_one(trained):
    for name in SPELLERS:
        made = trained.spell(name, [word[:PROMPT] for word in WORDS])
        right = total = 0
        for word, wrote in zip(WORDS, made, strict=True):
            wanted, got = word + "⊣", wrote[:-1] if wrote.endswith("…") else wrote + "⊣"
            total += len(wanted) - PROMPT
            right += sum(got[t : t + 1] == wanted[t] for t in range(PROMPT, len(wanted)))
        assert trained.points[name][-1].free == pytest.approx(right / total)


def test_same_seed_same_lesson_and_all_start_alike():
    one, other = CheatingLesson(seed=3), CheatingLesson(seed=3)
    assert list(one.run(4)) == list(other.run(4)) == [4] and one.points == other.points
    fresh = CheatingLesson(seed=3)
    states = [speller.state_dict() for speller in fresh.spellers.values()]
    assert all(torch.equal(a, b) for a, b in zip(states[0].values(), states[2].values(), strict=True))
    assert CheatingLesson(seed=4).points != fresh.points


def test_spelling_ends_at_the_longest_word():
    made = CheatingLesson(seed=0).spell("none", ["abc"])
    assert made[0].startswith("abc") and len(made[0].removesuffix("…")) <= LONGEST - 1


def test_a_speller_with_its_mask_does_not_see_later_letters():
    tokens = torch.tensor([[BOS, 5, 6, 7, 8]])
    other = tokens.clone()
    other[0, 3] = 9
    assert PAD not in other
    for name in SPELLERS:
        torch.manual_seed(0)
        speller = Speller(name).eval()
        moved = (speller(tokens) - speller(other)).abs().amax(-1)[0] > 0
        assert moved[:3].any().item() == (name != "subsequent")


def test_a_loss_that_is_not_finite_ends_the_lesson():
    lesson = CheatingLesson(seed=0)
    with torch.no_grad():
        lesson.spellers["none"].output.bias[0] = math.nan
    with pytest.raises(TrainingError, match="not a finite number any more at step 1"):
        list(lesson.run(4))
