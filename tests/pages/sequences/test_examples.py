"""The sentence and the picture under each task."""

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from core.probes.recurrence.padding import MOST_STEPS, packing
from core.probes.recurrence.unrolled import task_graph
from pages.sequences.examples import CLASSES, END, SENTENCES, picture_example, sentence_of, text_example
from pages.sequences.view import padding_html, part_sentences


def pixels_of(uri):
    return np.asarray(Image.open(BytesIO(b64decode(uri.partition(",")[2])))).transpose(2, 0, 1)


def test_there_is_a_sentence_of_every_length():
    assert len(SENTENCES) == MOST_STEPS
    for length in range(1, MOST_STEPS + 1):
        english, spanish = sentence_of(length)
        assert len(english) == length and spanish and set(english) <= set(CLASSES)


def test_words_stand_where_they_belong():
    assert text_example("same-length", task_graph("same-length", 3, 1)).words == {
        "x1": "spider", "x2": "man", "x3": "runs", "y1": "NOUN", "y2": "NOUN", "y3": "VERB",
    }  # fmt: skip
    translated = text_example("other-length", task_graph("other-length", 2, 5)).words
    assert [translated[f"y{t}"] for t in range(1, 6)] == ["el", "hombre", "araña", END, "·"]
    assert text_example("many-to-one", task_graph("many-to-one", 2, 1)).words == {"x1": "spider", "x2": "man", "y2": "English"}
    assert list(text_example("one-to-many", task_graph("one-to-many", 1, 2)).words) == ["x1", "y1", "y2"]


@pytest.mark.parametrize("length", [1, 3, 10])
def test_strips_are_the_whole_picture(length):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32), dtype=np.uint8)
    found = picture_example("many-to-one", task_graph("many-to-one", length, 1), pixels, "ship")
    strips = [pixels_of(found.pictures[f"x{t}"]) for t in range(1, length + 1)]
    assert np.array_equal(np.concatenate(strips, 1), pixels) and found.words == {f"y{length}": "ship"}
    noisy = picture_example("same-length", task_graph("same-length", length, 1), pixels, "ship").pictures
    assert np.array_equal(np.concatenate([pixels_of(noisy[f"y{t}"]) for t in range(1, length + 1)], 1), pixels)
    assert not np.array_equal(pixels_of(noisy["x1"]), strips[0])


def test_a_picture_that_nobody_knows():
    pixels = np.zeros((3, 32, 32), np.uint8)
    assert picture_example("one-to-one", task_graph("one-to-one", 2, 1), pixels, "").words == {"y1": "?"}
    assert list(picture_example("one-to-many", task_graph("one-to-many", 1, 3), pixels, "").words.values()) == ["a", "picture", END]


def test_parts_say_what_they_depend_on():
    from core.probes.recurrence.task_shapes import Sizes

    told = part_sentences(task_graph("same-length", 3, 1), Sizes(T=3))
    assert told["x2"] == "Input x2, (B, C) = (2, 3): outputs 2 to 3 of 3 depend on it."
    assert told["y1"] == "Output y1, (B, K) = (2, 7): it depends on input 1 of 3."
    assert told["h2"] == "State h2, (B, H) = (2, 50): it depends on inputs 1 to 2 of 3; outputs 2 to 3 of 3 depend on it."


def test_a_padded_batch_and_its_packing():
    html = padding_html(packing([1, 3]), [["<b>"], ["x", "y", "z"]])
    assert (
        "2 of 6 steps are padding (33 %)" in html
        and "batch_sizes = [2, 1, 1]" in html
        and "<b>step 1: 2</b><i>x</i><i>&lt;b&gt;</i>" in html
    )
