"""Widgets made from declared hyperparameters."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.classroom.limits import Limits
from core.data import DATASETS, datasets_of
from core.data.config import DataConfig, SequenceDataConfig
from core.data.made_sets import made_sets
from core.home import lab_home
from core.hparams import Hyperparameter, declared, help_table
from core.models import MODELS, models_of
from core.training.config import DEFAULTS, RunConfig
from dashboard.kit.wording import code, joined, marked
from dashboard.shell import show, state
from dashboard.shell.choices import Choice, Kept, closable_control, segmented_control
from dashboard.shell.find import MORE
from dashboard.shell.limited import NONE, limits
from dashboard.shell.tables import help_table_html

MANY = 100  # steps that a slider can still be set to exactly
ABOVE = ("data", "made", "pictures")  # what the choice of the data set asks for
KIND = Choice("set_up", "kind", tuple(DEFAULTS), first="images", in_link=False)


def options(h: Hyperparameter, current: Any) -> tuple:
    """The values that a slider with stops, or over a logarithmic range, offers: round ones, the default and the current one, ascending."""
    if h.stops:
        values = set(h.stops)
    elif h.kind is int:
        values = {m * 2**k for k in range(31) for m in (1, 3)} - {3 * 2**30}
    else:
        values = {float(f"{m}e{k}") for k in range(-9, 10) for m in (1, 2, 5)}
    return tuple(sorted({v for v in values if h.low <= v <= h.high} | {h.default, current}))


def widget(h: Hyperparameter) -> Any:
    """The widget that fits the declaration of `h`; returns its value and remembers it in the session."""
    key, first, h = state.widget_key(h.name), state.first(h), limits().limited(h)
    current = state.start_widget(h.name, state.values().get(h.name, first), most=h.high)
    help = marked("{} *{}.* In scripts: {}", h.help, h.range.capitalize(), code(h.name))
    common = {"label": h.label + (f" ({h.unit})" if h.unit else ""), "key": key, "help": help}
    if h.kind is bool:
        st.toggle(**common)
    elif h.choices is not None and h.kind is str:
        segmented_control(options=h.choices, format_func=show.label, wrap=True, **common)
    elif h.choices is not None:
        st.select_slider(options=h.choices, format_func=show.label, **common)
    elif h.kind is str:
        st.text_input(max_chars=h.most, **common)
    elif h.stops or h.scale == "log":
        st.select_slider(options=options(h, current), format_func=lambda v: f"{v:g}", **common)
    elif (h.high - h.low) / (h.step or 1) <= MANY:
        st.slider(min_value=h.kind(h.low), max_value=h.kind(h.high), step=h.kind(h.step or 1), **common)
    else:
        st.number_input(min_value=h.kind(h.low), max_value=h.kind(h.high), step=h.kind(h.step or 1), **common)
    return state.remember(h.name, first)


def run_form() -> RunConfig | None:
    """All controls of a run, the basic ones in sight and the rest folded; None (and why) while they contradict each other."""
    model = _model()
    allowed = limits()
    dataset_form(MODELS[model].kind, allowed)
    for h in RunConfig.hyperparameters(model).values():
        if h.basic:
            widget(h)
    _folded(model)
    if allowed.sentence:
        show.caption(allowed.sentence)
    checked = RunConfig.checked(state.run_values())
    problems = allowed.unfit(checked) if isinstance(checked, RunConfig) else checked
    if not problems:
        return checked
    for sentence in problems.values():
        show.error(sentence)
    return None


def dataset_form(kind: str = "images", allowed: Limits = NONE) -> str:
    """The choice among the data sets of a kind that are `allowed`, with the field for a folder where they come from one; returns the data
    set's name.
    """
    chosen, drawn = state.values()["dataset"], made_sets(lab_home())  # what a class draws is offered once it has drawn something
    there = {name: DATASETS[name] for name in datasets_of(kind) if drawn or not DATASETS[name].needs_set or name == chosen}
    fit = {name: spec for name, spec in there.items() if not allowed.problem("dataset", name)}
    if fit and state.values()["dataset"] in there.keys() - fit.keys():
        state.say(allowed.problem("dataset", state.values()["dataset"]))
    there = fit or there
    if state.values()["dataset"] not in there:  # it fitted another model, or another page
        first = DEFAULTS[kind]["dataset"]
        state.choose("dataset", first if first in there else next(iter(there)))
    label = {"images": "Images", "sequences": "Task"}[kind]
    dataset = _choice("dataset", label, {name: spec.title for name, spec in there.items()}, {n: s.help for n, s in there.items()})
    rows = dataset == "row-labels"
    pictures = widget(declared(SequenceDataConfig)["pictures"]) if rows else dataset
    given = bool(state.values().get("data"))
    if pictures in DATASETS and (DATASETS[pictures].needs_folder or (DATASETS[pictures].copy and given)):
        widget(declared(DataConfig)["data"])
    if pictures in DATASETS and DATASETS[pictures].needs_set:
        _set_of_drawings(declared(DataConfig)["made"])
    return dataset


def _set_of_drawings(h: Hyperparameter) -> None:
    """The choice among the sets that a class has drawn. What a link names stays among them, and the page says that it is not there."""
    there = made_sets(lab_home())
    current = state.start_widget(h.name, state.values().get(h.name) or next(iter(there), ""))
    options = [*dict.fromkeys([*there, current])]
    common = {"key": state.widget_key(h.name), "help": show.label(h.help)}
    st.selectbox(show.label(h.label), options, format_func=lambda name: show.plain(name or "none yet"), **common)
    state.remember(h.name, "")


def _model() -> str:
    """The choice of a model: of images or of sequences first, then among those of that kind, with what the chosen one is."""
    now = MODELS[state.values()["model"]].kind
    KIND.set(now)
    KIND.segmented("Learns from", format_func=str.capitalize, label_visibility="collapsed", on_change=_take_kind)
    own = {name: MODELS[name] for name in models_of(now)}
    titles, helps = {name: spec.title for name, spec in own.items()}, {name: spec.help for name, spec in own.items()}
    chosen = _choice("model", "Model", titles, helps, side_by_side=True)
    show.caption(helps[chosen])
    return _last(now).keep(chosen)


def _last(kind: str) -> Kept:
    """The model of a kind that was chosen last."""
    return Kept("set_up", f"last_{kind}", first=DEFAULTS[kind]["model"])


def _take_kind() -> None:
    """Choose the first model of the kind that has been pressed; what a browser of somebody's own making sends may be none."""
    kind = KIND.value
    if isinstance(kind, str) and kind in DEFAULTS and kind != MODELS[state.values()["model"]].kind:
        state.choose("model", _last(kind).value)


