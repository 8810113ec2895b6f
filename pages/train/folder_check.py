"""A folder of images is looked at before a run is started on it: a run that cannot begin would only fill everybody's lists."""

from __future__ import annotations

import os

import numpy as np
import streamlit as st

from core.errors import LabError
from core.folders import check_open, whole_path
from core.training.config import RunConfig, reads_folder
from dashboard.kit.wording import marked
from dashboard.shell import show, visitor
from dashboard.shell.path_keys import as_key, path_of

KEPT_SECONDS = 60  # for which a look at a folder is kept: who adds images presses a key and sees them soon


def folder_ready(config: RunConfig) -> bool:
    """Whether there are images where `config` says that they lie; says what is there, or what is missing and what to do."""
    if not reads_folder(config.flat()):
        return True
    if not config.folder:
        show.info("Name the folder of your images in the field Folder. Until then Play is off.", icon=":material/folder_open:")
        return False
    try:
        check_open(config.folder)
        path = whole_path(config.folder)
        if not os.path.isfile(path):  # an archive is read when the run starts
            contents, told = _contents(as_key(path))
            show.caption(marked("✓ {}", contents))
            for sentence in told:
                show.caption(sentence)
        return True
    except LabError as error:
        show.error(f"{visitor.told(error)} Until then Play is off.")
        return False


@st.cache_data(ttl=KEPT_SECONDS, max_entries=100, show_spinner="Looking at the folder")
def _contents(key: bytes) -> tuple[str, list[str]]:
    """What lies in a folder, in words, and how it is read and what is left out. Raises DataError when it is no set of images."""
    from core.data.copies import has_copy
    from core.data.left_out import LeftOut
    from core.data.scan import scan

    path = str(path_of(key))
    if has_copy(path):
        return "A known data set as its authors give it", []
    found = scan(path)
    counts = np.bincount(found.labels, minlength=len(found.classes))
    least = int(counts.argmin())
    split = f" in {', '.join(name for name in found.names if name)}" if any(found.names) else ""
    few = f", the fewest in {found.classes[least]}: {counts[least]:,}" if len({*counts.tolist()}) > 1 else ""
    told = LeftOut(notes=found.notes, folders=found.left, other_files=found.other_files).sentences()
    return f"{len(found.classes):,} classes, {len(found.files):,} pictures{split}{few}", told
