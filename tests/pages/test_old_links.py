"""Links that the lab has printed once: they open what they opened then, under the names that they had then.

`old_links.json` was made with the lab of 29 November 2026, before the controls of pages were declared once: for each page the links of its
"Try this" and others that change every control, each with what the page then wrote into the address bar.
"""

import json
from pathlib import Path

import pytest

from dashboard import navigation
from dashboard.pictures.choose import SAILING
from dashboard.web.head import OF_TRAIN
from pages.home.controls import READER, TRAINED
from tests.pages.support import open_page, texts

FOLDERS = {page.url_path: page.path.parent.name for page in navigation.PAGES if page.section != navigation.CLASS}
LINKS = json.loads(Path(__file__).with_name("old_links.json").read_text("utf-8"))
LISTS = ("models", "runs")  # joined by commas on some pages, by dots today
CASES = [(page, link, address) for page, links in LINKS.items() for link, address in links]

BY_ITSELF = {"vit": ("set", SAILING)}  # what a page shows by itself today of the runs that its links name, and so does not write


def today(page: str, address: dict[str, str]) -> dict[str, str]:
    """An address in today's words: a seed is called seed, lists are joined by dots, and what a page shows by itself is left out."""
    address = dict(row for row in address.items() if row != BY_ITSELF.get(page))
    renamed = {"seed" if name == "random" else name: text for name, text in address.items()}
    return {name: text.replace(",", ".") if name in LISTS else text for name, text in renamed.items()}


def test_every_page_of_then_has_links_here():
    assert LINKS.keys() <= FOLDERS.keys() and len(LINKS) == 21 and len(CASES) > 100


def test_the_first_page_knows_which_old_links_are_those_of_train():
    """Train was at "/" once, where Home is now: the head of the first page sends on what names something of Train, and nothing else."""
    names = {name for link, address in LINKS["train"] for name in (*link, *address)}
    assert names <= {*OF_TRAIN} and len(names) > 15
    others = {READER.name, TRAINED.name, "lesson", "step", "present", "code"}
    assert not others & {*OF_TRAIN}


@pytest.mark.parametrize(("page", "link", "address"), CASES, ids=[f"{page}-{'-'.join(link) or 'bare'}" for page, link, _ in CASES])
def test_a_link_opens_what_it_opened(page, link, address):
    app = open_page(FOLDERS[page], **link)
    found = {name: text[0] if isinstance(text, list) else text for name, text in dict(app.query_params).items()}
    assert today(page, found) == today(page, address)
    assert "cannot be used" not in texts(app) and "There is no run" not in texts(app)
