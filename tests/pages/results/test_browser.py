"""The page Results in two browsers: what is taken along, names when asked for, a roster, and the end of a class."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.class_driven import bar, go_to, join

pytestmark = pytest.mark.browser
NAME = "Anna <b>Berg</b>"


def taken(page):
    """The rows of the CSV that a click saves."""
    with page.expect_download() as saved:
        page.get_by_role("button", name="Results (CSV)").first.click()
    text = Path(saved.value.path()).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_what_a_class_takes_along_and_its_end(instructor, phone, class_lab, invited):
    pseudonym = join(phone, class_lab, invited[0], "results")
    table = phone.locator("table.lab-results")
    expect(table).to_contain_text(pseudonym)
    (own,) = taken(phone)
    assert own["pseudonym"] == pseudonym and len(table.get_by_role("row").all()) == 2

    go_to(instructor, "Class", "Results")
    shown = instructor.locator("table.lab-results")
    expect(shown).to_contain_text(pseudonym)
    expect(shown).not_to_contain_text("Anna")
    (row,) = taken(instructor)
    assert (row["pseudonym"], row["name"]) == (pseudonym, NAME)
    instructor.get_by_text("Show names", exact=True).click()
    expect(shown).to_contain_text(NAME)

    instructor.get_by_text("Roster", exact=True).click()
    instructor.get_by_role("textbox", name="Names, one on each line").fill("Berg b, Anna b\nNobody, Here")
    instructor.get_by_role("button", name="Sort by this roster").click()
    expect(instructor.get_by_text("Not in the class: Nobody, Here.")).to_be_visible()

    instructor.get_by_text("Delete this class", exact=True).click()
    instructor.get_by_role("textbox", name="Type the code of the class").fill("wrong")
    instructor.get_by_role("button", name="Delete all of this class").click()
    expect(instructor.get_by_text("Nothing was deleted")).to_be_visible()
    instructor.get_by_role("textbox", name="Type the code of the class").fill(invited[0].lower())
    instructor.get_by_role("button", name="Delete all of this class").click()
    expect(instructor.get_by_text("The class is deleted")).to_be_visible()
    expect(bar(instructor)).not_to_contain_text(invited[0])
    phone.reload()
    phone.get_by_role("textbox", name="Code of the class").wait_for()
