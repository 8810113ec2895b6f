"""The page Attention by hand as a student goes through it, without a browser."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from core.data.shapes import PARTS, draw
from core.probes.attention.by_hand import Projections, patch_tokens, word_tokens
from pages.attention import costs
from tests.pages.support import html_of, message_to, open_page, press, printed_by, run, shown_code, texts, unpacked, wait_for_lessons

WORDS = ["the", "cat", "sat", "on", "the", "mat"]


def open_attention(**query):
    return open_page("attention", **query)


def sent_to(app):
    return message_to(app, "pages/attention/board")


def arrays_of(app):
    return unpacked(sent_to(app))


def weights_of(app):
    sent = sent_to(app)
    return arrays_of(app)["weights"].reshape(sent["heads"], len(sent["names"]), -1)


def output_by_torch(tokens, heads, *, seed=0, mask=None, scale=None):
    """The output (T, C) by F.scaled_dot_product_attention with the page's matrices."""
    matrices, x = Projections.random(tokens.shape[1], seed), torch.from_numpy(tokens)
    q, k, v = (
        (x @ torch.from_numpy(m).T).unflatten(1, (heads, -1)).transpose(0, 1) for m in (matrices.query, matrices.key, matrices.value)
    )
    joined = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, scale=scale).transpose(0, 1).flatten(1)
    return (joined @ torch.from_numpy(matrices.output).T).numpy()


def test_it_opens_on_six_words_with_everything_proved():
    app = open_attention()
    assert sent_to(app)["names"] == WORDS and sent_to(app)["heads"] == 2
    assert arrays_of(app)["output"] == pytest.approx(output_by_torch(word_tokens(WORDS, 8), 2).ravel(), abs=1e-6)
    assert texts(app).count("**passed**") == 2 and "(4, 4, 100, 100)" in texts(app) and dict(app.query_params) == {}
    assert "The number of heads must divide 8." in texts(app)
    assert [button.label for button in app.button if "_chip_" not in button.key] == ["Measure on this machine", "Reveal"]


def test_a_link_opens_what_it_says_and_is_written_again():
    query = {
        "tokens": "numbers", "numbers": "1 2 4", "divide": "T", "temperature": "2", "mask": "causal", "heads": "3", "width": "12",
        "random": "7", "length": "256",
    }  # fmt: skip
    app = open_attention(**query)
    query["seed"] = query.pop("random")  # the name that links had for it
    assert dict(app.query_params) == query and sent_to(app)["names"] == ["1", "2", "4"]
    assert sent_to(app)["mask"] == "100110111" and sent_to(app)["divisor"] == "√T = √3 = 1.73" and sent_to(app)["scaling"] == "/ 1.73 / 2"
    slope, offset = np.random.default_rng([4, 7]).normal(size=(2, 12))
    tokens = F.layer_norm(torch.tensor([1.0, 2.0, 4.0]).double()[:, None] * torch.tensor(slope) + torch.tensor(offset), (12,)).numpy()
    expected = output_by_torch(tokens, 3, seed=7, mask=torch.ones(3, 3, dtype=torch.bool).tril(), scale=1 / (3**0.5 * 2))
    assert arrays_of(app)["output"] == pytest.approx(expected.ravel(), abs=1e-6)


def test_a_link_and_words_that_make_no_sense_leave_the_page_as_at_first():
    """What each control takes is tested in test_controls.py."""
    app = open_attention(
        tokens="pixels", divide="C", temperature="x", mask="padding", heads="0", width="9", random="-1", length="3", cut="3"
    )
    assert sent_to(app)["names"] == WORDS and dict(app.query_params) == {} and "**passed**" in texts(app)
    run(app.text_input(key="attention_words").set_value("a " * 13))
    assert "these are 13" in texts(app) and sent_to(app)["names"] == WORDS


