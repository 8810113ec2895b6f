"""Measurements on transformers. What needs torch is imported when it measures."""

from __future__ import annotations

from core.classroom.questions.question import Truth
from core.lessons.measurements.measurement import Measurement, percent, rounded
from core.probes.attention.by_hand import Projections, attention_by_hand, make_mask, softmax_slope, word_tokens
from core.readable import power

WORDS = ("the", "cat", "sat", "on", "the", "mat")
WIDTH, HEADS = 8, 2


def _hand(mask: str = "none"):
    """Six words through an attention of two heads at random weights."""
    return attention_by_hand(word_tokens(WORDS, WIDTH), Projections.random(WIDTH, 0), HEADS, mask=make_mask(mask, len(WORDS)))


def by_hand() -> Truth:
    """Every matrix of attention by hand against PyTorch's."""
    from core.probes.attention.proof import check_by_hand, course_shapes

    report = check_by_hand(_hand("causal"))
    largest = max(report.stages, report.fused, report.module)
    shapes = course_shapes()
    figures = {"difference": power(largest), "total": power(report.total), "leaks": str(report.leaks)}
    return Truth(largest, {**figures, "course": str(list(shapes.values())[-1])})


def rows() -> Truth:
    """Sums of the rows of the weights, and what stands where the mask forbids reading."""
    import numpy as np

    hand = _hand("causal")
    masked = float(np.abs(hand.weights[:, ~hand.mask]).max())
    off = float(np.abs(hand.weights.sum(-1) - 1).max())
    return Truth(masked, {"masked": f"{masked:g}", "off": power(off), "first": f"{float(hand.weights[0, 0, 0]):g}"})


def scaling() -> Truth:
    """Softmax of scores of long keys, scaled and not: how much gradient comes back."""
    import numpy as np

    draw = np.random.default_rng(0)
    scores = draw.normal(size=(200, 64)) @ draw.normal(size=(64, 100))  # queries times keys of 64 numbers
    slopes = {}
    for name, divisor in (("plain", 1.0), ("scaled", 8.0)):
        weights = np.exp((scores - scores.max(-1, keepdims=True)) / divisor)
        weights /= weights.sum(-1, keepdims=True)
        slopes[name] = (float(weights.max(-1).mean()), float(softmax_slope(weights).mean()))
    return Truth(slopes["plain"][0], {"plain": percent(slopes["plain"][0]), "scaled": percent(slopes["scaled"][0])})


def layer() -> Truth:
    """The lab's encoder layer and stack against PyTorch's."""
    from core.probes.attention.proof import check_layer
    from core.probes.recurrence.counterparts import counterparts

    report, (gru, _, encoder) = check_layer(), counterparts()
    largest = max(report.before, report.after, report.stacked)
    figures = {"difference": power(largest), "shape": str(report.shape), "layers": str(report.layers)}
    return Truth(float(encoder.seen[0]), {**figures, "gru": str(gru.seen[0]), "encoder": str(encoder.seen[0]), "wait": str(gru.in_a_row)})


def positions() -> Truth:
    """The shuffle test with each way to tell a token its place."""
    import torch

    from core.probes.equivariance.permutations import named_permutation
    from core.probes.positions.placing import layernormed_tokens, place_test

    tokens, order = layernormed_tokens(16, 32), named_permutation("reverse", 16)
    moved = {kind: place_test(kind, tokens, order).max_abs_diff for kind in ("none", "index", "sinusoidal", "learned", "rotary")}
    least = min(value for kind, value in moved.items() if kind not in ("none", "index"))
    assert tokens.dtype == torch.float64
    return Truth(least, {kind: rounded(value) for kind, value in moved.items()})


def together() -> Truth:
    """The shuffle test done wrongly: each token takes its position along."""
    from core.probes.equivariance.permutations import named_permutation
    from core.probes.positions.placing import layernormed_tokens, place_test

    report = place_test("sinusoidal", layernormed_tokens(16, 32), named_permutation("reverse", 16), together=True)
    return Truth(report.max_abs_diff, {"difference": power(report.max_abs_diff)})


