"""What the HTTP/1.1 engine costs beside h11 and httptools: ``python -m tests.benchmarks.http1_engine``.

Microseconds for one exchange of 10 KiB on a kept-alive connection, and seconds for 100 MB of content. httptools only
parses (in C, no connection, no events, no request); h11 is the like for like.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import h11
import httptools

from fetcher.wire.events import RequestHead
from fetcher.wire.http1 import Http1Engine

FIELDS = (("accept", "*/*"), ("accept-encoding", "gzip, br"), ("user-agent", "Mozilla/5.0"), ("cookie", "a=b; c=d"))
REQUEST = RequestHead("GET", "http", "a.test", "/", FIELDS)
HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nServer: nginx\r\nContent-Type: text/html\r\n"
    b'Cache-Control: max-age=600\r\nETag: "abc"\r\nVary: Accept-Encoding\r\nX-Cache: HIT\r\nX-Custom-Thing: 1\r\n'
    b"Link: </a.css>; rel=preload; as=style\r\nContent-Length: 10240\r\n\r\n" + b"x" * 10240
)


def best(run: Callable[[], None], times: int = 5) -> float:
    """Seconds of the fastest run."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def ours(answer: bytes, count: int = 2000) -> None:
    engine = Http1Engine()
    for _ in range(count):
        engine.send_request(REQUEST, end=True)
        engine.data_to_send()
        engine.receive(answer, 1.0)
    assert engine.free_streams == 1


def by_h11(count: int = 2000) -> None:
    connection = h11.Connection(h11.CLIENT)
    for _ in range(count):
        connection.send(h11.Request(method="GET", target="/", headers=[("host", "a.test"), *FIELDS]))
        connection.send(h11.EndOfMessage())
        connection.receive_data(ANSWER)
        while type(connection.next_event()) is not h11.EndOfMessage:
            pass
        connection.start_next_cycle()


class Silent:
    def on_header(self, name: bytes, value: bytes) -> None: ...

    def on_body(self, data: bytes) -> None: ...


def by_httptools(count: int = 2000) -> None:
    for _ in range(count):
        httptools.HttpResponseParser(Silent()).feed_data(ANSWER)


def large(head: bytes, block: bytes) -> None:
    engine = Http1Engine()
    engine.send_request(REQUEST, end=True)
    engine.receive(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n", 1.0)
    for _ in range(1526):
        engine.receive(block, 1.0)
    assert engine.open_streams == 1


def byte_by_byte(head: bytes) -> None:
    engine = Http1Engine()
    engine.send_request(REQUEST, end=True)
    for at in range(len(head)):
        engine.receive(head[at : at + 1], 1.0)
    assert engine.free_streams == 1


def main() -> None:
    block = b"x" * 65536
    chunks = (b"1ff8\r\n" + b"x" * 8184 + b"\r\n") * 8
    slow = b"HTTP/1.1 204 N\r\n" + b"X-Field: value of some length\r\n" * 3000 + b"\r\n"
    print(f"exchange            {best(lambda: ours(ANSWER)) / 2000 * 1e6:8.1f} us")
    print(f"exchange with a 103 {best(lambda: ours(HINT + ANSWER)) / 2000 * 1e6:8.1f} us")
    print(f"h11                 {best(by_h11) / 2000 * 1e6:8.1f} us")
    print(f"httptools, parse    {best(by_httptools) / 2000 * 1e6:8.1f} us")
    print(f"100 MB by length    {best(lambda: large(b'Content-Length: 999999999', block)) * 1e3:8.1f} ms")
    print(f"100 MB in 8K chunks {best(lambda: large(b'Transfer-Encoding: chunked', chunks)) * 1e3:8.1f} ms")
    print(f"{len(slow)} byte head, byte by byte {best(lambda: byte_by_byte(slow), 2) * 1e3:8.1f} ms")


if __name__ == "__main__":
    main()
