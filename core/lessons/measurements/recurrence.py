"""Measurements on why sequences, and on recurrent networks. What needs torch is imported when it measures."""

from __future__ import annotations

from core.classroom.questions.question import Truth
from core.lessons.measurements.measurement import Measurement, percent, rounded
from core.probes.memory.gradient_flow import FlowSetup, gradient_flow
from core.probes.recurrence.task_sizes import Sizes
from core.readable import power

SIZES = Sizes(B=2, T=10, C=3, H=50, K=7)  # the unit's own
LENGTHS = (10, 1, 5, 1)
STEPS, BIAS = 50, 3.0
CLIP = {"kernel": 3, "channels": 64, "size": 56, "frames": 16}


def _shape(task: str) -> Truth:
    """The shape of the last step of one of the unit's tasks."""
    from core.probes.recurrence.task_shapes import run_task

    run = run_task(task, SIZES)
    shape = run.shapes[-1][1]
    shapes = " → ".join(str(shape) for _, shape, _ in run.shapes)
    return Truth(float(len(shape)), {"shape": str(shape), "shapes": shapes, "outputs": str(len(run.reach))})


def many_to_one() -> Truth:
    """Class logits from the last state."""
    return _shape("many-to-one")


def same_length() -> Truth:
    """The same head on every state: task 1.1."""
    return _shape("same-length")


def task_graphs() -> Truth:
    """Compare which output depends on which input, in all five tasks, with the drawn graphs."""
    from core.probes.recurrence.task_shapes import run_task
    from core.probes.recurrence.unrolled import TASKS

    differing = {task: run_task(task, Sizes()).differing(task, Sizes()) for task in TASKS}
    return Truth(float(sum(differing.values())), {"tasks": str(len(differing)), "differing": str(sum(differing.values()))})


def padding() -> Truth:
    """Read a padded batch past its ends, and packed."""
    from core.probes.recurrence.padded_batch import padded_report

    report = padded_report(LENGTHS, features=3, hidden=16, classes=4)
    wrong, right = float(report.last_step.max()), float(report.packed.max())
    figures = {"wrong": f"{wrong:.2f}", "right": power(right), "padded": str(report.padded_shape)}
    return Truth(wrong, {**figures, "packed": str(report.packed_shape)})


def embeddings() -> Truth:
    """Learn vectors of words, and compare words in like company with others."""
    from core.probes.recurrence.word_vectors import learn_embeddings

    found = learn_embeddings(8)
    within, between = found.within(found.after), found.between(found.after)
    before = found.within(found.before)
    figures = {"within": f"{within:.2f}", "between": f"{between:.2f}", "before": f"{before:.2f}", "diff": power(found.one_hot_diff)}
    return Truth(within - between, figures)


def convolution() -> Truth:
    """Count the multiplications of a convolution over an image, and over image and time."""
    from core.probes.recurrence.convolution import convolution_cost

    flat, deep = (convolution_cost(dims, **CLIP) for dims in (2, 3))
    times = deep.multiplications / flat.multiplications
    return Truth(times, {"times": f"{times:.0f}", "flat": f"{flat.multiplications:,}", "deep": f"{deep.multiplications:,}"})


def field_of_view() -> Truth:
    """Measure how many inputs an output in the middle depends on, after two convolutions of width 3."""
    from core.probes.recurrence.convolution import field_of_view, measured_view

    seen = measured_view(2, 3, 21)
    return Truth(float(seen), {"seen": str(seen), "formula": str(field_of_view(2, 3))})


def _cell(kind: str) -> Truth:
    """Compare a sequence through a cell by hand with torch's own cell and layer."""
    from core.probes.recurrence.cell_by_hand import Cell, Reading, sequence
    from core.probes.recurrence.cell_proof import check_cell

    report = check_cell(Reading(Cell.random(kind, 3, 4, scale=2.0), sequence("noise", 8, 3)))
    largest = max(report.cell, report.layer)
    return Truth(largest, {"difference": power(largest), "steps": str(report.steps)})


def rnn_cell() -> Truth:
    """Elman's cell."""
    return _cell("rnn")


def lstm_cell() -> Truth:
    """The LSTM cell."""
    return _cell("lstm")


def gru_cell() -> Truth:
    """The GRU cell at the sizes of task 1.2."""
    from core.probes.recurrence.cell_proof import course_check

    found = course_check()
    largest = float(found["difference"])
    return Truth(largest, {"difference": power(largest), "gates": str(found["W_ih x + b_ih"]), "state": str(found["h'"])})


def gru_forms() -> Truth:
    """The GRU of the paper against PyTorch's, on the same weights."""
    from core.probes.recurrence.cell_by_hand import Cell, Reading, sequence
    from core.probes.recurrence.cell_proof import compare_forms

    report = compare_forms(Reading(Cell.random("gru", 3, 4, scale=2.0), sequence("noise", 8, 3)))
    names = ("as_they_are", "roles_matched", "reset_open")
    return Truth(report.roles_matched, {name: rounded(getattr(report, name)) for name in names})


