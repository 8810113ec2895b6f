"""The runs that came with the lab as plain pages: their curves, their confusion matrix, and the scores of each class."""

from __future__ import annotations

from collections.abc import Sequence

from core.probes.memory.recall_task import CHANCE
from core.records.recall import recorded_lesson
from core.scores import SCORES, ClassScores
from core.training.history import EpochRecord, Snapshot
from dashboard.kit.wording import escape
from dashboard.plain.charts import confusion_html, curves_svg
from dashboard.plain.frame import LEFT_OUT, folded_html, frame_html, number, percent, table_html
from dashboard.runs.labels import run_label
from dashboard.runs.losses import drawn_loss, losses_words, shows_minimised

CELLS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def list_html(runs: Sequence[Snapshot]) -> str:
    """The body of the page with all runs, and what three cells recall."""
    head = ("run", "what it is", "epochs", "parameters", "best validation accuracy", "test accuracy")
    names = "".join(f'<th scope="col">{name}</th>' for name in head)
    table = frame_html("The runs that came with the lab", f"<thead><tr>{names}</tr></thead><tbody>{_rows(runs)}</tbody>")
    about = "Accuracy is the share of images, or of tokens of a sequence, that are right. The test was looked at once, after training."
    return f"<p>{about}</p>{table}{_recall()}"


def _rows(runs: Sequence[Snapshot]) -> str:
    return "".join(
        f'<tr><th scope="row"><a href="runs/{escape(run.run_id)}.html">{escape(run.run_id)}</a></th><td>{escape(run_label(run))}</td>'
        f"<td>{len(run.epochs)}</td><td>{run.parameters or LEFT_OUT}</td><td>{percent(run.best.val_top1, 2)}</td>"
        f"<td>{percent(run.test.top1, 2) if run.test else LEFT_OUT}</td></tr>"
        for run in runs
    )


def run_html(run: Snapshot) -> str:
    """The body of the page of one run."""
    best, n = run.best, f"{run.sizes['val']:,}"
    thing = "images" if run.kind == "images" else "pairs of sequences"
    test = f" On the test, with the weights of that epoch: {percent(run.test.top1, 2)} (n = {run.sizes['test']:,})." if run.test else ""
    reached = f"with a validation accuracy of {percent(best.val_top1, 2)} (n = {n} {thing})"
    said = f"Its best epoch is {best.epoch + 1} of {len(run.epochs)}, {reached}."
    made = f"<p>It was trained by this command:</p><pre tabindex=0>{escape(run.recorded)}</pre>" if " -m " in run.recorded else ""
    matrix = _classes(run, best) if run.kind == "images" else ""
    return f"<p>{escape(said + test)}</p>{_curves(run)}{matrix}{made}"


def epoch_cells(run: Snapshot, record: EpochRecord) -> tuple[str, ...]:
    """A row of the table of epochs: epoch from 1, both losses, both accuracies, and of sequences the share without a mistake."""
    losses = (number(drawn_loss(record, shows_minimised(run))), number(record.val_loss))
    exact = () if run.kind == "images" else (percent(record.val_exact, 2),)
    return (str(record.epoch + 1), *losses, percent(record.train_top1, 2), percent(record.val_top1, 2), *exact)


def _curves(run: Snapshot) -> str:
    minimised = shows_minimised(run)
    losses = {
        "training": [(one.epoch + 1, drawn_loss(one, minimised)) for one in run.epochs],
        "validation": [(one.epoch + 1, one.val_loss) for one in run.epochs],
    }
    shares = {
        "training": [(one.epoch + 1, one.train_top1) for one in run.epochs],
        "validation": [(one.epoch + 1, one.val_top1) for one in run.epochs],
    }
    last = run.epochs[-1]
    of_losses = f"Loss by epoch. After the last one: training {number(drawn_loss(last, minimised))}, validation {number(last.val_loss)}."
    of_shares = f"Accuracy by epoch. After the last one: training {percent(last.train_top1, 2)}, validation {percent(last.val_top1, 2)}."
    head = ["epoch", "training loss", "validation loss", "training accuracy", "validation accuracy", *["exact"] * (run.kind != "images")]
    table = table_html(f"Every epoch of {run.run_id}", head, (epoch_cells(run, one) for one in run.epochs))
    return (
        f"<h2>How it learned</h2>{curves_svg(losses, label=of_losses, across='epoch', up='loss')}"
        f"{curves_svg(shares, label=of_shares, across='epoch', up='accuracy', ends=(0.0, 1.0))}"
        f"<p class=small>{escape(losses_words(run))}</p>{folded_html('Every epoch in numbers', table)}"
    )


def _classes(run: Snapshot, best: EpochRecord) -> str:
    scores = ClassScores(best.val_confusion)
    caption = f"Confusion matrix of epoch {best.epoch + 1} on validation images (n = {scores.total:,}); rows are true, columns predicted"
    rows = ((row["class"], str(row["count"]), *(percent(row[name]) for name in SCORES)) for row in scores.rows(run.classes))
    table = table_html(f"Scores of each class, epoch {best.epoch + 1}, validation", ["class", "images", *SCORES.values()], rows)
    matrix, scored = confusion_html(best.val_confusion, run.classes, caption), folded_html("Scores of each class", table)
    return f"<h2>What it mistakes for what</h2>{matrix}{scored}"


def _recall() -> str:
    """What three cells recall of a row of symbols, as they learn it."""
    lesson = recorded_lesson()
    right, steps = lesson.recalled.right, lesson.recalled.steps
    last = ", ".join(f"{CELLS[kind]} {percent(shares[-1])}" for kind, shares in right.items())
    label = f"Share of right answers on the recall task by steps of training. After the last one: {last}; by chance {percent(CHANCE)}."
    curves = {CELLS[kind]: list(zip(steps, shares, strict=True)) for kind, shares in right.items()}
    rows = [(str(step), *(percent(shares[place]) for shares in right.values())) for place, step in enumerate(steps)]
    table = table_html("Share of right answers by steps of training", ["step", *(CELLS[kind] for kind in right)], rows)
    about = f"Three cells read {lesson.setup.length} symbols, of which one is marked, and name that one after the last."
    chart = curves_svg(curves, label=label, across="steps of training", up="right answers", ends=(0.0, 1.0))
    return f"<h2>What three cells recall</h2><p>{about}</p>{chart}{folded_html('The same in numbers', table)}"
