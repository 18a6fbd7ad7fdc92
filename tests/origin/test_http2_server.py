"""The origin's HTTP/2 engine, driven by ``h2``'s client (strict, not ours) and by our own client engine."""

from __future__ import annotations

from collections.abc import Callable

import h2.config
import h2.connection
import h2.events
import pytest
from hyperframe.frame import DataFrame, Frame

from fetcher.errors import LocalProtocolError
from fetcher.origin.http2 import (
    Http2ServerEngine,
    PeerGone,
    RequestBody,
    RequestEnded,
    RequestReceived,
    ServerEvent,
    StreamCancelled,
)
from fetcher.terms import Fields
from fetcher.wire.events import BodyData, RequestHead, WireEvent
from fetcher.wire.http2 import Http2Engine
from tests.support.http2_frames import GET, goaway_code, told

LINK = ("link", "</a.css>; rel=preload; as=style")


def exchange(client: Http2Engine, server: Http2ServerEngine) -> tuple[list[ServerEvent], list[WireEvent]]:
    """Pass bytes both ways until both are silent, content consumed at once."""
    requests: list[ServerEvent] = []
    answers: list[WireEvent] = []
    while (up := client.data_to_send()) or (down := server.data_to_send()):
        if up:
            requests += server.receive(up, 2.0)
        else:
            for event in client.receive(down, 3.0):
                answers.append(event)
                if isinstance(event, BodyData):
                    client.acknowledge(event.stream_id, event.flow)
    return requests, answers


def opened(*heads: RequestHead) -> tuple[Http2Engine, Http2ServerEngine]:
    """Both engines, with these requests sent and seen."""
    client, server = Http2Engine(), Http2ServerEngine()
    for head in heads:
        client.send_request(head, end=True)
    requests, _ = exchange(client, server)
    assert [type(event) for event in requests] == [RequestReceived] * len(heads)
    return client, server


def test_requests_are_told_as_they_were_sent() -> None:
    """Head, content and its end; pseudo-fields apart from fields; the window is given back, so content goes on."""
    client, server = Http2Engine(), Http2ServerEngine({4: 70_000})
    fields: Fields = (("accept", "*/*"), ("x", "é"))
    client.send_request(RequestHead("GET", "https", "a.example:8443", "/x?y", fields), end=True)
    client.send_request(RequestHead("POST", "https", "a.example", "/form"), end=False)
    client.send_data(3, b"f" * 1_000_000, end=True)
    requests, _ = exchange(client, server)
    assert requests[0] == RequestReceived(1, 2.0, "GET", "https", "a.example:8443", "/x?y", fields, True)
    assert requests[1] == RequestReceived(3, 2.0, "POST", "https", "a.example", "/form", (), False)
    assert sum(len(event.data) for event in requests if isinstance(event, RequestBody)) == 1_000_000
    assert [event for event in requests[2:] if not isinstance(event, RequestBody)] == [RequestEnded(3, 2.0)]


def test_an_answer_in_all_its_parts() -> None:
    """Interim responses, head, content and trailers, in order; the stream is over afterwards."""
    client, server = opened(GET)
    server.send_interim(1, 103, (LINK,))
    server.send_interim(1, 100)
    server.send_head(1, 200, (("a", "b"),))
    server.send_body(1, b"hello ")
    server.send_body(1, b"world")
    server.send_trailers(1, (("digest", "x"),))
    assert server.queued_bytes(1) == 11
    _, answers = exchange(client, server)
    assert told(answers) == [
        f"1 103 link={LINK[1]}",
        "1 100",
        "1 200 final a=b",
        "1 data hello ",
        "1 data world",
        "1 end digest=x",
    ]
    assert (server.is_open(1), server.queued_bytes(1), server.open_streams) == (False, 0, 0)
    server.send_body(1, b"late")  # harmless: the client may have cancelled at any time
    server.send_head(1, 200)
    server.reset(1)
    assert server.data_to_send() == b""


def test_an_answer_without_content_and_one_that_ends_empty() -> None:
    """END_STREAM on the head, or on an empty DATA."""
    client, server = opened(GET, GET)
    server.send_head(1, 204, end=True)
    server.send_head(3, 200)
    server.send_body(3, b"", end=True)
    _, answers = exchange(client, server)
    assert told(answers) == ["1 204 final", "1 end", "3 200 final", "3 end"]


