"""Pseudonyms of a class, such as "Quiet Otter": two words that anybody may see on a wall. Nobody types one, so nobody can write what he
likes there, or the name of somebody else.
"""

from __future__ import annotations

from collections.abc import Container
from hashlib import sha256

_FIRST = (
    "Amber Bold Brave Bright Brisk Calm Clever Coral Crisp Curious Daring Deep Eager Early Fair Fast Fine Fresh Gentle Golden "
    "Grand Green Happy Honest Indigo Jolly Keen Kind Light Lively Lucky Merry Mild Neat Noble Patient Proud Quick Quiet Rapid "
    "Ready Silver Smart Solid Steady Sunny Sure Swift Tidy True Violet Warm Wise Witty"
)
_SECOND = (
    "Albatross Badger Beaver Bison Condor Crane Dolphin Eagle Falcon Ferret Finch Fox Gazelle Gecko Hare Hawk Hedgehog Heron Ibex "
    "Jaguar Kestrel Koala Lark Lemur Lynx Marmot Marten Moose Narwhal Newt Ocelot Orca Osprey Otter Owl Panda Panther Pelican "
    "Penguin Puffin Puma Raven Robin Salmon Seal Sparrow Stork Swan Tapir Tern Turtle Walrus Wolf Wombat Wren Zebra"
)
FIRST, SECOND = _FIRST.split(), _SECOND.split()


def pseudonym(person: str, turn: int, taken: Container[str]) -> str:
    """A pseudonym for somebody that nobody else has: always the same for the same `turn` (from 0), as long as it is free."""
    number = int.from_bytes(sha256(f"{person} {turn}".encode()).digest()[:8], "big")
    for step in range(len(FIRST) * len(SECOND)):
        at = (number + step) % (len(FIRST) * len(SECOND))
        made = f"{FIRST[at // len(SECOND)]} {SECOND[at % len(SECOND)]}"
        if made not in taken:
            return made
    return f"Student {number % 10**6}"  # three thousand people have joined
