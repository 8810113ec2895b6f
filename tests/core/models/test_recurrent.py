import pytest
import torch

from core.errors import ConfigError
from core.models import build_model
from core.models.cells import gru_cell
from core.models.recurrent import CELLS, SequenceClassifier, SequenceTagger, recurrent_layers

LAYOUTS = [(1, False), (2, False), (1, True), (3, True)]


def build(kind, cell, **more):
    torch.manual_seed(0)
    return kind(cell=cell, input_size=3, hidden_size=50, num_classes=7, **more).eval()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("num_layers", "bidirectional"), LAYOUTS)
def test_the_course_checks_its_shapes(cell, num_layers, bidirectional):
    layout = {"num_layers": num_layers, "bidirectional": bidirectional}
    sequence = torch.randn(2, 10, 3)
    assert build(SequenceClassifier, cell, **layout)(sequence).shape == (2, 7)
    assert build(SequenceClassifier, cell, **layout, readout="mean")(sequence).shape == (2, 7)
    assert build(SequenceTagger, cell, **layout)(sequence).shape == (2, 10, 7)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("num_layers", "bidirectional"), LAYOUTS)
def test_layers_and_directions_are_really_there(cell, num_layers, bidirectional):
    """Trap 1: `nn.GRU(a, b, num_layers, True)` sets bias, so the reverse weights would be missing."""
    model = build_model(cell, hidden_size=8, num_layers=num_layers, bidirectional=bidirectional)
    names = {name for name, _ in model.rnn.named_parameters()}
    assert {n for n in names if n.startswith("weight_hh")} == {
        f"weight_hh_l{layer}{direction}" for layer in range(num_layers) for direction in ("", "_reverse")[: 1 + bidirectional]
    }
    assert model.rnn.bias


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("num_layers", [1, 2])
def test_a_bidirectional_readout_has_both_directions_final_states(cell, num_layers):
    """Trap 3: `h[-1]` is the backward state only. By hand: forward state at the last token, backward state at the first."""
    model = build(SequenceClassifier, cell, num_layers=num_layers, bidirectional=True)
    sequence = torch.randn(2, 10, 3)
    states, _ = model.rnn(sequence)  # (B, T, 2H)
    both = torch.cat((states[:, -1, :50], states[:, 0, 50:]), dim=1)
    torch.testing.assert_close(model(sequence), model.head(both))
    seen = []
    model.head.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    model(sequence)
    assert torch.equal(seen[0], both)
    assert not torch.allclose(seen[0][:, :50], seen[0][:, 50:])


@pytest.mark.parametrize("cell", CELLS)
def test_a_one_way_readout_is_the_last_state_of_the_last_layer(cell):
    model = build(SequenceClassifier, cell, num_layers=2)
    sequence = torch.randn(2, 10, 3)
    torch.testing.assert_close(model(sequence), model.head(model.rnn(sequence)[0][:, -1]))


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_mean_readout_is_the_mean_of_all_states(bidirectional):
    model = build(SequenceClassifier, "gru", bidirectional=bidirectional, readout="mean")
    sequence = torch.randn(2, 10, 3)
    torch.testing.assert_close(model(sequence), model.head(model.rnn(sequence)[0].mean(1)))


@pytest.mark.parametrize("readout", ["last", "mean"])
def test_in_training_the_head_reads_what_dropout_leaves(readout):
    model = build(SequenceClassifier, "gru", readout=readout, dropout=0.25)
    sequence = torch.randn(4, 10, 3)
    states = model.rnn(sequence)[0]
    read = states.mean(1) if readout == "mean" else states[:, -1]  # (B, H)
    torch.testing.assert_close(model(sequence), model.head(read))
    keep = torch.empty_like(read).bernoulli_(0.75, generator=torch.Generator().manual_seed(1))
    assert 0 < keep.mean() < 1
    model.train().dropout.generator = torch.Generator().manual_seed(1)
    torch.testing.assert_close(model(sequence), model.head(read * keep / 0.75))


def test_the_tagger_applies_one_head_to_every_state():
    model = build(SequenceTagger, "gru", bidirectional=True)
    sequence = torch.randn(2, 10, 3)
    states = model.rnn(sequence)[0]
    for t in range(10):
        torch.testing.assert_close(model(sequence)[:, t], model.head(states[:, t]))


def test_the_image_classifier_is_the_cell_by_hand_over_the_patches():
    torch.manual_seed(0)
    model = build_model("gru", patch_size=8, embed_dim=16, hidden_size=12).double().eval()
    images = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    hidden = torch.zeros(2, 12, dtype=torch.float64)
    for token in model.embed(images).unbind(1):
        hidden = gru_cell(token, hidden, *model.rnn.parameters()).hidden
    torch.testing.assert_close(model(images), model.head(hidden), rtol=0, atol=1e-13)


def test_only_an_lstms_forget_gates_start_otherwise_than_in_torch():
    layout = {"num_layers": 2, "bidirectional": True}
    for cell, kind in CELLS.items():
        torch.manual_seed(0)
        ours = dict(recurrent_layers(cell, input_size=4, hidden_size=6, **layout).named_parameters())
        torch.manual_seed(0)
        for name, theirs in kind(4, 6, **layout).named_parameters():
            expected = theirs.detach().clone()
            if cell == "lstm" and name.startswith("bias"):
                expected[6:12] = 1.0 if "ih" in name else 0.0  # i, f, g, o
            assert torch.equal(ours[name], expected), name


def test_unknown_cells_and_readouts_are_refused():
    with pytest.raises(ConfigError, match=r"no cell named 'grue'\. Did you mean 'gru'"):
        recurrent_layers("grue", input_size=1, hidden_size=1, num_layers=1, bidirectional=False)
    with pytest.raises(ConfigError, match="no readout named 'first'"):
        build(SequenceClassifier, "gru", readout="first")
