"""Home as a plain page: the picture on its way through both recorded networks, and the map of the unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.lessons.lesson import Lesson
from core.records.overview import Overview, Reader, overview
from dashboard.kit.wording import escape
from dashboard.navigation import CLASS, Page, sections
from dashboard.pictures.html import png_uri
from dashboard.plain.charts import curves_svg, shaded_html
from dashboard.plain.frame import folded_html, percent, table_html, words_html

NAMES = {"gru": "A cell, which carries a state along (GRU)", "vit": "Attention, which reads all patches (Vision Transformer)"}


def home_html(lessons: Mapping[str, Lesson]) -> str:
    """The body of the page."""
    record = overview()
    best = {kind: max((row for row in record.readers if row[0] == kind), key=lambda row: row[1]) for kind in NAMES}
    read = "".join(_read(record, record.readers[best[kind]], kind) for kind in NAMES)
    parts = "".join(_part(name, pages, lessons) for name, pages in sections().items() if name != CLASS)
    return (
        "<p>An image becomes patches, patches become tokens, and a cell or attention names what the image shows. Both networks below are "
        f"recorded runs; all numbers are what they computed of this picture.</p>{_picture(record)}{read}"
        f"<h2>The unit, page by page</h2>{parts}"
    )


def _picture(record: Overview) -> str:
    name = record.classes[record.truth]
    return (
        f'<figure class="picture"><img src="{png_uri(record.pixels)}" width="128" height="128" alt="A drawn {escape(name)} of 32 by 32 '
        f'pixels"><figcaption>The picture: a {escape(name)}.</figcaption></figure>'
    )


def result_words(record: Overview, reader: Reader) -> str:
    """What a reader says of the picture at last."""
    last = reader.beliefs[-1]
    said, right = record.classes[int(last.argmax())], int(last.argmax()) == record.truth
    return (
        f"After all {len(reader.tokens)} patches it says {said} with {percent(float(last.max()))}: "
        f"{'that is right' if right else f'but it is a {record.classes[record.truth]}'}."
    )


def _read(record: Overview, reader: Reader, kind: str) -> str:
    patches, features = reader.tokens.shape
    size, inside = reader.patch_size, reader.attention if reader.states is None else reader.states
    truth = record.classes[record.truth]
    told = (
        f"How much each of {patches} patches (rows) reads of each other (columns), in the first layer"
        if reader.states is None
        else f"{inside.shape[1]} numbers of the state (rows) after 0 to {patches} patches (columns)"
    )
    field = shaded_html(inside if reader.states is None else inside.T, told)
    tokens = shaded_html(reader.tokens.T, f"The first {features} numbers (rows) of the tokens of {patches} patches (columns)")
    label = f"Probability of “{truth}” after each patch. {result_words(record, reader)}"
    belief = [(step, float(row[record.truth])) for step, row in enumerate(reader.beliefs)]
    curve = curves_svg({truth: belief}, label=label, across="patches read", up="probability", ends=(0.0, 1.0))
    return (
        f"<h2>{escape(NAMES[kind])}</h2><p>{patches} patches of {size} by {size} pixels become {patches} tokens of {reader.width} numbers. "
        f"{escape(result_words(record, reader))}</p><div class=fields><figure>{tokens}<figcaption>Tokens: the first {features} numbers of "
        f"each.</figcaption></figure><figure>{field}<figcaption>{escape(told)}.</figcaption></figure></div>{curve}"
        f"{folded_html('The same in numbers', _numbers(record, reader, kind))}"
        f'<p>Recorded after epoch {reader.epoch + 1} of <a href="runs/{escape(reader.run)}.html">{escape(reader.run)}</a>.</p>'
    )


def _numbers(record: Overview, reader: Reader, kind: str) -> str:
    rows = [(str(step), *(percent(float(share)) for share in row)) for step, row in enumerate(reader.beliefs)]
    return table_html(f"{NAMES[kind]}: probability of each class after each patch", ["patches", *record.classes], rows)


def _part(name: str, pages: Sequence[Page], lessons: Mapping[str, Lesson]) -> str:
    cards = "".join(_card(page, lessons) for page in pages)
    return f"<section><h3>{escape(name)}</h3><ul class=cards>{cards}</ul></section>"


def _card(page: Page, lessons: Mapping[str, Lesson]) -> str:
    """A page with its claim, and the lessons that lead there."""
    some = [one for one in lessons.values() if not one.taken_from and any(step.page == page.url_path for step in one.steps)]
    links = ", ".join(f'<a href="lessons/{escape(one.name)}.html">{escape(one.title)}</a>' for one in some)
    told = f"<p class=small>Lessons: {links}.</p>" if some else ""
    return f"<li><h4>{escape(page.title)}</h4><p>{words_html(page.about.claim)}</p>{told}</li>"
