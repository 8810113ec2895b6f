"""Questions on why sequences, and on recurrent networks. What needs torch is imported when it measures."""

from __future__ import annotations

from core.classroom.questions.answers import ChoiceAnswer, NumberAnswer
from core.classroom.questions.question import ByProbe, Question, Truth
from core.probes.memory.gradient_flow import FlowSetup, gradient_flow
from core.probes.memory.recall_task import span
from core.readable import percent
from core.records.recall import recorded_lesson

CLOSE = 0.05  # shares of right answers that are no further apart count as the same
STEPS = 50
FACTORS = {"half": 0.1, "hundredth": 1e-4, "millionth": 0.0}  # the least share of the gradient that each option stands for


def later_word() -> Truth:
    """Train a reader in one direction and one in both, for two seconds."""
    from core.probes.recurrence.later_word_training import LaterWordLesson

    lesson = LaterWordLesson(2)
    for _ in lesson.run():
        pass
    forward, both = (lesson.points[name][-1].later_words for name in ("forward", "both"))
    answer = "same" if abs(both - forward) <= CLOSE else "both" if both > forward else "forward"
    return Truth(answer, {"both": percent(both, 0), "forward": percent(forward, 0), "guess": percent(lesson.best_guess, 0)})


def leaking_samples() -> Truth:
    """Replace one sample of a batch at a time, and count the others that move."""
    from core.probes.recurrence.direction import measure_leaks

    wrong, right = (measure_leaks("gru", batch_first=first).leaks for first in (False, True))
    return Truth(float(wrong), {"wrong": str(wrong), "right": str(right)})


def gradients() -> Truth:
    """Follow a gradient by hand through a plain RNN and a GRU, 50 steps back."""
    setup = FlowSetup(length=STEPS, radius=1.0, bias=3.0)
    rnn, gru = (gradient_flow(kind, setup).arrives for kind in ("rnn", "gru"))
    answer = next(name for name, least in FACTORS.items() if rnn >= least)
    return Truth(answer, {"rnn": f"{rnn:.1e}", "gru": percent(gru, 0)})


def recall() -> Truth:
    """How far back each cell recalls after ten seconds of training, as recorded."""
    spans = {kind: span(shares) for kind, shares in recorded_lesson().recalled.by_distance.items()}
    answer = "alone" if spans["rnn"] == max(spans.values()) else "none" if spans["rnn"] else "fails"
    return Truth(answer, {kind: str(steps) for kind, steps in spans.items()})


def gru_step() -> Truth:
    """One step of a GRU whose weights and biases are all 0, by hand."""
    import numpy as np

    from core.models.cells import gru_cell

    weights = np.zeros((3, 1))
    step = gru_cell(np.array([[5.0]]), np.array([[0.8]]), weights, weights, weights[:, 0], weights[:, 0])
    state, update = (float(part[0, 0]) for part in (step.hidden, step.update))
    return Truth(round(state, 4), {"state": f"{state:g}", "update": f"{update:g}", "candidate": f"{float(step.candidate[0, 0]):g}"})


def positional_true() -> Truth:
    """The states' shape of nn.GRU with True as its fourth argument."""
    from core.probes.recurrence.direction import positional_bias

    wrong, meant = positional_bias()
    answer = next(name for name, width in (("five", 5), ("ten", 10)) if wrong.shape[-1] == width)
    return Truth(answer, {"wrong": str(wrong.shape), "meant": str(meant.shape), "bidirectional": str(wrong.bidirectional)})


def last_word() -> Truth:
    """Train a bidirectional GRU whose head reads h[-1], for a second."""
    from core.probes.recurrence.ends import EndsLesson

    lesson = EndsLesson()
    for _ in lesson.run():
        pass
    wrong, right = (lesson.points[head][-1] for head in ("h[-1]", "both"))
    figures = {"last": percent(wrong.last, 0), "first": percent(wrong.first, 0), "right": percent(right.last, 0)}
    return Truth(round(100 * wrong.last, 1), figures)


