"""The page Glossary: every term once, with its meaning and a link to the page that shows it; and the words of claims that lead to it."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from core.guide.terms import CHAPTERS, TERMS
from dashboard.kit.wording import marked
from dashboard.navigation import PAGES
from dashboard.shell.explained import anchor_of, explained
from tests.pages.support import open_page, texts

LINK = re.compile(r'\[([^\]]+)\]\(glossary#([\w-]+) "([^"]+)"\)')


def lists(app):
    return [e.proto.body for e in app.get("html") if '<dl class="lab-terms">' in e.proto.body]


def test_every_term_stands_there_once_and_leads_to_its_page():
    app = open_page("glossary")
    shown = "".join(lists(app))
    ids = re.findall(r'<dt id="([^"]+)">', shown)
    assert ids == [anchor_of(term) for terms in CHAPTERS.values() for term in terms]
    addresses = [urlsplit(unescape(address)) for address in re.findall(r'<a href="([^"]+)"', shown)]
    assert [(one.path, dict(parse_qsl(one.query))) for one in addresses] == [(term.page, dict(term.query)) for term in TERMS.values()]
    assert all(term.meaning in unescape(shown) for term in TERMS.values())
    assert [header.value for header in app.header] == list(CHAPTERS)


def test_a_link_opens_the_words_of_one_chapter():
    app = open_page("glossary", chapter="attention")
    assert [header.value for header in app.header] == ["Attention"] and len(lists(app)) == 1
    assert "term-softmax" in lists(app)[0] and app.query_params["chapter"] in ("attention", ["attention"])


@pytest.mark.parametrize("chapter", ["Attention", "<b>", "0"])
def test_a_chapter_that_is_none_is_refused_with_a_sentence(chapter):
    app = open_page("glossary", chapter=chapter)
    assert len(lists(app)) == len(CHAPTERS) and "The link's chapter cannot be used" in texts(app)


def test_words_of_claims_are_explained_where_they_stand():
    told = {page.url_path: LINK.findall(explained(page.about.claim)) for page in PAGES}
    anchors = {anchor_of(term): term for term in TERMS.values()}
    for links in told.values():
        assert len({anchor for _, anchor, _ in links}) == len(links), "each word once"
        assert all(title.replace("\\", "") == anchors[anchor].meaning for _, anchor, title in links)
    assert [anchor for _, anchor, _ in told["memory"]] == ["term-elman-rnn", "term-gradient", "term-gate", "term-lstm", "term-gru"]
    assert sum(map(bool, told.values())) > 20, "there is hardly a claim without a word of the field"


def test_a_claim_is_drawn_with_its_words_explained():
    claim = explained(next(page for page in PAGES if page.url_path == "masks").about.claim)
    app = open_page("masks")
    assert claim in [text.value for text in app.markdown] and "(glossary#term-subsequent-mask " in claim


def test_a_word_within_another_one_and_a_name_of_several_meanings_stay_as_they_are():
    text = marked("A GRUB, a pre-attention, its cells, what is learned, and 3 counts.")
    assert explained(text) == text
    assert explained(marked("two gradients")) == marked('two [gradients](glossary#term-gradient "{}")', TERMS["Gradient"].meaning)
