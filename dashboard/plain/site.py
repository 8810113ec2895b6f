"""Writing the copy: `python -m dashboard --copy DIR`."""

from __future__ import annotations

from pathlib import Path

from core.errors import Place, StoreError
from core.files import remedy, write_whole
from core.lessons.shelf import shelf
from core.records.shipped import shipped_ids, shipped_run
from dashboard.navigation import PAGES
from dashboard.plain import home, lessons, runs
from dashboard.plain.frame import BEGINNING, LESSONS, RUNS, page_html
from dashboard.runs.labels import run_label

STYLE = Path(__file__).with_name("style.css")


def write_site(folder: Path, place: Path) -> int:
    """Write all pages of the copy, with the lessons of the lab's folder `place`; returns how many.

    What is there is written anew, each file whole or not at all. Raises StoreError where that cannot be.
    """
    pages = site(place)
    try:
        for name, text in {**pages, STYLE.name: STYLE.read_text("utf-8")}.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, text)
    except OSError as error:
        told = remedy(error, "Free some disk space, give it write permission, or name another folder.")
        raise StoreError("The copy in ", Place(folder), f" cannot be written ({error.strerror}). {told}") from error
    return len(pages)


def site(place: Path) -> dict[str, str]:
    """Every page of the copy by its file."""
    known = shelf(frozenset(page.url_path for page in PAGES), place).lessons
    recorded = [shipped_run(run_id) for run_id in shipped_ids()]
    made = {
        BEGINNING: page_html("Sequence Lab, to read", home.home_html(known), here=BEGINNING),
        LESSONS: page_html("Lessons", lessons.list_html(known), here=LESSONS),
        RUNS: page_html("Recorded runs", runs.list_html(recorded), here=RUNS),
    }
    for lesson in known.values():
        made[f"lessons/{lesson.name}.html"] = page_html(lesson.title, lessons.lesson_html(lesson), up="../")
    for run in recorded:
        made[f"runs/{run.run_id}.html"] = page_html(f"{run_label(run)} ({run.run_id})", runs.run_html(run), up="../")
    return made
