"""The HTTP/2 engine against ``h2``'s server connection, which is not ours: both must call the other's bytes correct."""

from __future__ import annotations

import h2.config
import h2.connection
import h2.events
import pytest

from fetcher.wire.events import BodyData, RequestHead, WireEvent
from fetcher.wire.http2 import Http2Engine
from tests.support.http2_frames import told

FIELDS = (("user-agent", "fetcher"), ("accept", "*/*"), ("priority", "u=1, i"), ("cookie", "a=1; b=2"))


class H2Server:
    """h2 on the other side, strict as it comes; requests seen are kept as (stream, path, content)."""

    def __init__(self) -> None:
        self.connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.connection.initiate_connection()
        self.paths: dict[int, str] = {}
        self.content: dict[int, bytes] = {}
        self.ended: list[int] = []

    def exchange(self, client: Http2Engine) -> list[WireEvent]:
        """Pass bytes both ways until both are silent."""
        events: list[WireEvent] = []
        while (up := client.data_to_send()) or (down := self.connection.data_to_send()):
            if up:
                self.read(up)
            else:
                for event in client.receive(down, 1.0):
                    events.append(event)
                    if isinstance(event, BodyData):
                        client.acknowledge(event.stream_id, event.flow)
        return events

    def read(self, data: bytes) -> None:
        for event in self.connection.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                assert event.stream_id is not None
                self.paths[event.stream_id] = {bytes(k): bytes(v) for k, v in event.headers or ()}[b":path"].decode()
                self.content[event.stream_id] = b""
            elif isinstance(event, h2.events.DataReceived):
                assert event.stream_id is not None
                self.content[event.stream_id] += event.data or b""
                self.connection.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                assert event.stream_id is not None
                self.ended.append(event.stream_id)


def test_requests_interim_responses_content_and_trailers() -> None:
    """Three requests at once; 103s, finals, content both ways and trailers arrive as they were sent."""
    client, server = Http2Engine(), H2Server()
    for path in ("/", "/a.css"):
        client.send_request(RequestHead("GET", "https", "a.example", path, FIELDS), end=True)
    post = client.send_request(RequestHead("POST", "https", "a.example", "/form", FIELDS), end=False)
    client.send_data(post, b"f" * 200_000, end=True)
    assert told(server.exchange(client)) == []
    assert server.paths == {1: "/", 3: "/a.css", 5: "/form"}
    assert server.content[5] == b"f" * 200_000
    assert server.ended == [1, 3, 5]

    link = ("link", "</a.css>; rel=preload; as=style")
    server.connection.send_headers(1, [(":status", "103"), link])
    server.connection.send_headers(3, [(":status", "200"), ("content-length", "4")])
    server.connection.send_headers(1, [(":status", "103"), link])
    server.connection.send_data(3, b"body", end_stream=True)
    server.connection.send_headers(1, [(":status", "200")])
    server.connection.send_data(1, b"html", pad_length=10)
    server.connection.send_headers(1, [("server-timing", "t")], end_stream=True)
    server.connection.reset_stream(5, 7)
    assert told(server.exchange(client)) == [
        f"1 103 link={link[1]}",
        "3 200 final content-length=4",
        f"1 103 link={link[1]}",
        "3 data body",
        "3 end",
        "1 200 final",
        "1 data html",
        "1 end server-timing=t",
        "5 failed StreamReset: The server reset stream 5 with REFUSED_STREAM before any response. (may be sent again)",
    ]


def test_hpack_tables_stay_in_step_over_many_requests() -> None:
    """Dynamic tables on both sides, with the table sizes each side announced, over 300 exchanges."""
    client, server = Http2Engine(), H2Server()
    server.exchange(client)
    for number in range(300):
        fields = (("user-agent", "fetcher"), ("x-number", str(number)), ("x-long", "v" * (number % 50)))
        stream = client.send_request(RequestHead("GET", "https", "a.example", f"/{number}", fields), end=True)
        server.exchange(client)
        assert server.paths[stream] == f"/{number}"
        answer = [(":status", "200"), ("etag", f'"{number}"'), ("x-same", "s" * 100)]
        server.connection.send_headers(stream, answer, end_stream=True)
        lines = told(server.exchange(client))
        assert lines == [f'{stream} 200 final etag="{number}" x-same={"s" * 100}', f"{stream} end"]
    assert client.open_streams == 0


@pytest.mark.parametrize("consumed", [True, False])
def test_h2_never_sees_its_windows_broken(consumed: bool) -> None:
    """30 MB through h2's own flow control in both cases: consumed, or cancelled again and again with content unread."""
    client, server = Http2Engine(), H2Server()
    total = 0
    while total < 30_000_000:
        stream = client.send_request(RequestHead("GET", "https", "a.example", "/", FIELDS), end=True)
        server.exchange(client)
        server.connection.send_headers(stream, [(":status", "200")])
        while (room := min(server.connection.local_flow_control_window(stream), 16_384)) and total < 30_000_000:
            server.connection.send_data(stream, b"x" * room)
            total += room
            data = server.connection.data_to_send()
            for event in client.receive(data, 1.0):
                if isinstance(event, BodyData) and consumed:
                    client.acknowledge(stream, event.flow)
            if up := client.data_to_send():
                server.read(up)
        client.cancel(stream, 1.0)
        server.exchange(client)
    assert server.connection.outbound_flow_control_window > 5_000_000
