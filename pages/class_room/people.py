"""Who has joined, and who is here now."""

from __future__ import annotations

import streamlit as st

from core.classroom.people import Member
from core.classroom.rights import Act
from dashboard.kit.wording import escape
from dashboard.shell import services, show, visitor
from dashboard.shell.choices import Choice
from dashboard.shell.page import fragment
from dashboard.shell.pulsed import rerun_when_pulsed

NAMES = Choice("class", "names", (False, True), first=False, in_link=False)


def people_panel() -> None:
    """Pseudonyms, and the names behind them for who asks for them: never by themselves, for this page is on the projector."""
    fragment(_people)()


def _people() -> None:
    room = services.classroom()
    rerun_when_pulsed("people", room.presence.version, key="class_people")
    members = room.people.all()
    show.header(f"{len(members)} joined" if members else "Nobody has joined yet")
    if not members:
        st.caption("Each student who joins appears here under a pseudonym.")
        return
    named = NAMES.toggle("Show names", help="The names behind the pseudonyms. Not while the projector shows this page.")
    named = named and visitor.may(Act.KNOW_NAMES)
    here = room.presence.here()
    st.html(f'<ul class="lab-people">{"".join(_entry(member, member.person in here, named) for member in members)}</ul>')


def _entry(member: Member, here: bool, named: bool) -> str:
    name = f" <small>{escape(member.name)}</small>" if named else ""
    return f'<li class="{"here" if here else "away"}">{escape(member.pseudonym)}{name}{"" if here else " <small>(away)</small>"}</li>'
