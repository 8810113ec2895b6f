"""Many threads look into one model at the same time: each sees what it would see alone, bit for bit."""

import ast
import dataclasses
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core.data.splits import Split
from core.decoding.beam import beam
from core.decoding.greedy import greedy, greedy_batch, sampled
from core.decoding.prefix import begin
from core.evaluation import pictures
from core.evaluation.dose_records import respond
from core.evaluation.sequences import scores, symptoms
from core.evaluation.shuffled import dose_response
from core.models import MODELS, Task, build_model
from core.models.attention import Attend
from core.models.recurrent import SequenceClassifier
from core.models.seq2seq_task import Seq2SeqTask
from core.probes.attention import maps as attention_maps
from core.probes.attention import readout
from core.probes.compute import in_dtype
from core.probes.equivariance.shuffling import shuffle_test
from core.probes.equivariance.subjects import trained
from core.probes.equivariance.ways import Way, examine
from core.probes.memory import run_memory
from core.probes.reading import reading, states
from core.probes.recording import RecordingError, copied, recording
from core.probes.seq2seq.bottleneck import bottleneck_test
from core.probes.seq2seq.causality import decoder_causality
from core.probes.seq2seq.cross_attention import record_seq2seq_attention
from core.probes.seq2seq.free_running import compare_free_running
from core.probes.seq2seq.more_padding import padding_test
from core.probes.seq2seq.written import write_out
from core.symbols import BOS, EOS
from core.training.runs.checkpoint import OpenedModel
from tests.in_turns import in_turns

CORE = Path(__file__).resolve().parents[3] / "core"
WATCHERS = 3
TASK = Seq2SeqTask(vocabulary=12, max_source=6, max_target=7)
SHUFFLED = torch.randperm(4, generator=torch.Generator().manual_seed(3))
LABELS = np.arange(4)


def build(name):
    task, more = (Task(num_classes=5), {}) if MODELS[name].kind == "images" else (TASK, {"embed_dim": 16})
    if name == "vit":
        more = {"embed_dim": 16, "num_heads": 2, "num_layers": 2, "patch_size": 16}
    elif name in ("gru", "lstm", "rnn"):
        more = {"embed_dim": 8, "hidden_size": 6, "patch_size": 16, "num_layers": 2}
    elif name == "renet":
        more = {"width": 16, "blocks1": 1, "blocks2": 1, "blocks3": 1}
    elif name == "cnn":
        more = {"width": 8, "blocks": 1}
    elif "gru" in name:
        more = {**more, "hidden_size": 8}
    return build_model(name, task, seed=5, **more).eval()


def image(number, count=1):
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(number))


def pixels(number, count=4):
    return torch.randint(0, 256, (count, 3, 32, 32), generator=torch.Generator().manual_seed(number)).byte().numpy()


def source(number, count=2):
    drawn = torch.randint(3, TASK.vocabulary, (count, 5), generator=torch.Generator().manual_seed(number))
    return torch.cat((drawn, torch.full((count, 1), EOS)), 1)


def target(number, count=2):
    drawn = torch.randint(3, TASK.vocabulary, (count, 4), generator=torch.Generator().manual_seed(number + 50))
    return torch.cat((torch.full((count, 1), BOS), drawn, torch.full((count, 1), EOS)), 1)


def shown(model):
    return OpenedModel(model, tuple("abcde"), (0.5,) * 3, (0.25,) * 3, {})


def read_in_order(model, number):
    record = states.record_states(model, image(number), [np.arange(4), np.arange(4)[::-1].copy()])
    return record, states.check_states(model, image(number), record, states.steps_by_hand(model, record.tokens))


def layer_by_hand(model, number):
    return states.steps_by_hand(model, model.embed(image(number)), 0)


def checked_run(model, number):
    found = run_memory.influence(model, image(number))
    return found, run_memory.check_run(model, image(number), found)


