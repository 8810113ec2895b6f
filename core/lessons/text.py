"""The text of a lesson: paragraphs and lists of words that are plain, bold, emphasised or code. All else is shown as it is written.

So no file brings HTML, a picture, or a link to another place into a page: whoever draws a text makes each of its pieces harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PLAIN, BOLD, EMPHASIS, CODE = "plain", "bold", "emphasis", "code"
MARKS = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|(?<![\w*])\*(?P<emphasis>[^*\s][^*\n]*)\*(?![\w*])|\x60(?P<code>[^\x60\n]+)\x60")
ITEM = re.compile(r"[-*] +")


@dataclass(frozen=True)
class Piece:
    """Words of one kind: `PLAIN`, `BOLD`, `EMPHASIS` or `CODE`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Block:
    """A paragraph, which is one line of pieces, or a list, which is some."""

    lines: tuple[tuple[Piece, ...], ...]
    listed: bool = False


def blocks_of(text: str) -> tuple[Block, ...]:
    """The blocks of a text; empty lines stand between them."""
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text.strip()) if part.strip()]
    return tuple(block for part in parts for block in _of_part(part.splitlines()))


def _of_part(lines: list[str]) -> Iterator[Block]:
    """A part without an empty line: a paragraph, a list, or a paragraph with a list right below it."""
    first = next((at for at, line in enumerate(lines) if ITEM.match(line)), len(lines))
    if first:
        yield Block((pieces_of(" ".join(line.strip() for line in lines[:first])),))
    items: list[str] = []
    for line in lines[first:]:
        if ITEM.match(line):
            items.append(ITEM.sub("", line, count=1).strip())
        else:
            items[-1] += f" {line.strip()}"
    if items:
        yield Block(tuple(map(pieces_of, items)), listed=True)


def pieces_of(line: str) -> tuple[Piece, ...]:
    """The pieces of one line."""
    found, at = [], 0
    for mark in MARKS.finditer(line):
        found.append(Piece(PLAIN, line[at : mark.start()]))
        found.append(Piece(mark.lastgroup, mark[mark.lastgroup]))
        at = mark.end()
    return tuple(piece for piece in [*found, Piece(PLAIN, line[at:])] if piece.text)


def plain_text(blocks: tuple[Block, ...]) -> str:
    """A text without its marks, in one line: for a search."""
    return " ".join("".join(piece.text for piece in line) for block in blocks for line in block.lines)
