"""A small web server before the lab: it ends TLS, and passes everything on to the lab with the headers that docs/server.md asks for."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def certificate(folder: Path, name: str) -> Path:
    """A certificate for a name, signed by nobody, and its key in one file."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-addext",
         f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(made)],
        check=True, capture_output=True,
    )  # fmt: skip
    made.write_text(made.read_text("utf-8") + key.read_text("utf-8"), "utf-8")
    return made


@contextmanager
def tls_proxy(to: int, certificate: Path) -> Iterator[int]:
    """Passes on to the port `to` of this machine; yields the proxy's own port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            upgrade = b"upgrade: websocket" in head.lower()
            first, _, rest = head.partition(b"\r\n")
            more = b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 10.1.2.3\r\n" + (b"" if upgrade else b"Connection: close\r\n")
            inside, outside = await asyncio.open_connection("127.0.0.1", to)
            outside.write(first + b"\r\n" + more + rest)
            await asyncio.gather(pass_on(reader, outside), pass_on(inside, writer))

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await reader.read(65_536):
                writer.write(part)
                await writer.drain()
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
