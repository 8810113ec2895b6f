"""What every page is about can be read without running it, and each of its experiments is a link that the page understands."""

import json
import re
from pathlib import Path

import pytest

from dashboard.navigation import CLASS, PAGES, neighbours
from dashboard.shell import state
from dashboard.shell.explained import explained
from tests.pages.support import open_page, printed_by, texts

LONGEST_CLAIM = 210  # letters: two lines on a projector
ENDS = re.compile(r"[.?!](?=\s|$)")  # of sentences, once the marks of Markdown are gone
OLD_LINKS = json.loads(Path(__file__).with_name("old_links.json").read_text("utf-8"))
EXPERIMENTS = [
    pytest.param(page.path.parent.name, query, id=f"{page.url_path}-{'-'.join(query)}")
    for page in PAGES
    for query in page.about.experiments.values()
    if query not in [link for link, _ in OLD_LINKS.get(page.url_path, ())]  # those are opened by test_old_links
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.url_path)
def test_a_page_claims_one_thing_in_one_sentence(page):
    claim = page.about.claim.replace("*", "")
    assert len(claim) <= LONGEST_CLAIM and claim[0].isupper()
    assert len(ENDS.findall(claim)) == 1 and claim[-1] in ".?!", claim


@pytest.mark.parametrize("page", [page for page in PAGES if page.section != CLASS], ids=lambda page: page.url_path)
def test_a_page_has_three_experiments_at_least_and_other_words_to_be_found_by(page):
    about = page.about
    assert len(about.experiments) >= 3 and len(about.words) >= 3
    assert len({word.casefold() for word in about.words}) == len(about.words)


def test_reading_all_of_them_runs_no_page_and_loads_nothing_heavy():
    code = """
import sys
from dashboard.navigation import PAGES
print(len([page.about for page in PAGES]), *{"torch", "streamlit", "pandas", "numpy"} & {*sys.modules})
"""
    assert printed_by(code).split() == [str(len(PAGES))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.url_path)
def test_where_to_look_is_a_container_of_the_page(page):
    source = "".join(file.read_text("utf-8") for file in page.path.parent.rglob("*.py") if file.name != "about.py")
    for key in page.about.seen_in.values():
        assert f'key="{key}"' in source, key
    assert page.about.seen_in.keys() <= {name for query in page.about.experiments.values() for name in query}


def test_pages_follow_one_another_in_the_order_of_the_unit():
    """From the first page on, "next" comes to every page once; what belongs to a class is a row of its own."""
    for row in ([page for page in PAGES if page.section != CLASS], [page for page in PAGES if page.section == CLASS]):
        walked = [row[0]]
        while after := neighbours(walked[-1])[1]:
            assert neighbours(after)[0].url_path == walked[-1].url_path
            walked.append(after)
        assert [page.url_path for page in walked] == [page.url_path for page in row] and neighbours(row[0])[0] is None


def test_the_frame_draws_title_and_claim_and_no_page_does():
    page = next(page for page in PAGES if page.url_path == "masks")
    app = open_page("masks")
    assert [title.value for title in app.title] == [page.title]
    assert explained(page.about.claim) in [text.value for text in app.markdown]
    assert not [page.url_path for page in PAGES if "st.title(" in page.path.read_text("utf-8")]


@pytest.mark.parametrize(("folder", "query"), EXPERIMENTS)
def test_an_experiment_is_a_link_that_its_page_understands(folder, query, monkeypatch):
    asked, linked = set(), state.linked

    def watched(name, *most):
        asked.add(name)
        return linked(name, *most)

    monkeypatch.setattr(state, "linked", watched)
    app = open_page(folder, **query)
    assert not query.keys() - asked, "the page never looks at a part of the link"
    assert "cannot be used" not in texts(app) and "There is no run" not in texts(app)
