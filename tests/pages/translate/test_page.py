"""The page Translate as a student goes through it, without a browser, on the runs that came with the lab."""

import base64
import csv
import time
import xml.etree.ElementTree as ET
from io import StringIO

import numpy as np
import pytest
import torch

from core.decoding.beam import beam
from core.decoding.greedy import greedy, sampled
from core.errors import StoreError
from core.probes.seq2seq.free_running import compare_free_running
from core.probes.seq2seq.written import write_out
from core.records.recorded import recorded_epochs
from core.training.config import RunConfig
from core.training.runs.checkpoint import load_tensors, open_seq2seq, save_tensors
from dashboard.runs.opened import Weighted, seq2seq_runs
from dashboard.shell import services
from pages.translate import lookups as translate_input
from pages.translate import panels as translate_panels
from pages.translate.controls import TranslateChoices, first_recorded
from pages.translate.forcing import forcing_html, forcing_words
from pages.translate.panels import find
from pages.translate.view import alignment_svg, outcomes_html, weights_csv
from tests.pages.support import message_to, open_page, plain, press, run, shown_code, texts

DATES, REVERSE, ONE_VECTOR = "dates-transformer", "reverse-transformer", "reverse-gru"


def opened(name, epoch=None):
    kept = recorded_epochs(name)
    return open_seq2seq(kept[max(kept) if epoch is None else epoch])


def open_translate(**query):
    return open_page("translate", **query)


def sent_to(app):
    return message_to(app, "pages/translate/board")


def map_of(sent, role):
    told = sent["maps"][role]
    return np.frombuffer(base64.b64decode(told["values"]), "<u2").reshape(told["shape"]) / 65535


def box(app):
    return app.text_input[0]


def source_of(model, text):
    return torch.tensor(model.task.source(text))


def test_it_opens_on_a_recorded_run_that_has_written_a_date():
    app = open_translate()
    sent, model = sent_to(app), opened(DATES)
    assert sent["source"] == [*"march 3rd, 1999", "⊣"] and "".join(sent["tokens"]) == "1999-03-03⊣"
    assert all(sent["right"]) and sent["answer"] == sent["text"] == "1999-03-03" and sent["view"]["t"] == 6
    found = write_out(model.model, source_of(model, "march 3rd, 1999"))
    for role in ("encoder", "decoder", "cross"):
        np.testing.assert_allclose(map_of(sent, role), getattr(found, role), rtol=0, atol=1e-5)
    memory = np.frombuffer(base64.b64decode(sent["memory"]["values"]), "i1").reshape(sent["memory"]["shape"]) / 127 * sent["memory"]["most"]
    np.testing.assert_allclose(memory, found.memory, rtol=0, atol=sent["memory"]["most"] / 250)
    names = model.vocabulary.names
    for told, choices in zip(sent["choices"], found.choices, strict=True):
        assert [name for name, *_ in told] == [names[choice.token] for choice in choices]
        assert [p for _, p, _ in told] == pytest.approx([choice.probability for choice in choices], rel=1e-5)
    said = texts(app)
    assert "**passed**" in said and "not passed" not in said and "No mistake, so no difference" in said
    assert "recorded run dates-transformer" in sent["end"] and dict(app.query_params) == {}


def test_another_input_is_written_at_once():
    app = open_translate()
    app = run(box(app).input("17 may 2004"))
    sent = sent_to(app)
    assert sent["source"] == [*"17 may 2004", "⊣"] and sent["answer"] == "2004-05-17"
    assert dict(app.query_params) == {"text": "17 may 2004"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "The input is empty"),
        ("   ", "The input is empty"),
        ("17 мая 2004", "Unknown here: а м я"),
        ("🎂 2004", "Unknown here: 🎂"),
        ("<b>1</b>", "Unknown here: < >"),
        ("1" * 1000, "1,000 symbols are longer than the 91"),
        ("1" * 92, "92 symbols are longer than the 91"),
    ],
)
def test_what_cannot_be_read_is_explained_and_the_example_is_shown(typed, said):
    app = open_translate()
    app = run(box(app).input(typed))
    errors = " ".join(plain(e.value) for e in app.error)
    assert said in errors and "Shown meanwhile: march 3rd, 1999." in errors
    assert "".join(sent_to(app)["tokens"]) == "1999-03-03⊣"
    assert len(dict(app.query_params).get("text", "")) <= 200


