"""What a session has set up, and the address bar: this module, `choices` and `dashboard.kit.messages` alone know the session's keys.

The session holds one flat dict of values: `model`, `dataset` and every hyperparameter by name. It is seeded from the query string at the
first visit, changed by widgets, and written back (what differs from its default), so that a copied link opens the same set-up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import streamlit as st

from core.checks import Check, OneOf, Text
from core.data import DATASETS
from core.data.config import DataConfig
from core.errors import LabError, unknown
from core.hparams import Hyperparameter, declared
from core.models import MODELS
from core.text import MOST_PATH, quoted, taken
from core.training.config import DEFAULTS as FIRST
from core.training.config import SET_UP_NAMES, RunConfig, misfit
from core.training.presets import PRESETS
from core.typed_numbers import comma_remedy
from dashboard.shell import beside, services, visitor
from dashboard.shell.limited import limits

VALUES, LINKED, RUN, OPENED, MESSAGES, REFUSED = "values", "linked", "run", "opened", "messages", "refused"
EPOCH = "epoch"
READ = "read"  # the keys of the controls that have read a link
SHOWN_PAGE = "shown_page"  # the address of the page, where a class may follow it
CHOICES = {"model": MODELS, "dataset": DATASETS}
DEFAULTS = FIRST["images"]
# What a link to a set-up means by a value that it leaves out, where that is no longer the default: old links mean what they meant.
LEFT_OUT = {
    "images": {"epochs": 10, "lr": 2e-3, "schedule": "cosine"},
    "sequences": {"epochs": 10, "lr": 2e-3, "embed_dim": 64},
}
SHORT = 300  # letters of a link's value that is kept as it is: what a field of a page takes
LONGEST = 10_000  # of one that has a check of its own, or that carries the work of a page
RUN_ID = Text(100)


def widget_key(name: str) -> str:
    """The key of the widget of a hyperparameter (or of `model`, `dataset`).

    Each model has widgets of its own: a GRU's one layer is not a choice made for the ViT.
    """
    return f"hp_{name}" if name in CHOICES else f"hp_{values()['model']}_{name}"


def values() -> dict[str, Any]:
    """All values of this session; the first call reads them from the query string.

    A model that has just been chosen counts at once: what is drawn before its widget belongs to it, too.
    """
    if VALUES not in st.session_state:
        query = {name: text for name in SET_UP_NAMES if (text := linked(name, LONGEST))}
        st.session_state[VALUES], problems = parse_query(query)
        st.session_state[LINKED] = st.session_state[VALUES]["model"] if query else ""
        show_run(linked_run())
        for sentence in problems:
            say(sentence)
    if (chosen := st.session_state.get("hp_model")) in MODELS:
        st.session_state[VALUES]["model"] = chosen
    return st.session_state[VALUES]


def parse_query(query: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Values of a query string, and a sentence on each part of it that cannot be used."""
    preset, problems = PRESETS.get(query.get("preset", ""), {}), []
    if "preset" in query and not preset:
        problems.append(str(unknown("preset", query["preset"], PRESETS)))
    named = {name: preset[name] for name in CHOICES if name in preset}
    for name, table in CHOICES.items():
        if name in query and query[name] not in table:
            problems.append(str(unknown("data set" if name == "dataset" else name, query[name], table)))
        elif name in query:
            named[name] = query[name]
    model, dataset = RunConfig.pair(named.get("model"), named.get("dataset"))
    kind = MODELS[model].kind
    parsed = {**preset, "model": model, "dataset": dataset}
    if DATASETS[parsed["dataset"]].kind != kind:
        problems.append(misfit(parsed["model"], parsed["dataset"]))
        parsed["dataset"] = FIRST[kind]["dataset"]
    known, allowed = RunConfig.hyperparameters(parsed["model"]), limits()
    for name, text in query.items():
        if name not in known:
            continue
        try:
            value = known[name].parse(text)
            problem = known[name].problem(value) or allowed.problem(name, value)
        except LabError as error:
            problem = visitor.told(error)
        if problem:
            problems.append(problem)
        else:
            parsed[name] = value
    return parsed, problems