def lstm_path() -> Truth:
    """Follow a gradient by hand through a plain RNN and an LSTM, 50 steps back."""
    setup = FlowSetup(length=STEPS, radius=1.0, bias=BIAS)
    rnn, lstm = (gradient_flow(kind, setup).arrives for kind in ("rnn", "lstm"))
    return Truth(lstm / max(rnn, 1e-300), {"rnn": power(rnn), "lstm": percent(lstm), "steps": str(STEPS)})


def stacked() -> Truth:
    """Compare a stack of layers in both directions with torch's own, and with the drawn graph."""
    from core.probes.recurrence.direction import measure_stack

    report = measure_stack(cell="gru", length=5, layers=2, bidirectional=True, hidden=6)
    figures = {"difference": power(report.max_abs_diff), "differing": str(report.differing())}
    return Truth(report.max_abs_diff, {**figures, "both": str(report.reads["both"]), "last": str(report.reads["h[-1]"])})


NOISE = "which is what rounding in float64 leaves"
MEASUREMENTS = {
    "many-to-one": Measurement(
        claim="A classifier reads the last state alone.",
        measure=many_to_one,
        because="On the way the shapes are {shapes}: one row of class scores for each sequence, {shape}.",
    ),
    "same-length": Measurement(
        claim="A tagger applies the same head to every state.",
        measure=same_length,
        because="On the way the shapes are {shapes}: one row of class scores for each step of each sequence, {shape}.",
    ),
    "task-graphs": Measurement(
        claim="An output depends on an input exactly where the unrolled drawing has a path.",
        measure=task_graphs,
        because="In all {tasks} shapes of tasks together, {differing} pairs of output and input differ from the drawing.",
    ),
    "padding": Measurement(
        claim="Padding that is read changes the last state; packing does not.",
        measure=padding,
        because="The last state of the padded batch {padded} is off by up to {wrong}. Packed into {packed}, the batch gives each "
        "sequence the state that it has by itself; the largest difference is {right}.",
    ),
    "embeddings": Measurement(
        claim="Words that keep the same company get similar vectors.",
        measure=embeddings,
        because="The mean cosine of two words of one group grows from {before} to {within}; that of words of different groups is "
        "{between}. Looking a vector up and multiplying a one-hot vector by the matrix differ by {diff}.",
    ),
    "convolution": Measurement(
        claim="A convolution over time as well multiplies the cost.",
        measure=convolution,
        because="Over each image alone it takes {flat} multiplications, over image and time together {deep}: {times} times as many.",
    ),
    "field-of-view": Measurement(
        claim="A convolution sees a few steps, a recurrent network all steps before.",
        measure=field_of_view,
        because="After two convolutions of width 3 the middle output depends on {seen} inputs, as 1 + layers × (width − 1) = {formula} "
        "says.",
    ),
    "rnn-cell": Measurement(
        claim="The plain cell by hand is nn.RNNCell.",
        measure=rnn_cell,
        because=f"Over {{steps}} steps the largest difference is {{difference}}, {NOISE}.",
    ),
    "lstm-cell": Measurement(
        claim="The LSTM cell by hand is nn.LSTMCell.",
        measure=lstm_cell,
        because=f"Over {{steps}} steps the largest difference is {{difference}}, {NOISE}.",
    ),
    "gru-cell": Measurement(
        claim="The GRU cell by hand is nn.GRUCell.",
        measure=gru_cell,
        because=f"All three gates come from one map of the shape {{gates}}, the new state has {{state}}, and the largest difference from "
        f"nn.GRUCell is {{difference}}, {NOISE}.",
    ),
    "gru-forms": Measurement(
        claim="The GRU of the paper is not the GRU of PyTorch.",
        measure=gru_forms,
        because="With the same weights the two differ by {as_they_are}. Give z the same meaning in both, and {roles_matched} is left: it "
        "comes "
        "from where the reset gate acts. Hold that gate open, and {reset_open} is left.",
    ),
    "lstm-path": Measurement(
        claim="The cell state of an LSTM is the path on which gradients survive.",
        measure=lstm_path,
        because="Of a gradient at the last of {steps} states, {lstm} arrives at the first state of an LSTM, and {rnn} at that of a plain "
        "RNN.",
    ),
    "stacked": Measurement(
        claim="A stack in both directions is layers one by one.",
        measure=stacked,
        because="Layers one by one and PyTorch's own stack differ by {difference}, and {differing} states depend on other inputs than the "
        "drawing says. A head that reads both directions gets {both}; h[-1] gets {last}.",
    ),
}
