"""Broken versions of what proves the claims of the pages, and of the command line that judges a run."""

from tests.mutants.table import Mutant, broken

MUTANTS = [
    Mutant(
        file="pages/vit/panels.py", what="an attention map is an explanation", old="**An attention map is not an explanation.**",
        new="**An attention map is an explanation.**", tests=("tests/pages/vit/test_page.py::test_the_caveats_have_the_numbers_of_the_runs",),
    ),
    *broken("probes/equivariance/shuffling.py", "test_equivariance.py", [
        ("put back with p", 'permutation.argsort() if undo == "inverse"', 'permutation if undo == "inverse"'),
        ("train mode is taken", "        if part.training:\n", "        if part is None:\n"),
        ("one answer may be equivariant", "return self.plain.dim() == 3 and self.max_abs_diff", "return self.max_abs_diff"),
        ("everything is equal", "TOLERANCES = {torch.float32: 1e-4, torch.float64: 1e-9}", "TOLERANCES = {torch.float32: 1e4, torch.float64: 1e4}"),
        ("the shuffle is none", "_answer(model, tokens[:, permutation])", "_answer(model, tokens)"),
        ("samples may leak", "isinstance(part, nn.RNNBase) and not part.batch_first", "isinstance(part, nn.RNNBase) and part.proj_size"),
        ("batches are pooled", "outputs.mean(dim=1) if outputs.dim() == 3", "outputs.mean(dim=0) if outputs.dim() == 3"),
    ]),
    *broken("probes/seq2seq/causality.py", "test_causality.py", [
        ("nearly 0 is causal", "return self.before == 0", "return self.before < 1e-3"),
        ("reach counts what hardly moved", "(self.per_position[: self.place] != 0).nonzero()", "(self.per_position[: self.place] > 1).nonzero()"),
        ("nothing moved is causal", "return max(self.at, self.after, self.before) > 0", "return True"),
        ("the mean change", ".abs().amax(dim=(0, 2))", ".abs().mean(dim=(0, 2))"),
    ]),
    *broken("probes/attention/maps.py", "test_attention_maps.py", [
        ("train mode is taken", "if any(part.training for part in model.modules()):", "if model is None:"),
        ("columns sum to 1", "(self.weights.sum(-1) - 1)", "(self.weights.sum(-2) - 1)"),
        ("rollout without the residual", "torch.eye(mean.shape[-1], dtype=mean.dtype)) / 2", "torch.zeros_like(mean)) / 1"),
        ("rollout from the top", "mixed[..., layer, :, :] @ rolled[-1]", "rolled[-1] @ mixed[..., layer, :, :]"),
        ("negative gradients speak for it", "* _stacked(gradients)).clamp_min(0).detach()", "* _stacked(gradients)).abs().detach()"),
        ("the class token has a distance", "weights[..., lead:, lead:].double()", "weights[..., : side**2, : side**2].double()"),
        ("entropy in nats", " / torch.log(torch.tensor(2.0, dtype=torch.float64))", ""),
        ("passed whatever was used", "return max(self.rows_off, self.outputs_off) <= self.tolerance", "return self.rows_off <= self.tolerance"),
    ]),
    *broken("probes/attention/pairs.py", "test_attention_costs.py", [
        ("a triangle without its diagonal", "return length * (length + 1) // 2", "return length * (length - 1) // 2"),
        ("global tokens count once", "return near + 2 * beyond", "return near + beyond"),
        ("time or space", "return length * (sizes.frames + length // sizes.frames)", "return length * sizes.frames"),
        ("the band is one wider", "return _triangle(short) + (length - short) * width", "return _triangle(short) + (length - short) * (width + 1)"),
    ]),
    *broken("probes/attention/readout.py", "test_readout.py", [
        ("the class token is in the mean", "model.head(tokens[:, 1:].mean(1))", "model.head(tokens.mean(1))"),
        ("the last token is the class token", "Readouts(model.head(tokens[:, 0])", "Readouts(model.head(tokens[:, -1])"),
    ]),
    *broken("probes/clock.py", "test_clock.py", [
        ("the first round counts", "            if turn:\n", "            if True:\n"),
        ("a mean for a median", "from statistics import median\n", "from statistics import mean as median\n"),
        ("by one clock only", "                seconds.append(clock() - start)", "                seconds.append(WALL_CLOCK() - start)"),
    ]),
    *broken("probes/recording.py", "test_recording.py", [
        ("other threads are heard", "if get_ident() != own or called is not module:", "if called is not module:"),
        ("copies are heard", "if get_ident() != own or called is not module:", "if get_ident() != own:"),
        ("hooks stay", "            for handle in handles:\n                handle.remove()\n", "            handles.clear()\n"),
        ("what is not whole is shown", "    if wrong:\n", "    if len(wrong) > 99:\n"),
        ("a copy may be made while hooks change", "    with _changing:\n        return copy.deepcopy(module)", "    return copy.deepcopy(module)"),
    ]),
    *broken("models/drawing.py", "test_drawing.py", [
        ("what is drawn comes from the global generator", 'kwargs = {**kwargs, "generator": self.generator}', "kwargs = {**kwargs}"),
        ("every seed is the same", "torch.Generator().manual_seed(seed)", "torch.Generator().manual_seed(0)"),
    ]),
    *broken("evaluation/looks.py", "test_looks.py", [
        ("looks by the length are not counted", 'TEST = ("test", "by length", "folder")', 'TEST = ("test", "folder")'),
        ("looks at validation are counted", "    if images in TEST:\n", "    if images:\n"),
        ("final tests are not counted", 'return sum(run_id in ("", one) for one in finals) + len(marked)', "return len(marked)"),
    ]),
    *broken("cli/evaluate.py", "test_cli.py::test_evaluate_leaves_the_test_images_alone_unless_it_is_told test_cli.py::test_evaluate_any_epoch", [
        ("the test images are looked at unless it is told otherwise", 'run.config["dataset"], options.split or "val"', 'run.config["dataset"], options.split or "test"'),
    ]),
]  # fmt: skip
