"""A class that opens its pages at the moment when the server starts: no page sees half of a library."""

from __future__ import annotations

import asyncio

from websockets.asyncio.client import connect

from tests.benchmarks.class_client import Seen, Visitor
from tests.benchmarks.viewer_client import WEBSOCKET, address
from tests.dashboard.serving import serving

# pandas' import stops half-way, until another page has drawn a figure (as pages did that did not wait for it) or cannot.
HALF = """
import importlib.abc, sys, threading
drawn = threading.Event()

class Halves(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "pandas.core.api":
            drawn.clear()
            drawn.wait(4)

sys.meta_path.insert(0, Halves())
import plotly.basedatatypes
whole = plotly.basedatatypes.BaseFigure.__init__

def noticed(self, *arguments, **named):
    try:
        whole(self, *arguments, **named)
    finally:
        drawn.set()

plotly.basedatatypes.BaseFigure.__init__ = noticed
"""
TABLE, FIGURES = "vit", ("attention", "shuffle")  # a page that needs pandas for its table, and pages that draw figures


async def open_all(port: int) -> Seen:
    """Pages with figures are opened again and again, until the page with the table is complete."""
    seen, ended = Seen(), asyncio.Event()

    async def visit(path: str) -> None:
        async with connect(address(port), **WEBSOCKET) as socket:
            visitor = Visitor(socket, "", seen, name="somebody", path=path)
            reading = asyncio.create_task(visitor.watch())
            async with asyncio.timeout(120):
                await visitor.complete.wait()
                while path != TABLE and not ended.is_set():
                    await visitor.open(path)
            if path == TABLE:
                ended.set()
            reading.cancel()

    await asyncio.gather(*map(visit, (TABLE, *FIGURES)))
    return seen


def test_pages_that_are_opened_right_after_the_start_have_no_errors(tmp_path):
    with serving(tmp_path, before=HALF) as lab:
        seen = asyncio.run(open_all(lab.port))
    assert seen.errors == []
