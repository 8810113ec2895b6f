"""Finding by words: each rule, their order, typing errors, and questions of any kind."""

import pytest

from core.guide.find import EXACT, NAMED, PREFIX, SOME, SPELLING, WORDS, Findable, Index, find, words_of

MASKS = Findable(kind="page", title="Masks", page="masks", text="Who may read whom.", words="A decoder must not read what it is to write.")
SHUFFLE = Findable(kind="page", title="Shuffle test", page="shuffle", text="Which model notices that patches are shuffled?")
EQUAL = Findable(kind="term", title="Equivariance", names=("equivariant",), page="shuffle", text="Outputs change places with inputs.")
CAUSAL = Findable(kind="term", title="Subsequent mask", names=("causal mask",), page="masks", text="It hides later outputs.")
TASK = Findable(kind="task", title="Task 1.2", names=("A GRU cell by hand",), page="cell", query={"view": "hand"})
ENTRIES = (MASKS, SHUFFLE, EQUAL, CAUSAL, TASK)


@pytest.mark.parametrize(
    ("question", "entry", "rule"),
    [
        ("masks", MASKS, EXACT),
        ("Mask", MASKS, EXACT),  # without the s of the plural
        ("EQUIVARIANT", EQUAL, EXACT),
        ("equiv", EQUAL, PREFIX),
        ("causal m", CAUSAL, PREFIX),
        ("mask sub", CAUSAL, NAMED),
        ("decoder read", MASKS, WORDS),
        ("notices shuffle", SHUFFLE, WORDS),
        ("equivarient", EQUAL, SPELLING),
        ("sufle tset", SHUFFLE, SPELLING),
        ("task 1.2", TASK, EXACT),
        ("1.2", TASK, NAMED),
        ("why does a decoder write later tokens?", MASKS, SOME),
        ("  gru   CELL by Hand ", TASK, NAMED),
        ("équivariance", EQUAL, EXACT),
    ],
)
def test_a_question_finds_its_entry_by_the_first_rule_that_holds(question, entry, rule):
    best = find(question, ENTRIES)[0]
    assert (best.entry, best.rule) == (entry, rule)


def test_rules_come_in_their_order_and_a_nearer_name_first_within_one():
    assert [hit.entry for hit in find("mask", ENTRIES)] == [MASKS, CAUSAL], "the whole name before a part of one"
    assert [hit.rule for hit in find("mask", ENTRIES)] == [EXACT, NAMED]
    short, long = (Findable(kind="term", title=title, page="vit") for title in ("Attention map", "Attention map of all of the heads"))
    assert [hit.entry for hit in find("attention m", (long, short))] == [short, long]


def test_a_title_comes_before_another_name_and_else_the_order_stays():
    other, titled = Findable(kind="term", title="State", names=("size",), page="a"), Findable(kind="term", title="Size", page="b")
    assert [hit.entry for hit in find("size", (other, titled))] == [titled, other]
    twins = [Findable(kind="page", title="Memory", page=page) for page in "abc"]
    assert [hit.entry.page for hit in find("memory", twins)] == ["a", "b", "c"]


@pytest.mark.parametrize("question", ["", "   ", "?!", "xyzzy", "qqqq wwww", "\0", "\ud800", "🙂"])
def test_what_nobody_has_finds_nothing(question):
    assert find(question, ENTRIES) == []


def test_a_word_of_every_sentence_finds_nothing_by_itself_among_others():
    assert find("what is the xyzzy", ENTRIES) == []


def test_a_question_is_read_to_its_bound_only():
    assert find("masks" + " " * 1_000_000, ENTRIES)[0].entry is MASKS
    assert len(find("m", [MASKS] * 50, most=7)) == 7


def test_rare_words_count_more_than_frequent_ones():
    entries = [Findable(kind="term", title=f"model {name}", page=name) for name in ("red", "green", "blue", "grey")]
    assert find("how does the model see green light", entries)[0].entry.page == "green"


def test_an_index_answers_as_the_function_does():
    index = Index(ENTRIES)
    for question in ("mask", "equivarient", "decoder"):
        assert index.find(question) == find(question, ENTRIES)


def test_words_are_small_letters_numbers_and_singular():
    assert words_of("Task 1.2: Équivariant GRUs, losses & bias") == ("task", "1.2", "equivariant", "gru", "losse", "bia")
