"""Running a program on a machine without a network, as far as that program can see.

Linux gives it a network of its own in which nothing but this machine answers. Where that is not allowed, every index, every proxy and
pip's own settings and cache are taken away from it: what it fetches all the same is refused.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache

REFUSES = "http://127.0.0.1:9"  # nobody listens there
ALONE = {
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), REFUSES),
    "no_proxy": "127.0.0.1,localhost",
    "PIP_INDEX_URL": f"{REFUSES}/simple",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_NO_CACHE_DIR": "1",
    "PIP_RETRIES": "0",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
# The one interface that a new network has is down: it is raised, so that a server of this machine can be asked.
RAISED = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
assert [name for _, name in socket.if_nameindex()] == ["lo"], "there is a network"
os.execvp(sys.argv[1], sys.argv[1:])
"""


def without_network(words: list[str], *, cwd, more: dict[str, str] | None = None, seconds: float = 120) -> subprocess.CompletedProcess:
    """Run a program without a network; what it prints comes back as text. `more` is set in its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("PIP_", "MAKE", "LAB_", "UV_"))}
    whole = [*_cut(), *words]
    return subprocess.run(
        whole, cwd=cwd, env={**kept, **ALONE, **(more or {})}, capture_output=True, text=True, timeout=seconds, check=False
    )


@cache
def _cut() -> tuple[str, ...]:
    """What stands before a program that is to have no network; nothing where this system does not allow that."""
    unshare = shutil.which("unshare")
    for asked in ((unshare, "--map-root-user", "--net"), (unshare, "--net")) if unshare else ():
        before = (*asked, sys.executable, "-c", RAISED)
        if subprocess.run([*before, "true"], capture_output=True, check=False).returncode == 0:
            return before
    return ()
