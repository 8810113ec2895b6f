"""Every sequence task against an answer found in another way; and the split, in which no input is twice."""

import datetime
import re
from itertools import pairwise
from random import Random

import pytest
import torch

from core.data import load_dataset
from core.data.dates import FORMS, iso, write
from core.data.seq_tasks import SEQ_TASKS, seq_task
from core.data.sequences import SIZES, distinct_inputs, image_rows, padded, pictures_of, text_split
from core.data.shapes import CLASSES
from core.data.splits import Dataset, Split
from core.errors import ConfigError
from core.models.seq2seq_ends import source_padding
from core.symbols import BOS, EOS, PAD
from tests.support import load_tiny

TEXT = [name for name, task in SEQ_TASKS.items() if not task.images]
every_task = pytest.mark.parametrize("name", SEQ_TASKS)
every_text_task = pytest.mark.parametrize("name", TEXT)


CANONICAL = "m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})"


def from_roman(text):
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}[letter] for letter in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


ORACLES = {  # (input, output) -> whether that is right, without the rule that made it
    "copy": lambda x, y: x == y,
    "reverse": lambda x, y: all(x[-1 - i] == y[i] for i in range(len(x))) and len(x) == len(y),
    "sort": lambda x, y: all(a <= b for a, b in pairwise(y)) and {c: x.count(c) for c in x} == {c: y.count(c) for c in y},
    "drop-vowels": lambda x, y: re.sub("[aeiou]", "", x) == y,
    "rle-encode": lambda x, y: "".join(c * int(n) for n, c in re.findall(r"(\d)(\D)", y)) == x and not re.search(r"\d(\D)\d\1", y),
    "rle-decode": lambda x, y: "".join(c * int(n) for n, c in zip(x[::2], x[1::2], strict=True)) == y,
    "addition": lambda x, y: eval(re.sub(r"\b0+(?=\d)", "", x)) == int(y) and str(int(y)) == y,
    "roman": lambda x, y: from_roman(y) == int(x) and bool(re.fullmatch(CANONICAL, y)),
    "dates": lambda x, y: datetime.date.fromisoformat(y).year == int(re.search(r"\d{4}", x)[0]),
    "row-labels": lambda x, y: y.replace(" and ", " ") == x and (" and " in y) == (" " in x),
}


@every_task
def test_answers_are_right_and_sequences_as_long_as_declared(name):
    task, random = SEQ_TASKS[name], Random(1)
    for _ in range(500):
        text = task.draw(random, random.choice(task.lengths))
        answer = task.answer(text)
        assert ORACLES[name](text, answer), (text, answer)
        source = task.source(text)[:-1] if task.images else task.source(text)
        assert len(source) <= task.max_source and len(task.target(answer)) <= task.max_target
        assert task.vocabulary.decode(source) == text and task.vocabulary.decode(task.target(answer)) == answer
        assert task.read(text) == text
    assert ORACLES[name](task.read(task.example), task.answer(task.read(task.example)))


@every_task
def test_longer_inputs_are_longer_than_trained_and_have_positions(name):
    task = SEQ_TASKS[name]
    if not task.longer:
        return
    assert task.longer.start == task.lengths.stop
    text = task.draw(Random(2), task.longer[-1])
    assert task.measure(text) == task.longer[-1]
    assert len(task.source(text)) <= 4 * task.max_source and len(task.target(task.answer(text))) <= 4 * task.max_target
    assert task.read(text) == text


def test_ordinals_are_those_of_english():
    written = [write(datetime.date(2024, 1, day), "{o} of {m} {y}").split()[0] for day in range(1, 32)]
    expected = "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th 13th 14th 15th 16th 17th 18th 19th 20th 21st 22nd 23rd 24th 25th 26th"
    assert written == [*expected.split(), "27th", "28th", "29th", "30th", "31st"]


@pytest.mark.parametrize(("text", "counted"), [("a" * 9, "9a"), ("a" * 10 + "b", "9a1a1b"), ("b" + "c" * 20, "1b9c9c2c"), ("", "")])
def test_a_run_longer_than_a_digit_is_counted_as_several(text, counted):
    assert SEQ_TASKS["rle-encode"].answer(text) == counted


def test_every_day_in_every_form_is_read_back():
    for ordinal in range(datetime.date(1999, 12, 1).toordinal(), datetime.date(2001, 3, 2).toordinal()):
        day = datetime.date.fromordinal(ordinal)
        assert {iso(write(day, form)) for form in FORMS} == {day.isoformat()}


@pytest.mark.parametrize(
    ("task", "text", "message"),
    [
        ("dates", "31 february 1999", "a day that the calendar does not have"),
        ("dates", "3 marsh 1999", "'marsh' is no month"),
        ("dates", "mon 3 march 1999", "1999-03-03 is a wed, not a mon"),
        ("dates", "03 03 99", "not a date in a form that this task knows"),
        ("addition", "12+", "not a sum of two numbers"),
        ("roman", "4000", "no roman numeral: write a number from 1 to 3999"),
        ("roman", "007", "no roman numeral"),
        ("rle-decode", "3ab", "not made of counts and letters in turn"),
    ],
)
def test_an_input_without_an_answer_says_why(task, text, message):
    with pytest.raises(ConfigError, match=message):
        SEQ_TASKS[task].answer(text)