def map_rows() -> Truth:
    """Attention of a recorded ViT over a drawn picture."""
    import torch

    from core.data.shapes import draw
    from core.data.splits import normalize
    from core.probes.attention.maps import record_attention
    from core.records.recorded import recorded_epochs, recorded_run
    from core.training.runs.checkpoint import open_model

    name = "shapes-vit"
    opened = open_model(recorded_epochs(name)[recorded_run(name).best.epoch])
    images = normalize(torch.as_tensor(draw(range(4))[0]), opened.mean, opened.std)
    with torch.no_grad():
        record = record_attention(opened.model, images, dtype=torch.float64)
    weights = record.weights  # (B, L, H, T, T)
    seen = int((weights[0, 0, 0, 0] > 0).sum())
    figures = {"off": power(record.rows_off), "seen": str(seen), "tokens": str(weights.shape[-1])}
    return Truth(float(weights.shape[-1] - seen), {**figures, "layers": str(weights.shape[1]), "heads": str(weights.shape[2])})


def vit() -> Truth:
    """A Vision Transformer of the unit's sizes: shapes on the way from images to logits."""
    import torch

    from core.models import Task, build_model
    from core.probes.attention.readout import layer_shapes

    model = build_model("vit", Task(num_classes=10), patch_size=2, embed_dim=64, num_layers=3, num_heads=4).eval()
    shapes = layer_shapes(model, torch.zeros(4, 3, 32, 32))
    given = shapes[-1][1]
    return Truth(float(given[-1]), {"shapes": " → ".join(str(shape) for _, shape in shapes), "given": str(given)})


MEASUREMENTS = {
    "attention-by-hand": Measurement(
        claim="Attention by hand is that of PyTorch.",
        measure=by_hand,
        because="Every matrix by hand, the fused kernel and nn.MultiheadAttention agree up to {difference}, and {leaks} masked cells "
        "have a "
        "weight. At the unit's sizes the output is {course}.",
    ),
    "attention-rows": Measurement(
        claim="Rows of attention add up to 1, and masked cells are exactly 0.",
        measure=rows,
        because="The largest weight in a masked cell is {masked}; the sums of the rows are off from 1 by {off}. The first token can read "
        "nothing but itself: its weight is {first}.",
    ),
    "scaling": Measurement(
        claim="Without the division by √D, softmax reads one token alone.",
        measure=scaling,
        because="With keys of 64 numbers the largest weight of a row is {plain} on average, and {scaled} once scores are divided by 8.",
    ),
    "encoder-layer": Measurement(
        claim="From its first layer on, a transformer reads all tokens at once.",
        measure=layer,
        because="The first output of nn.TransformerEncoderLayer depends on {encoder} tokens, that of nn.GRU on {gru}, whose {wait} steps "
        "wait "
        "for each other. In and out have the shape {shape}; {layers} layers of the lab and of PyTorch differ by {difference}.",
    ),
    "positions": Measurement(
        claim="Positions end the equivariance.",
        measure=positions,
        because="In the shuffle test the outputs move by {none} without positions, by {sinusoidal} with sine and cosine, by {learned} with "
        "learned ones as they are at the start, by {rotary} with rotary ones, and by {index} with the bare index.",
    ),
    "together": Measurement(
        claim="Moving tokens and positions together proves nothing.",
        measure=together,
        because="Done so, the test finds a difference of {difference} although positions are there: each token took its own along.",
    ),
    "attention-maps": Measurement(
        claim="The receptive field of a Vision Transformer is the whole image from the first layer on.",
        measure=map_rows,
        because="In the first of {layers} layers the class token has a weight above 0 for {seen} of {tokens} tokens. The rows of all "
        "{heads} heads add up to 1, off by {off}.",
        recorded=True,
    ),
    "vit-shapes": Measurement(
        claim="A Vision Transformer makes class scores of images.",
        measure=vit,
        because="The shapes on the way are {shapes}.",
    ),
}
