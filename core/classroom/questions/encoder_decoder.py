"""Questions on encoders and decoders. What needs torch is imported when it measures; trained models are those that came with the lab."""

from __future__ import annotations

from random import Random

from core.classroom.questions.answers import ChoiceAnswer, NumberAnswer
from core.classroom.questions.question import ByProbe, Question, Truth
from core.probes.seq2seq.masked_sentence import parse_sentence
from core.records.recorded import recorded_epochs

SENTENCE = "sequence"
READER, CHANGED = 3, 5  # the output that is watched, and the token that is replaced
WORDS, LETTERS = 40, 12  # that are written backwards: as long as any that were trained
SMALL = 1e-3


def masked() -> Truth:
    """Replace a token, and measure an earlier output of a decoder with random weights."""
    from core.probes.seq2seq.mask_effects import mask_effects

    effects = mask_effects(parse_sentence(SENTENCE))
    change, without = (float(effects[name].changes[READER, CHANGED]) for name in ("subsequent", "none"))
    answer = "zero" if change == 0 else "small" if change < SMALL else "large"
    return Truth(answer, {"change": f"{change:g}", "without": f"{without:.2f}"})


def _opened(name: str):
    """The last weights of a recorded run."""
    from core.training.runs.checkpoint import open_seq2seq

    epochs = recorded_epochs(name)
    return open_seq2seq(epochs[max(epochs)])


def free_running() -> Truth:
    """Let a GRU without attention write words backwards, with the right letters before each given, and with its own."""
    import torch

    from core.probes.seq2seq.free_running import compare_free_running

    opened, random, right = _opened("reverse-gru"), Random(0), [0, 0, 0]
    for _ in range(WORDS):
        word = opened.task.draw(random, LETTERS)
        target = torch.tensor(opened.task.target(opened.task.answer(word)))
        report = compare_free_running(opened.model, torch.tensor(opened.task.source(word)), target)
        right = [a + b for a, b in zip(right, (report.forced_right, report.free_right, len(report.correct)), strict=True)]
    forced, free = (100 * part / right[2] for part in right[:2])
    return Truth(round(free, 1), {"free": f"{free:.0f} %", "forced": f"{forced:.0f} %"})


def bottleneck() -> Truth:
    """Replace all states of an encoder by noise but the last one, and measure the decoder."""
    import torch

    from core.probes.seq2seq.bottleneck import bottleneck_test

    changes = {}
    for name in ("reverse-gru", "reverse-gru-attention"):
        opened = _opened(name)
        target = opened.task.target(opened.task.answer(SENTENCE))[:-1]
        report = bottleneck_test(opened.model, torch.tensor([opened.task.source(SENTENCE)]), torch.tensor([target]))
        changes[name] = report.states_off
    plain = changes["reverse-gru"]
    answer = "zero" if plain == 0 else "small" if plain < SMALL else "large"
    return Truth(answer, {"plain": f"{plain:g}", "attention": f"{changes['reverse-gru-attention']:.1f}", "width": str(report.width)})


HOW_FAR = {"zero": "Not at all: by exactly 0", "small": f"By less than {SMALL:g}, but not by 0", "large": "By more than that"}

QUESTIONS = (
    Question(
        id="mask",
        part=4,
        claim="With the subsequent mask no output depends on a later token: exactly, not nearly.",
        text=f"A decoder with the subsequent mask reads a sentence. Token {CHANGED} is replaced by another one. How far does the output at "
        f"token {READER} move?",
        answer=ChoiceAnswer(HOW_FAR),
        decides=ByProbe(masked),
        because="It moves by {change}: what is masked gets the weight 0 and is never added. Without the mask it moves by {without}.",
        page="masks",
    ),
    Question(
        id="free-running",
        part=4,
        claim="A model that reads its own mistakes does worse than one that is given the right letters.",
        text=f"A GRU encoder-decoder writes words of {LETTERS} letters backwards. Given the right letters before each, about four of "
        f"five letters that it writes are right. In what share is it right when it reads its own letters?",
        answer=NumberAnswer(0, 100, 1, "%", near=5),
        decides=ByProbe(free_running, recorded=True),
        because="Running free, {free} of the letters are right; with teacher forcing {forced}. After a first mistake it goes on from "
        "something that it never saw in training.",
        page="translate",
    ),
    Question(
        id="bottleneck",
        part=4,
        claim="Without attention all that a decoder knows of its input is one vector.",
        text="A GRU encoder-decoder without attention translates. All states of its encoder but the last one are replaced by noise. How "
        "far do the decoder's logits move?",
        answer=ChoiceAnswer(HOW_FAR),
        decides=ByProbe(bottleneck, recorded=True),
        because="They move by {plain}: the decoder reads nothing of the encoder but its last state of {width} numbers. With attention the "
        "same noise moves them by {attention}.",
        page="versus",
    ),
)
