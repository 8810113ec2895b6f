"""Controls of the page Masks: a sentence, its padding, the decoder's layers."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import ConfigError
from core.probes.seq2seq.masked_sentence import ENDS, MOST_PADDING, MOST_SYMBOLS, MaskedSentence, parse_sentence
from dashboard.shell import visitor
from dashboard.shell.choices import Choice, links

TYPED = 60  # characters that the box takes
END_WORDS = {"end": "End", "start": "Start"}
TEXT = Choice("masks", "text", first="hello")
PADDING = Choice("masks", "pad", range(MOST_PADDING + 1), first=2)
END = Choice("masks", "at", ENDS, first="end")
LAYERS = Choice("masks", "layers", range(1, 4), first=1)
EXTRA = Choice("masks", "extra", range(1, 9), first=3)
SEED = Choice("masks", "seed", range(1000), first=0, old=("random",))
PLACE = Choice("masks", "place")  # it depends on the sentence, and is in no link


@dataclass(frozen=True)
class MaskChoices:
    """What the controls of the matrices say; `problem` where the text cannot be used, and then the first text stands in for it."""

    text: str
    sentence: MaskedSentence
    padding: int
    end: str
    layers: int
    problem: str = ""

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        return {**links(TEXT, PADDING, END, LAYERS), **({"text": ""} if self.problem else {})}

    @property
    def code(self) -> str:
        """Python that measures the same."""
        text = TEXT.first if self.problem else self.text
        return (
            "from core.probes.seq2seq.mask_effects import mask_effects\nfrom core.probes.seq2seq.masked_sentence import parse_sentence\n\n"
            f"sentence = parse_sentence({text!r}, {self.padding}, {self.end!r})\n"
            f"for name, one in mask_effects(sentence, layers={self.layers}).items():\n"
            "    print(name, one.passed, one.before, one.reach)\n    print(one.changes.round(3))  # row: output, column: replaced token"
        )


def choose() -> MaskChoices:
    """All controls of the matrices."""
    help = f"Up to {MOST_SYMBOLS} letters, or words with spaces between them."
    text = TEXT.text_input("A word, or a few words", max_chars=TYPED, help=help)
    padding = PADDING.slider("Padding", help="Number of tokens · that only fill up the batch.")
    end = END.segmented("Padding stands at the", format_func=END_WORDS.get, width="stretch")
    layers = LAYERS.slider("Decoder layers")
    try:
        return MaskChoices(text, parse_sentence(text, padding, end), padding, end, layers)
    except ConfigError as error:
        return MaskChoices(text, parse_sentence(TEXT.first, padding, end), padding, end, layers, visitor.told(error))
