"""The page Evaluate on a run of 50 epochs that keeps what each says of 10,000 images, in a real Chromium."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.chromium import lab_in_chromium
from tests.benchmarks.report import percentile, say, table, verdict

EPOCHS, CLICKS = 50, 30
EPOCH_NEED, CELL_NEED = 150, 300  # ms
RUN = "gru-bench1"
# Both answer with the ms from a person's act to the end of the first frame that shows what was asked for.
WATCH = """
  window.timed = (act, shown) => new Promise((done) => {
    const began = performance.now();
    const look = () => (shown() ? setTimeout(() => done(performance.now() - began)) : requestAnimationFrame(look));
    act();
    requestAnimationFrame(look);
  });
  window.slide = (epoch) => {
    const slider = document.querySelector('.confusion-epoch input');
    slider.value = epoch;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  };
"""
EPOCH = "(epoch) => timed(() => slide(epoch), () => document.querySelector('figcaption').innerText.includes(`after epoch ${epoch + 1}:`))"
FOLLOWED = (
    "(epoch) => timed(() => slide(epoch), () => "
    "[...document.querySelectorAll('caption')].some((c) => c.innerText.includes(`after epoch ${epoch + 1},`)))"
)
CELL = """([cell, title]) => timed(
  () => document.querySelectorAll('.confusion-board td')[cell].click(),
  () => document.body.innerText.includes(title) && [...document.querySelectorAll('.lab-strip img')].every((image) => image.complete))"""


def evaluate(options: argparse.Namespace) -> str:
    """The table of what a person waits for."""
    with tempfile.TemporaryDirectory() as fresh:
        home = options.home or Path(fresh)
        matrices, classes = make_run(home, options.data)
        with lab_in_chromium(home) as (browser, address):
            waits = measure(browser, f"{address}/evaluate?run={RUN}", matrices, classes)
    n = int(matrices[0].sum())
    needs = {"matrix of another epoch": EPOCH_NEED, "images of a cell": CELL_NEED}
    rows = [
        [
            what, f"{percentile(taken, 50):.0f}", f"{percentile(taken, 95):.0f}", len(taken),
            verdict(percentile(taken, 95), at_most=needs[what]) if what in needs else "",
        ]
        for what, taken in waits.items()
    ]  # fmt: skip
    return "\n".join(
        [
            "### Evaluate",
            "",
            table([f"ms until it is seen, {EPOCHS} epochs of {n:,} images", "median", "95 %", "n", "need"], rows),
            "",
            "The tables below the matrix follow 200 ms after the slider has come to rest; that is counted.",
        ]
    )


def measure(browser: Any, url: str, matrices: list[np.ndarray], classes: tuple[str, ...]) -> dict[str, list[float]]:
    """Milliseconds a person waits, for many epochs and cells in a random order."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.add_init_script(WATCH)
    page.goto(url)
    page.get_by_text("surest first").wait_for(timeout=300_000)  # torch and the images are loaded
    rng = np.random.default_rng(0)
    epochs = [int(epoch) for epoch in rng.permutation(EPOCHS)]
    say("epochs")
    drawn = [page.evaluate(EPOCH, epoch) for epoch in epochs]
    page.wait_for_timeout(2000)
    followed = []
    for epoch in epochs[:CLICKS]:
        followed.append(page.evaluate(FOLLOWED, epoch))
        page.wait_for_timeout(500)
    say("cells")
    last, clicked = matrices[epochs[CLICKS - 1]], []
    cells = [(i, j) for i in range(len(classes)) for j in range(len(classes)) if i != j and last[i, j] > 1]
    for i, j in (cells[at] for at in rng.permutation(len(cells))[:CLICKS]):
        title = f"{classes[i]} taken for {classes[j]}, epoch {epochs[CLICKS - 1] + 1}: {last[i, j]:,} images"
        clicked.append(page.evaluate(CELL, [i * len(classes) + j, title]))
        page.wait_for_timeout(500)
    return {"matrix of another epoch": drawn, "the whole page at another epoch": followed, "images of a cell": clicked}


def make_run(home: Path, data: Path | None) -> tuple[list[np.ndarray], tuple[str, ...]]:
    """A finished run in `home` whose outputs are drawn at random, better from epoch to epoch; its matrices by epoch, and its classes."""
    import torch

    from core.data import load_dataset
    from core.evaluation.judged import Judged
    from core.training.config import RunConfig
    from core.training.history import EpochRecord
    from core.training.runs.checkpoint import save_tensors
    from core.training.runs.manager import RunManager

    source = {"dataset": "folder", "data": str(data), "val_fraction": 0.2} if data else {"dataset": "shapes"}
    config = RunConfig.of(model="gru", epochs=EPOCHS, **source)
    dataset = load_dataset(config.dataset, config.data_config, home=home)
    labels, classes = dataset.val.labels.numpy(), dataset.classes
    manager, rng, matrices = RunManager(home), np.random.default_rng(0), []
    if RUN in manager.store.ids():
        manager.delete(RUN)
    manager.store.add(RUN, config.flat())
    manager.files(RUN).folder.mkdir()
    sizes = {name: len(getattr(dataset, name)) for name in ("train", "val", "test")}
    facts = {"classes": list(classes), "sizes": sizes, "steps_per_epoch": 1, "parameters": 0, "device": "cpu", "threads": 1}
    for epoch in range(EPOCHS):
        logits = rng.normal(size=(len(labels), len(classes))).astype(np.float32)
        logits[np.arange(len(labels)), labels] += 3 * epoch / EPOCHS
        judged = Judged(logits, labels)
        matrices.append(judged.scores.matrix)
        tensors = {"logits": torch.from_numpy(logits), "labels": torch.from_numpy(labels)}
        save_tensors(manager.files(RUN).logits("val", epoch), tensors, {})
        record = EpochRecord(
            epoch=epoch, step=epoch + 1, train_loss=judged.loss, train_top1=judged.scores.top1, val_loss=judged.loss,
            val_top1=judged.scores.top1, train_confusion=matrices[-1], val_confusion=matrices[-1],
            sample_probabilities=judged.probabilities[:16].astype(np.float32), lr=1e-3, seconds=1.0, images_per_second=1.0,
        )  # fmt: skip
        manager.store.add_epoch(RUN, record, facts=facts, status="finished", best={"epoch": epoch, "val_top1": record.val_top1})
    manager.shutdown()
    return matrices, classes
