"""What a model believes after t patches: against torch.nn run on the first t tokens alone, and against the model itself."""

import pytest
import torch
from torch import nn

from core.errors import ConfigError, DataError
from core.models import build_model
from core.probes.reading import reading
from core.probes.reading.reading import answer_to_beginning, beliefs, check_beliefs, known_from, way_of_reading
from tests.core.models.test_transformer import torch_layer

SMALL = {"patch_size": 8, "embed_dim": 8}
RECURRENT = [
    (cell, {"bidirectional": both, "readout": readout, "num_layers": layers, "hidden_size": 7})
    for cell in ("gru", "lstm", "rnn")
    for both in (False, True)
    for readout in ("last", "mean")
    for layers in (1, 2)
]
VITS = [("vit", {"num_heads": 2, "num_layers": 2, "positions": kind}) for kind in ("learned", "sinusoidal", "grid", "index", "none")]
IDS = [f"{name}-{'-'.join(str(v) for v in more.values())}" for name, more in [*RECURRENT, *VITS]]


def model_of(name, more):
    model = build_model(name, seed=1, **SMALL, **more).double().eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.4, generator=torch.Generator().manual_seed(parameter.numel()))
    return model


def images(count=2):
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def recurrent_by_torch(model, tokens):
    """The probabilities of a torch.nn network of its own that is given the tokens (1, t, C) and nothing else; without any, zeros."""
    kind = {"GRU": nn.GRU, "LSTM": nn.LSTM, "RNN": nn.RNN}[type(model.rnn).__name__]
    rnn = model.rnn
    twin = kind(rnn.input_size, rnn.hidden_size, rnn.num_layers, batch_first=True, bidirectional=rnn.bidirectional).double()
    twin.load_state_dict(rnn.state_dict())
    directions = 1 + rnn.bidirectional
    if not tokens.shape[1]:
        features = torch.zeros(1, directions * rnn.hidden_size, dtype=torch.float64)
    else:
        states, _ = twin(tokens)
        h = rnn.hidden_size
        ends = [states[:, -1, :h], states[:, 0, h:]] if rnn.bidirectional else [states[:, -1]]
        features = states.mean(1) if model.readout == "mean" else torch.cat(ends, 1)
    return (features @ model.head.weight.T + model.head.bias).softmax(-1)[0]


def vit_by_torch(model, tokens):
    """The same of a ViT that is made of nn.TransformerEncoderLayer and never sees more than 1 + t tokens."""
    x = torch.cat((model.class_token, tokens), 1)
    if hasattr(model.positions, "table"):
        x = x + model.positions.table[: x.shape[1]]
    for layer in model.encoder.layers:
        x = torch_layer(layer).eval()(x)
    x = nn.functional.layer_norm(x[:, 0], x.shape[-1:], model.norm.weight, model.norm.bias)
    return (x @ model.head.weight.T + model.head.bias).softmax(-1)[0]


@pytest.mark.parametrize(("name", "more"), [*RECURRENT, *VITS], ids=IDS)
@torch.no_grad()
def test_a_belief_is_the_answer_of_torch_to_the_shorter_sequence(name, more):
    model, pictures = model_of(name, more), images()
    found = beliefs(model, pictures)
    assert found.shape == (2, 17, 10) and found.dtype == torch.float64
    by_torch = vit_by_torch if name == "vit" else recurrent_by_torch
    for picture, probabilities in zip(pictures, found, strict=True):
        tokens = model.embed(picture[None])
        for t in range(17):
            torch.testing.assert_close(probabilities[t], by_torch(model, tokens[:, :t]), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "more"), [*RECURRENT, *VITS], ids=IDS)
@torch.no_grad()
def test_after_all_patches_it_is_the_answer_of_the_model(name, more):
    model, pictures = model_of(name, more), images()
    torch.testing.assert_close(beliefs(model, pictures)[:, -1], model(pictures).softmax(-1), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "more"), [*RECURRENT[:4], *VITS[:1]])
