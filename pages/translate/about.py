"""What the page is about: its claim, its experiments, and other words by which somebody looks for it."""

from __future__ import annotations

from dashboard.about import About, Prediction
from dashboard.kit.wording import marked

ABOUT = About(
    claim=marked(
        "The encoder reads the whole input once, and for every token that it writes the decoder reads **what the encoder has put out "
        "(cross-attention) and what it has written so far (self-attention).**"
    ),
    experiments={
        "Longer than anything it was trained on: where does it break?": {
            "task": "reverse",
            "run": "recorded-reverse-transformer",
            "epoch": "7",
            "text": "abcdefghijklmnopqrst",
            "t": "13",
        },
        "The same word through one vector: two GRUs without attention": {"task": "reverse", "run": "recorded-reverse-gru", "epoch": "8"},
        "Four beginnings at once: the tree of a beam search": {
            "run": "recorded-dates-transformer",
            "epoch": "6",
            "text": "the 3rd of march",
            "how": "beam",
            "t": "4",
        },
    },
    words=(
        "encoder-decoder",
        "nn.Transformer",
        "memory",
        "cross-attention",
        "beam search",
        "greedy decoding",
        "teacher forcing",
        "free running",
        "exposure bias",
        "dates",
        "reverse",
        "length generalisation",
        "part 4",
    ),
    prediction=Prediction(
        question="A transformer reads “march 3rd, 1999” letter by letter and writes 1999-03-03. In which order does it look at the parts "
        "of its input?",
        choices=("month, day, year: as they stand there", "year, month, day: as it writes them", "at all parts alike at every step"),
    ),
    picture="translate_board",
)
