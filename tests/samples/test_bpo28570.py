"""The two bpo-28570 samples, run as a reader of the README runs them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
HINTS = "103 Early Hints: </style.css>; rel=preload; as=style, </script.js>; rel=preload; as=script"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The sample server on a free port, ended when the module is done."""
    with subprocess.Popen(
        [sys.executable, str(ROOT / "samples/bpo28570_server.py"), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    ) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline().rsplit(":", 1)[1].strip("/\n"))
        finally:
            server.terminate()


def test_one_import_apart(port: int) -> None:
    """http.client takes the 103 for the answer; the same requests through fetcher.stdlib get their own pages."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "samples/bpo28570_client.py"), "--port", str(port)],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    before, _, after = done.stdout.partition("from fetcher.stdlib import HTTPConnection\n")
    assert after.splitlines() == [
        f"  GET /first   {HINTS}",
        "  GET /first   200 OK: The page for /first",
        f"  GET /second  {HINTS}",
        "  GET /second  200 OK: The page for /second",
    ]
    if "has been mended" not in before:
        first, second = before.splitlines()[1:]
        assert first == "  GET /first   103 Early Hints: nothing   <-- wrong"
        assert second.startswith("  GET /second ")
        assert second.endswith("<-- wrong")


def test_the_bytes_on_the_wire(port: int) -> None:
    """Two requests on one connection: 103 with two Link fields, 200, twice; then the close that was asked for."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as stream, stream.makefile("rb") as reader:
        stream.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = reader.read().decode()
    statuses = [line for line in text.splitlines() if line.startswith("HTTP/1.1")]
    assert statuses == ["HTTP/1.1 103 Early Hints", "HTTP/1.1 200 OK"] * 2
    assert text.count("\r\nLink: ") == 4
    assert text.index("The page for /a") < text.index("The page for /b")
    assert text.endswith("The page for /b\n")


def test_no_server_or_a_taken_port_is_one_sentence() -> None:
    """The client without its server, and both servers where the port is taken: no traceback, exit code 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        for sample in ("bpo28570_client.py", "bpo28570_server.py"):
            command = [sys.executable, str(ROOT / "samples" / sample), "--port", port]
            done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=20)
            assert done.returncode == 1
            assert done.stderr.startswith(f"{sample}: ")
            assert done.stderr.count("\n") == 1
