"""Trap 3 in accuracy: each wrong state has far to go to one end of the sequence."""

import torch

from core.probes.recurrence.ends import CONTENDERS, KINDS, EndsLesson, EndsReader, _ends


def test_only_the_right_states_know_both_ends():
    lesson = EndsLesson()
    assert list(lesson.run(18)) == [3, 6, 9, 12, 15, 18]
    both, backward, step = (lesson.points[head][-1] for head in CONTENDERS)
    assert both.first > 0.9 and both.last > 0.9
    assert backward.first > 0.9 and backward.last < 0.3  # the backward state has carried the last word through all others
    assert step.last > 0.9 and step.first < 0.3  # the forward state has carried the first one
    assert all(lesson.points[head][0].first < 0.4 for head in CONTENDERS)  # untrained: near 1 / KINDS


def test_what_the_heads_read():
    words = torch.randint(KINDS, (3, 7))
    assert torch.equal(_ends(words), torch.stack((words[:, 0], words[:, 6]), 1))
    for head in CONTENDERS:
        reader = EndsReader(head)
        assert reader(words).shape == (3, 2, KINDS) and reader.answer.in_features == (16 if head == "h[-1]" else 32)
