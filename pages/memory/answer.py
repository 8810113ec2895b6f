"""The answer to the page's prediction: gradients flow back through three untrained cells."""

from __future__ import annotations

from core.probes.memory.gradient_flow import FlowSetup, gradient_flow
from core.readable import number
from dashboard.about import Answer
from pages.memory.view import NAMES

CLOSED = FlowSetup(bias=0.0)


def answer() -> Answer:
    """At bias 0, which cell keeps most? Not one with gates."""
    flows = {kind: gradient_flow(kind, CLOSED) for kind in ("rnn", "lstm", "gru")}
    opened = gradient_flow("lstm", FlowSetup(bias=3.0)).arrives
    return Answer(
        choice=NAMES[max(flows, key=lambda kind: flows[kind].arrives)],
        because=f"{', '.join(f'{NAMES[kind]} {number(flow.arrives)}' for kind, flow in flows.items())}. At bias 0 a gate is half open, "
        f"so half of the state is lost at every step, which is more than tanh takes away. A gate helps only when it is open: at bias 3 "
        f"the LSTM keeps {number(opened)}. That is why LSTMs are started at a bias of 1 or more (Jozefowicz et al. 2015).",
    )