def test_what_is_typed_is_data():
    app = open_attention(words="<b>x</b> </div>")
    assert sent_to(app)["names"] == ["<b>x</b>", "</div>"]
    assert not any("<b>x</b>" in h.proto.body for h in app.get("html"))


def test_one_token_reads_itself_and_under_a_mask_nothing():
    app = open_attention(words="alone")
    assert weights_of(app).tolist() == [[[1.0]], [[1.0]]]
    app = open_attention(words="alone", mask="earlier")
    assert not weights_of(app).any() and np.isfinite(np.concatenate([*arrays_of(app).values()])).all()
    assert "nn.MultiheadAttention answers NaN there" in texts(app) and "Choose another mask" in html_of(app, "no row to measure")


def test_masks_and_divisors_change_the_weights():
    app = open_attention(words="a b c d")
    assert (weights_of(app) > 0).all()
    run(app.segmented_control(key="attention_mask").set_value("causal"))
    assert not np.triu(weights_of(app)[0], 1).any() and weights_of(app).sum(-1) == pytest.approx(np.ones((2, 4)))
    run(app.segmented_control(key="attention_mask").set_value("earlier"))
    assert not weights_of(app)[:, 0].any()
    run(app.segmented_control(key="attention_mask").set_value("none"))
    run(app.select_slider(key="attention_temperature").set_value(10.0))
    assert np.abs(weights_of(app) - 0.25).max() < 0.1
    run(app.select_slider(key="attention_temperature").set_value(0.1))
    assert weights_of(app).max() > 0.99 and "**passed**" in texts(app)


def test_patches_of_a_picture():
    app = open_attention(tokens="patches", heads="4", image="28")
    (pixels,), _ = draw(np.array([PARTS["val"][27]]))
    assert len(sent_to(app)["pictures"]) == 16 and all(uri.startswith("data:image/png;base64,") for uri in sent_to(app)["pictures"])
    assert arrays_of(app)["output"] == pytest.approx(output_by_torch(patch_tokens(pixels, 4, 8), 4).ravel(), abs=1e-6)
    run(app.segmented_control(key="attention_cut").set_value(2))
    assert sent_to(app)["names"] == ["patch 1", "patch 2", "patch 3", "patch 4"] and app.query_params["cut"] == "2"


def test_the_code_at_the_foot_makes_the_same_weights():
    app = open_attention(words="a b a", mask="causal", divide="1", temperature="0.5", random="3")
    link, code = shown_code(app)
    assert "words=a+b+a" in link and "seed=3" in link
    scope = {}
    exec(code.replace("print(", "found = ("), scope)
    assert scope["hand"].weights.ravel() == pytest.approx(weights_of(app).ravel(), abs=1e-6)


def test_costs_are_measured_at_a_click_for_everyone(monkeypatch):
    monkeypatch.setattr(costs, "LENGTHS", (256, 512))
    monkeypatch.setattr(costs, "alone", None)
    app = open_attention(length="512")
    assert "Press the button" in texts(app) and "<td>–</td>" in html_of(app, "attention by hand")
    press(app, "attention_measure")
    wait_for_lessons()
    run(app)
    assert "Measured on cpu" in texts(app) and "median of 5 rounds" in texts(app) and "attention by hand T^" in texts(app)
    assert len(costs.alone.points) == 6 and "<td>–</td>" not in html_of(app, "attention by hand")
    assert "Measured on cpu" in texts(open_attention())


def test_the_question_is_answered():
    app = open_attention()
    run(app.radio(key="attention_predict-choice").set_value("less than half"))
    press(app, "attention_predict-reveal")
    assert "Correct: less than half." in app.success[0].value


def test_the_first_picture_needs_no_torch():
    """The component has its data before torch is imported."""
    code = """
import sys
import pages.attention.board as component
found = []
component.linked_matrices = lambda data, key: found.append("torch" in sys.modules)
from tests.pages.support import open_page
open_page("attention")
assert found == [False], found
"""
    printed_by(code)
