"""A folder of images is looked at before a run is started on it: a run that cannot begin would only fill everybody's lists."""

from __future__ import annotations

import os

from core.data.made_sets import MADE, check_enough, contents, in_words
from core.errors import LabError
from core.folders import check_open, whole_path
from core.home import lab_home
from core.training.config import RunConfig
from core.training.flat_config import pictures_of, reads_folder
from dashboard.kit.wording import marked
from dashboard.shell import show, visitor
from dashboard.shell.path_keys import as_key
from pages.train.lookups import folder_contents


def folder_ready(config: RunConfig) -> bool:
    """Whether there are images where `config` says that they lie; says what is there, or what is missing and what to do."""
    if pictures_of(config.flat()) == MADE:
        return _set_ready(config.data_config.made)
    if not reads_folder(config.flat()):
        return True
    if not config.folder:
        show.info("Name the folder of your images in the field Folder. Until then Play is off.", icon=":material/folder_open:")
        return False
    try:
        check_open(config.folder)
        path = whole_path(config.folder)
        if not os.path.isfile(path):  # an archive is read when the run starts
            contents, notes = folder_contents(as_key(path))
            show.caption(marked("✓ {}", contents))
            for sentence in notes:
                show.caption(sentence)
        return True
    except LabError as error:
        show.error(f"{visitor.told(error)} Until then Play is off.")
        return False


def _set_ready(name: str) -> bool:
    """Whether there is a set of drawings of this name, and enough in it; says what is in it, or what is missing."""
    try:
        found = contents(name, lab_home())
        check_enough(name, *found)
        show.caption(marked("✓ {}", in_words(*found)))
        return True
    except LabError as error:
        show.error(f"{visitor.told(error)} Until then Play is off.")
        return False
