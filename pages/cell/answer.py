"""The answer to the page's prediction: a gate that is held at 1 is tried in torch's form and in that of 2014."""

from __future__ import annotations

from dashboard.about import Answer
from pages.cell.lookups import kept_facts


def answer() -> Answer:
    """What a closed update gate does, in torch's form."""
    facts = kept_facts()
    distances = ", ".join(f"{distance:.2g} from {name}" for name, distance in facts["gru"].items())
    return Answer(
        choice=min(facts["gru"], key=facts["gru"].get),
        because=f"Measured on a random cell, the distance of the new state is {distances}: in torch's GRU, z keeps the old state. In the "
        f"form of 2014 the same z takes the candidate: there the new state is {facts['gru2014']['the candidate']:.1g} away from the "
        f"candidate.",
    )
