"""Decoding token by token with a cache of keys and values against decoding the whole prefix again, at a length of 256."""

from __future__ import annotations

import argparse
import time

import torch

from core.decoding.prefix import Cached, Prefix, Recomputed, begin
from core.models import building
from core.models.encoder_decoder import EncoderDecoder
from core.models.seq2seq_configs import EncoderDecoderConfig
from core.models.seq2seq_task import Seq2SeqTask
from tests.benchmarks.report import ratio, table, verdict

LENGTH, TOKENS, VOCABULARY, NEED = 256, 32, 32, 3.0


def decoding(options: argparse.Namespace) -> str:
    """The table of times, a batch size a row."""
    rounds = 3 if options.quick else 15
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = []
    for batch in (1, 8):
        cached, recomputed = times(batch, rounds)
        found = ratio(recomputed, cached)
        fastest = [f"{1000 * min(series) / TOKENS:.2f}" for series in (cached, recomputed)]
        rows.append([str(batch), *fastest, str(found), verdict(found.median, at_least=NEED)])
    torch.set_num_threads(threads)
    note = (
        f"Greedy, the last {TOKENS} of {LENGTH} tokens of the output, reading a source of {LENGTH}; the default EncoderDecoder, untrained, "
        f"float32, one thread; both in turn, {rounds} rounds, all tokens the same."
    )
    head = ["outputs at once", "ms a token with cache", "without", "times as fast", "need"]
    return "\n".join(["### Decoding", "", table(head, rows), "", note])


@torch.no_grad()
def times(batch: int, rounds: int, *, length: int = LENGTH, tokens: int = TOKENS) -> tuple[list[float], list[float]]:
    """Seconds of each round for the last `tokens` of `length` tokens, with a cache and without."""
    task = Seq2SeqTask(VOCABULARY, length // 4, length // 4)
    with building(0):
        model = EncoderDecoder(task, EncoderDecoderConfig()).eval()
    generator = torch.Generator().manual_seed(0)
    source, target = torch.randint(3, VOCABULARY, (2, batch, length), generator=generator)
    first = target[:, : length - tokens]  # what has been written before: one token of it is given below
    cached, recomputed = begin(model, source, cached=True), begin(model, source, cached=False)
    for token in first[:, :-1].unbind(1):
        _, cached = cached.after(token)
    recomputed = Recomputed(model, recomputed.memory, first[:, :-1])
    seconds: dict[type, list[float]] = {Cached: [], Recomputed: []}
    for turn in range(rounds + 1):
        written = []
        for prefix in (cached, recomputed):
            began = time.perf_counter()
            written.append(write(prefix, first[:, -1], tokens))
            if turn:  # the first does not count
                seconds[type(prefix)].append(time.perf_counter() - began)
        assert torch.equal(*written)
    return seconds[Cached], seconds[Recomputed]


def write(prefix: Prefix, token: torch.Tensor, tokens: int) -> torch.Tensor:
    """The next `tokens` tokens after a prefix and one more, (B, tokens)."""
    written = []
    for _ in range(tokens):
        log_probs, prefix = prefix.after(token)
        token = log_probs.argmax(-1)
        written.append(token)
    return torch.stack(written, 1)