def run_values() -> dict[str, Any]:
    """The values that the chosen model knows, as keywords for `RunConfig.of`."""
    known = RunConfig.hyperparameters(values()["model"])
    return {name: value for name, value in {**left_out(), **values()}.items() if name in known or name in CHOICES}


def set_up() -> dict[str, Any]:
    """Every value of the chosen model by name, whether anybody has set it or not."""
    return {**{name: h.default for name, h in RunConfig.hyperparameters(values()["model"]).items()}, **run_values()}


def left_out() -> dict[str, Any]:
    """What the link of this session means by what it does not name, while its model is chosen; any other model has its own defaults."""
    model = values()["model"]
    return LEFT_OUT[MODELS[model].kind] if model == st.session_state[LINKED] else {}


def first(h: Hyperparameter) -> Any:
    """The value of a hyperparameter that nobody has set."""
    return left_out().get(h.name, h.default)


def start_widget(name: str, value: Any, *, most: float | None = None) -> Any:
    """Give the widget of `name` a value before it is drawn, if it has none in this session; returns its value, not above `most`."""
    chosen = st.session_state.setdefault(widget_key(name), value)
    if most is not None and isinstance(chosen, int | float) and chosen > most:
        st.session_state[widget_key(name)] = chosen = type(chosen)(most)
    return chosen


def remember(name: str, default: Any = None) -> Any:
    """Take the value that the widget of `name` has now into the session's values; a default is not kept, it may be another model's."""
    value = st.session_state[widget_key(name)]
    if value == default:
        values().pop(name, None)
    else:
        values()[name] = value
    return value


def load(new: Mapping[str, Any]) -> None:
    """Set up everything as in `new`, the rest at its defaults. To be called before the widgets are drawn (in a callback)."""
    untypable = {name for name, value in new.items() if isinstance(value, str) and taken(value, MOST_PATH) != value}
    for name in untypable:
        say(f"{name} = {quoted(new[name])} holds what cannot be typed: give it on the command line.")
    new = {name: value for name, value in new.items() if name not in untypable}
    st.session_state[VALUES], st.session_state[LINKED] = {**DEFAULTS, **new}, ""
    for key in [key for key in st.session_state if str(key).startswith("hp_")]:
        del st.session_state[key]


def choose(what: str, name: str) -> None:
    """Choose a "model" or a "dataset" before its widget is drawn."""
    values()[what] = st.session_state[widget_key(what)] = name


def shown_run() -> str:
    """The id of the run on the chart; empty for the recorded one."""
    values()
    return st.session_state[RUN]


def show_run(run_id: str) -> None:
    st.session_state[RUN], st.session_state[OPENED] = run_id, set_up()


def just_opened() -> bool:
    """Whether somebody has opened the run on the chart, to look at it, and has not changed the controls since."""
    return bool(shown_run()) and st.session_state[OPENED] == set_up()


def shown_epoch(known: Sequence[int], best: int) -> int:
    """The epoch (from 0) that pages look at: the chosen one if it is among `known`, else the best, else the last of them.

    The first call reads the query string, where epochs count from 1.
    """
    if EPOCH not in st.session_state:
        number = read(EPOCH, OneOf([epoch + 1 for epoch in known]))
        st.session_state[EPOCH] = None if number is None else number - 1
    chosen = st.session_state[EPOCH]
    return next((epoch for epoch in (chosen, best) if epoch in known), known[-1])


def show_epoch(epoch: int | None) -> None:
    """Look at an epoch (from 0); None for the best one."""
    st.session_state[EPOCH] = epoch


def data_values() -> dict[str, Any]:
    """The values that choose the images, as keywords for `RunConfig.of`."""
    known = declared(DataConfig)
    return {name: value for name, value in values().items() if name in known or name == "dataset"}


