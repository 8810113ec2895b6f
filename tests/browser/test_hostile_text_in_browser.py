"""Text from people in a real browser: shown letter by letter, and it asks nobody for anything."""

from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from core.training.runs.store import Run
from dashboard.kit.wording import NOTHING
from tests.hostile import IMAGE, LINK, NAMES, SIGNS

pytestmark = pytest.mark.browser
APP = Path(__file__).with_name("hostile_app.py")
TEXTS = 18  # elements of the page that show all of it


def elsewhere(page):
    """The addresses of other hosts that the page asks for from now on."""
    found = []
    page.on("request", lambda request: found.append(request.url) if urlsplit(request.url).hostname not in ("127.0.0.1", None) else None)
    return found


def test_hostile_text_is_shown_letter_by_letter_wherever_text_is_drawn(serve, page):
    asked = elsewhere(page)
    page.goto(serve(APP))
    expect(page.get_by_text("END", exact=True)).to_be_visible()
    main = page.get_by_test_id("stMain")
    expect(main.locator(".js-plotly-plot")).to_be_visible()
    shown = main.inner_text().replace(NOTHING, "").replace(":material_", ":material/")
    assert shown.count(SIGNS) >= TEXTS
    assert not [a for a in main.locator("a").all() if "evil" in (a.get_attribute("href") or "") and "#" not in a.get_attribute("href")]
    assert not main.locator("img").count()
    page.wait_for_load_state("networkidle")
    assert asked == []


def test_a_hostile_run_and_a_hostile_link_ask_no_other_host(lab, page):
    asked = elsewhere(page)
    page.goto(f"{lab.url}train")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    config = {"model": "gru", "dataset": "folder", "data": f"/photos/{IMAGE.replace('/', chr(92))}", "epochs": 3, "seed": 0}
    with Session(create_engine(f"sqlite:///{lab.home / 'lab.sqlite'}")) as session:
        row = Run(id="gru-evil", created=1.0, owner=IMAGE, status="failed", message=f"{IMAGE} {LINK}", config=config)
        row.facts, row.curve, row.lr_changes = {"classes": list(NAMES)}, {}, []
        session.add(row)
        session.commit()
    for link in (
        "train?run=gru-evil",
        f"train?preset={quote(IMAGE + LINK)}",
        f"train?run={quote(IMAGE)}",
        "compare?runs=gru-evil",
        "evaluate?run=gru-evil",
    ):
        page.goto(f"{lab.url}{link}")
        expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        assert not page.get_by_test_id("stMain").locator("img[src*=evil], a[href*='evil.example']").count(), link
        assert not page.get_by_text("This app has encountered an error").count(), link
    assert asked == []
