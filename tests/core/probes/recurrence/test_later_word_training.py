"""Readers of one and of both directions, trained: who can know a later word, and who cannot."""

import math

import pytest
import torch
from torch.nn import functional as F

from core.errors import TrainingError
from core.probes.recurrence.later_word import TRANSLATIONS, WORDS, make_sentences, parse_sentence
from core.probes.recurrence.later_word_training import READERS, LaterWordLesson, WordReader, _packed, changed_by_last_word

ON = "the spider man turns the old red radio on"


@pytest.fixture(scope="module")
def lesson():
    made = LaterWordLesson(0)
    assert list(made.run(110)) == list(range(10, 111, 10))
    return made


def test_only_both_directions_can_know_a_later_word(lesson):
    forward, both = (lesson.points[name][-1] for name in ("forward", "both"))
    assert both.later_words > 0.9 and forward.later_words < lesson.best_guess + 0.1 < 0.6
    assert lesson.points["both"][0].later_words < 0.3  # before the first step
    assert lesson.weights("forward") > lesson.weights("both")


def test_no_sentence_is_held_out_and_learned(lesson):
    held, learned = ({s.english for s in part} for part in (lesson.held_out, lesson.training))
    assert len(held) > 100 and len(learned) > 300 and not held & learned


def test_accuracies_are_those_of_one_sentence_after_the_other(lesson):
    for name in READERS:
        right = [
            (lesson.translate(name, s)[at][0] == word.spanish, word.decided_by is not None)
            for s in lesson.held_out
            for at, word in enumerate(s.words)
        ]
        last = lesson.points[name][-1]
        assert last.every_word == pytest.approx(sum(r for r, _ in right) / len(right), abs=1e-6)
        assert last.later_words == pytest.approx(sum(r for r, later in right if later) / sum(later for _, later in right), abs=1e-6)


def test_forward_only_cannot_change_its_mind_about_what_is_past(lesson):
    on, off = parse_sentence(ON), parse_sentence(ON.replace(" on", " off"))
    assert changed_by_last_word(lesson, "forward", on, off) == 0
    assert changed_by_last_word(lesson, "both", on, off) > 1


def test_packed_words_stay_with_their_translations():
    torch.manual_seed(0)
    reader = WordReader(bidirectional=True)
    sentences = make_sentences(5, 3)
    words, spanish = _packed(sentences)
    expected = []
    for s in sentences:  # without packing, one by one
        numbers = torch.tensor([[WORDS.index(word) for word in s.english]])
        expected.append((reader.tagger(reader.embed(numbers))[0], torch.tensor([TRANSLATIONS.index(w.spanish) for w in s.words])))
    loss = F.cross_entropy(torch.cat([logits for logits, _ in expected]), torch.cat([tags for _, tags in expected]))
    assert F.cross_entropy(reader(words), spanish).item() == pytest.approx(loss.item(), abs=1e-6)


def test_the_same_seed_learns_the_same():
    one, again, other = (LaterWordLesson(1, seed=seed) for seed in (3, 3, 4))
    for made in (one, again, other):
        list(made.run(20))
        assert math.isnan(made.points["both"][0].loss)
    assert one.points["both"][1:] == again.points["both"][1:] != other.points["both"][1:]


def test_a_loss_that_is_lost_is_said():
    made = LaterWordLesson(0, learning_rate=float("inf"))
    with pytest.raises(TrainingError, match="not a finite number any more at step 2: train again with a smaller"):
        list(made.run(30))