def linked(name: str, most: int = SHORT) -> str:
    """What the query string calls `name`; empty if it does not, if nobody could have typed it, or if it has more than `most` letters.

    All that is read of a link is read here. Where not every text will do, `read` is the one to call, or a `Choice` of the page.
    """
    text = st.query_params.get(name, "")
    if "\0" in text or Text(most)(text) is None:
        refuse(name, f"The link's {name} cannot be used, and the page opens without it: possible is {Text(most)}.")
        return ""
    return text


def read(name: str, check: Check) -> Any:
    """What `check` makes of what the query string calls `name`; None if there is nothing, or nothing that can be used: that is said."""
    text = linked(name, LONGEST)
    value = check.read(text) if text else None
    if text and value is None:
        sentence = f"The link's {name} cannot be used, and the page opens without it: possible is {check}."
        refuse(name, sentence + comma_remedy(text, check))
    return value


def linked_run() -> str:
    """The id of the run that the query string names, whether or not there is one; empty if it names none."""
    return read("run", RUN_ID) or ""


def note_linked(key: str) -> None:
    """Note that a control has read the link, so that `go_to` finds it."""
    st.session_state.setdefault(READ, set()).add(key)


def go_to(place: Any, link: Mapping[str, str]) -> NoReturn:
    """Open a page of Streamlit's with a link, as a first visit does: all controls are read anew. What stands beside it stays there."""
    known = {VALUES, LINKED, RUN, OPENED, EPOCH, REFUSED, READ, *st.session_state.get(READ, ())}
    for key in [key for key in st.session_state if key in known or str(key).startswith("hp_")]:
        del st.session_state[key]
    st.switch_page(place, query_params={**link, **beside.link()})


def lead_class(page: str | None = None) -> None:
    """Let the class come along, should this session lead it: to `page`, if it is given, with what the address bar says now."""
    if services.class_is_open():
        st.session_state[SHOWN_PAGE] = shown = st.session_state.get(SHOWN_PAGE, "") if page is None else page
        if shown:
            services.classroom().leading.show(visitor.session(), shown, st.query_params.to_dict())


def refuse(name: str, sentence: str) -> None:
    """Say once, above the page, why what the link calls `name` is not used; the first sentence on a name counts."""
    if name not in st.session_state.setdefault(REFUSED, set()):
        st.session_state[REFUSED].add(name)
        say(sentence)


def page() -> dict[str, str]:
    """What the address bar says now; to be written again, not to be read from."""
    return st.query_params.to_dict()


def write_page(values: Mapping[str, str]) -> None:
    """Bring the address bar of a page up to these values, and what stands beside it, and nothing else; empty ones are left out."""
    wanted = {name: value for name, value in values.items() if value} | beside.link()
    for name in st.query_params.to_dict().keys() - wanted.keys():
        del st.query_params[name]
    for name, value in wanted.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    lead_class()


def query(config: RunConfig | None) -> dict[str, str]:
    """The query string that opens this set-up."""
    link = set_up_link(config.flat() if config else set_up())
    return {**link, "run": shown_run()} if shown_run() else link


def set_up_link(flat: Mapping[str, Any]) -> dict[str, str]:
    """What a link to the page Train says of a set-up: nothing where all is at its default, else all but what such a link means anyway."""
    defaults = {name: h.default for name, h in RunConfig.hyperparameters(flat["model"]).items()} | DEFAULTS
    if all(defaults[name] == value for name, value in flat.items()):
        return {}
    left_out = defaults | LEFT_OUT[MODELS[flat["model"]].kind]
    named = {name: str(value) for name, value in flat.items() if left_out[name] != value}
    return named or {"model": flat["model"]}


def write_query(config: RunConfig | None) -> None:
    """Bring the address bar up to the session's values."""
    wanted = query(config) | beside.link()
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    lead_class()


def say(sentence: str) -> None:
    """Keep a sentence for the top of the page at the next full run (callbacks cannot write there)."""
    st.session_state.setdefault(MESSAGES, []).append(sentence)


def messages() -> list[str]:
    """The sentences kept since the last call."""
    return st.session_state.pop(MESSAGES, [])
