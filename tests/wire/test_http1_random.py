"""The HTTP/1.1 engine against bytes nobody wrote on purpose, and against three other readers on bytes somebody did."""

from __future__ import annotations

from itertools import pairwise

import h11
import httptools
from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.terms import Limits
from fetcher.wire.events import (
    BodyData,
    ConnectionEnded,
    InterimResponse,
    ResponseEnd,
    ResponseFailed,
    ResponseHead,
    WireEvent,
)
from fetcher.wire.http1 import Http1Engine
from tests.support.http1_script import joined, outcomes, play, request

SMALL = Limits(interim_heads=4, interim_bytes=400, head_bytes=200, field_bytes=60, body_bytes=300)

FRAGMENTS = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 103 Early Hints", b"HTTP/1.0 200 OK", b"HTTP/1.1 101 S", b"HTTP/1.1 204 N",
     b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\n\n", b": ", b"Content-Length: 3", b"Content-Length: 4", b"Link: </a>",
     b"Transfer-Encoding: chunked", b"Connection: close", b" folded", b"\0", b"abc", b"0", b"3", b"5;x", b"x" * 30]
)  # fmt: skip
STREAMS = st.lists(st.one_of(FRAGMENTS, st.binary(max_size=5)), max_size=25).map(b"".join)
HEADS = st.sampled_from(
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
     b"HTTP/1.1 103 E\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"]
)  # fmt: skip
METHODS = st.sampled_from(["GET", "HEAD", "CONNECT", "POST"])


def cut(data: bytes, at: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@settings(max_examples=400, deadline=None)
@given(HEADS, STREAMS, METHODS, st.lists(st.integers(0, 10_000), max_size=8))
def test_any_bytes_any_cuts(start: bytes, rest: bytes, method: str, at: list[int]) -> None:
    """Never an exception; the same events however cut; and after the end every exchange and the connection ended."""
    data = start + rest
    whole = play([data], head=request(method), eof=True, limits=SMALL)
    check_order(whole)
    assert outcomes(play(cut(data, at), head=request(method), eof=True, limits=SMALL)) == outcomes(whole)


def check_order(events: list[WireEvent]) -> None:
    """InterimResponse*, ResponseHead, BodyData*, then one ResponseEnd or ResponseFailed; ConnectionEnded last, once."""
    *stream, ended = events
    assert isinstance(ended, ConnectionEnded)
    *before, last = stream
    assert isinstance(last, ResponseEnd | ResponseFailed)
    kinds = [type(event) for event in before]
    heads = [place for place, kind in enumerate(kinds) if kind is ResponseHead]
    assert len(heads) == 1 or (not heads and isinstance(last, ResponseFailed))
    first = heads[0] if heads else len(kinds)
    assert set(kinds[:first]) <= {InterimResponse}
    assert set(kinds[first + 1 :]) <= {BodyData}


TOKENS = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12).map(lambda name: "x-" + name)
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
FIELDS = st.lists(st.tuples(TOKENS, VALUES), max_size=4)
CHUNKS = st.lists(st.binary(min_size=1, max_size=40), max_size=5)


@st.composite
def responses(draw: st.DrawFn) -> tuple[list[int], list[tuple[str, str]], bytes, list[tuple[str, str]], bytes]:
    """A well-formed response: interim statuses, final fields, content, trailers, and all of it as bytes."""
    wire = b""
    interim = draw(st.lists(st.sampled_from([100, 102, 103, 110, 199]), max_size=3))
    for status in interim:
        wire += b"HTTP/1.1 %d Interim\r\n%s\r\n" % (status, lines(draw(FIELDS)))
    fields, chunks = draw(FIELDS), draw(CHUNKS)
    trailers: list[tuple[str, str]] = []
    if draw(st.booleans()):
        fields.append(("transfer-encoding", "chunked"))
        trailers = draw(FIELDS)
        content = (
            b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n" + lines(trailers) + b"\r\n"
        )
    else:
        content = b"".join(chunks)
        fields.append(("content-length", str(len(content))))
    wire += b"HTTP/1.1 200 OK\r\n" + lines(fields) + b"\r\n" + content
    return interim, fields, b"".join(chunks), trailers, wire


def lines(fields: list[tuple[str, str]]) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in fields)


@settings(max_examples=150, deadline=None)
@given(responses())
def test_well_formed_responses_are_read_as_written_and_as_h11_and_httptools_read_them(
    response: tuple[list[int], list[tuple[str, str]], bytes, list[tuple[str, str]], bytes],
) -> None:
    """Interim statuses, fields, content and trailers agree with the writer and with two independent readers."""
    interim, fields, content, trailers, wire = response
    ours = by_us(wire)
    assert ours == (interim, fields, content, trailers)
    assert by_h11(wire) == ours
    if not interim:  # httptools does not tell interim responses apart
        assert by_httptools(wire) == (fields + trailers, content)


Reading = tuple[list[int], list[tuple[str, str]], bytes, list[tuple[str, str]]]


def by_us(wire: bytes) -> Reading:
    engine = Http1Engine()
    engine.send_request(request(), end=True)
    interim: list[int] = []
    fields: list[tuple[str, str]] = []
    content = b""
    trailers: list[tuple[str, str]] = []
    for event in joined(engine.receive(wire, 1.0)):
        match event:
            case InterimResponse(status=status):
                interim.append(status)
            case ResponseHead():
                fields = list(event.fields)
                assert event.deviations == ()
            case BodyData(data=content):
                pass
            case ResponseEnd():
                trailers = list(event.trailers)
                assert event.deviations == ()
    assert engine.free_streams == 1
    return interim, fields, content, trailers


def by_h11(wire: bytes) -> Reading:
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "a.test")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(wire)
    interim, fields, content = [], [], b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.InformationalResponse):
            interim.append(event.status_code)
        elif isinstance(event, h11.Response):
            fields = text(event.headers)
        elif isinstance(event, h11.Data):
            content += bytes(event.data)
        else:
            assert isinstance(event, h11.EndOfMessage)
            return interim, fields, content, text(event.headers)


def by_httptools(wire: bytes) -> tuple[list[tuple[str, str]], bytes]:
    class Reader:
        def __init__(self) -> None:
            self.fields: list[tuple[bytes, bytes]] = []
            self.content = b""
            self.complete = False

        def on_header(self, name: bytes, value: bytes) -> None:
            self.fields.append((name, value))

        def on_body(self, data: bytes) -> None:
            self.content += data

        def on_message_complete(self) -> None:
            self.complete = True

    reader = Reader()
    httptools.HttpResponseParser(reader).feed_data(wire)
    assert reader.complete
    return text(reader.fields), reader.content


def text(fields: object) -> list[tuple[str, str]]:
    return [(bytes(name).decode(), bytes(value).decode()) for name, value in fields]  # type: ignore[attr-defined]