@torch.no_grad()
def test_what_has_not_been_read_does_not_matter_and_what_has_does(name, more):
    model, picture = model_of(name, more), images(1)
    other = picture.clone()
    other[:, :, 8:16, 16:] = 1.0  # patches 6 and 7
    one, two = beliefs(model, picture)[0], beliefs(model, other)[0]
    assert (one[:7] - two[:7]).abs().max() < 1e-14
    assert ((one[7:] - two[7:]).abs().amax(1) > 1e-9).all()


def test_rotary_positions_stay_where_they_are():
    """Against the encoder itself on the shorter sequence: torch has no such layer."""
    model, picture = model_of("vit", {"num_heads": 2, "num_layers": 2, "positions": "rotary"}), images(1)
    found = beliefs(model, picture)[0]
    for t in range(1, 17):
        torch.testing.assert_close(found[t], answer_to_beginning(model, picture, t), rtol=0, atol=1e-12)


def test_many_beginnings_are_read_in_several_goes(monkeypatch):
    model, picture = model_of(*VITS[0]), images(1)
    whole = beliefs(model, picture)
    monkeypatch.setattr(reading, "CHUNK", 5)
    torch.testing.assert_close(beliefs(model, picture), whole, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("name", "more"), [RECURRENT[0], RECURRENT[3], RECURRENT[6], VITS[0], VITS[2]])
def test_the_check_passes_and_notices_what_is_wrong(name, more, monkeypatch):
    model, picture = model_of(name, more).float(), images(1).float()
    report = check_beliefs(model, picture)
    assert report.passed and report.tolerance == 1e-5
    torch.testing.assert_close(answer_to_beginning(model, picture, 16), model(picture)[0].double().softmax(-1), rtol=0, atol=1e-6)
    true = reading.beliefs

    def late(model, image):  # one patch behind
        found = true(model, image)
        return torch.cat((found[:, :1], found[:, :-1]), 1)

    def ahead(model, image):  # one patch ahead
        found = true(model, image)
        return torch.cat((found[:, 1:], found[:, -1:]), 1)

    monkeypatch.setattr(reading, "beliefs", late)
    wrong = check_beliefs(model, picture)
    assert not wrong.passed and min(wrong.whole, wrong.alone) > 1e-5
    monkeypatch.setattr(reading, "beliefs", ahead)
    assert check_beliefs(model, picture).unread > 1e-5


def test_one_patch_is_a_sequence_too():
    model = build_model("vit", seed=0, patch_size=32).eval()
    assert beliefs(model, images(1).float()).shape == (1, 2, 10) and check_beliefs(model, images(1).float()).passed


def test_which_way_a_model_reads():
    assert way_of_reading(build_model("gru")) == "recurrent" and way_of_reading(build_model("vit")) == "attention"
    assert way_of_reading(build_model("lstm", bidirectional=True)) == "bidirectional"


@pytest.mark.parametrize("name", ["cnn", "renet"])
def test_models_without_one_sequence_of_patches_are_refused(name):
    with pytest.raises(ConfigError, match="does not read an image as one sequence of patches"):
        beliefs(build_model(name).eval(), images(1).float())


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(ConfigError, match="train mode"):
        beliefs(build_model("gru"), images(1).float())
    with pytest.raises(ConfigError, match="1,024 patches.*at most 256"):
        beliefs(build_model("vit", patch_size=1).eval(), images(1).float())
    assert beliefs(build_model("gru", patch_size=1, seed=0).eval(), images(1).float()).shape == (1, 1025, 10)
    broken = build_model("gru").eval()
    nn.init.constant_(broken.head.bias, float("nan"))
    with pytest.raises(DataError, match="no finite numbers"):
        beliefs(broken, images(1).float())


@pytest.mark.parametrize(
    ("answers", "known"), [([0, 1, 2, 2], 2), ([2, 1, 2], 2), ([1, 1, 1], 0), ([0, 0, 1], 2), ([2, 0, 2, 2, 2], 2), ([3], 0)]
)
def test_known_from_the_first_patch_after_which_the_answer_stays(answers, known):
    assert known_from(nn.functional.one_hot(torch.tensor(answers), 4).double()) == known
