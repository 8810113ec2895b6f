"""The panels of the page Results: the class for its instructor, oneself for a student, the roster, and the end of the class."""

from __future__ import annotations

import hmac
from collections.abc import Callable

import streamlit as st

from core.classroom.results import Deeds, results_csv
from core.classroom.rights import Act
from core.errors import ConfigError
from dashboard.shell import orders, services, show, state, visitor
from dashboard.shell.download import download
from dashboard.shell.notices import said_above
from pages.results.controls import NAMES, OPENED, ROSTER, SETS, TYPED
from pages.results.view import results_html, roster_words


def class_panel() -> None:
    """All of the class, and its CSV."""
    visitor.require(Act.RESULTS)
    results = services.classroom().results
    rows, polls, found = results.all(services.manager().runs()), results.polls(), results.on_roster()
    if not rows:
        st.info(
            "Nobody has joined a class of this lab yet. `python -m dashboard --class` opens one; its students vote, draw and train, "
            "and a row for each of them comes here."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        _download(_class_csv, "class-results.csv")
        if visitor.may(Act.KNOW_NAMES):
            NAMES.toggle("Show names", help="The projector shows them, too. The CSV has them in any case.")
    names = {row.person: row.name for row in rows} if NAMES.value and visitor.may(Act.KNOW_NAMES) else None
    st.html(results_html(rows, polls, names=names))
    if names is not None:
        for sentence in roster_words(found, rows):
            show.markdown(sentence)
    elif found.lines:
        st.caption("In the order of the roster. “Show names” says who is missing.")


def _class_csv() -> str:
    """Made at the click, by whoever may then."""
    visitor.require(Act.RESULTS)
    results = services.classroom().results
    return results_csv(results.all(services.manager().runs()), results.polls(), results.on_roster() if results.roster else None)


def own_panel() -> None:
    """Oneself alone."""
    st.header("You")
    st.html(results_html([_own()], services.classroom().results.polls()))
    _download(lambda: results_csv([_own()], services.classroom().results.polls()), "my-results.csv")


def _own() -> Deeds:
    return services.classroom().results.own(visitor.owner(), services.manager().runs(), called="you")


def _download(content: Callable[[], str], file: str) -> None:
    download("Results (CSV)", content, file, key=file.partition(".")[0], help="Opens in any spreadsheet.")


def roster_panel() -> None:
    """The list of names that the class is sorted by."""
    if not visitor.may(Act.KNOW_NAMES):
        return
    with st.expander("Roster", key="results_roster_box", on_change="rerun") as box:
        if not box.open:
            return
        kept = "\n".join(services.classroom().results.roster)
        if OPENED.value != kept:
            ROSTER.set(kept)
            OPENED.keep(kept)
        ROSTER.text_area(
            "Names, one on each line",
            height=200,
            help="As they stand in your list: “Last, First” or “First Last”, with or without accents. Numbers beside them do not matter.",
        )
        st.button("Sort by this roster", key="results_keep", on_click=_keep_roster)


def _keep_roster() -> None:
    with said_above():
        visitor.require(Act.RESULTS)
        services.classroom().results.paste_roster(ROSTER.value)


def ending_panel() -> None:
    """Delete all of a class, once its code has been typed."""
    visitor.require(Act.RESULTS)
    room = services.classroom()
    with st.expander("Delete this class", key="results_end_box", on_change="rerun") as box:
        if room.ending.pending:
            st.info("The runs of a class that was deleted are being deleted now.")
        if not box.open:
            return
        st.markdown(
            "This deletes everybody in the class, with their names, votes and drawings, the questions, limits and roster, **and all runs "
            "of its students**. Your own runs stay. It cannot be undone: take the results along first."
        )
        download("Results (CSV)", _class_csv, "class-results.csv", key="results_before_end")
        SETS.toggle(
            "Delete the data sets that it has drawn, too", help="Otherwise they stay as data sets, and nobody knows who has drawn what."
        )
        TYPED.text_input("Type the code of the class to delete it", help="You find it on the page Class.")
        st.button("Delete all of this class", key="results_end", type="primary", icon=":material/delete_forever:", on_click=_end)


def _end() -> None:
    with said_above():
        visitor.require(Act.RESULTS)
        typed, code = TYPED.value.strip().upper(), services.classroom().people.code
        if not hmac.compare_digest(typed.encode("utf-8", "replace"), code.encode()):
            raise ConfigError("Nothing was deleted: type the code of this class, as the page Class shows it, into the field first.")
        orders.end_class(sets=SETS.value)
        TYPED.set("")
        state.say("The class is deleted. The next one has another code.")
