"""A threaded HTTP/1.1 server that answers each request with the next scripted bytes, for blocking clients.

An answer is a sequence of bytes to send and calls to make in between (to wait for the client); ``CLOSE`` at its end
closes the connection. Answers are used up in the order requests come, whichever connection they come on.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

CLOSE = b""
Answer = Sequence[bytes | Callable[[], object]]


@dataclass
class Scripted:
    """What the server saw: ``requests`` are whole request heads, ``connections`` how many were accepted."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextlib.contextmanager
def scripted(*answers: Answer, context: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Serve ``answers`` on a free loopback port; on leaving, every thread has ended."""
    left = list(answers)
    listener = socket.create_server(("127.0.0.1", 0))
    server = Scripted(listener.getsockname()[1])
    threads: list[threading.Thread] = []
    open_sockets: list[socket.socket] = []

    def converse(raw: socket.socket) -> None:
        with contextlib.suppress(OSError), raw:
            stream = context.wrap_socket(raw, server_side=True) if context else raw
            with stream, stream.makefile("rb") as reader:
                while head := read_head(reader):
                    server.requests.append(head)
                    for step in left.pop(0):
                        if callable(step):
                            step()
                        elif step == CLOSE:
                            stream.shutdown(socket.SHUT_RDWR)
                            return
                        else:
                            stream.sendall(step)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                raw, _ = listener.accept()
                server.connections += 1
                open_sockets.append(raw)
                thread = threading.Thread(target=converse, args=(raw,), daemon=True)
                threads.append(thread)
                thread.start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        for one in (listener, *open_sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        acceptor.join(5)
        for thread in threads:
            thread.join(5)
    assert not any(thread.is_alive() for thread in (acceptor, *threads)), "a server thread did not end"


def read_head(reader: object) -> bytes:
    """One request with its content, or b"" at the end of the connection."""
    head = b""
    length = 0
    while line := reader.readline():  # type: ignore[attr-defined]
        head += line
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        if line == b"\r\n":
            return head + (reader.read(length) if length else b"")  # type: ignore[attr-defined]
    return b""


def ok(body: bytes, *fields: bytes) -> bytes:
    """A final 200 that leaves the connection open."""
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *fields]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def hints(*links: bytes) -> bytes:
    """A 103 with one Link line each."""
    return b"HTTP/1.1 103 Early Hints\r\n" + b"".join(b"Link: %s\r\n" % link for link in links) + b"\r\n"
