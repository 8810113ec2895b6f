"""Ports of this machine on which nobody listens."""

from __future__ import annotations

import socket


def free_ports(count: int) -> list[int]:
    """So many of them, no two alike. Somebody else may take one before it is used: then the test says so."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]
