"""What of a folder of images was left out, in sentences, and the files by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.data.left_out import file_lines
from dashboard.shell import show


def left_out_note(plain: Mapping[str, Any]) -> None:
    """What `core.data.left_out.LeftOut.plain` tells; nothing where nothing was left out."""
    if not plain:
        return
    show.info(" ".join(plain["sentences"]), icon=":material/folder_off:")
    if files := file_lines(plain):
        with st.expander("Files that were left out", key="left_out", on_change="rerun") as box:
            if box.open:
                show.caption(" · ".join(files))
                show.caption("All of them: python -m core data info folder --data DIR --list-left-out")
