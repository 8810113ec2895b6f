"""Sessions: messages that no page sends are dropped, and what has left is let go though nobody comes."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime

from dashboard.web.sessions import Departed, LabRuntime
from tests.dashboard.serving import BRIEF, serving, until


def test_only_what_pages_send_is_heard(monkeypatch):
    heard = []
    monkeypatch.setattr(Runtime, "handle_backmsg", lambda self, session, message, client=None: heard.append(message.WhichOneof("type")))
    kinds = [field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields]
    for kind in kinds:
        message = BackMsg()
        field = BackMsg.DESCRIPTOR.fields_by_name[kind]
        if field.message_type:
            getattr(message, kind).SetInParent()
        else:
            setattr(message, kind, True)
        LabRuntime.handle_backmsg(LabRuntime.__new__(LabRuntime), "session", message)
    LabRuntime.handle_backmsg(LabRuntime.__new__(LabRuntime), "session", BackMsg())
    assert {"clear_cache", "load_git_info", "set_run_on_save"} <= {*kinds} and not {"clear_cache", "load_git_info"} & {*heard}
    assert {"rerun_script", "file_urls_request", "stop_script", "app_heartbeat"} <= {*heard}


class Session:
    def __init__(self, name: str, ended: list[str], *, broken: bool = False):
        self.id, self._ended, self._broken = name, ended, broken

    def shutdown(self) -> None:
        self._ended.append(self.id)
        if self._broken:
            raise RuntimeError("cannot end")


def test_who_has_left_may_come_back_for_a_while_and_is_let_go_then():
    now, ended = [0.0], []
    departed = Departed(seconds=120, most=100, clock=lambda: now[0])
    infos = {name: SimpleNamespace(session=Session(name, ended, broken=name == "b")) for name in "abc"}
    for name, when in (("a", 0), ("b", 50), ("c", 100)):
        now[0] = when
        departed.save(infos[name])
    now[0] = 119
    departed.let_go()
    assert ended == [] and departed.get("a") is infos["a"] and departed.list() == [*infos.values()]
    now[0] = 121
    assert departed.get("a") is None, "even before it is let go"
    departed.delete("b")  # it has come back
    departed.let_go()
    assert ended == ["a"]
    departed.save(infos["b"])
    now[0] = 400
    departed.let_go()
    assert ended == ["a", "c", "b"] and departed.list() == [], "one that cannot be ended keeps nobody else"


def test_of_too_many_the_first_to_leave_is_let_go():
    ended = []
    departed = Departed(seconds=120, most=2, clock=lambda: 0.0)
    for name in "abcd":
        departed.save(SimpleNamespace(session=Session(name, ended)))
    assert ended == ["a", "b"]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux says which files a process has open")
def test_who_has_left_keeps_no_files(tmp_path):
    with serving(tmp_path, before=BRIEF) as lab:
        with lab.visit() as first:  # what is opened once
            lab.session(first)

        def files() -> int:
            return len(os.listdir(f"/proc/{lab.process.pid}/fd"))

        def polls() -> int:
            links = (f"/proc/{lab.process.pid}/fd/{name}" for name in os.listdir(f"/proc/{lab.process.pid}/fd"))
            return sum("eventpoll" in os.readlink(link) for link in links if os.path.islink(link))

        until(lambda: polls() == 1, "the first one's event loop is closed: the server's own stays")
        before = files()
        with ExitStack() as stack:
            for _ in range(20):
                stack.enter_context(lab.visit())
            until(lambda: polls() == 21 and files() >= before + 60, "an event loop for each")
        until(lambda: polls() == 1 and files() <= before + 10, "though nobody comes")
