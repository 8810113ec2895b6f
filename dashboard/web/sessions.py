"""Streamlit's sessions in this lab: what they may ask for, and what is left of them when they have gone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime
from streamlit.runtime.session_manager import SessionClient, SessionInfo, SessionStorage

# What the lab's pages send. Others, such as "clear_cache", reach into what all visitors share, or tell about the server's files.
WANTED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"})
SWEEP_SECONDS = 5.0


class LabRuntime(Runtime):
    """Streamlit's runtime, deaf to messages that no page of the lab sends."""

    def handle_backmsg(self, session_id: str, msg: BackMsg, *, client: SessionClient | None = None) -> None:
        if msg.WhichOneof("type") in WANTED:
            super().handle_backmsg(session_id, msg, client=client)


class Departed(SessionStorage):
    """Sessions whose browser has left, for the seconds in which it may come back; then all that they hold is let go.

    Streamlit's own storage does that only when somebody else comes or goes. To be used by the thread of the server's event loop alone.
    """

    def __init__(self, *, seconds: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.most, self._clock = seconds, most, clock
        self._kept: dict[str, tuple[float, SessionInfo]] = {}  # in the order in which they left

    def get(self, session_id: str) -> SessionInfo | None:
        left, info = self._kept.get(session_id, (-float("inf"), None))
        return info if self._clock() - left < self.seconds else None

    def save(self, session_info: SessionInfo) -> None:
        self._kept.pop(session_info.session.id, None)
        self._kept[session_info.session.id] = self._clock(), session_info
        self.let_go()

    def delete(self, session_id: str) -> None:
        self._kept.pop(session_id, None)

    def list(self) -> list[SessionInfo]:
        return [info for _, info in list(self._kept.values())]

    def let_go(self) -> None:
        """End the sessions that have been away too long, and the oldest of too many: their event loops, uploads and pictures."""
        for session_id, (left, info) in list(self._kept.items()):
            if self._clock() - left < self.seconds and len(self._kept) <= self.most:
                return
            del self._kept[session_id]
            try:
                info.session.shutdown()
            except Exception:  # one that cannot be ended must not keep the others
                logging.getLogger(__name__).exception("A session that has left could not be ended.")


async def sweep(departed: Departed) -> None:
    """Let go of who has left, again and again, whether or not somebody comes."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        departed.let_go()