def shuffle(model, number, **way):
    subject = trained(model, 16 if model.__class__.__name__ != "ReNet" else 8)
    order = torch.randperm((32 // (16 if model.__class__.__name__ != "ReNet" else 8)) ** 2, generator=torch.Generator().manual_seed(number))
    return examine(subject, image(number), order, Way(dtype=torch.float64, **way))


def own_way_of_reading(model, number):
    return reading.answer_to_beginning(model, image(number), 2), reading.check_beliefs(model, image(number))


# What takes a model: who is looked at, and how by visitor `number`, whose pictures are nobody else's.
IMAGES, PAIRS = (lambda model, number: model(image(number))), ("transformer", "seq2seq-gru-attention")
PROBES = {
    "record_attention": (("vit",), lambda model, number: attention_maps.record_attention(model, image(number, 2))),
    "gradient_attention": (("vit",), lambda model, number: attention_maps.gradient_attention(model, image(number, 2), number)),
    "read_tokens": (("vit",), lambda model, number: readout.read_tokens(model, image(number, 3))),
    "layer_shapes": (("vit",), lambda model, number: readout.layer_shapes(model, image(number, 1 + number))),
    "record_states": (("gru", "lstm", "rnn"), read_in_order),
    "check_states": (("gru",), read_in_order),
    "steps_by_hand": (("gru", "lstm"), layer_by_hand),
    "answers_in_order": (("gru",), lambda model, number: states.answers_in_order(model, image(number, 3), np.arange(4)[::-1].copy())),
    "beliefs": (("gru", "vit"), lambda model, number: reading.beliefs(model, image(number, 2))),
    "beliefs_of_tokens": (("gru", "vit"), lambda model, number: reading.beliefs_of_tokens(model, model.embed(image(number)))),
    "answer_to_beginning": (("gru", "vit"), own_way_of_reading),
    "check_beliefs": (("gru", "vit"), own_way_of_reading),
    "read_both_ways": (("gru",), lambda model, number: reading.read_both_ways(model.rnn, "mean", model.embed(image(number)))),
    "way_of_reading": (("gru",), lambda model, number: (reading.way_of_reading(model), model(image(number)))),
    "first_layers": (("gru",), lambda model, number: states.first_layers(model.rnn, 1)(model.embed(image(number)))),
    "recurrent_only": (("gru",), lambda model, number: run_memory.recurrent_only(model)(image(number))),
    "loss_paths": (("gru",), lambda model, number: run_memory.loss_paths(model, image(number), number, readout="mean")),
    "influence": (("gru", "lstm"), checked_run),
    "check_run": (("gru", "rnn"), checked_run),
    "read_states": (("gru",), lambda model, number: model.rnn(model.embed(image(number)))),
    "trained": (("vit", "gru", "cnn"), shuffle),
    "shuffle_test": (("vit",), lambda model, number: shuffle_test(model.encoder, model.embed(image(number)), SHUFFLED)),
    "in_dtype": (("gru", "vit"), lambda model, number: in_dtype(model, torch.float64)(image(number).double())),
    "copied": (("vit",), lambda model, number: copied(model)(image(number))),
    "bottleneck_test": (("seq2seq-gru",), lambda model, number: bottleneck_test(model, source(number), target(number))),
    "decoder_causality": (PAIRS, lambda model, number: decoder_causality(model, source(number), target(number), 2, 3 + number)),
    "record_seq2seq_attention": (PAIRS, lambda model, number: record_seq2seq_attention(model, source(number), target(number))),
    "compare_free_running": (PAIRS, lambda model, number: compare_free_running(model, source(number)[0], target(number)[0])),
    "padding_test": (PAIRS, lambda model, number: padding_test(model, source(number), target(number), 2)),
    "write_out": (PAIRS, lambda model, number: write_out(model, source(number)[0], how=("greedy", "beam", "sampled")[number])),
    "beam": (PAIRS, lambda model, number: beam(model, source(number)[0], width=2)),
    "greedy": (("torch-transformer", *PAIRS), lambda model, number: greedy(model, source(number)[0])),
    "greedy_batch": (PAIRS, lambda model, number: greedy_batch(model, source(number, 3))),
    "sampled": (PAIRS, lambda model, number: sampled(model, source(number)[0], seed=number)),
    "begin": (PAIRS, lambda model, number: begin(model, source(number), cached=True).after(torch.tensor([BOS, BOS]))[0]),
    "written_length": (PAIRS, lambda model, number: symptoms.written_length(model, source(number))),
    "order_counts": (PAIRS, lambda model, number: symptoms.order_counts(model, source(number), target(number)[:, :-1])),
    "probabilities": (("vit", "cnn", "renet"), lambda model, number: pictures.probabilities(shown(model), pixels(number))),
    "check_answers": (("gru",), lambda model, number: pictures.check_answers(shown(model), pixels(number))),
    "effect_of_erasing": (("gru",), lambda model, number: pictures.effect_of_erasing(shown(model), pixels(number), [1, 2], 16)),
    "dose_response": (("gru",), lambda model, number: dose_response(shown(model), pixels(number), LABELS, "blocks")),
    "respond": (
        ("cnn",),
        lambda model, number: respond(shown(model), Split(torch.from_numpy(pixels(number)), torch.from_numpy(LABELS)), epoch=0, count=3),
    ),
    "judge_batch": (PAIRS, lambda model, number: scores.judge_batch(model, judged_pairs(number))),
}
COARSE = {"answers_in_order", "greedy_batch", "written_length", "dose_response", "respond"}  # whole numbers: two may be equal by chance
# These take a model and read no more than its weights or its configuration.
NOT_COMPUTED = {"most_tokens", "moved_positions", "mean_color"}
# These judge a run's weights on its data, by the functions above.
WHOLE_RUNS = {"splits_of", "judge_split", "examined"}


def judged_pairs(number):
    from core.data.sequences import SeqSplit

    return SeqSplit(source(number), target(number))


def same(one, other):
    """Whether two answers are equal to the last bit, whatever they are made of."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one.nan_to_num(-7), other.nan_to_num(-7)) if one.is_floating_point() else torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if dataclasses.is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


@pytest.mark.parametrize(("probe", "name"), [(probe, name) for probe, (names, _) in PROBES.items() for name in names])
def test_many_look_into_one_model_and_each_sees_its_own(probe, name, monkeypatch):
    model, look = build(name), PROBES[probe][1]
    place = (SequenceClassifier, "forward") if probe == "recurrent_only" else (nn.Module, "__call__")
    alone = [in_turns([lambda number=number: look(model, number)], monkeypatch, *place)[0] for number in range(WATCHERS)]
    assert probe in COARSE or not same(alone[0], alone[1]), "visitors must have answers of their own"
    together = in_turns([lambda number=number: look(model, number) for number in range(WATCHERS)], monkeypatch, *place)
    for expected, found in zip(alone, together, strict=True):
        assert same(found, expected)
    assert untouched(model)


@pytest.mark.parametrize(("probe", "name"), [(probe, name) for probe, (names, _) in PROBES.items() for name in names])
def test_who_only_computes_beside_a_look_gets_the_same_answer(probe, name, monkeypatch):
    model, look = build(name), PROBES[probe][1]
    plain = (lambda: model(image(7))) if MODELS[name].kind == "images" else (lambda: model(source(7), target(7)))
    (expected,) = in_turns([plain], monkeypatch, nn.Module, "__call__")
    found, _ = in_turns([plain, lambda: look(model, 1)], monkeypatch, nn.Module, "__call__")
    assert torch.equal(found, expected)


def untouched(model):
    """A model without hooks, without gradients, in eval mode, with parameters that may learn."""
    bare = not any(part._forward_hooks or part._forward_pre_hooks or part._backward_hooks for part in model.modules())
    parameters = all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    return bare and parameters and not any(part.training for part in model.modules())


def test_every_function_that_takes_a_model_is_tried():
    """A function that looks into a model and is not in the table above fails here."""
    kinds = ("Module", "Classifier", "ViT", "Seq2Seq", "OpenedModel", "OpenedSeq2Seq", "RNNBase", "EncoderDecoder", "Any")
    missing = []
    for path in [*CORE.glob("probes/*.py"), *CORE.glob("evaluation/*.py"), *CORE.glob("decoding/*.py")]:
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            arguments = {argument.arg: ast.unparse(argument.annotation or ast.Constant("")) for argument in node.args.args}
            given = any(name in ("model", "module", "rnn", "opened") and kind.endswith(kinds) for name, kind in arguments.items())
            if given and node.name not in PROBES.keys() | NOT_COMPUTED | WHOLE_RUNS:
                missing.append(f"{path.name}: {node.name}")
    assert not missing


# ---- the mechanism itself ----


def attends(model):
    return [part for part in model.modules() if isinstance(part, Attend)]


def test_a_recording_hears_its_own_thread_alone():
    model, heard = build("vit"), []

    def elsewhere():
        thread = threading.Thread(target=lambda: model(image(2)))
        thread.start()
        thread.join()

    with recording(dict.fromkeys(attends(model), lambda module, args, output: heard.append(args[0]))):
        elsewhere()
        assert heard == []
        model(image(1))
        elsewhere()
    assert len(heard) == 2
    model(image(1))
    assert len(heard) == 2 and untouched(model)


def test_a_recording_that_heard_too_little_or_too_much_is_refused():
    model, nothing = build("vit"), lambda *_: None
    for times, calls in ((1, 0), (1, 2), (2, 1), (3, 2)):
        refused = pytest.raises(RecordingError, match=rf"Attend {calls} times, not {times}.*Look once more")
        with refused, recording(dict.fromkeys(attends(model), nothing), times=times):
            for _ in range(calls):
                model(image(1))
        assert untouched(model)
    with recording({model.head: nothing, model.embed: nothing}, times={model.head: 2, model.embed: 1}):
        model.head(model.norm(model.embed(image(1))[:, 0]))
        model.head(torch.zeros(1, 16))


def test_an_error_in_the_middle_is_told_and_not_the_count():
    model = build("vit")
    with pytest.raises(ZeroDivisionError), recording(dict.fromkeys(attends(model), lambda *_: 1 / 0)):
        model(image(1))
    assert untouched(model)


def test_a_copy_made_in_the_middle_of_a_recording_is_not_heard():
    model, heard = build("vit"), []
    with recording(dict.fromkeys(attends(model), lambda module, args, output: heard.append(module) or output + 1)):
        twin = copied(model)
        expected = twin(image(1))
        assert heard == []
        model(image(1))
    assert torch.equal(twin(image(1)), expected) and len(heard) == 2


def test_a_hook_that_goes_on_with_another_output_changes_nothing_elsewhere():
    model, found, own = build("vit"), [], threading.current_thread()

    def answer_elsewhere():
        thread = threading.Thread(target=lambda: found.append(model(image(1))))  # it may compute with other threads than this one
        thread.start()
        thread.join()

    def elsewhere(module, args, output):
        assert threading.current_thread() is own
        answer_elsewhere()
        return torch.zeros_like(output)

    answer_elsewhere()
    expected = found.pop()

    with recording(dict.fromkeys(attends(model), elsewhere)):
        changed = model(image(1))
    assert all(torch.equal(one, expected) for one in found) and len(found) == 2 and not torch.equal(changed, expected)


def test_no_hook_comes_or_goes_while_a_module_is_copied():
    """A copy walks through the dictionary of hooks: whoever wants to look inside meanwhile waits."""
    came, looks = threading.Event(), []

    class Slow(nn.Linear):
        def __deepcopy__(self, memo):
            looks.append(threading.Thread(target=look))
            looks[0].start()
            assert not came.wait(0.3), "a hook was put on a module in the middle of its copy"
            return nn.Linear(2, 2)

    def look():
        with recording({slow: lambda *_: None}, times=0):
            came.set()

    slow = Slow(2, 2)
    copied(slow)
    looks[0].join(60)
    assert came.is_set()
