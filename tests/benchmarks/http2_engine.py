"""What the HTTP/2 engine costs beside jh2's connection driven by hand: ``python -m tests.benchmarks.http2_engine``.

Prints the best of many runs in milliseconds: 14 requests sent, 60 answers of 10 KB read, 100 MB read.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from jh2.config import H2Configuration
from jh2.connection import H2Connection
from jh2.events import DataReceived
from jh2.settings import SettingCodes

from fetcher.wire.events import BodyData, RequestHead
from fetcher.wire.http2 import Http2Engine

FIELDS = (
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"),
    ("accept", "*/*"),
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "no-cors"),
    ("sec-fetch-dest", "script"),
    ("referer", "https://www.example.com/"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-US,en;q=0.9"),
    ("cookie", "session=0123456789abcdef; theme=dark"),
    ("priority", "u=1, i"),
)
ANSWER = [
    (":status", "200"),
    ("content-type", "text/javascript"),
    ("content-length", "10240"),
    ("cache-control", "max-age=3600"),
    ("date", "Mon, 01 Jan 2026 00:00:00 GMT"),
    ("server", "benchmark"),
]
READ = 65_536
SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
SETTINGS_ACK = bytes([0, 0, 0, 4, 1, 0, 0, 0, 0])


def request(number: int) -> RequestHead:
    return RequestHead("GET", "https", "www.example.com", f"/assets/{number}.js", FIELDS)


def ours(count: int) -> Http2Engine:
    engine = Http2Engine()
    for number in range(count):
        engine.send_request(request(number), end=True)
    engine.data_to_send()
    engine.receive(SETTINGS, 0.0)
    return engine


def by_hand(count: int) -> H2Connection:
    connection = H2Connection(H2Configuration(client_side=True, header_encoding=None))
    connection.initiate_connection()
    connection.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 6 * 2**20})
    connection.increment_flow_control_window(15 * 2**20 - 65_535)
    for number in range(count):
        pseudo = [(":method", "GET"), (":authority", "a"), (":scheme", "https"), (":path", f"/{number}")]
        connection.send_headers(2 * number + 1, [*pseudo, *FIELDS], end_stream=True)
    connection.data_to_send()
    connection.receive_data(SETTINGS + SETTINGS_ACK * 2)
    return connection


def answers(count: int) -> bytes:
    server = H2Connection(H2Configuration(client_side=False))
    server.initiate_connection()
    engine = Http2Engine()
    for number in range(count):
        engine.send_request(request(number), end=True)
    server.receive_data(engine.data_to_send())
    server.data_to_send()
    for stream in range(1, 2 * count, 2):
        server.send_headers(stream, ANSWER)
        server.send_data(stream, b"x" * 10_240, end_stream=True)
    return bytes(server.data_to_send())


def read_ours(engine: Http2Engine, pieces: list[bytes]) -> float:
    start = time.perf_counter()
    for piece in pieces:
        for event in engine.receive(piece, 0.0):
            if isinstance(event, BodyData):
                engine.acknowledge(event.stream_id, event.flow)
        engine.data_to_send()
    return time.perf_counter() - start


def read_by_hand(connection: H2Connection, pieces: list[bytes]) -> float:
    start = time.perf_counter()
    for piece in pieces:
        for event in connection.receive_data(piece):
            if isinstance(event, DataReceived):
                connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        connection.data_to_send()
    return time.perf_counter() - start


def send_ours() -> float:
    engine = Http2Engine()
    engine.data_to_send()
    start = time.perf_counter()
    for number in range(14):
        engine.send_request(request(number), end=True)
    engine.data_to_send()
    return time.perf_counter() - start


def best(run: Callable[[], float], times: int) -> float:
    return min(run() for _ in range(times)) * 1_000


def main() -> None:
    wire = answers(60)
    small = [wire[at : at + READ] for at in range(0, len(wire), READ)]
    frame = b"\x00\x40\x00\x00\x00\x00\x00\x00\x01" + b"x" * 16_384
    large = [b"\x00\x00\x01\x01\x04\x00\x00\x00\x01\x88", *[frame * 4] * (100_000_000 // READ)]
    print(f"14 requests sent            {best(send_ours, 50):8.2f} ms")
    for name, pieces, count in (("60 answers of 10 KB read", small, 60), ("100 MB read", large, 1)):
        times = 50 if count > 1 else 5
        mine = best(lambda c=count, p=pieces: read_ours(ours(c), p), times)
        hand = best(lambda c=count, p=pieces: read_by_hand(by_hand(c), p), times)
        print(f"{name:27} {mine:8.2f} ms, jh2 by hand {hand:8.2f} ms: {mine / hand:.2f}")


if __name__ == "__main__":
    main()
