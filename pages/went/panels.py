"""The page Where it went: what is chosen, the map with its costs, the proof, the question."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.probes.attention_costs import KINDS, CountReport, Sizes, count_test, pairs
from core.published_systems import FIELDS, MASKS, PARTS, SYSTEMS
from dashboard.kit.wording import marked
from dashboard.shell import show, state
from dashboard.shell.predict import predict
from pages.went.board import choice_sent, system_map
from pages.went.view import LENGTHS, costs_html, map_data, map_svg, systems_csv

MAP, SYSTEM, TOKENS = "went_map", "went_system", "went_T"
FIELD, PART, MASK, KIND = (f"went_{name}" for name in ("field", "part", "mask", "attention"))
FIRST_SYSTEM, FIRST_TOKENS, ALL = "transformer", 1024, "all"
COUNTED = 64  # tokens at which every pair is counted
# What the folded controls set: field of `Sizes` -> label, options, help.
FOLDED = {
    "window": (
        "Window w",
        (16, 32, 64, 128, 256, 512, 1024),
        "Keys around a query (Longformer, VTN), width of GPT-3's band, or of a block.",
    ),
    "global_tokens": ("Global tokens g", (0, 1, 2, 4, 16, 64), "Tokens that read all and are read by all (Longformer, VTN)."),
    "rank": ("Projected keys k", (16, 32, 64, 128, 256, 512), "Rows that Linformer projects keys and values to."),
    "reduction": ("Reduction R", (1, 2, 4, 8), "Side of the squares that become one key (PVT)."),
    "frames": ("Frames F", (2, 4, 8, 16), "Of a video with T tokens (TimeSformer)."),
    "neighbors": ("Nearest points k", (4, 8, 16, 32), "That a point reads (Point Transformer)."),
}
SHORT = {"window": "w", "global_tokens": "g", "rank": "k", "reduction": "R", "frames": "F", "neighbors": "near"}


@dataclass(frozen=True)
class Asked:
    """What the controls say; "all" is no filter."""

    field: str
    part: str
    mask: str
    kind: str
    length: int
    sizes: Sizes
    kept: str  # the system that was clicked last

    @property
    def system(self) -> str:
        """The system that is told: the one kept, or the first that passes where it does not."""
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
        first = Sizes()
        chosen = {"field": self.field, "part": self.part, "mask": self.mask, "attention": self.kind}
        return {
            **{name: "" if value == ALL else value for name, value in chosen.items()},
            "T": "" if self.length == FIRST_TOKENS else str(self.length),
            **{SHORT[name]: "" if getattr(self.sizes, name) == getattr(first, name) else str(getattr(self.sizes, name)) for name in FOLDED},
            "system": "" if self.kept == FIRST_SYSTEM else self.kept,
        }

    @property
    def code(self) -> str:
        """Python that counts the same."""
        first = Sizes()
        changed = ", ".join(f"{name}={value}" for name in FOLDED if (value := getattr(self.sizes, name)) != getattr(first, name))
        return (
            "from core.probes.attention_costs import KINDS, Sizes, pairs\nfrom core.published_systems import SYSTEMS\n\n"
            f"for kind in KINDS:\n    print(kind, pairs(kind, {self.length}, Sizes({changed})))\nprint(SYSTEMS[{self.system!r}])"
        )


def choose() -> Asked:
    """All controls, and the system that was clicked last."""
    tables = ((FIELD, "field", "Field", FIELDS), (PART, "part", "Part of the transformer", PARTS), (MASK, "mask", "Mask", MASKS))
    used = {kind: row.title for kind, row in KINDS.items() if any(system.kind == kind for system in SYSTEMS.values())}
    found = []
    for key, name, label, table in (*tables, (KIND, "attention", "Attention", used)):
        state.start(key, name, (ALL, *table), ALL)
        words = {ALL: "all", **table}
        found.append(
            st.selectbox(
                show.label(label), list(words), key=key, persist_state="session",
                format_func=lambda option, words=words: show.plain(words[option]),
            )
        )  # fmt: skip
    state.start(TOKENS, "T", LENGTHS, FIRST_TOKENS)
    length = st.select_slider("Tokens T", LENGTHS, key=TOKENS, persist_state="session", format_func=lambda n: f"{n:,}")
    with st.popover("Sizes", icon=":material/tune:", width="stretch", key="went_more"):
        sizes = {name: _size(name) for name in FOLDED}
    return Asked(*found, length, Sizes(**sizes), _system())


def _size(name: str) -> int:
    label, options, told = FOLDED[name]
    key = f"went_{name}"
    state.start(key, SHORT[name], options, getattr(Sizes(), name))
    return st.select_slider(show.label(label), options, format_func=show.label, key=key, persist_state="session", help=show.label(told))


def _system() -> str:
    """The system that is kept: clicked, linked, or the first one."""
    state.start(SYSTEM, "system", SYSTEMS, FIRST_SYSTEM)
    st.session_state[SYSTEM] = choice_sent(key=MAP, among=SYSTEMS) or st.session_state[SYSTEM]
    return st.session_state[SYSTEM]


def map_panel(asked: Asked) -> None:
    """The map; a filter that leaves nothing says so."""
    if not asked.shown:
        st.info("No system of this map is all of that at once: set one of the filters back to “all”.")
    system_map(map_data(asked.shown, asked.system, asked.length, asked.sizes), key=MAP, on_choice=lambda: None)


def costs_panel(asked: Asked) -> None:
    """All kinds of attention at the chosen length, and the proof that their pairs are counted rightly."""
    st.html(costs_html(asked.length, asked.sizes, SYSTEMS[asked.system].kind))
    report = _counted(asked.sizes)
    show.caption(
        marked(
            "Proof: the pairs of {} kinds by formula against every pair counted one by one in matrices of {} "
            "tokens, with the sizes set here. Largest difference {:g}, tolerance 0: **{}**. Counted is what "
            "attention reads, not the linear layers around it, which are linear in T; a class token is left out.",
            len(report.counted),
            COUNTED,
            report.max_abs_diff,
            "passed" if report.passed else "not passed",
        )
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _counted(sizes: Sizes) -> CountReport:
    return count_test(COUNTED, sizes)


def downloads(asked: Asked) -> None:
    """Table and map to take along."""
    with st.container(horizontal=True):
        st.download_button(
            "Table (CSV)", lambda: systems_csv(asked.length, asked.sizes), "where-it-went.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="went_csv",
        )  # fmt: skip
        st.download_button(
            "Map (SVG)", lambda: map_svg(asked.shown), "where-it-went.svg", "image/svg+xml",
            icon=":material/download:", on_click="ignore", key="went_svg",
        )  # fmt: skip


def question() -> None:
    """Which mask does a decoder need that writes all at once?"""
    boxes, places = 100, 1024
    predict(
        "DETR has an encoder and a decoder like the lab's. Its decoder names 100 objects of an image at once. "
        "Which mask does its self-attention need?",
        ("the subsequent mask", "no mask between the 100"),
        answer="no mask between the 100",
        because="A subsequent mask keeps an output from reading what it is about to be trained to say. DETR's decoder is not given its "
        "targets: its inputs are 100 learned queries, all answered at once, and a set of boxes has no order. One head "
        f"of a decoder layer reads {pairs('full', boxes):,} pairs among the queries and {boxes * places:,} from the queries to "
        f"{places:,} places of the image.",
        key="went_predict",
    )
