"""Who looks at a page, and what this person may do: the table is `core.classroom.rights.MAY`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit import config
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import folders
from core.classroom import rights
from core.classroom.rights import GUEST, INSTRUCTOR, OUTSIDER, STUDENT, Act
from core.errors import LabError
from core.text import MOST_PATH, bare, taken
from core.training.config import command_of
from dashboard.shell import services
from dashboard.web.guard import FORWARDED, loopback
from dashboard.web.person import person_of

SESSION = "session"


def session() -> str:
    """Which session this is: a tab of a browser, until it is reloaded."""
    return st.session_state.setdefault(SESSION, uuid.uuid4().hex)


def owner() -> str:
    """Who a person is, for taking turns: in all tabs of a browser the same. Without a cookie, this session."""
    return person_of(st.context.cookies) or session()


def own_machine() -> bool:
    """Whether the visitor is this machine's own user: the server listens to this machine only, and no proxy passes others on to it.

    Behind a proxy everybody seems to come from this machine; so who was passed on, or calls the lab by another name, is a stranger.
    """
    if not loopback(config.get_option("server.address") or ""):
        return False
    address = st.context.ip_address  # None for who comes from this machine; no text at all in a test without a browser
    if isinstance(address, str) and not loopback(address):
        return False
    headers = st.context.headers
    if any(name in headers for name in FORWARDED):
        return False
    named = [urlsplit(f"//{headers['Host']}").hostname] if "Host" in headers else []
    named += [urlsplit(headers["Origin"]).hostname] if "Origin" in headers else []
    return all(loopback(name or "") for name in named)


def role() -> str:
    """What somebody is in this lab, one of `core.classroom.rights.ROLES`."""
    if not services.class_is_open():
        return INSTRUCTOR if own_machine() else GUEST
    return role_of(owner())


def role_of(person: str) -> str:
    """What a person is in a class; in a lab without one, where it counts from where somebody comes, everybody is taken for its user."""
    if not services.class_is_open():
        return INSTRUCTOR
    try:
        room = services.classroom()
    except LabError:  # nobody can be known: the form to join says what is wrong
        return OUTSIDER
    if room.instructs(person):
        return INSTRUCTOR
    return STUDENT if room.people.member(person) else OUTSIDER


def may(act: Act) -> bool:
    """Whether somebody may do something: for what a page shows. What it does asks `require`."""
    return rights.may(role(), act)


def require(act: Act) -> None:
    """Raise RightError unless somebody may do something."""
    rights.require(role(), act)


def may_steer(run_id: str) -> bool:
    """Whether somebody may steer a run; of a run that is not there nobody may."""
    try:
        return may(rights.act_on_run(owner(), services.manager().owner(run_id)))
    except LabError:
        return False


def stranger() -> bool:
    """Whether a page is being made for somebody who may not know this machine; the lab's own threads are nobody's."""
    return get_script_run_ctx(suppress_warning=True) is not None and not may(Act.OPEN_FOLDERS)


folders.ask(stranger)


def told(error: LabError | str) -> str:
    """The words of an error, with paths of this machine only for whom may know them."""
    if isinstance(error, str):
        return error
    return error.for_others if stranger() else str(error)


def path(folder: str) -> str:
    """A folder of this machine: its whole path for whom may know it, its last name for others."""
    return bare(folder) if stranger() else taken(folder, MOST_PATH)


def command(values: Mapping[str, Any]) -> str:
    """The command line that trains a run with this flat config."""
    return command_of(values, paths=not stranger())
