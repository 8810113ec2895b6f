"""A page whose work takes more memory than there is, in spite of all estimates."""

import pytest

from dashboard.training import live
from tests.pages.support import open_page, texts

NO_ROOM = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")


@pytest.mark.parametrize("error", [MemoryError(), NO_ROOM])
def test_a_page_says_in_a_sentence_that_memory_ran_out(monkeypatch, error):
    def broken(*_, **__):
        raise error

    monkeypatch.setattr(live, "shown", broken)
    app = open_page("train")  # fails when an exception reaches the page
    assert "This page ran out of memory: choose a smaller model, or close other pages, then try again." in texts(app)
