"""All runs at once: a table, curves, accuracy against cost, parallel coordinates; a run that is pointed at is found in every view.

    view = run_board(board_message(runs, view), key="compare_board")

`board_data` (pages/compare/view.py) says what a message holds. The browser filters, sorts, selects, draws and saves by itself; it is told
nothing while nothing has changed. What it shows comes back as text by name, as it stands in the address bar.
"""

from __future__ import annotations

from core.checks import Fields, Text
from dashboard.kit.component import component
from dashboard.kit.messages import sent

_SHOWN = {
    "val_top1": "validation accuracy",
    "val_loss": "validation loss",
    "train_top1": "training accuracy",
    "train_loss": "training loss",
}
_AGAINST = {"epoch": "epoch", "step": "step", "time": "time"}
_SAVED = {
    "runs.csv": "Table (CSV)",
    "curves.svg": "Curves (SVG)",
    "curves.png": "Curves (PNG)",
    "scatter.svg": "Accuracy and cost (SVG)",
    "scatter.png": "Accuracy and cost (PNG)",
    "parallel.svg": "Hyperparameters (SVG)",
    "parallel.png": "Hyperparameters (PNG)",
}


def _options(words: dict[str, str]) -> str:
    return "".join(f'<option value="{value}">{text}</option>' for value, text in words.items())


_FIGURES = {
    "curves": "Curves over the training",
    "scatter": "Best accuracy, and what it costs",
    "parallel": "What differs, and the accuracy reached: a line a run",
}


def _figure(name: str, title: str) -> str:
    look = f'class="run-board-{name}" data-name="{name}" role="img" aria-label="{title}"'
    return f"<section><h3>{title}</h3><div {look}><canvas></canvas><canvas></canvas></div></section>"


HTML = f"""<div class="run-board">
  <div class="run-board-controls">
    <label>Runs on <select class="run-board-on" aria-label="Runs on"></select></label>
    <label>Show <select class="run-board-y" aria-label="Show">{_options(_SHOWN)}</select></label>
    <label>by <select class="run-board-x" aria-label="By">{_options(_AGAINST)}</select></label>
    <label title="Weight of the past in training curves; what is measured once an epoch is never smoothed.">Smoothing
      <input class="run-board-smooth scrub" aria-label="Smoothing" type="range" min="0" max="0.99" step="0.01" value="0.6"></label>
    <label>Filter <input class="run-board-filter" aria-label="Filter" type="search" placeholder="gru  lr&lt;0.01  data=shapes"></label>
    <label><input class="run-board-only" type="checkbox"> selected only</label>
    <details class="run-board-save"><summary>Save</summary><menu>{
    "".join(f'<button type="button" data-save="{what}" aria-label="{text}">{text}</button>' for what, text in _SAVED.items())
}</menu></details>
  </div>
  <div class="run-board-line"><p class="run-board-said"></p><p class="run-board-key" aria-live="polite"></p></div>
  <div class="run-board-figures">{"".join(_figure(*figure) for figure in _FIGURES.items())}</div>
  <p class="run-board-note"></p>
  <h3 class="run-board-title">Runs, with the hyperparameters in which they differ</h3>
  <div class="run-board-table" role="region" aria-label="Runs" tabindex="0"></div>
</div>"""

SHOWN = ("runs", "x", "y", "smooth", "filter", "sort", "only", "on")  # what a view says
MOST_LETTERS = 5_000  # of each: a link carries them

_mount = component(__file__, HTML)


def run_board(data: bytes, *, key: str) -> dict[str, str] | None:
    """Draw or update the board `key` from `data`; returns what it shows, or None before anything was changed in it."""
    _mount(data=data, key=key, on_view_change=lambda: None)
    shown = sent(key, "view", Fields(dict.fromkeys(SHOWN, Text(MOST_LETTERS)), free=SHOWN))
    return shown and {name: value or "" for name, value in shown.items()}