def test_the_longest_input_that_positions_reach_is_read():
    app = open_translate(text="1" * 91)
    assert len(sent_to(app)["source"]) == 92 and not app.error
    assert all(right is True for right in sent_to(app)["right"])  # none is known to be wrong
    assert "No right answer is known for this input" in texts(app) and "This comparison needs a right answer" in texts(app)


def test_a_beam_is_a_tree_with_all_its_outputs():
    app = open_translate(text="the 3rd of march", how="beam", width="3", alpha="0.6")
    sent, model = sent_to(app), opened(DATES)
    tree = beam(model.model.double(), source_of(model, "the 3rd of march"), width=3, alpha=0.6, branches=6)
    names = model.vocabulary.names
    assert [node["name"] for node in sent["tree"]["nodes"]] == [names[node.token] for node in tree.nodes]
    assert sent["tokens"] == [names[token] for token in tree.tokens] and sent["view"]["part"] == "beam"
    html = outcomes_html(tree, names, "")
    assert html in [h.proto.body for h in app.get("html")] and html.count("<tr>") == 4
    assert dict(app.query_params) == {"text": "the 3rd of march", "how": "beam", "width": "3", "alpha": "0.6"}


def test_sampling_draws_by_temperature_and_seed():
    app = open_translate(text="the 3rd of march", how="sampled", temperature="2.0", random="7")
    sent, model = sent_to(app), opened(DATES)
    expected = sampled(model.model.double(), source_of(model, "the 3rd of march"), temperature=2.0, seed=7)
    assert sent["tokens"] == [model.vocabulary.names[token] for token in expected.tokens] and sent["sampled"]
    drawn = expected.steps[0].chosen_from
    assert dict(app.query_params) == {"text": "the 3rd of march", "how": "sampled", "temperature": "2", "seed": "7"}
    for name, _, p in sent["choices"][0]:
        assert p == pytest.approx(drawn[model.vocabulary.names.index(name)], rel=1e-4)


def test_a_longer_input_than_trained_breaks_and_where_is_marked():
    app = open_translate(task="reverse", text="abcdefghijklmnopqrst")
    sent, model = sent_to(app), opened(REVERSE)
    report = compare_free_running(
        model.model, source_of(model, "abcdefghijklmnopqrst"), torch.tensor(model.task.target("tsrqponmlkjihgfedcba"))
    )
    assert len(sent["source"]) == 21 and False in sent["right"] and sent["right"].index(False) == report.first_mistake
    body = next(h.proto.body for h in app.get("html") if "teacher forcing writes" in h.proto.body)
    assert body == forcing_html(report, model.vocabulary.names)
    assert forcing_words(report, model.vocabulary.names) in texts(app)
    assert f"**The first mistake is at step {report.first_mistake + 1}**" in texts(app)


def test_one_vector_has_no_attention_and_says_so():
    app = open_translate(task="reverse", run=f"recorded-{ONE_VECTOR}")
    sent, model = sent_to(app), opened(ONE_VECTOR)
    assert sent["bottleneck"] and sent["maps"] == {} and "48 numbers, before it writes its first token" in sent["unseen"]
    assert sent["tokens"] == [model.vocabulary.names[t] for t in greedy(model.model, source_of(model, "sequence")).tokens]
    assert "no attention to check" in texts(app) and not [r for r in app.radio if "read most" in r.label]


def test_tasks_that_nobody_has_trained_open_with_random_weights():
    app = open_translate(task="roman")
    sent = sent_to(app)
    assert sent["source"] == [*"1999", "⊣"] and sent["answer"] == "mcmxcix" and "random, seed 0" in sent["end"]
    assert False in sent["right"] and dict(app.query_params) == {"task": "roman"}


