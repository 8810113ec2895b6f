"""The text of a lesson: four kinds of words, and nothing that could be more than words."""

import pytest

from core.lessons.text import BOLD, CODE, EMPHASIS, PLAIN, Piece, blocks_of, pieces_of, plain_text


def test_paragraphs_and_lists():
    text = "One\nline.\n\n\nTwo **bold**\n- a\n  goes on\n- `b`\n\n* c"
    one, two, items, last = blocks_of(text)
    assert [piece.text for piece in one.lines[0]] == ["One line."] and not one.listed
    assert two.lines == ((Piece(PLAIN, "Two "), Piece(BOLD, "bold")),)
    assert items.listed and items.lines == ((Piece(PLAIN, "a goes on"),), (Piece(CODE, "b"),))
    assert last.listed and last.lines == ((Piece(PLAIN, "c"),),)
    assert plain_text((one, two, items)) == "One line. Two bold a goes on b"


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("a *b* **c** `d`", [(PLAIN, "a "), (EMPHASIS, "b"), (PLAIN, " "), (BOLD, "c"), (PLAIN, " "), (CODE, "d")]),
        ("2 * 3 * 4, a*b*c", [(PLAIN, "2 * 3 * 4, a*b*c")]),
        ("`**no**`", [(CODE, "**no**")]),
        ("<b>x</b> [a](http://b.example) ![c](d)", [(PLAIN, "<b>x</b> [a](http://b.example) ![c](d)")]),
        ("", []),
    ],
)
def test_pieces_of_a_line(line, pieces):
    assert pieces_of(line) == tuple(Piece(kind, text) for kind, text in pieces)
