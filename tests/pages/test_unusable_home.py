"""A lab's folder that cannot be written: every page still opens, and those that need it say what to do."""

import pytest

from dashboard.navigation import PAGES
from tests.pages.support import open_page


@pytest.mark.parametrize("folder", [page.path.parent.name for page in PAGES])
def test_a_page_opens_and_says_what_to_do(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "file"))
    app = open_page(folder)
    assert all("set LAB_HOME (or --home) to another folder" in e.value for e in app.error)
    assert app.error or folder not in ("train", "lessons", "class_room")