def test_another_task_changes_the_whole_page():
    app = open_translate()
    app = run(app.selectbox(key="translate_task").set_value("reverse"))
    assert sent_to(app)["source"] == [*"sequence", "⊣"] and dict(app.query_params) == {"task": "reverse"}
    assert "Train it: reverse" in [heading.value for heading in app.header]
    app = run(app.selectbox(key="translate_task").set_value("dates"))
    assert "Train it: dates" in [heading.value for heading in app.header] and dict(app.query_params) == {}


def test_long_inputs_are_shown_for_each_kind_of_position():
    app = open_translate(task="reverse")
    said = texts(app)
    assert "Long inputs: at which length does each kind of position fail?" in [heading.value for heading in app.header]
    assert all(f"**{kind}** (recorded)" in said for kind in ("None", "Learned", "Sine and cosine", "Rotary"))


def test_the_page_opens_on_a_recorded_run_with_the_usual_positions_and_mask_whatever_others_train():
    config = {"model": "transformer", "dataset": "reverse", "positions": "sinusoidal", "mask": "subsequent"}
    others = [{"model": "seq2seq-gru"}, {"positions": "none"}, {"mask": "none"}, {}, {}]
    runs = {f"recorded-{n}": Weighted(f"recorded-{n}", {**config, **other}, 0, 0.5) for n, other in enumerate(others)}
    stranger = {"transformer-1": Weighted("transformer-1", config, 0, 0.9)}
    assert first_recorded({**stranger, **runs}) == "recorded-3" and first_recorded(stranger) == "untrained"


def test_a_row_of_images_is_read_out():
    app = open_translate(task="row-labels", text="moon and star")
    sent = sent_to(app)
    assert sent["source"] == ["moon", "star"] and sent["answer"] == "moon and star"
    assert all(uri.startswith("data:image/png;base64,") for uri in sent["images"]) and sent["images"][0] != sent["images"][1]
    app = run(box(app).input("and"))
    assert "Name some images" in app.error[0].value
    app = run(box(app).input("moon unicorn"))
    assert "Unknown here: unicorn" in app.error[0].value


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"task": "klingon"}, "There is no task named 'klingon'"),
        ({"run": "gone-123"}, "There is no run gone-123"),
        ({"run": "recorded-dates-transformer", "task": "reverse"}, "was trained on Dates, not on Reverse"),
        ({"run": "recorded-cifar10-vit-none-0"}, "classifies images and writes no sequences"),
    ],
)
def test_links_that_cannot_be_followed_are_explained(query, said):
    app = open_translate(**query)
    assert said in " ".join(w.value for w in app.warning) and sent_to(app)["tokens"]


@pytest.mark.parametrize(
    "query", [{"how": "magic", "width": "-3", "alpha": "x", "temperature": "nan", "random": "1e9"}, {"t": "x", "layer": "0", "part": "all"}]
)
def test_impossible_values_of_a_link_are_passed_over(query):
    assert "".join(sent_to(open_translate(**query))["tokens"]) == "1999-03-03⊣"


def test_weights_that_cannot_be_read_are_explained(monkeypatch):
    def damaged(path):
        raise StoreError(f"The checkpoint {path.name} is damaged and cannot be read.")

    monkeypatch.setattr("pages.translate.lookups.opened_seq2seq", damaged)
    app = open_translate(text="17 may 2004")
    assert [error.value for error in app.error] == ["The checkpoint epoch-0005.safetensors is damaged and cannot be read."]
    assert sent_to(app)["tokens"] == [] and app.button(key="translate_train")


def test_a_run_alone_says_its_task():
    app = open_translate(run=f"recorded-{REVERSE}", epoch=str(1 + min(recorded_epochs(REVERSE))))
    assert sent_to(app)["source"] == [*"sequence", "⊣"]


