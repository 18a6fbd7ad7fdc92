"""The HTTP/1.1 request reader, and how an answer's content is framed (RFC 9112)."""

from __future__ import annotations

import pytest

from fetcher.origin.http1 import (
    BadRequest,
    Content,
    Framing,
    RequestEnded,
    RequestReader,
    RequestStarted,
    framing,
    head_bytes,
)
from fetcher.origin.script import Answer, Body, Close, Interim, Raw, Repeat, Silence, Trailers


def read(*pieces: bytes) -> list[object]:
    """The events of ``pieces``, neighbouring content joined."""
    reader, events = RequestReader(), list[object]()
    for piece in pieces:
        for event in reader.receive(piece):
            if isinstance(event, Content) and events and isinstance(events[-1], Content):
                events[-1] = Content(events[-1].data + event.data)
            else:
                events.append(event)
    return events


def started(method: str, target: str, *fields: tuple[str, str], expects: bool = False) -> RequestStarted:
    return RequestStarted(method, None, "a.test", target, (("host", "a.test"), *fields), "1.1", expects)


GET = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"
CHUNKED = b"POST /c HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED += b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nt: u\r\n\r\n"
LENGTH = b"PUT /l HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nwxyz"
TRANSFER = ("transfer-encoding", "chunked")

GOOD = [
    ("no content", GET, [started("GET", "/"), RequestEnded()]),
    ("empty lines first", b"\r\n\r\n" + GET, [started("GET", "/"), RequestEnded()]),
    ("chunks, extension, trailer", CHUNKED, [started("POST", "/c", TRANSFER), Content(b"abcde"), RequestEnded()]),
    (
        "length, expecting 100",
        LENGTH,
        [
            started("PUT", "/l", ("content-length", "4"), ("expect", "100-continue"), expects=True),
            Content(b"wxyz"),
            RequestEnded(),
        ],
    ),
    ("two at once", GET + GET, [started("GET", "/"), RequestEnded()] * 2),
    (
        "absolute form",
        b"GET http://b.test:81/x?y HTTP/1.1\r\nHost: a.test\r\n\r\n",
        [
            RequestStarted("GET", "http", "b.test:81", "/x?y", (("host", "a.test"),), "1.1", False),
            RequestEnded(),
        ],
    ),
]


@pytest.mark.parametrize(("data", "events"), [case[1:] for case in GOOD], ids=[case[0] for case in GOOD])
def test_requests_are_read_the_same_however_they_are_cut(data: bytes, events: list[object]) -> None:
    """Whole, byte by byte and cut at every offset, the same events come out."""
    assert read(data) == events
    assert read(*(data[i : i + 1] for i in range(len(data)))) == events
    for cut in range(1, len(data)):
        assert read(data[:cut], data[cut:]) == events


BAD = [
    ("no HTTP", b"hello\r\n\r\n", 400),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("no Host", b"GET / HTTP/1.1\r\n\r\n", 400),
    ("folded field", b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400),
    ("space before colon", b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    ("length not a number", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400),
    ("two lengths", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
    ("length and chunks", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("other coding", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ("bad chunk size", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    ("chunk too long", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
    ("endless head", b"GET / HTTP/1.1\r\nHost: " + b"a" * 270_000, 431),
    ("too much content", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 16_777_217, 413),
]


@pytest.mark.parametrize(("data", "status"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_is_no_request_is_refused_and_nothing_after_it_is_read(data: bytes, status: int) -> None:
    """The last event says which status to answer with; a good request after it goes unread."""
    last = read(data, GET)[-1]
    assert isinstance(last, BadRequest)
    assert last.status == status


@pytest.mark.parametrize(
    ("version", "connection", "kept"),
    [
        ("1.1", None, True),
        ("1.1", "close", False),
        ("1.1", "TE, Close", False),
        ("1.0", None, False),
        ("1.0", "keep-alive", True),
    ],
)
def test_keep_alive_follows_version_and_connection_field(version: str, connection: str | None, kept: bool) -> None:
    """RFC 9112 9.3: 1.1 stays unless told to close, 1.0 closes unless told to stay."""
    fields = (("connection", connection),) if connection else ()
    assert RequestStarted("GET", None, "a", "/", fields, version, False).keep_alive is kept


FRAMED: list[tuple[str, Answer, tuple[tuple[str, str], ...], Framing, str | None]] = [
    ("one body", (Body(b"abc"),), (), Framing.LENGTH, "content-length: 3"),
    ("bodies add up", (Body(b"abc"), Body(7), Repeat((Body(2),), 3)), (), Framing.LENGTH, "content-length: 16"),
    ("no body", (), (), Framing.LENGTH, "content-length: 0"),
    ("trailers", (Body(b"abc"), Trailers()), (), Framing.CHUNKED, "transfer-encoding: chunked"),
    ("silence", (Body(b"abc"), Silence()), (), Framing.CHUNKED, "transfer-encoding: chunked"),
    ("endless", (Repeat((Body(1),)),), (), Framing.CHUNKED, "transfer-encoding: chunked"),
    ("finite repeat of others", (Repeat((Interim(),), 2), Body(1)), (), Framing.LENGTH, "content-length: 1"),
    ("close", (Body(b"abc"), Close()), (), Framing.CLOSE, None),
    ("raw", (Body(b"abc"), Raw(b"x")), (), Framing.AS_WRITTEN, None),
    ("own length", (Body(b"abc"),), (("Content-Length", "9"),), Framing.AS_WRITTEN, None),
    ("own chunks", (Body(b"abc"),), (("Transfer-Encoding", "chunked"),), Framing.CHUNKED, None),
]


@pytest.mark.parametrize(
    ("answer", "fields", "kind", "added"), [case[1:] for case in FRAMED], ids=[case[0] for case in FRAMED]
)
def test_framing_is_added_only_where_the_head_has_none(
    answer: Answer, fields: tuple[tuple[str, str], ...], kind: Framing, added: str | None
) -> None:
    """Each shape of answer gets the one framing its content needs."""
    found, after = framing(answer, 200, fields, "1.1")
    assert found is kind
    assert [f"{name}: {value}" for name, value in after[len(fields) :]] == ([added] if added else [])


def test_no_framing_where_there_is_no_content_and_no_chunks_for_1_0() -> None:
    """204 and 304 end with their head (RFC 9112 6.3); an HTTP/1.0 client does not know chunks."""
    assert framing((), 204, (), "1.1") == (Framing.NONE, ())
    assert framing((), 304, (), "1.1") == (Framing.NONE, ())
    assert framing((Trailers(),), 200, (), "1.0") == (Framing.CLOSE, ())


def test_heads_leave_as_they_stand() -> None:
    """Names and values are not repaired, whatever they hold; an unknown status has no reason."""
    assert head_bytes(299, (("X-Odd ", "\xe9\tb"),)) == b"HTTP/1.1 299 \r\nX-Odd : \xe9\tb\r\n\r\n"


def test_a_client_that_begins_tls_is_answered_at_once() -> None:
    """It would wait for ever: nothing in its greeting ends a line."""
    (last,) = RequestReader().receive(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
    assert last == BadRequest(400, "this port speaks HTTP without TLS; ask it with http://")