FAULTS: dict[str, tuple[Callable[[Http2ServerEngine], None], str]] = {
    "an interim head that ends the stream": (
        lambda server: server.send_interim(1, 103, end=True),
        "a 103 that ends the stream without a final response, before any response.",
    ),
    "101": (
        lambda server: server.send_interim(1, 101),
        "101 Switching Protocols, which HTTP/2 does not have, before any response.",
    ),
    "NUL in a 103": (
        lambda server: server.send_interim(1, 103, (("x", "a\0"),)),
        "the field 'x' with a NUL, CR or LF in its value, before any response.",
    ),
    "LF in the final head": (
        lambda server: server.send_head(1, 200, (("x", "a\nb"),)),
        "the field 'x' with a NUL, CR or LF in its value, before any response.",
    ),
    "a name in capitals": (
        lambda server: server.send_head(1, 200, (("Server", "x"),)),
        "a field named 'Server', which no response may carry over HTTP/2, before any response.",
    ),
    "status after a field": (
        lambda server: server.section(1, (("a", "b"), (":status", "200"))),
        ":status in trailers, twice, or after other fields, before any response.",
    ),
    "content before a head": (lambda server: server.frame(0, 0, 1, b"x"), "content before any response."),
}


@pytest.mark.parametrize(("act", "text"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_can_be_sent(act: Callable[[Http2ServerEngine], None], text: str) -> None:
    """The fault reaches the client as it was meant, HPACK stays in step, and another stream is answered."""
    client, server = opened(GET, GET)
    act(server)
    server.send_head(3, 200, (("still", "here"),), end=True)
    _, answers = exchange(client, server)
    assert told(answers) == [
        f"1 failed RemoteProtocolError: The server sent {text}",
        "3 200 final still=here",
        "3 end",
    ]


def test_a_second_head_is_refused_unless_by_hand() -> None:
    """``send_head`` twice is a mistake in the caller; ``section`` sends it."""
    client, server = opened(GET)
    server.send_head(1, 200)
    with pytest.raises(LocalProtocolError, match="stream 1"):
        server.send_head(1, 200)
    server.section(1, ((":status", "200"),))
    _, answers = exchange(client, server)
    assert "1 failed RemoteProtocolError" in told(answers)[-1]


def test_raw_bytes_follow_what_was_queued() -> None:
    """``raw`` and ``reset`` do not overtake content, so a script can break off after so many bytes."""
    client, server = opened(GET, GET)
    server.send_head(1, 200)
    server.send_body(1, b"first")
    server.reset(1, 2)
    server.send_head(3, 200)
    server.send_body(3, b"then")
    server.raw(b"\0\0\0\5\4\0\0\0\3")
    _, answers = exchange(client, server)
    lines = told(answers)
    assert lines[:2] == ["1 200 final", "1 data first"]
    assert "INTERNAL_ERROR after the 200 head and 5 bytes" in lines[2]
    assert lines[3:5] == ["3 200 final", "3 data then"]
    assert "pushed" in lines[-1]


def test_goaway_lets_open_streams_finish() -> None:
    """With a last stream named, the client drops those above it; the one below is answered afterwards."""
    client, server = opened(GET, GET)
    server.goaway(1, 0, b"bye")
    server.send_head(1, 200, end=True)
    _, answers = exchange(client, server)
    lines = told(answers)
    assert lines[0] == "goaway 1 0 bye"
    assert lines[1].endswith("(may be sent again)")
    assert lines[2:] == ["1 200 final", "1 end"]


def data_order(data: bytes) -> list[int]:
    """The stream of each DATA frame in it."""
    order = []
    while data:
        frame, size = Frame.parse_frame_header(memoryview(data[:9]))
        if isinstance(frame, DataFrame):
            order.append(frame.stream_id)
        data = data[9 + size :]
    return order


def test_urgent_answers_overtake_and_equals_take_turns() -> None:
    """RFC 9218 urgency from the request's field; a budget leaves room to overtake between two calls."""
    priorities = ("i", "u=5", "u=1, i", "i")
    heads = [RequestHead("GET", "https", "a", "/", (("priority", p),)) for p in priorities]
    _, server = opened(*heads)
    for stream in (1, 3, 7):
        server.send_head(stream, 200)
        server.send_body(stream, b"x" * 40_000, end=True)
    assert data_order(server.data_to_send(32_768)) == [1, 7]
    server.send_head(5, 200)
    server.send_body(5, b"x" * 20_000, end=True)
    assert data_order(server.data_to_send(32_768)) == [5, 5, 1]
    assert server.queued_bytes(1) == 40_000 - 2 * 16_384
    assert data_order(server.data_to_send()) == [7, 1, 7, 3, 3, 3]


def test_content_waits_for_the_clients_windows() -> None:
    """h2's client opens 65,535 bytes; no more is sent until it gives them back."""
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    client.initiate_connection()
    pseudo = [(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/")]
    client.send_headers(1, pseudo, end_stream=True)
    server = Http2ServerEngine()
    (seen,) = server.receive(client.data_to_send(), 1.0)
    assert isinstance(seen, RequestReceived)
    server.send_interim(1, 103, (LINK,))
    server.send_head(1, 200)
    server.send_body(1, b"x" * 200_000, end=True)
    got, informational, ended = 0, 0, False
    while data := server.data_to_send():
        for event in client.receive_data(data):
            informational += isinstance(event, h2.events.InformationalResponseReceived)
            ended = ended or isinstance(event, h2.events.StreamEnded)
            if isinstance(event, h2.events.DataReceived):
                assert event.flow_controlled_length is not None
                got += event.flow_controlled_length
        assert server.queued_bytes(1) == 200_000 - got
        assert got == 200_000 or client.remote_flow_control_window(1) == 0
        if not ended:
            client.acknowledge_received_data(min(65_535, got), 1)
            server.receive(client.data_to_send(), 1.0)
    assert (got, informational, ended) == (200_000, 1, True)


def test_a_client_that_names_no_window_has_the_standards() -> None:
    """SETTINGS without INITIAL_WINDOW_SIZE mean 65,535 bytes, whatever jh2 assumes."""
    server = Http2ServerEngine()
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
    (seen,) = server.receive(preface + b"\0\0\6\1\5\0\0\0\1\x82\x84\x87\x41\x01a", 1.0)
    assert isinstance(seen, RequestReceived)
    server.send_head(1, 200)
    server.send_body(1, b"x" * 100_000)
    server.receive(b"\0\0\4\x08\0\0\0\0\0\0\x0f\0\0", 1.0)  # the connection's window is wide open
    server.data_to_send()
    assert server.queued_bytes(1) == 100_000 - 65_535


def test_a_cancelled_answer_is_forgotten() -> None:
    """The client's RST_STREAM is told, the queue is gone, later calls do nothing."""
    client, server = opened(GET)
    server.send_head(1, 200)
    server.send_body(1, b"x")
    client.cancel(1, 1.0)
    assert server.receive(client.data_to_send(), 4.0) == [StreamCancelled(1, 4.0, 8)]
    assert (server.queued_bytes(1), server.is_open(1)) == (0, False)
    server.send_interim(1, 103)
    server.send_trailers(1, ())
    assert data_order(server.data_to_send()) == []


def test_the_end_of_the_client() -> None:
    """GOAWAY, EOF and a broken protocol are each told once; nothing is sent or told after."""
    client, server = opened(GET)
    client.close()
    assert server.receive(client.data_to_send(), 5.0) == [PeerGone(5.0, 0, "")]
    assert server.is_gone
    assert server.receive(b"x", 6.0) == [] == server.receive_eof(6.0)
    _, server = opened(GET)
    assert server.receive_eof(5.0) == [PeerGone(5.0, 0, "The client closed the connection.")]
    _, server = opened(GET)
    (gone,) = server.receive(b"\0\0\1\0\0\0\0\0\x09x", 5.0)
    assert isinstance(gone, PeerGone)
    assert gone.code == 1
    assert goaway_code(server.data_to_send()) == 1
    server.send_head(1, 200)
    assert server.data_to_send() == b""
