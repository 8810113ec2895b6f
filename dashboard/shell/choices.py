"""Controls of pages, each declared once: what a link calls it, what can be chosen, what is chosen at first, and how a link writes it.

    PADDING = Choice("masks", "pad", range(9), first=2)         # page, name in the link, options, first value
    padding = PADDING.slider("Padding", help="...")              # drawn where it is called; returns the value
    address = links(PADDING, END, LAYERS)                        # what differs from the first values
    NEXT = Kept("translate", "next")                             # what one fragment of a page leaves for another; never in a link

Words of a control are shown as they are, letter by letter, but for `dashboard.kit.wording.marked`, wherever they come from.
Only this module, `dashboard.shell.state` and, for what browsers send, `dashboard.kit.messages` know the keys of the session.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.checks import Check, Many, OneOf
from core.errors import unknown
from dashboard.shell import show, state


@dataclass(frozen=True)
class Listed(Many):
    """A list of names in a link, each once: "." stands between them; older links have commas. Where nothing stands, nothing is named."""

    def read(self, text: str) -> tuple[Any, ...] | None:
        names = dict.fromkeys(filter(None, text.replace(",", self.between).split(self.between)))
        return super().read(self.between.join(names))


@dataclass(frozen=True)
class Choice:
    """A control of a page. Without `options` it takes any text, or what `check` makes of one; `write` says how a link writes a value.

    `old` are names that links have had for it: they are read for ever. What is not `in_link` is the session's alone. `why_not` says of
    what is none of the options why it is not taken: of a link's text, and of an earlier choice that `among` does not find any more. Without
    it, or where it says nothing, a link's text is refused in general words, and an earlier choice gives way silently.
    """

    page: str
    name: str
    options: Collection[Any] = ()
    first: Any = ""
    write: Callable[[Any], str] = str
    check: Check | None = None
    old: tuple[str, ...] = ()
    in_link: bool = True
    why_not: Callable[[Choice, Any], str] | None = None

    @property
    def key(self) -> str:
        """The key of its widget, by which tests and style sheets find it."""
        return f"{self.page}_{self.name}"

    @property
    def value(self) -> Any:
        """What is chosen now, whether or not the control has been drawn. A text that a browser of somebody's own making has sent to a list
        of numbers is none of them."""
        self.start()
        value = st.session_state[self.key]
        if isinstance(value, str) and self.options and not isinstance(next(iter(self.options)), str):
            return self.first
        return value

    @property
    def now(self) -> Any:
        """What is chosen now; None where nobody has asked for it yet."""
        return st.session_state.get(self.key)

    @property
    def started(self) -> bool:
        """Whether it has a value in this session, so that the link has been read."""
        return self.key in st.session_state

    def start(self) -> None:
        """Give it a value in this session: what the link says, if that can be chosen, else the first."""
        if self.in_link:
            state.note_linked(self.key)
        if not self.started:
            linked = self.linked
            st.session_state[self.key] = self.first if linked is None else linked

    @property
    def linked(self) -> Any:
        """What the link says that can be used, by whatever name; None where there is nothing."""
        values = (self._read(name) for name in (self.name, *self.old) if self.in_link)
        return next((value for value in values if value is not None), None)

    def _read(self, name: str) -> Any:
        if self.options:
            check = OneOf(self.options, self.write)
            if self.why_not and (text := state.linked(name)) and check.read(text) is None and (sentence := self.why_not(self, text)):
                state.refuse(name, sentence)
            return state.read(name, check)
        return state.read(name, self.check) if self.check else state.linked(name) or None

    def set(self, value: Any) -> None:
        """Choose `value` before the control is drawn (in a callback)."""
        st.session_state[self.key] = value

    def among(self, options: Collection[Any], *, first: Any = None) -> Choice:
        """The same control where something else can be chosen: an earlier choice that cannot be made any more gives way to the first."""
        first = self.first if first is None else first
        same = replace(self, options=options, first=first if first in options else next(iter(options)))
        if self.why_not:
            self.start()  # what a link asks for is an earlier choice, too
        chosen = st.session_state.get(self.key, same.first)
        if chosen not in options:
            if self.why_not and (sentence := self.why_not(same, chosen)):
                state.say(sentence)
            st.session_state[self.key] = same.first
        return same

    def following(self, first: Any) -> Choice:
        """The same control where the first value follows from other choices: until somebody changes it, its value follows, too."""
        same, before = replace(self, first=first), Kept(self.page, f"{self.name}:first")
        if self.started and st.session_state[self.key] == before.value != first:  # set anew, a field would lose what is being typed
            self.set(first)
        same.start()
        before.keep(first)
        return same

    def within(self, check: Check) -> Choice:
        """The same control where `check` says what can be chosen: an earlier choice that cannot be made any more gives way to the first."""
        same = replace(self, check=check)
        if self.key in st.session_state and st.session_state[self.key] != self.first and check(st.session_state[self.key]) is None:
            st.session_state[self.key] = self.first
        return same

    def written(self, value: Any = None) -> str:
        """What a link says of a value (of the chosen one, where none is given); empty where it opens so anyway.

        A field for a number that somebody has emptied holds nothing, and a link then says nothing of it.
        """
        value = self.value if value is None else value
        return "" if value is None or value == self.first else self.write(value)

    def slider(self, label: str, *, help: str = "", format_func: Callable[[Any], str] = str, **more: Any) -> Any:
        """A slider over whole numbers in a range, else over the options in their order; without any, from `min_value` to `max_value`."""
        drawn = self._drawn(help, more)
        if not self.options:
            return st.slider(show.label(label), **drawn)
        if isinstance(self.options, range):
            ends = {"min_value": self.options[0], "max_value": self.options[-1], "step": self.options.step}
            return st.slider(show.label(label), **ends, **drawn)
        return st.select_slider(show.label(label), list(self.options), format_func=lambda value: show.label(format_func(value)), **drawn)

    def segmented(self, label: str, *, help: str = "", format_func: Callable[[Any], str] = str, **more: Any) -> Any:
        """Buttons side by side, one of them chosen."""
        drawn = self._drawn(help, more)
        return segmented_control(show.label(label), self.options, format_func=lambda value: show.label(format_func(value)), **drawn)

    def radio(self, label: str, *, help: str = "", format_func: Callable[[Any], str] = str, **more: Any) -> Any:
        """Round buttons, one of them chosen."""
        drawn = self._drawn(help, more)
        return st.radio(show.label(label), list(self.options), format_func=lambda value: show.label(format_func(value)), **drawn)

    def selectbox(self, label: str, *, help: str = "", format_func: Callable[[Any], str] = str, **more: Any) -> Any:
        """A list that opens."""
        drawn = self._drawn(help, more)
        return st.selectbox(show.label(label), list(self.options), format_func=lambda value: show.plain(format_func(value)), **drawn)

    def multiselect(
        self, label: str, options: Collection[Any], *, most: int, help: str = "", format_func: Callable[[Any], str] = str, **more: Any
    ) -> list[Any]:
        """A list that opens, of which up to `most` are chosen, in the order in which they were."""
        drawn = {**self._drawn(help, more), "max_selections": most}
        return st.multiselect(show.label(label), list(options), format_func=lambda value: show.plain(format_func(value)), **drawn)

    def text_input(self, label: str, *, help: str = "", **more: Any) -> str:
        """A field for a line of text."""
        return st.text_input(show.label(label), **self._drawn(help, more))

    def text_area(self, label: str, *, help: str = "", **more: Any) -> str:
        """A field for lines of text."""
        return st.text_area(show.label(label), **self._drawn(help, more))

    def number_input(self, label: str, *, help: str = "", **more: Any) -> Any:
        """A field for a number; where the options are a range it takes those."""
        if isinstance(self.options, range):
            more = {"min_value": self.options[0], "max_value": self.options[-1], "step": self.options.step, **more}
        return st.number_input(show.label(label), **self._drawn(help, more))

    def toggle(self, label: str, *, help: str = "", **more: Any) -> bool:
        """A switch: its options are False and True."""
        return st.toggle(show.label(label), **self._drawn(help, more))

    def pagination(self, count: int, *, turn: int, on_change: Callable[[], None]) -> None:
        """Buttons of so many pages. `turn` counts the lists that are paged: each has buttons of its own, which start at its page."""
        key = f"{self.key}_{turn}"

        def take() -> None:
            self.set(st.session_state[key])
            on_change()

        st.pagination(count, default=self.value, key=key, on_change=take)

    def _drawn(self, help: str, more: dict[str, Any]) -> dict[str, Any]:
        """What every widget is drawn with, once there is a value for it. A value stays when another page is opened meanwhile."""
        self.start()
        return {"key": self.key, "persist_state": "session", "help": show.label(help) if help else None, **more}


def none_named(noun: str) -> Callable[[Choice, Any], str]:
    """A `why_not` of options that people know by their names: there is no `noun` ("class") so named; the nearest one, and all of them."""
    return lambda choice, name: str(unknown(noun, name, [option for option in choice.options if option != ""]))


def links(*choices: Choice) -> dict[str, str]:
    """What a link says of several controls, by name; empty texts where it opens so anyway."""
    return {choice.name: choice.written() for choice in choices}


@dataclass(frozen=True)
class Kept:
    """A value that a session keeps for one page: what one fragment leaves for another. It is in no link."""

    page: str
    name: str
    first: Any = None

    @property
    def key(self) -> str:
        """Its key in the session."""
        return f"{self.page}_{self.name}"

    @property
    def value(self) -> Any:
        """What was kept last; `first` where nothing was."""
        return st.session_state.get(self.key, self.first)

    def keep(self, value: Any) -> Any:
        """Keep `value`, and return it."""
        st.session_state[self.key] = value
        return value

    def take(self) -> Any:
        """What was kept last, once: then it is forgotten."""
        return st.session_state.pop(self.key, self.first)


def segmented_control(label: str, options: Iterable[Any], *, key: str, at: Any = st, **more: Any) -> Any:
    """As `st.segmented_control` with `required`, in the container `at`: a state that is none of the options is not taken."""
    options, kept = list(options), f"{key}:chosen"
    if key in st.session_state and st.session_state[key] not in options:
        before = st.session_state.get(kept)
        st.session_state[key] = before if before in options else more.get("default", options[0])
    st.session_state[kept] = at.segmented_control(label, options, key=key, required=True, **more)
    return st.session_state[kept]


def closable_control(label: str, options: Iterable[Any], *, key: str, at: Any = st, **more: Any) -> Any:
    """As `segmented_control`, where one lets go of what is chosen by pressing it again: then, and for what is none of the options, None."""
    options = list(options)
    if st.session_state.get(key) not in options:
        st.session_state[key] = None
    return at.segmented_control(label, options, key=key, **more)
