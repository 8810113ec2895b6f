"""What stands at the foot of a page about its run: where the numbers come from, and how to take them along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from streamlit.delta_generator import DeltaGenerator

from core.records.recorded import RECORDED
from core.training.history import Snapshot
from dashboard.kit.wording import code as command_words
from dashboard.kit.wording import joined
from dashboard.runs.labels import data_label
from dashboard.shell import services, show, state, visitor
from dashboard.shell.foot import take_along
from dashboard.shell.page import fragment


def linked_part(draw: Callable[[], Mapping[str, str]], runs: Sequence[str], end: DeltaGenerator) -> None:
    """A part of a page that runs by itself: what is done in it changes of the page the foot, at `end`, and the address, and nothing else.

    `draw` draws it and returns what a link says. The foot is that of the first of `runs`, else of the first run that came with the lab.
    """
    run = services.run(runs[0] if runs else f"{RECORDED}{services.first_recorded()}")

    @fragment
    def part() -> None:
        query = draw()
        with end:
            foot(run, query)
        state.write_page(query)

    part()


def foot(run: Snapshot, query: Mapping[str, str], command: str | None = None) -> None:
    """Where a run's numbers come from; a link that says `query`, and the command that trains the run, where no other is given."""
    facts(run)
    take_along(query, visitor.command(run.config) if command is None else command)


def facts(run: Snapshot) -> None:
    """Data, split, n, epoch, seed, device and versions of a run, and what made it."""
    sizes = ", ".join(f"{name} {n:,}" for name, n in run.sizes.items())
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    parts = [
        f"Data {data_label(run.config)} ({sizes})" if sizes else f"Data {data_label(run.config)}",
        "" if run.active else f"epoch {run.epoch:.2f}",  # of a run that goes on, the chart says it: the foot would stay behind
        f"seed {run.config['seed']}",
        run.device,
        versions,
        "made by " + command_words(run.recorded or visitor.command(run.config)),
    ]
    show.caption(joined((part for part in parts if part), " · "))
