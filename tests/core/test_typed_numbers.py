"""Numbers as people type them: one rule for a decimal comma, wherever a number is typed."""

import pytest

from core.checks import OneOf, Whole
from core.cli import main, parse
from core.errors import ConfigError
from core.home import number_setting
from core.hparams import declared
from core.memory import size_setting
from core.probes.attention.by_hand import parse_numbers
from core.probes.recurrence.cell_by_hand import Edit, parse_edits
from core.probes.recurrence.typed import parse_matrix
from core.training.config import TrainingConfig
from core.typed_numbers import comma_remedy, pieces, with_point
from dashboard.__main__ import parser


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0,5", "0.5"), (",5", "0.5"), ("-1,25", "-1.25"), ("−1,25", "-1.25"), ("+2,0", "+2.0"), ("1,5e-3", "1.5e-3"), (" 0,5 ", "0.5"),
        ("0，5", "0.5"), ("0٫5", "0.5"), ("1.000,5", "1000.5"), ("1 234 567,8", "1234567.8"), ("1'000,25", "1000.25"),
    ],
)  # fmt: skip
def test_a_decimal_comma_is_seen(text, number):
    assert with_point(text) == number
    assert comma_remedy(text) == f" Write a point: {number}."


@pytest.mark.parametrize("text", ["", "0.5", ",", "1,2,3", "a,b", "0,5 1,5", "5,", "cat,dog", "0.5,1", "1,0" * 1000])
def test_other_texts_have_none(text):
    assert with_point(text) == "" and comma_remedy(text) == ""


def test_a_comma_between_thousands_is_told_both_ways():
    assert comma_remedy("1,000") == " Write a point: 1.000, or no comma: 1000."
    assert comma_remedy("1,000", Whole()) == " Write no comma: 1000."
    assert comma_remedy("1,5", Whole()) == comma_remedy("1,5", OneOf(range(9))) == " Write a whole number, without a comma."
    assert comma_remedy("0,5", OneOf((0.0, 0.5))) == " Write a point: 0.5." and comma_remedy("0,5", OneOf(("a", "b"))) == ""


@pytest.mark.parametrize("line", ["1 2 3", "1, 2, 3", "1,2,3", "1;2;3", "1 ,2 ,3", "1\t2,\t3", "1 , 2 ; 3", "1，2，3", " 1 2 3, "])
def test_what_stands_between_the_numbers_of_a_list(line):
    assert pieces(line) == ["1", "2", "3"]


@pytest.mark.parametrize("line", ["0,5", "0,5 1,5", "1 0,5", "0,5;1", "0,5; 1,5", "0,5, 1,5", "-0,5\t1", "0，5 1"])
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_a_list_is_refused_in_the_same_words_on_all_pages_whether_the_count_fits_or_not(line, columns):
    told = []
    for read in (parse_numbers, lambda text: parse_matrix(text, "x", rows=None, columns=columns, most=1000)):
        with pytest.raises(ConfigError, match="Write a point: -?0.5; or, for two, a space between them: -?0 5") as caught:
            read(line)
        told.append(str(caught.value))
    assert told[1] == f"x: {told[0]}"


def test_a_printed_list_is_read_if_commas_alone_stand_in_it():
    assert parse_matrix("[[0,5],[1,5]]", "x", rows=2, columns=2, most=9).tolist() == [[0, 5], [1, 5]]
    with pytest.raises(ConfigError, match="Write a point: 0.5"):
        parse_matrix("[[0,5 1], [1,5 2]]", "x", rows=2, columns=2, most=9)


@pytest.mark.parametrize("name", ["lr", "weight_decay", "momentum", "label_smoothing"])
@pytest.mark.parametrize("text", ["0,001", ",001", "1,5e-3"])
def test_a_hyperparameter_says_to_write_a_point(name, text):
    """For a flag and for a link: both are read here."""
    with pytest.raises(ConfigError, match=f"{name} = '{text}' is not valid: .* Write a point: {with_point(text)}"):
        declared(TrainingConfig)[name].parse(text)


def test_a_whole_hyperparameter_says_to_write_no_comma():
    with pytest.raises(ConfigError, match="epochs = '1,000' is not valid: .* Write no comma: 1000."):
        declared(TrainingConfig)["epochs"].parse("1,000")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1 000", "1000"), ("1\u202f000", "1000"), ("1'000", "1000"), ("1.000", "1000"), ("1_000", "1000"), ("１０", "10"), ("٣", "3"),
        (" 7", "7"), ("−3", "-3"),
    ],
)  # fmt: skip
def test_a_number_in_other_signs_is_said_in_plain_ones(text, plain):
    with pytest.raises(ConfigError, match=f"is not valid: .* Write {plain}[.]$"):
        declared(TrainingConfig)["epochs"].parse(text)


@pytest.mark.parametrize("text", ["2x", "1k", "0.5", "1/2", "", "ten", "1 2", "1.5.000"])
def test_what_is_no_whole_number_in_any_signs_gets_no_such_advice(text):
    assert "Write" not in comma_remedy(text, Whole())


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["bench", "--threads", "1.000"], "Write 1000"),
        (["train", "--lr", "0,001"], "Write a point: 0.001"),
        (["train", "--train-fraction", "0,5"], "Write a point: 0.5"),
        (["bench", "gru", "--seconds", "0,5"], "Write a point: 0.5"),
        (["bench", "--threads", "1,5"], "Write a whole number, without a comma"),
        (["evaluate", "recorded-shapes-gru", "--epoch", "1,000"], "Write no comma: 1000"),
        (["runs", "shuffle", "recorded-shapes-gru", "--images", "1,000"], "Write no comma: 1000"),
    ],
)
def test_a_flag_says_to_write_a_point(words, remedy, tmp_path, capsys):
    try:
        code = main([*words, "--home", str(tmp_path)])
    except SystemExit as end:
        code = end.code
    assert code == 2 and remedy in capsys.readouterr().err


def test_flags_without_a_comma_are_read_as_before():
    assert parse(["bench", "--seconds", "0.5", "--threads", "2"]).seconds == 0.5
    assert parser().parse_args(["--port", "8600"]).port == 8600 and parser().parse_args([]).port == 8501


def test_a_setting_says_to_write_a_point(monkeypatch):
    monkeypatch.setenv("LAB_AWAY_MINUTES", "0,5")
    with pytest.raises(ConfigError, match="LAB_AWAY_MINUTES = '0,5' is not a number .* Write a point: 0.5."):
        number_setting("LAB_AWAY_MINUTES", 30)
    monkeypatch.setenv("LAB_MEMORY", "3,5 GB")
    with pytest.raises(ConfigError, match="LAB_MEMORY = '3,5 GB' is no size.* Write a point: 3.5."):
        size_setting("LAB_MEMORY")


def test_an_edit_of_a_link_with_a_decimal_comma_is_left_out_and_not_cut():
    assert parse_edits("x.3.0:0,5,x.1.0:2") == (Edit("inputs", 1, 0, 2.0),)
