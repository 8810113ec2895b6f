"""Controls of the page Where it went: filters of the map, a length, sizes of cheaper attention, and the system that is told in full."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.probes.attention.pairs import KINDS, AttentionSizes
from core.records.published_systems import FIELDS, MASKS, PARTS, SYSTEMS
from dashboard.shell.choices import Choice, links
from pages.went.board import choice_sent
from pages.went.view import LENGTHS

MAP = "went_map"  # the board's key
ALL = "all"
USED = {kind: row.title for kind, row in KINDS.items() if any(system.kind == kind for system in SYSTEMS.values())}
FIELD = Choice("went", "field", (ALL, *FIELDS), first=ALL)
PART = Choice("went", "part", (ALL, *PARTS), first=ALL)
MASK = Choice("went", "mask", (ALL, *MASKS), first=ALL)
KIND = Choice("went", "attention", (ALL, *USED), first=ALL)
TOKENS = Choice("went", "T", LENGTHS, first=1024)
SYSTEM = Choice("went", "system", SYSTEMS, first="transformer")


def _size(name: str, field: str, options: tuple[int, ...]) -> Choice:
    """A control of one of the `AttentionSizes`, at first as it is there."""
    return Choice("went", name, options, first=getattr(AttentionSizes(), field))


SIZES = {  # what the folded controls set, by the field of `AttentionSizes`
    "window": _size("w", "window", (16, 32, 64, 128, 256, 512, 1024)),
    "global_tokens": _size("g", "global_tokens", (0, 1, 2, 4, 16, 64)),
    "rank": _size("k", "rank", (16, 32, 64, 128, 256, 512)),
    "reduction": _size("R", "reduction", (1, 2, 4, 8)),
    "frames": _size("F", "frames", (2, 4, 8, 16)),
    "neighbors": _size("near", "neighbors", (4, 8, 16, 32)),
}


@dataclass(frozen=True)
class WentChoices:
    """What the controls of the map say; "all" is no filter."""

    field: str
    part: str
    mask: str
    kind: str
    length: int
    sizes: AttentionSizes
    kept: str  # the system that was clicked last

    @property
    def system(self) -> str:
        """The system that is told in full: the one kept, or the first that passes where it does not."""
        return self.kept if self.kept in self.shown or not self.shown else self.shown[0]

    @property
    def shown(self) -> list[str]:
        """The systems that pass all filters."""
        return [
            name
            for name, system in SYSTEMS.items()
            if self.field in (ALL, system.field)
            and self.part in (ALL, system.part)
            and (self.mask == ALL or self.mask in system.masks)
            and self.kind in (ALL, system.kind)
        ]

    @property
    def link(self) -> dict[str, str]:
        """What a link to this page says; empty where it opens so anyway."""
        return links(FIELD, PART, MASK, KIND, TOKENS, *SIZES.values(), SYSTEM)

    @property
    def code(self) -> str:
        """Python that counts the same."""
        first = AttentionSizes()
        changed = ", ".join(f"{name}={value}" for name in SIZES if (value := getattr(self.sizes, name)) != getattr(first, name))
        return (
            "from core.probes.attention.pairs import KINDS, AttentionSizes, pairs\nfrom core.records.published_systems import SYSTEMS\n\n"
            f"for kind in KINDS:\n    print(kind, pairs(kind, {self.length}, AttentionSizes({changed})))\nprint(SYSTEMS[{self.system!r}])"
        )


def choose() -> WentChoices:
    """All controls, and the system that was clicked last."""
    field = FIELD.selectbox("Field", format_func=({ALL: "all"} | FIELDS).get)
    part = PART.selectbox("Part of the transformer", format_func=({ALL: "all"} | PARTS).get)
    mask = MASK.selectbox("Mask", format_func=({ALL: "all"} | MASKS).get)
    kind = KIND.selectbox("Attention", format_func=({ALL: "all"} | USED).get)
    length = TOKENS.slider("Tokens T", format_func="{:,}".format)
    with st.popover("Sizes", icon=":material/tune:", width="stretch", key="went_more"):
        sizes = _sizes()
    if clicked := choice_sent(key=MAP, among=SYSTEMS):
        SYSTEM.set(clicked)
    return WentChoices(field, part, mask, kind, length, sizes, SYSTEM.value)


def _sizes() -> AttentionSizes:
    """The folded controls: of each way to make attention cheaper."""
    return AttentionSizes(
        window=SIZES["window"].slider(
            "Window w", help="The number of keys around a query (Longformer, VTN), or the width of GPT-3's band or of a block."
        ),
        global_tokens=SIZES["global_tokens"].slider(
            "Global tokens g", help="How many tokens read all others and are read by all (Longformer, VTN)."
        ),
        rank=SIZES["rank"].slider("Projected keys k", help="How many rows Linformer projects keys and values to."),
        reduction=SIZES["reduction"].slider("Reduction R", help="The side of the squares that become one key (PVT)."),
        frames=SIZES["frames"].slider("Frames F", help="How many frames a video of T tokens has (TimeSformer)."),
        neighbors=SIZES["neighbors"].slider("Nearest points k", help="How many neighbours a point reads (Point Transformer)."),
    )
