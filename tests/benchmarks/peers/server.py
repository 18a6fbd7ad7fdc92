"""A server with one answer, as fast as Python gives it away: ``python -m tests.benchmarks.peers.server``.

Bytes are built beforehand, sockets block, each connection has a thread that does little but recv and send. It speaks
HTTP/1.1 in cleartext and HTTP/2 over TLS. Which answer depends on the port alone, so no request is parsed: on the
``small`` ones each is answered with 10 KB, on the ``large`` ones with 100 MB. Ends when standard input does.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable

from fetcher.origin.certificates import Certificate, throw_away

SMALL = 10_000
LARGE = 100_000_000
BLOCK = 1 << 20
FRAME = 16_384

Serve = Callable[[socket.socket, int], None]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fetcher-bench-") as directory:
        certificate = throw_away()
        ca_file = certificate.write(directory)
        ready = {"ca_file": str(ca_file)}
        for name, size in (("small", SMALL), ("large", LARGE)):
            ready[f"http1_{name}"] = f"http://127.0.0.1:{listen(serve_http1, size, None)}"
            ready[f"http2_{name}"] = f"https://127.0.0.1:{listen(serve_http2, size, certificate)}"
        print(json.dumps(ready), flush=True)
        sys.stdin.read()


def listen(serve: Serve, size: int, certificate: Certificate | None) -> int:
    """Accept on a free port, in a thread; returns the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    context = certificate.server_context(["h2"]) if certificate else None
    threading.Thread(target=accept, args=(listener, serve, size, context), daemon=True).start()
    return int(listener.getsockname()[1])


def accept(listener: socket.socket, serve: Serve, size: int, context: ssl.SSLContext | None) -> None:
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=guarded, args=(serve, client, size, context), daemon=True).start()


def guarded(serve: Serve, client: socket.socket, size: int, context: ssl.SSLContext | None) -> None:
    """A client that hangs up in the middle is the normal end."""
    try:
        with context.wrap_socket(client, server_side=True) if context else client as stream:
            serve(stream, size)
    except OSError as error:
        print("PEER", repr(error), file=sys.stderr)
    finally:
        client.close()


def serve_http1(client: socket.socket, size: int) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {size}\r\n\r\n".encode()
    block = memoryview(b"x" * min(size, BLOCK))
    whole = head + bytes(block) if size <= BLOCK else b""
    tail = b""
    while data := client.recv(65_536):
        data = tail + data
        requests = data.count(b"\r\n\r\n")
        tail = data[data.rfind(b"\r\n\r\n") + 4 :][-3:] if requests else data[-3:]
        for _ in range(requests):
            if whole:
                client.sendall(whole)
                continue
            client.sendall(head)
            left = size
            while left:
                client.sendall(block[:left])
                left -= min(left, len(block))


# --- HTTP/2: just enough of RFC 9113 for a client that behaves ---

DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 4, 6, 8


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">HBBBL", len(payload) >> 8, len(payload) & 0xFF, kind, flags, stream) + payload


def serve_http2(client: socket.socket, size: int) -> None:
    length = str(size).encode()
    kind = b"application/octet-stream"
    # RFC 7541: ":status: 200" by index; content-length (28) and content-type (31) as literals without indexing.
    block = b"\x88\x0f\x0d" + bytes([len(length)]) + length + b"\x0f\x10" + bytes([len(kind)]) + kind
    content = memoryview(b"x" * FRAME)
    client.sendall(frame(SETTINGS, 0, 0, struct.pack(">HL", 3, 1000)))
    windows = {0: 65_535}
    initial = 65_535
    due: deque[list[int]] = deque()  # [stream, bytes left]
    buffer = client.recv(65_536)
    while len(buffer) < 24:
        buffer += client.recv(65_536)
    buffer = buffer[24:]
    while True:
        while len(buffer) >= 9:
            high, low, what, flags, stream = struct.unpack_from(">HBBBL", buffer)
            end = 9 + (high << 8 | low)
            if len(buffer) < end:
                break
            payload, buffer = buffer[9:end], buffer[end:]
            if what == HEADERS:
                windows[stream] = initial
                due.append([stream, size])
            elif what == WINDOW_UPDATE:
                windows[stream] = windows.get(stream, 0) + int.from_bytes(payload, "big")
            elif what == SETTINGS and not flags & 1:
                for setting, value in struct.iter_unpack(">HL", payload):
                    if setting == 4:
                        initial = value
                client.sendall(frame(SETTINGS, 1, 0, b""))
            elif what == PING and not flags & 1:
                client.sendall(frame(PING, 1, 0, payload))
        out = bytearray()
        while due:
            stream, left = due[0]
            if left == size:
                out += frame(HEADERS, 4, stream, block)
            piece = min(left, FRAME, windows[0], windows[stream])
            if not piece:
                break
            windows[0] -= piece
            windows[stream] -= piece
            due[0][1] = left = left - piece
            out += struct.pack(">HBBBL", piece >> 8, piece & 0xFF, DATA, not left, stream)
            out += content[:piece]
            if not left:
                due.popleft()
                del windows[stream]
            if len(out) > BLOCK:
                client.sendall(out)
                out.clear()
        if out:
            client.sendall(out)
        data = client.recv(65_536)
        if not data:
            return
        buffer += data


if __name__ == "__main__":
    main()
