"""What Home moves with is what the recorded runs compute: read once more, and by formulas that share no code with it."""

import numpy as np
import pytest
import torch

from core.data.shapes import CLASSES, PARTS, draw
from core.data.splits import normalize
from core.records import overview as recorded
from core.records.overview import COMMAND, DIGITS, PICTURE, RUNS, overview
from core.records.recorded import recorded_epochs, recorded_run
from core.training.runs.checkpoint import open_model

NEAR = 0.5 * 10**-DIGITS + 1e-5  # half of the last digit that is kept, and what another machine rounds otherwise
READERS = sorted(overview().readers)


def model_of(kind, epoch):
    """The model of a reader, and the picture as the model gets it, (1, 3, 32, 32)."""
    opened = open_model(recorded_epochs(RUNS[kind])[epoch])
    return opened.model, normalize(torch.from_numpy(overview().pixels.copy())[None], opened.mean, opened.std)


def test_the_picture_is_the_drawn_one_and_both_networks_name_it_at_their_best():
    record, (images, labels) = overview(), draw(PARTS["val"][PICTURE : PICTURE + 1])
    assert (record.pixels == images[0]).all() and record.truth == labels[0] and record.classes == CLASSES
    assert [(kind, epoch) for kind in ("gru", "vit") for epoch in (0, recorded_run(RUNS[kind]).best.epoch)] == READERS
    for kind in RUNS:
        assert record.readers[kind, recorded_run(RUNS[kind]).best.epoch].beliefs[-1].argmax() == record.truth
        assert record.readers[kind, 0].beliefs[-1].max() < 0.5, "after one epoch it has hardly learned anything"


@pytest.mark.parametrize(("kind", "epoch"), READERS)
@torch.no_grad()
def test_tokens_and_the_last_belief_are_the_models_own(kind, epoch):
    reader, (model, image) = overview().readers[kind, epoch], model_of(kind, epoch)
    assert np.abs(reader.beliefs[-1] - model(image)[0].softmax(-1).numpy()).max() < NEAR
    patch = image[0, :, :4, 4:8].reshape(-1)  # the second one, by the matrix of the embedding
    weight, bias = model.embed.project.weight, model.embed.project.bias
    token = torch.nn.functional.layer_norm(
        weight.flatten(1) @ patch + bias, (reader.width,), model.embed.norm.weight, model.embed.norm.bias
    )
    assert np.abs(reader.tokens[1] - token[:12].numpy()).max() < NEAR


@pytest.mark.parametrize("epoch", [epoch for kind, epoch in READERS if kind == "gru"])
@torch.no_grad()
def test_states_and_beliefs_of_the_cell_are_those_of_pytorchs_own_cell(epoch):
    reader, (model, image) = overview().readers["gru", epoch], model_of("gru", epoch)
    cell, state = torch.nn.GRUCell(reader.width, model.rnn.hidden_size), torch.zeros(1, model.rnn.hidden_size)
    for name, value in cell.named_parameters():
        value.copy_(getattr(model.rnn, f"{name}_l0"))
    for t, token in enumerate(model.embed(image)[0]):
        state = cell(token[None], state)
        assert np.abs(reader.states[t + 1] - state[0, :16].numpy()).max() < NEAR
        assert np.abs(reader.beliefs[t + 1] - model.head(state)[0].softmax(-1).numpy()).max() < NEAR
    assert (reader.states[0] == 0).all() and reader.attention is None


@pytest.mark.parametrize("epoch", [epoch for kind, epoch in READERS if kind == "vit"])
@torch.no_grad()
def test_attention_is_what_pytorchs_own_layer_says(epoch):
    reader, (model, image) = overview().readers["vit", epoch], model_of("vit", epoch)
    layer, tokens = model.encoder.layers[0], model.positions(torch.cat((model.class_token, model.embed(image)), dim=1))
    own, other = layer.attention, torch.nn.MultiheadAttention(reader.width, layer.attention.num_heads, batch_first=True)
    linears = (own.query, own.key, own.value)
    other.in_proj_weight.copy_(torch.cat([linear.weight for linear in linears]))
    other.in_proj_bias.copy_(torch.cat([linear.bias for linear in linears]))
    read = layer.norm1(tokens)
    weights = other(read, read, read)[1][0]  # (65, 65): the mean over the heads; the class token is token 0
    assert np.abs(reader.attention - weights[1:, 1:].numpy()).max() < NEAR and reader.states is None


def test_the_command_makes_the_same_record_again(tmp_path, monkeypatch):
    before = overview()
    monkeypatch.setattr(recorded, "FILE", tmp_path / "overview.json.gz")
    assert f"python -m {recorded.__name__}" == COMMAND and recorded.record() == tmp_path / "overview.json.gz"
    for key, reader in overview().readers.items():
        assert np.abs(reader.beliefs - before.readers[key].beliefs).max() <= 2 * NEAR
    monkeypatch.undo()
    overview.cache_clear()
