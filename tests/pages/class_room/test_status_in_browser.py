"""The status of a class in two browsers: who comes and goes, their runs, and names only when asked for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.class_driven import join

pytestmark = pytest.mark.browser


def test_who_comes_trains_and_goes_is_seen(instructor, phone, class_lab, invited):
    instructor.get_by_text("Status", exact=True).click()
    people = instructor.locator("table.lab-status", has=instructor.get_by_role("columnheader", name="lag"))
    expect(instructor.get_by_text("Nobody has joined.")).to_be_visible()
    pseudonym = join(phone, class_lab, invited[0])
    row = people.get_by_role("row").filter(has_text=pseudonym)
    expect(row).to_contain_text("Train")
    expect(row).to_contain_text("ms")
    expect(people).not_to_contain_text("Anna")
    phone.get_by_role("button", name="Play", exact=True).tap()
    expect(row.get_by_role("cell").last).to_have_text("1")
    expect(instructor.locator("dl.lab-status")).to_contain_text("event loop")
    phone.goto(f"{class_lab.url}shuffle")
    expect(row).to_contain_text("Shuffle test")
    instructor.get_by_text("Names in the status", exact=True).click()
    expect(row).to_contain_text("Anna <b>Berg</b>")
    phone.close()
    expect(row).to_contain_text("away")