def test_what_a_person_types_is_tidied_or_refused():
    task = seq_task("dates")
    assert task.read("  March 3rd,   1999 ") == "march 3rd, 1999"
    for text, message in {
        " ": "The input is empty: type something, such as march 3rd, 1999",
        "3 märz 1999": "Unknown here: z ä",
        "1" * 1000: "1,000 symbols are longer than the 91 that this model has positions for",
    }.items():
        with pytest.raises(ConfigError, match=message):
            task.read(text)
    with pytest.raises(ConfigError, match="no task named 'date'. Did you mean 'dates'"):
        seq_task("date")


@every_text_task
def test_no_input_is_in_two_splits_and_the_same_seed_draws_the_same(name):
    data = load_dataset(name)
    texts = {part: [source for source, _ in data.texts(getattr(data, part))] for part in SIZES}
    everything = [text for part in texts.values() for text in part]
    assert len(everything) == len({*everything})
    few = name == "roman"
    assert few or {part: len(found) for part, found in texts.items()} == SIZES
    assert all(SEQ_TASKS[name].answer(source) == target for source, target in data.texts(data.test[:50]))
    again = load_dataset(name)
    assert torch.equal(again.val.inputs, data.val.inputs) and torch.equal(again.train.targets, data.train.targets)
    assert not torch.equal(load_dataset(name, split_seed=1).val.inputs[:100], data.val.inputs[:100])


def test_a_task_with_few_inputs_shares_out_all_that_there_are():
    data = load_dataset("roman")
    sizes = [len(part) for part in (data.train, data.val, data.test)]
    assert sum(sizes) == 3999 and sizes[1:] == [499, 499]
    one = distinct_inputs(SEQ_TASKS["copy"], 100, "seed", lengths=[1])
    assert len(one) == 26


def test_tokens_end_and_are_padded_at_the_right():
    split = text_split(SEQ_TASKS["reverse"], ["ab", "c"])
    assert split.inputs.tolist() == [[3, 4, EOS], [5, EOS, PAD]]
    assert split.targets.tolist() == [[BOS, 4, 3, EOS], [BOS, 5, EOS, PAD]]
    assert split[1:].trimmed().inputs.tolist() == [[5, EOS]] and split[1:].trimmed().targets.tolist() == [[BOS, 5, EOS]]
    assert padded([]).shape == (0, 1)


def test_rows_take_images_of_their_own_split_only():
    images = load_tiny("tiny", None)
    task = SEQ_TASKS["row-labels"]
    for part in ("train", "test"):
        rows = image_rows(task, images, part, 20, seed=3)
        own = getattr(images, part)
        source = rows.source  # (N, S, 3, 32, 32)
        assert source.shape[1] <= 4 and source.dtype == torch.uint8
        for row, target in zip(rows.inputs, rows.targets, strict=True):
            labels = own.labels[row[row > 0] - 1].tolist()
            names = " ".join(f"class-{k}" for k in labels)
            words = [(*(f"class-{k}" for k in range(10)), "and")[t - 3] for t in target.tolist() if t > EOS]
            assert [w for w in words if w != "and"] == names.split()
        assert torch.equal(source[0, 0], own.images[rows.inputs[0, 0] - 1])
        assert not source[rows.inputs == PAD].any()


def test_a_black_picture_in_a_row_is_a_picture():
    """All zeros mean padding to a model: a picture that is black all over keeps one pixel that hardly shines, wherever it stands."""
    black = torch.zeros(6, 3, 32, 32, dtype=torch.uint8)
    images = Dataset.of("black", *(Split(black.clone(), torch.arange(6) % 2) for _ in range(3)), ["cat", "dog"])
    rows = image_rows(SEQ_TASKS["row-labels"], images, "test", 20, 0)
    assert (source_padding(rows.source) == (rows.inputs == 0)).all() and rows.source.max() == 1
    assert not source_padding(pictures_of(images, ("cat", "dog"), 0)[None]).any()
    assert (images.test.images == 0).all(), "the data set itself is left as it is"


def test_the_names_of_shapes_are_the_words_of_a_row():
    assert SEQ_TASKS["row-labels"].vocabulary.symbols == (*CLASSES, "and")


def test_an_image_for_each_name_is_a_test_image_of_its_class():
    images = load_tiny("tiny", None)
    names = [f"class-{k}" for k in (3, 1, 3, 9)]
    found = pictures_of(images, names, seed=2)
    assert found.shape == (4, *images.test.images.shape[1:]) and found.dtype == torch.uint8
    for name, image in zip(names, found, strict=True):
        (places,) = torch.where((images.test.images == image).flatten(1).all(1))
        assert f"class-{int(images.test.labels[places[0]])}" == name
    assert torch.equal(found, pictures_of(images, names, seed=2))
