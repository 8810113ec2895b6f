"""Modules under the names that README, CHANGELOG, lessons and error messages have printed."""

from importlib import import_module

import pytest


@pytest.mark.parametrize(
    ("printed", "name", "now"),
    [
        ("core.probes.equivariance", "shuffle_test", "core.probes.equivariance.shuffling"),
        ("core.probes.subjects", "trained", "core.probes.equivariance.subjects"),
        ("core.probes.attention_maps", "record_attention", "core.probes.attention.maps"),
        ("core.probes.written", "write_out", "core.probes.seq2seq.written"),
        ("core.evaluation.seq2seq", "scores", "core.evaluation.sequences.scores"),
        ("core.probes.recall_recorded", "recorded_lesson", "core.records.recall"),
    ],
)
def test_what_was_printed_is_still_found(printed, name, now):
    assert getattr(import_module(printed), name) is getattr(import_module(now), name)


def test_a_class_that_was_printed_has_that_name_still():
    pairs = import_module("core.probes.attention.pairs")
    assert pairs.Sizes is pairs.AttentionSizes
