"""What the browser gets of an attention, and the page's tables and sentences."""

from dataclasses import replace

import pytest

from core.probes.attention.by_hand import Projections, attention_by_hand, make_mask, saturation, word_tokens
from core.probes.attention.cost import KINDS, Cost, memory
from core.probes.attention.proof import AttentionReport
from pages.attention.about import ABOUT
from pages.attention.answer import LESS, answer_of, long_keys
from pages.attention.board import matrices_data
from pages.attention.costs import cost_html, memory_lines, slopes
from pages.attention.costs_view import cost_figure
from pages.attention.view import because, course_line, proof_line, saturation_html, spread_html
from tests.pages.support import unpacked

WORDS = ("one", "two", "<b>")


def hand(mask="none", words=WORDS):
    return attention_by_hand(word_tokens(words, 8), Projections.random(8, 0), 2, mask=make_mask(mask, len(words)))


def test_the_message_holds_every_number_once():
    found = hand("causal")
    sent = matrices_data(found, WORDS, origin="drawn", divisor="√D", scaling="/ 2.00", temperature=1.0)
    parts = unpacked(sent)
    expected = {
        "tokens": found.tokens, "wq": found.projections.query, "wk": found.projections.key, "wv": found.projections.value,
        "wo": found.projections.output, "slope": found.jacobian,
        **{name: getattr(found, name) for name in ("q", "k", "v", "scores", "scaled", "weights", "joined", "output", "entropy")},
    }  # fmt: skip
    assert parts.keys() == expected.keys()
    for name, array in expected.items():
        assert parts[name] == pytest.approx(array.ravel(), rel=1e-6, abs=1e-7)
    assert sent["mask"] == "100110111" and sent["names"] == list(WORDS) and (sent["width"], sent["heads"]) == (8, 2)


def test_the_largest_message_is_small():
    words = [f"w{n}" for n in range(16)]
    found = attention_by_hand(word_tokens(words, 64), Projections.random(64, 0), 8)
    sent = matrices_data(found, words, origin="", divisor="", scaling="", temperature=1.0)
    assert len(sent["numbers"]) < 300_000


def test_the_proof_line():
    report = AttentionReport(stages=0.0, fused=1e-16, module=2e-16, total=0.0, leaks=0, rows=6, nan_rows=0)
    line = proof_line(report)
    assert "F.scaled_dot_product_attention 1·10⁻¹⁶" in line.figures and line.words.endswith("equal to 16 digits: **passed**.")
    assert not proof_line(replace(report, module=1e-5)).passed and not proof_line(replace(report, leaks=1)).passed
    assert "one row has nothing to read, and nn.MultiheadAttention answers NaN there" in proof_line(replace(report, nan_rows=1)).words
    assert "2 rows have nothing" in proof_line(replace(report, nan_rows=2)).words


def test_the_table_of_divisors_has_the_probe_numbers():
    found = saturation(hand())
    html = saturation_html(found, chosen="sqrt(T)", hand=hand(), temperature=2.0, what="These")
    for one in found:
        assert f"<td>{one.spread:.2f}</td><td>{one.largest:.3f}</td><td>{one.entropy:.2f}</td><td>{one.slope:.3f}</td>" in html
    assert html.count('class="chosen"') == 1 and '<tr class="chosen"><th scope="row">√T</th><td>1.73</td>' in html
    assert "These: D = 4, T = 3, temperature 2, means over 6 rows" in html and "ln 3 = 1.10 and ‖J‖ = 0.471" in html
    alone = hand("earlier", ("alone",))
    assert "Choose another mask" in saturation_html(saturation(alone), chosen="none", hand=alone, temperature=1.0, what="These")


def test_the_table_of_spreads():
    html = spread_html([[2.0, 4.0], [2.01, 3.99]], (4, 16), (6, 100))
    assert '<th scope="row">T = 100</th><td>2.01</td><td>3.99</td>' in html and '<th scope="row">√D</th><td>2.00</td><td>4.00</td>' in html


def test_the_question_is_answered_by_numbers():
    none, by_size = long_keys()
    ratio = none.slope / by_size.slope
    assert ratio < 0.5 and answer_of(ratio) == LESS
    assert (answer_of(2.0), answer_of(1.0), answer_of(0.1)) == (ABOUT.prediction.choices[0], ABOUT.prediction.choices[1], LESS)
    assert f"‖J‖ = {none.slope:.3f}, only {100 * ratio:.0f} % of the gradient" in because(none, by_size)


def test_the_line_of_the_course():
    shapes = {"tokens": (4, 100, 64), "q, k, v of the heads": (4, 4, 100, 16), "output": (4, 100, 64)}
    line = course_line(shapes)
    assert "tokens (4, 100, 64) → q, k, v of the heads (4, 4, 100, 16) → output (4, 100, 64)" in line
    assert "100 × 100 = 10,000 weights a head; D = C / heads = 64 / 4 = 16" in line


POINTS = tuple(Cost(kind, n, 1e-9 * n**power, 0) for kind, power in zip(KINDS, (2, 1.5, 1), strict=True) for n in (4, 256, 1024))


def test_the_cost_of_a_length():
    html = cost_html(1024, POINTS)
    assert "4 heads × 1,024 × 1,024 = 4,194,304 weights" in html
    assert "attention by hand</th><td>50.3 MB</td><td>1.05 ms</td>" in html and "nn.GRU</th><td>1.05 MB</td><td>0.00102 ms</td>" in html
    assert cost_html(4096, POINTS).count("<td>–</td>") == 3 and "805 MB" in cost_html(4096, POINTS)
    assert "attention by hand T^2.00; attention, fused kernel T^1.50; recurrent scan, nn.GRU T^1.00" in slopes(POINTS)


def test_the_figure_of_costs():
    figure = cost_figure(memory_lines(), ())
    assert [trace.name for trace in figure.data] == list(KINDS)
    assert dict(zip(figure.data[0].x, figure.data[0].y, strict=True))[2048] == memory("by hand", 2048)
    figure = cost_figure(memory_lines(), POINTS)
    assert (
        len(figure.data) == 6
        and list(figure.data[1].x) == [4, 256, 1024]
        and figure.data[1].y[2] == pytest.approx(1000 * POINTS[2].seconds)
    )
    assert figure.layout.xaxis.type == figure.layout.yaxis2.type == "log" and figure.layout.yaxis2.title.text == "milliseconds"