def test_the_prediction_knows_in_which_order_it_looks():
    model = opened(DATES)
    alignment = write_out(model.model, source_of(model, "march 3rd, 1999")).alignment  # (T, S): 1999-03-03 from the letters
    year, month, day = (alignment[rows].argmax(-1).mean() for rows in (slice(0, 4), slice(5, 7), slice(8, 10)))
    assert month < 5 <= day < year, "the letters that are read most, by what is written"
    app = open_translate()
    run(app.radio(key="translate_predict-choice").set_value("year, month, day: as it writes them"))
    press(app, "translate_predict-reveal")
    assert app.success[0].value.startswith("Correct: year, month, day")


def test_what_can_be_taken_along():
    model = opened(DATES)
    text = "3 march 1999"
    found, names = write_out(model.model, source_of(model, text)), model.vocabulary.names
    source = [names[token] for token in model.task.source(text)]
    rows = list(csv.DictReader(StringIO(weights_csv(found, source, names))))
    assert len(rows) == found.cross.size
    for row in rows[:: len(rows) // 50]:
        layer, head, t, s = (int(row[name]) - 1 for name in ("layer", "head", "step", "place"))
        assert float(row["weight"]) == pytest.approx(found.cross[layer, head, t, s], rel=1e-6)
        assert row["writes"] == names[found.tokens[t]] and row["reads"] == source[s]
    drawing = ET.fromstring(alignment_svg(found, source, names, text))
    cells = [element for element in drawing.iter() if element.get("fill-opacity")]
    assert [float(cell.get("fill-opacity")) for cell in cells] == pytest.approx(found.alignment.ravel().tolist(), abs=1e-4)
    blind = opened(ONE_VECTOR)
    rows = list(csv.DictReader(StringIO(weights_csv(write_out(blind.model, source_of(blind, "abc")), [*"abc⊣"], blind.vocabulary.names))))
    assert {row["written"] for row in rows} == {"0", "1"} and sum(row["written"] == "1" for row in rows) >= 1


def test_the_code_at_the_foot_names_weights_and_input():
    app = open_translate(text="17 may 2004", how="beam")
    link, code = shown_code(app)
    assert "text=17+may+2004" in link and "how=beam" in link
    compile(code, "foot", "exec")
    assert "recorded-dates-transformer" in code and "how='beam', width=4" in code


def test_a_run_is_trained_and_the_board_takes_its_weights(monkeypatch):
    """The smallest task with few epochs, on the page's own button."""
    real = RunConfig.of
    monkeypatch.setattr(
        RunConfig,
        "of",
        classmethod(lambda cls, **values: real(**{**values, "embed_dim": 16, "epochs": 1} if "preset" in values else values)),
    )
    app = open_translate(task="roman")
    app = press(app, "translate_train")
    run_id = app.session_state["translate_training"]
    deadline = time.monotonic() + 120
    while services.manager().snapshot(run_id).active:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    app = run(run(app))
    sent = sent_to(app)
    assert f"epoch 1 of run {run_id}" in sent["end"]
    assert "validation pairs: epoch 1" in texts(app) and f"{run_id}: finished" in texts(app)
    assert next(s for s in app.selectbox if s.label == "Run").value == run_id


def test_a_file_that_was_written_again_is_read_again(tmp_path, monkeypatch):
    """What was written with other weights is not shown for these, even where Python gives their models one and the same id."""
    for module in (translate_input, translate_panels):
        monkeypatch.setattr(module, "id", lambda _: 7, raising=False)
    (kept,) = recorded_epochs(REVERSE).values()
    tensors, about = load_tensors(kept)
    path = tmp_path / "epoch-0000.safetensors"
    monkeypatch.setattr(translate_input, "kept_epochs", lambda run: {0: path})
    asked = TranslateChoices("reverse", seq2seq_runs("reverse")[f"recorded-{REVERSE}"], 0, "abcdefgh", "greedy", 4, 0.0, 1.0, 0)
    for factor in (1, 0.5):
        save_tensors(path, {name: factor * value for name, value in tensors.items()}, about)
        found = find(asked)
        right = write_out(open_seq2seq(path).model.double(), found.read.source, limit=found.read.limit)
        np.testing.assert_array_equal(found.written.memory, right.memory)
        assert found.written.log_prob == right.log_prob
