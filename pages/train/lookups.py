"""What the page Train has looked up once for all: what lies in a folder of images."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard.shell.path_keys import path_of

KEPT_SECONDS = 60  # for which a look at a folder is kept: who adds images presses a key and sees them soon


@st.cache_data(ttl=KEPT_SECONDS, max_entries=100, show_spinner="Looking at the folder")
def folder_contents(key: bytes) -> tuple[str, list[str]]:
    """What lies in a folder, in words, and how it is read and what is left out. Raises DataError when it is no set of images."""
    from core.data.copies import has_copy
    from core.data.folder_scan import scan
    from core.data.left_out import LeftOut

    path = str(path_of(key))
    if has_copy(path):
        return "A known data set as its authors give it", []
    folder = scan(path)
    counts = np.bincount(folder.labels, minlength=len(folder.classes))
    least = int(counts.argmin())
    split = f" in {', '.join(name for name in folder.names if name)}" if any(folder.names) else ""
    few = f", the fewest in {folder.classes[least]}: {counts[least]:,}" if len({*counts.tolist()}) > 1 else ""
    notes = LeftOut(notes=folder.notes, folders=folder.left, other_files=folder.other_files).sentences()
    return f"{len(folder.classes):,} classes, {len(folder.files):,} pictures{split}{few}", notes
