"""Libraries that one thread must import alone, before any page runs.

plotly and Streamlit look into `sys.modules` to see whether a library is in use ("is this a pandas frame?"). While another thread is still
importing it they find half of it, and fail: "partially initialized module 'pandas' has no attribute 'Series'". Python's own locks do not
help, because nobody imports anything there.
"""

from __future__ import annotations

import threading

from core.frames import pandas

_lock = threading.Lock()


def load_libraries() -> None:
    """Import what others look for in `sys.modules`; whoever comes meanwhile waits. Done again, it costs nothing."""
    with _lock:
        pandas()  # with pyarrow, which is looked for too
        import PIL.Image  # noqa: F401
        import plotly.graph_objects  # noqa: F401
