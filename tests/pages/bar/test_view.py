"""The road and the table of results as HTML: places on the axis, what is hidden, what is escaped."""

import re
from statistics import mean, stdev

import pytest

from core.readable import points
from core.records.results import result
from pages.bar.view import Lane, grid_html, mean_percent, minutes, results_html, road_html


def cells(html):
    return [re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<td.*?</td>", html)]


def test_a_lane_shows_its_runs_on_the_axis_and_what_the_change_brought():
    found = result("hand-in")
    value = mean(found.val_top1)
    html = road_html([Lane("one <b>", result=found, before=0.5, own=(0.65,))], caption="n < 5")
    assert "one &lt;b&gt;" in html and "n &lt; 5" in html and "in brackets the number of CPU threads" in html and "{" not in html
    places = [float(at) for at in re.findall(r'class="dot" style="--at:([\d.]+)"', html)]
    assert places == [round((one - 0.4) / 0.5, 4) for one in found.val_top1]
    (ends,) = re.findall(r'class="gain" style="--at:([\d.]+); --to:([\d.]+)"', html)
    assert [float(end) for end in ends] == [0.2, pytest.approx((value - 0.4) / 0.5, abs=1e-4)]
    assert 'class="own" style="--at:0.5" title="your run: 65.0 %"' in html
    assert cells(html)[1:3] == [f"{100 * value:.1f} ± {100 * stdev(found.val_top1):.1f}", f"+{100 * (value - 0.5):.1f}"]


def test_a_loss_is_drawn_and_signed_as_one():
    html = road_html([Lane("worse", result=result("hand-in"), before=0.7)], caption="")
    assert 'class="loss"' in html and 'class="gain"' not in html and cells(html)[2].startswith("−")


def test_what_is_hidden_has_no_figure_in_it():
    html = road_html([Lane("next", next=True), Lane("later")], caption="")
    assert html.count('class="dot"') == 0 and cells(html) == ["", "?", "", ""] * 2
    assert html.count('<tr class="next">') == 1


def test_a_value_beyond_the_axis_stays_at_its_end():
    assert 'style="--at:0.0"' in road_html([Lane("low", own=(0.1,))], caption="")
    assert 'style="--at:1.0"' in road_html([Lane("high", own=(0.99,))], caption="")


def test_the_table_marks_what_is_over_the_bar():
    html = results_html([("a & b", result("hand-in")), ("c", result("bar"))])
    assert "a &amp; b" in html
    assert [bool(look) for look in re.findall(r'<tr( class="total")?><th scope="row">', html)] == [False, True]
    bar = result("bar")
    assert cells(html)[8:] == [
        mean_percent(bar.val_top1), mean_percent(bar.test_top1), str(len(bar.runs)), f"{minutes(bar.seconds)} ({bar.threads})",
        str(bar.runs[0].total_epochs), f"{bar.parameters:,}", f"{bar.flops / 1e6:,.3g}", f"{100 * bar.share:.0f} %",
    ]  # fmt: skip


def test_numbers_in_words():
    assert points(0.0312) == "+3.1" and points(-0.014) == "−1.4"
    assert minutes(90) == "1.5 min" and minutes(1234) == "21 min"
    assert mean_percent([0.5]) == "50.0" and mean_percent([0.5, 0.6]) == "55.0 ± 7.1"


def test_a_grid_marks_the_start_and_what_knows_of_it():
    html = grid_html([[True, False], [True, False]], (0, 0), caption="two")
    assert re.findall(r'<i class="(\w*)">', html) == ["start", "", "reached", ""] and 'aria-label="two"' in html
