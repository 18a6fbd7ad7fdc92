"""The server of CPython bpo-28570: every GET is answered by a 103 with two Link fields, then by the page.

    python samples/bpo28570_server.py --port 8000
    curl -v http://127.0.0.1:8000/first

Standard library only. Connections are kept, so that a client which takes the 103 for the answer can be seen to read
the page as the answer to its next request: samples/bpo28570_client.py does.
"""

from __future__ import annotations

import argparse
import socketserver
import sys
import time

HINTS = (
    b"HTTP/1.1 103 Early Hints\r\n"
    b"Link: </style.css>; rel=preload; as=style\r\n"
    b"Link: </script.js>; rel=preload; as=script\r\n"
    b"\r\n"
)


class Handler(socketserver.StreamRequestHandler):
    """One connection: requests in a row until the client goes away or asks for the close."""

    server: Server

    def handle(self) -> None:
        while (head := self.read_head()) is not None:
            method, path, fields = head
            if method not in ("GET", "HEAD"):
                self.wfile.write(b"HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\n\r\n")
                return
            self.wfile.write(HINTS)
            time.sleep(self.server.think_ms / 1000)  # the time a real server takes to make the page
            page = f"<!doctype html><title>{path}</title><p>The page for {path}\n".encode()
            final = [
                "HTTP/1.1 200 OK",
                "Content-Type: text/html; charset=utf-8",
                f"Content-Length: {len(page)}",
                f"Connection: {'close' if fields.get('connection') == 'close' else 'keep-alive'}",
            ]
            self.wfile.write("\r\n".join(final).encode() + b"\r\n\r\n" + (page if method == "GET" else b""))
            if fields.get("connection") == "close":
                return

    def read_head(self) -> tuple[str, str, dict[str, str]] | None:
        """Method, path and fields of the next request, or None when there is none."""
        parts = self.rfile.readline(8192).decode("latin-1").split()
        if len(parts) != 3:
            return None
        fields: dict[str, str] = {}
        while (line := self.rfile.readline(8192).strip()) and len(fields) < 100:
            name, _, value = line.decode("latin-1").partition(":")
            fields[name.lower()] = value.strip().lower()
        return parts[0], parts[1], fields


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, think_ms: float) -> None:
        self.think_ms = think_ms
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle is nothing to report."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    options.add_argument("--think-ms", type=float, default=50, help="time between the 103 and the page")
    given = options.parse_args()
    try:
        listening = Server(given.port, given.think_ms)
    except OSError as error:
        sys.exit(f"bpo28570_server.py: cannot listen on port {given.port}: {error.strerror or error}; try --port 0")
    with listening as server:
        print(f"Listening on http://127.0.0.1:{server.server_address[1]}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Stopped.")


if __name__ == "__main__":
    main()
