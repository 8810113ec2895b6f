"""Web servers before the lab: nginx and Apache as Debian installs them, each in a folder of its own, on ports of this machine alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROXY = Path(__file__).resolve().parents[2] / "docs" / "proxy"
NGINX = """
{user}
pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off; events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {sites}
}}
"""
APACHE = """
ServerName localhost
ServerRoot {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
{modules}
User www-data
Group www-data
{listen}
{sites}
"""
MODULES = ("mpm_event", "authz_core", "alias", "headers", "proxy", "proxy_http")


def found(program: str, package: str) -> str:
    """The path of a web server; without it the test is skipped, and fails where CI is set."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if path is None and os.environ.get("CI"):
        pytest.fail(f"There is no {program}: tests behind a proxy must run where CI is set.")
    if path is None:
        pytest.skip(f"There is no {program}: install the package {package} to run the tests behind a proxy.")
    return path


def shipped(name: str, port: int, lab: int) -> str:
    """A configuration of docs/proxy as it is, with the ports put in."""
    text = (PROXY / name).read_text("utf-8")
    for before, after in (("listen 80;", f"listen 127.0.0.1:{port};"), ("<VirtualHost *:80>", f"<VirtualHost 127.0.0.1:{port}>")):
        text = text.replace(before, after)
    return text.replace("127.0.0.1:8501", f"127.0.0.1:{lab}")


def over_https(site: str, folder: Path) -> str:
    """The same configuration of nginx over https, with a certificate that nobody has signed."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=lab.example", "-keyout", key, "-out", certificate]
    subprocess.run([found("openssl", "openssl"), *made], check=True, capture_output=True)
    return re.sub(r"listen ([\d.:]+);", rf"listen \1 ssl; ssl_certificate {certificate}; ssl_certificate_key {key};", site)


@contextmanager
def nginx(folder: Path, sites: str) -> Iterator[None]:
    """nginx with these servers, everything else at its defaults."""
    program = found("nginx", "nginx-light")
    config = folder / "nginx.conf"
    user = "user root;" if hasattr(os, "getuid") and os.getuid() == 0 else ""
    config.write_text(NGINX.format(folder=folder, sites=sites, user=user), "utf-8")
    with running([program, "-p", str(folder), "-c", str(config)], folder):
        yield


@contextmanager
def apache(folder: Path, sites: str, *ports: int) -> Iterator[None]:
    """Apache with these virtual hosts, everything else at its defaults."""
    program = found("apache2", "apache2")
    config = folder / "apache.conf"
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES)
    listen = "\n".join(f"Listen 127.0.0.1:{port}" for port in ports)
    config.write_text(APACHE.format(folder=folder, modules=modules, listen=listen, sites=sites), "utf-8")
    with running([program, "-d", str(folder), "-f", str(config), "-DFOREGROUND"], folder):
        yield


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        time.sleep(0.5)
        log = folder / "error.log"
        assert process.poll() is None, (process.stdout.read(), log.read_text() if log.exists() else "")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
