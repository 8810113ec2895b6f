"""Questions on transformers. What needs torch is imported when it measures."""

from __future__ import annotations

from core.classroom.questions.answers import ChoiceAnswer, NumberAnswer
from core.classroom.questions.question import ByProbe, Question, Truth
from core.probes.attention.by_hand import score_spread
from core.probes.attention.pairs import pairs

PATCH, SIDE = 8, 32
KEY, TOKENS = 64, 100  # numbers of a key, and tokens: as in the unit's example
SHORT, LONG = 256, 1024  # tokens of a picture in patches of 2 x 2, and in single pixels


def shuffled(name: str) -> Truth:
    """Shuffle the patches of a random picture, and put the outputs of an untrained model back."""
    import torch

    from core.probes.equivariance.permutations import named_permutation
    from core.probes.equivariance.subjects import untrained
    from core.probes.equivariance.ways import Way, examine

    image = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    order = named_permutation("random", (SIDE // PATCH) ** 2)
    report, gru = (examine(untrained(one, PATCH), image, order, Way(dtype=torch.float64)) for one in (name, "gru"))
    answer = "same" if report.equivariant else "mean" if report.invariant else "other"
    return Truth(answer, {"difference": f"{report.max_abs_diff:.1e}", "gru": f"{gru.max_abs_diff:.2f}"})


def without_positions() -> Truth:
    """The shuffle test of an encoder that knows no places."""
    return shuffled("encoder")


def with_positions() -> Truth:
    """The shuffle test of an encoder with sine and cosine."""
    return shuffled("encoder-sinusoidal")


def score() -> Truth:
    """Draw queries and keys, and measure how far their products spread."""
    spread, half = score_spread(KEY, TOKENS), score_spread(KEY // 4, TOKENS)
    longer = score_spread(KEY, 4 * TOKENS)
    return Truth(round(spread, 2), {"spread": f"{spread:.2f}", "quarter": f"{half:.2f}", "longer": f"{longer:.2f}"})


def cost() -> Truth:
    """Count the pairs of a query and a key that one head reads."""
    short, long = (pairs("full", length) for length in (SHORT, LONG))
    return Truth(long / short, {"short": f"{short:,.0f}", "long": f"{long:,.0f}", "times": f"{long / short:g}"})


SHUFFLED = {
    "same": "They are the same, up to rounding",
    "mean": "Each is another one, but their mean is the same",
    "other": "They are others, and so is their mean",
}

QUESTIONS = (
    Question(
        id="shuffle",
        part=3,
        claim="A transformer encoder without positions does not know the order of its tokens.",
        text="The tokens of a transformer encoder without positions are shuffled, and its outputs are put back into the old order. How are "
        "these outputs, compared with those of the tokens in their order?",
        answer=ChoiceAnswer(SHUFFLED),
        decides=ByProbe(without_positions),
        because="The largest difference is {difference}, float noise: attention compares contents and asks for no place. That is "
        "equivariance. The same test moves the states of a GRU by {gru}.",
        page="shuffle",
    ),
    Question(
        id="shuffle-positions",
        part=3,
        claim="Positions that are added to the tokens end the equivariance.",
        text="The same test on an encoder that adds sine and cosine of its position to each token: tokens are shuffled, then positions are "
        "added, and outputs are put back. How are they now?",
        answer=ChoiceAnswer(SHUFFLED),
        decides=ByProbe(with_positions),
        because="The largest difference is {difference}: the same patch at another place is another token now. Shuffle tokens with "
        "their positions, and nothing changes, but that proves nothing.",
        page="positions",
    ),
    Question(
        id="scores",
        part=3,
        claim="Scores are divided by the root of the size of a key, not of the number of tokens.",
        text=f"The numbers of {TOKENS} queries and keys are drawn from a standard normal distribution, {KEY} numbers each. What is the "
        "standard deviation of a score q · k?",
        answer=NumberAnswer(0, 100, 0.5, near=0.5),
        decides=ByProbe(score),
        because="It is {spread}, the root of 64: so attention divides by √D. With 16 numbers a key it is {quarter}, and with four times as "
        "many tokens still {longer}.",
        page="attention",
    ),
    Question(
        id="cost",
        part=3,
        claim="The cost of attention grows with the square of the number of tokens.",
        text=f"A picture is cut into single pixels ({LONG:,} tokens), not into patches of 2 x 2 ({SHORT} tokens). How many times as many "
        "pairs of a query and a key does each head read?",
        answer=NumberAnswer(1, 64, 1, "times"),
        decides=ByProbe(cost),
        because="{short} pairs become {long}: {times} times as many, for four times the tokens.",
        page="attention",
    ),
)
