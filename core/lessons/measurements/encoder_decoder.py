"""Measurements on encoders and decoders. What needs torch is imported when it measures; trained models are those that came with the lab."""

from __future__ import annotations

from core.classroom.questions.question import Truth
from core.lessons.measurements.measurement import Measurement, rounded
from core.probes.attention.pairs import pairs
from core.probes.seq2seq.masked_sentence import parse_sentence
from core.records.recorded import recorded_epochs

WORD = "sequence"
DATE = "march 3rd 1998"
DOCUMENT = 65_536  # tokens


def _opened(name: str):
    """The last weights of a recorded run."""
    from core.training.runs.checkpoint import open_seq2seq

    epochs = recorded_epochs(name)
    return open_seq2seq(epochs[max(epochs)])


def cross_attention() -> Truth:
    """Which letter of a word each written letter reads, in a GRU with attention that writes words backwards."""
    import torch

    from core.probes.seq2seq.cross_attention import record_seq2seq_attention

    opened = _opened("reverse-gru-attention")
    source, target = opened.task.source(WORD), opened.task.target(opened.task.answer(WORD))
    with torch.no_grad():
        record = record_seq2seq_attention(opened.model, torch.tensor([source]), torch.tensor([target[:-1]]), dtype=torch.float64)
    read = record.alignment[0].argmax(-1).tolist()  # of each row, the column that it reads most
    letters = range(len(WORD))
    straight = sum(read[at] == len(WORD) - 1 - at for at in letters)
    figures = {"right": str(straight), "count": str(len(WORD)), "word": WORD, "written": opened.task.answer(WORD)}
    return Truth(float(straight), {**figures, "memory": str(record.cross.shape[-1])})


def writing() -> Truth:
    """Let a transformer write a date in ISO form, one token at a time."""
    import torch

    from core.probes.seq2seq.written import write_out

    opened = _opened("dates-transformer")
    written = write_out(opened.model, torch.tensor(opened.task.source(DATE)))
    said = opened.task.vocabulary.decode(written.tokens)
    figures = {"typed": DATE, "read": str(len(DATE)), "written": said, "right": opened.task.answer(DATE), "tokens": str(len(said))}
    return Truth("right" if said == figures["right"] else "wrong", figures)


def masks() -> Truth:
    """Replace every token of a padded sentence once, under each mask, and measure how far outputs before it move."""
    from core.probes.seq2seq.mask_effects import mask_effects

    effects = mask_effects(parse_sentence("hello", padding=2))
    moved = {name.replace("-", "_"): one.before[1] for name, one in effects.items()}
    return Truth(moved["subsequent"], {name: rounded(value) for name, value in moved.items()})


def cheaper() -> Truth:
    """Count the pairs that attention in full reads of a document, and a window."""
    full, window = pairs("full", DOCUMENT), pairs("window", DOCUMENT)
    return Truth(
        full / window,
        {"full": f"{full / 1e6:,.0f}", "window": f"{window / 1e6:,.0f}", "times": f"{full / window:.0f}", "tokens": f"{DOCUMENT:,}"},
    )


MEASUREMENTS = {
    "cross-attention": Measurement(
        claim="The decoder's queries find in the memory what is to be written next.",
        measure=cross_attention,
        because="For {right} of the {count} letters of “{word}”, the decoder reads most where the letter to be written stands: it writes "
        "“{written}”. Each of its steps could read all {memory} vectors of the memory.",
        recorded=True,
    ),
    "writing": Measurement(
        claim="A decoder writes an output of another length than the input, one token at a time.",
        measure=writing,
        because="It has read {read} letters (“{typed}”), and written {tokens} letters: “{written}”. The right answer is “{right}”.",
        options=("right", "wrong"),
        recorded=True,
    ),
    "masks": Measurement(
        claim="A padding mask is not a subsequent mask.",
        measure=masks,
        because="Replace a token, and look how far outputs before it move: by {subsequent} under the subsequent mask, by {padding} under "
        "the "
        "padding mask, by {none} without a mask, and by {off_by_one} under one that is off by one.",
    ),
    "cheaper": Measurement(
        claim="Reading a window instead of everything makes long inputs possible.",
        measure=cheaper,
        because="Of {tokens} tokens each head reads {full} million pairs of a query and a key in full, and {window} million with a "
        "window: {times} times fewer.",
    ),
}
