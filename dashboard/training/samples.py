"""The sixteen validation images (or sequences) that a run is watched on."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from core import folders
from core.training.flat_config import folder_of
from core.training.history import Snapshot
from dashboard.kit.wording import escape
from dashboard.pictures.html import samples_css


def sample_images(run: Snapshot) -> None:
    """Put the run's sample images on the page, once for all updates of their cards; those of a folder for who may open it."""
    if run.sample_images is not None and may_open(run):
        st.html(samples_css(run.sample_images))


def may_open(run: Snapshot) -> bool:
    """Whether who looks may see the images of a run; those of a recorded one are everybody's."""
    folder = folder_of(run.config)
    return bool(run.recorded) or not folder or folders.may_open(folder)


def sequences_html(run: Snapshot) -> str:
    """The sample inputs of a run on sequences with what the model writes for them, symbols that are not right marked; empty of images."""
    if not run.sample_texts:
        return ""
    written = run.sample_outputs or ("",) * len(run.sample_texts)
    pairs = [(source, target, out) for (source, target), out in zip(run.sample_texts, written, strict=True)]
    hits = sum(target == out for _, target, out in pairs)
    rows = "".join(_row(*pair, known=bool(run.sample_outputs)) for pair in pairs)
    right = f": {hits} right" if run.sample_outputs else ""
    title = f"<b>The first {len(pairs)} validation inputs{right}.</b> What the model writes for each, as it is now, always taking the most "
    query = urlencode({"task": run.config["dataset"], "run": run.run_id})
    opened = f' <a href="translate?{escape(query)}" target="_self">Type your own on Translate</a>.' if run.epochs else ""
    return (
        f'<p class="lab-strip-title">{title}probable symbol.{opened}</p>'
        '<div class="lab-scroll"><table class="lab-table lab-tight lab-written">'
        f"<thead><tr><th>input</th><th>the model writes</th><th>right</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(source: str, target: str, out: str, *, known: bool) -> str:
    words = " " in target
    mine, right = (out.split(), target.split()) if words else (list(out), list(target))
    marked = (" " if words else "").join(
        escape(symbol) if place < len(right) and symbol == right[place] else f"<mark>{escape(symbol)}</mark>"
        for place, symbol in enumerate(mine)
    )
    verdict = f'<span class="{"right" if out == target else "wrong"}">{"✓" if out == target else "✗"}</span>' if known else ""
    return f"<tr><td>{escape(source)}</td><td>{marked} {verdict}</td><td>{escape(target)}</td></tr>"
