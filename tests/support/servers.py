"""Real servers for the interop tests: started on free loopback ports, waited for, and stopped as a process group.

``running("haproxy", ...)`` is a context manager; it raises ``Missing`` when this machine lacks the server, and
``RuntimeError`` with the end of the server's own log when it does not come up. The start scripts are under
``tests/end_to_end/interop/servers`` and use three neighbouring ports: TLS, cleartext, and the origin behind.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

SCRIPTS = Path(__file__).resolve().parent.parent / "end_to_end" / "interop" / "servers"
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
START_SECONDS = 20.0
STOP_SECONDS = 5.0

# server -> what must be installed (an executable, or "python:" and a module), and which of the three ports it opens
NEEDS: dict[str, tuple[str, tuple[int, ...]]] = {
    "apache2": ("apache2", (0, 1, 2)),
    "caddy": ("caddy", (0, 1, 2)),
    "h2o": ("h2o", (0, 1, 2)),
    "haproxy": ("haproxy", (0, 1, 2)),
    "hypercorn": ("python:hypercorn", (0, 1)),
    "nghttpx": ("nghttpx", (0, 1, 2)),
    "nginx": ("nginx", (0, 1, 2)),
    "node": ("node", (0, 1, 2)),
    "trafficserver": ("traffic_server", (0, 1, 2)),
    "varnish": ("varnishd", (0, 2)),
}


class Missing(Exception):
    """The server is not installed here; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens: ``port`` is the TLS one (varnish: cleartext), ``ca`` the file that trusts it."""

    name: str
    port: int
    ca: Path
    log: Path

    def url(self, path: str = "/") -> str:
        scheme = "http" if self.name == "varnish" else "https"
        return f"{scheme}://localhost:{self.port}{path}"

    def origin_lines(self) -> list[tuple[float, str, str]]:
        """What the origin behind it logged so far: (seconds on the monotonic clock, "request" or "final", path)."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        found = re.findall(r"^origin (\d+\.\d+) (request|final) (\S+)$", text, re.MULTILINE)
        return [(float(at), what, path) for at, what, path in found]


def write_certificates(directory: Path, *names: str) -> Path:
    """A throw-away authority and a certificate for ``names``: ca.pem, server.pem, server.key and combined.pem."""
    authority = trustme.CA()
    leaf = authority.issue_cert(*(names or ("localhost", "127.0.0.1", "a.test", "b.test")))
    authority.cert_pem.write_to_path(directory / "ca.pem")
    (directory / "server.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(directory / "server.key")
    leaf.private_key_and_cert_chain_pem.write_to_path(directory / "combined.pem")
    return directory


def free_ports(count: int) -> int:
    """The first of ``count`` neighbouring TCP ports on 127.0.0.1 that nobody listens on, below the ephemeral range."""
    start = 20_000 + os.getpid() * 7 % 9_000
    for base in range(start, 32_000, count):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(base, base + count):
                    taken = stack.enter_context(socket.socket())
                    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return base
    raise RuntimeError(f"no {count} free neighbouring ports between {start} and 32000")


def require(name: str) -> None:
    """Raises ``Missing`` unless the server's executable or module is here."""
    need = NEEDS[name][0]
    module = need.removeprefix("python:")
    found = importlib.util.find_spec(module) if module != need else shutil.which(need, path=PATH)
    if found is None:
        raise Missing(f"{name} is not installed here ({module} not found)")


def require_or_skip(name: str, missing: Missing | None = None) -> None:
    """What is missing skips its tests on a developer's machine, and fails them in CI, which has installed it."""
    try:
        if missing is not None:
            raise missing
        require(name)
    except Missing as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@contextlib.contextmanager
def running(name: str, certificates: Path, directory: Path, **environment: str) -> Iterator[Server]:
    """Starts ``name`` with ``environment`` added, yields it once it listens, and ends its whole process group."""
    require(name)
    base = free_ports(3)
    log = directory / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(SCRIPTS / name / "start.sh"), str(base), str(certificates)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(directory, environment),
            start_new_session=True,
        )
    try:
        for offset in NEEDS[name][1]:
            _wait_for(process, base + offset, log)
        yield Server(name, base, certificates / "ca.pem", log)
    finally:
        _stop(process)


def _environment(directory: Path, extra: Mapping[str, str]) -> dict[str, str]:
    own = {"PYTHON": sys.executable, "PYTHONWARNINGS": "default", "THINK": "0.2", "PATH": PATH}
    return {**os.environ, **own, **extra}


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            how = "ended" if process.poll() is not None else f"does not listen on {port} after {START_SECONDS:.0f} s"
            end = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise RuntimeError(f"{log.stem} {how}; its log ends:\n{end}")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the group so that the script's trap cleans up, SIGKILL to whatever is left of it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(STOP_SECONDS)