def _folded(model: str) -> None:
    """Groups of controls, of which one at a time is open: what is closed costs nothing."""
    groups = {title: own for title, several in RunConfig.groups(model).items() if (own := [h for h in several if h.name not in ABOVE])}
    help = "One group at a time. Press it again to close it."
    opened = closable_control("More controls", groups, key=MORE.key, wrap=True, help=help)
    for h in groups.get(opened, ()):
        widget(h)


def help_panel(model: str) -> None:
    """A table of every hyperparameter of a run of `model`, folded."""
    with st.expander("What every control does", key="help", on_change="rerun") as panel:
        if panel.open:
            rows = [row for config in RunConfig.parts(model).values() for row in help_table(config)]
            st.html(help_table_html(rows))


def _choice(name: str, label: str, titles: dict[str, str], helps: dict[str, str], *, side_by_side: bool = False) -> str:
    key = state.widget_key(name)
    state.start_widget(name, state.values()[name])
    help = joined((marked("- **{}**: {}", titles[n], helps[n]) for n in titles), "\n")
    if side_by_side or len(titles) > 4:
        more = {"key": key, "wrap": True, "help": show.label(help)}
        chosen = segmented_control(show.label(label), list(titles), format_func=lambda name: show.label(titles[name]), **more)
    else:
        more = {"key": key, "help": show.label(help)}
        chosen = st.selectbox(show.label(label), list(titles), format_func=lambda name: show.plain(titles[name]), **more)
    state.values()[name] = chosen or state.values()[name]  # a browser may say that nothing is chosen
    return state.values()[name]
