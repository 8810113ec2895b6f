import numpy as np
import pytest

from core.evaluation.calibration import reliability


def spoken(confidences, hits, classes=4):
    """Probabilities whose top class has these confidences, and labels that it hits or misses."""
    probabilities = np.array([[c, *[(1 - c) / (classes - 1)] * (classes - 1)] for c in confidences])
    return probabilities, np.array([0 if hit else 1 for hit in hits])


def test_bins_by_hand():
    found = reliability(*spoken([0.3, 0.9, 1.0, 0.95, 0.5], [True, True, False, True, False]), bins=2)
    assert found.count.tolist() == [2, 3]  # 0.5 lies on the border and belongs to the lower bin
    assert found.confidence == pytest.approx([0.4, 0.95]) and found.accuracy == pytest.approx([0.5, 2 / 3])
    assert found.ece == pytest.approx((2 * 0.1 + 3 * (0.95 - 2 / 3)) / 5)
    assert found.gap == pytest.approx((0.3 + 0.9 + 1.0 + 0.95 + 0.5) / 5 - 3 / 5)


@pytest.mark.parametrize("bins", [2, 5, 10, 15])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_a_confidence_on_a_border_belongs_to_the_lower_bin(bins, kind):
    """In single precision, too, where 0.6 is a little more than in double."""
    for k in range(1, bins + 1):
        share = np.array([[k / bins, 0.0]], kind)
        assert reliability(share, np.array([0]), bins=bins).count.argmax() == k - 1
        above = np.array([[min(1, np.nextafter(kind(k / bins), kind(2))), 0.0]], kind)
        assert reliability(above, np.array([0]), bins=bins).count.argmax() == min(k, bins - 1)


def test_ece_against_a_loop_over_images():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3000, 10)) * 2
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = rng.integers(0, 10, 3000)
    bins = {}
    for p, label in zip(probabilities, labels, strict=True):
        bins.setdefault(int(np.ceil(p.max() * 15)), []).append((p.max(), p.argmax() == label))
    expected = sum(abs(sum(c for c, _ in b) - sum(h for _, h in b)) for b in bins.values()) / 3000
    found = reliability(probabilities, labels)
    assert found.ece == pytest.approx(expected, abs=1e-12) and found.count.sum() == 3000


def test_a_model_that_keeps_its_word_has_a_small_error():
    rng = np.random.default_rng(1)
    confidences = rng.uniform(0.3, 1, 50_000)
    found = reliability(*spoken(confidences, rng.random(50_000) < confidences))
    assert found.ece < 0.015 and abs(found.gap) < 0.01
    sure = reliability(*spoken(np.full(50_000, 0.99), rng.random(50_000) < 0.6))
    assert sure.ece == pytest.approx(0.39, abs=0.01) and sure.gap == pytest.approx(sure.ece)


def test_no_images_have_no_error():
    found = reliability(np.zeros((0, 10)), np.zeros(0, np.int64))
    assert found.ece == found.gap == 0 and found.count.sum() == 0


def test_there_are_fifteen_bins_unless_another_number_is_asked_for():
    """On the confidences 0.64 and 0.69, too low and too high: 15 bins (border 2 / 3) part them, so that the errors do not cancel."""
    found = reliability(*spoken([0.64] * 10 + [0.69] * 10, [True] * 10 + [False] * 10))
    assert len(found.count) == 15 and found.count[[9, 10]].tolist() == [10, 10]
    assert found.ece == pytest.approx((0.36 + 0.69) / 2)
    assert reliability(*spoken([0.64] * 10 + [0.69] * 10, [True] * 10 + [False] * 10), bins=10).ece == pytest.approx(0.165)