QUESTIONS = (
    Question(
        id="later-word",
        part=0,
        claim="Where a later word decides an earlier one, a network must read in both directions.",
        text="Two GRUs translate word by word, one reads forward only, one in both directions. Which names more of the words that only a "
        "later word decides, as in “spider man”?",
        answer=ChoiceAnswer({"forward": "The forward one", "both": "The one in both directions", "same": "Both name as many"}),
        decides=ByProbe(later_word),
        because="In both directions {both} of these words are right, forward only {forward}. Guessing from the words before gives {guess}: "
        "what has not been read yet cannot be known.",
        page="depth",
    ),
    Question(
        id="leaking-samples",
        part=0,
        claim="Without batch_first=True samples of a batch leak into each other, and all shapes still fit.",
        text="A batch of 4 sequences, (4, 6, C), goes into an nn.GRU that was made without batch_first=True. Replace one sequence: of the "
        "12 pairs (replaced one, other one), in how many does the other one's output move?",
        answer=NumberAnswer(0, 12, 1, "pairs"),
        decides=ByProbe(leaking_samples),
        because="It moves in {wrong} pairs, and with batch_first=True in {right}: the GRU took the batch for time, so that every sequence "
        "was read after those above it.",
        page="depth",
    ),
    Question(
        id="gradients",
        part=1,
        claim="In a plain RNN hardly any gradient arrives at the first of many steps.",
        text=f"A loss depends only on the last of {STEPS} states of a plain RNN. How much of its gradient arrives at the first state?",
        answer=ChoiceAnswer(
            {"half": "More than a tenth", "hundredth": "Between a tenth and a ten-thousandth", "millionth": "Less than that"}
        ),
        decides=ByProbe(gradients),
        because="A share of {rnn} arrives: each step back multiplies it by the slope of tanh, which is below 1. In a GRU whose update gate "
        "starts open to the past, {gru} arrives.",
        page="memory",
    ),
    Question(
        id="recall",
        part=1,
        claim="Gates let a network recall what a plain RNN has forgotten.",
        text="An RNN, an LSTM and a GRU learn for ten seconds to recall one marked symbol of the last 20. What can the plain RNN do then?",
        answer=ChoiceAnswer(
            {
                "alone": "It recalls as far back as the other two",
                "none": "It recalls some steps back, but not as far",
                "fails": "It recalls nothing, not even the last symbol reliably",
            }
        ),
        decides=ByProbe(recall, recorded=True),
        because="Steps back that are recalled: RNN {rnn}, LSTM {lstm}, GRU {gru}. The gradient that would teach the RNN does not reach "
        "the marked symbol.",
        page="memory",
    ),
    Question(
        id="gru-step",
        part=1,
        claim="The update gate of a GRU mixes the old state with the candidate.",
        text="All weights and biases of a GRU with one unit are 0. Its state is 0.8, and it reads x = 5. What is the new state?",
        answer=NumberAnswer(-1, 1, 0.05, near=0.001),
        decides=ByProbe(gru_step),
        because="The new state is {state}: sigmoid(0) opens the update gate to {update}, the candidate is tanh(0) = {candidate}, and "
        "h' = (1 - z) n + z h. The input does not matter, for its weights are 0.",
        page="cell",
    ),
    Question(
        id="positional-true",
        part=1,
        claim="nn.GRU(a, b, layers, True) sets the bias, not the direction.",
        text="nn.GRU(7, 5, 2, True, batch_first=True) reads a batch (2, 10, 7). What is the shape of its states?",
        answer=ChoiceAnswer({"five": "(2, 10, 5)", "ten": "(2, 10, 10)"}),
        decides=ByProbe(positional_true),
        because="It is {wrong}. The fourth argument is bias, so bidirectional stayed {bidirectional}; with bidirectional=True the states "
        "are {meant}. Pass it by its name.",
        page="depth",
    ),
    Question(
        id="last-word",
        part=1,
        claim="The last state of a bidirectional GRU is both directions'.",
        text="A bidirectional GRU reads 30 words of eight kinds. Its head reads h[-1] and learns to name the first word and the last one. "
        "In what share of sequences does it name the last word?",
        answer=NumberAnswer(0, 100, 1, "%", near=5),
        decides=ByProbe(last_word),
        because="It names the last word in {last} of the sequences, and the first in {first}: h[-1] is the backward reader alone, which "
        "has met the last word 30 steps ago. A head that reads both directions names the last word in {right}.",
        page="depth",
    ),
)
