"""The lab's server: `python -m dashboard [--host 127.0.0.1] [--port 8501] [--home DIR] ...`."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "dashboard" / "app.py"


def main(arguments: list[str] | None = None) -> int:
    """Serve the lab until Ctrl-C. Returns the exit code: 0, or 2 when it cannot start (then one sentence says why)."""
    options = parser().parse_args(arguments)
    options.host = options.host or ("0.0.0.0" if options.of_class else "127.0.0.1")
    if options.copy:
        return write_copy(options.copy, options.home)
    from core.errors import LabError
    from core.folders import ROOTS, checked_roots
    from core.home import lab_home
    from core.log import open_log
    from core.training.engines.choose import check_engine
    from core.training.runs.files import files_as_set
    from core.training.runs.turns import turns_as_set

    try:
        turns_as_set(1)
        home = lab_home(options.home)
        files_as_set().join(home)
        os.environ["LAB_HOME"] = str(home)
        open_log(home)
        check_engine()
        check_database(home)
        if options.data_root:
            os.environ[ROOTS] = checked_roots(options.data_root)
        if problem := folder_problem(ROOT) or port_problem(options.host, options.port):
            return refuse(problem)
        serve(
            host=options.host,
            port=options.port,
            allow_hosts=options.allow_host,
            base_path=options.base_path,
            frame_ancestors=options.frame or os.environ.get("LAB_FRAME", "").split(),
            of_class=options.of_class,
            public_url=options.public_url,
        )
    except LabError as error:
        return refuse(str(error))
    return 0


def write_copy(folder: str, home: Path | None) -> int:
    """Write Home, lessons and recorded figures as plain pages into a folder. Returns the exit code."""
    from core.errors import LabError
    from core.folders import whole_path
    from core.home import named_home
    from dashboard.plain.site import write_site

    try:
        pages = write_site(Path(whole_path(folder)), named_home(home))
    except LabError as error:
        return refuse(str(error))
    print(f"wrote {pages} pages to {folder}: open index.html there.")
    return 0


def check_database(home: Path) -> None:
    """Raise LabError when the database that LAB_DATABASE names cannot be used. The lab's own is opened behind the first page."""
    if os.environ.get("LAB_DATABASE"):
        from core.training.runs.store import Store

        Store(home).close()


def parser() -> argparse.ArgumentParser:
    from core.typed_numbers import flag

    made = argparse.ArgumentParser(prog="python -m dashboard", description="Start Sequence Lab; open the printed address in a browser.")
    add_class(made)
    made.add_argument("--host", help="address to listen on; 0.0.0.0 opens the lab to the network (default 127.0.0.1, with --class 0.0.0.0)")
    made.add_argument(
        "--port", type=flag(int), default=os.environ.get("PORT", "8501"), help="port (default: the environment's PORT, else 8501)"
    )
    made.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which others reach this lab, such as lab.example.edu behind a proxy; may be given several times",
    )
    made.add_argument(
        "--frame",
        "--frame-ancestors",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="a site that may show the lab in a frame, such as https://NAME of a learning platform; may be given several times "
        "(default: LAB_FRAME, else none)",
    )
    made.add_argument(
        "--base-path",
        default=os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", ""),
        metavar="PATH",
        help="a path such as /lab, below which a proxy shows this lab and which it leaves in the addresses (default: none)",
    )
    made.add_argument("--home", type=Path, help="folder of runs and data sets (default: the environment's LAB_HOME, else .lab)")
    made.add_argument("--copy", metavar="DIR", help="write Home, lessons and recorded figures as plain pages into DIR, and start no server")
    made.add_argument(
        "--data-root",
        action="append",
        metavar="DIR",
        help="let visitors from other machines open folders of images below DIR; may be given again (default: LAB_DATA_ROOT, else none)",
    )
    return made


def add_class(made: argparse.ArgumentParser) -> None:
    """The flags of a class."""
    made.add_argument(
        "--class",
        dest="of_class",
        action="store_true",
        help="open the lab to a class: students join by a code, and who opens the printed link is the instructor",
    )
    made.add_argument(
        "--public-url",
        default="",
        metavar="URL",
        help="where a class reaches this lab, such as https://NAME/lab/ behind a proxy (default: this machine's address)",
    )


def refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 2


def folder_problem(folder: Path) -> str | None:
    """Why the lab cannot be served from its own folder, in one sentence; None when it can. Streamlit needs paths that are Unicode."""
    from core.text import MOST_PATH, taken

    try:
        str(folder).encode()
    except UnicodeEncodeError:
        return (
            f"The lab lies in {taken(str(folder), MOST_PATH)}, and a name in this path is no valid Unicode: rename that folder, or move "
            "the lab to another one."
        )
    return None


def port_problem(host: str, port: int) -> str | None:
    """Why no server can listen on `host`:`port`, in one sentence that says what to do; None when one can."""
    if not 1 <= port <= 65535:
        return f"There is no port {port}: choose one from 1024 to 65535, such as --port 8501."
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name != "nt":  # there the option would let us share a port that is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is in use by another program: stop it, or choose another port, such as --port {port % 65535 + 1}."
        if error.errno == errno.EACCES:
            return f"Port {port} may not be opened by this user: choose one above 1023, such as --port 8501."
        return f"This machine cannot listen on {host} ({error.strerror}): use --host 127.0.0.1, or --host 0.0.0.0 for the network."
    return None


def serve(
    *,
    host: str,
    port: int,
    script: Path = APP,
    allow_hosts: Sequence[str] = (),
    frame_ancestors: Sequence[str] = (),
    base_path: str = "",
    of_class: bool = False,
    public_url: str = "",
) -> None:
    """Serve the Streamlit `script` with the lab's routes, to a class or not; returns after Ctrl-C.

    Raises ConfigError for what cannot be a name, an origin or a path.
    """
    os.chdir(ROOT)  # .streamlit/config.toml is looked for in the working folder
    # With LAB_ENGINE=thread a training step gives up the interpreter lock some hundred times; against a busy page it waits one switch
    # interval (5 ms unless set) each time to get it back. With 30 viewers this line keeps about 0.9 of its speed instead of 0.5 to 0.8.
    sys.setswitchinterval(0.0005)
    import uvicorn

    from core.home import lab_home
    from dashboard.server import LabApp, PromptServer
    from dashboard.web.below import base_path as checked
    from dashboard.web.doors import limits
    from dashboard.web.guard import rules
    from dashboard.web.logs import gather_logs

    gather_logs(lab_home())
    uvicorn.Server = PromptServer  # the name by which Streamlit makes its server
    base = checked(base_path)
    address = public_address(public_url) or f"http://{shown_host(host)}:{port}{base and base + '/'}"
    if of_class:
        open_class()
    app = LabApp(script, address=address, rules=rules(host, allow_hosts, frame_ancestors), limits=limits(), base_path=base)
    settings = {"server.address": host, "server.port": port, "server.baseUrlPath": ""}
    with suppress(KeyboardInterrupt):
        app.run(config={**settings, "server.allowedHosts": ["*"]})  # the guard has looked already


def open_class() -> None:
    """Open the lab to a class, in which a second run of somebody waits for the first unless LAB_ONE_EACH says otherwise."""
    from dashboard.classroom.instructor import kept_secret
    from dashboard.shell import services

    os.environ.setdefault("LAB_ONE_EACH", "1")
    services.open_class(kept_secret())


def public_address(url: str) -> str:
    """`url` as an address of the lab; "" for none. Raises ConfigError for what is no address of the web."""
    from core.errors import ConfigError
    from core.text import quoted

    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ConfigError(f"{quoted(url)} is no address at which a browser finds the lab: write one such as https://NAME/lab/.")
    return url


def shown_host(host: str) -> str:
    """What others type to reach `host`: for "all interfaces" this machine's address in its network."""
    if host not in ("0.0.0.0", "::"):
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))  # sends nothing: it only asks which interface would be used
            return probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"


if __name__ == "__main__":
    sys.exit(main())
