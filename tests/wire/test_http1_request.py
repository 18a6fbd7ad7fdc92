"""What the HTTP/1.1 engine sends, and what it refuses to send."""

from __future__ import annotations

import pytest

from fetcher.errors import LocalProtocolError
from fetcher.terms import Fields
from fetcher.wire.events import RequestHead
from fetcher.wire.http1 import Http1Engine


def sent(fields: Fields = (), method: str = "GET", target: str = "/x?y", *, end: bool = True) -> bytes:
    engine = Http1Engine()
    engine.send_request(RequestHead(method, "http", "a.test:8080", target, fields), end=end)
    data = engine.data_to_send()
    assert engine.data_to_send() == b""
    return data


def test_host_comes_first_and_fields_keep_their_order() -> None:
    """RFC 9110 7.2; names are spelled as browsers spell them over HTTP/1.1, client hints in lower case."""
    fields = (("sec-ch-ua", "x"), ("accept", "*/*"), ("sec-fetch-dest", "style"), ("te", "trailers"), ("X-oDD", "1"))
    assert sent(fields) == (
        b"GET /x?y HTTP/1.1\r\nHost: a.test:8080\r\nsec-ch-ua: x\r\nAccept: */*\r\n"
        b"Sec-Fetch-Dest: style\r\nTE: trailers\r\nX-oDD: 1\r\n\r\n"
    )


def test_a_host_field_replaces_the_authority() -> None:
    """A caller may ask one server for another host's page, as curl -H Host does; it still comes first."""
    assert sent((("accept", "*/*"), ("host", "b.test"))) == b"GET /x?y HTTP/1.1\r\nHost: b.test\r\nAccept: */*\r\n\r\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_methods_that_expect_content_say_when_there_is_none(method: str) -> None:
    """RFC 9110 8.6: Content-Length: 0 is sent for them and not for GET."""
    assert b"Content-Length: 0\r\n" in sent(method=method)
    assert b"Content-Length" not in sent()


def test_content_without_a_length_is_chunked() -> None:
    """Each piece is a chunk, an empty one none (it would be the last), and the end the last chunk."""
    engine = Http1Engine()
    stream = engine.send_request(RequestHead("POST", "http", "a.test", "/"), end=False)
    assert engine.data_to_send().endswith(b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    engine.send_data(stream, b"x" * 17, end=False)
    engine.send_data(stream, b"", end=False)
    assert engine.data_to_send() == b"11\r\n" + b"x" * 17 + b"\r\n"
    engine.send_data(stream, b"y", end=True)
    assert engine.data_to_send() == b"1\r\ny\r\n0\r\n\r\n"
    with pytest.raises(LocalProtocolError, match="already been sent whole"):
        engine.send_data(stream, b"z", end=True)


def test_content_of_an_announced_length_is_sent_as_it_is() -> None:
    """With Content-Length nothing is added, and the sum must come out."""
    engine = Http1Engine()
    stream = engine.send_request(RequestHead("POST", "http", "a.test", "/", (("content-length", "4"),)), end=False)
    engine.send_data(stream, b"ab", end=False)
    with pytest.raises(LocalProtocolError, match="2 bytes were still due"):
        engine.send_data(stream, b"c", end=True)
    with pytest.raises(LocalProtocolError, match="length it announced"):
        engine.send_data(stream, b"cde", end=False)
    engine.send_data(stream, b"cd", end=True)
    assert engine.data_to_send().endswith(b"\r\n\r\nabcd")
    assert engine.receive(b"HTTP/1.1 204 N\r\n\r\n", 1.0)
    assert engine.free_streams == 1


def test_chunked_may_be_announced_by_the_caller() -> None:
    """It is then not added a second time."""
    assert sent((("transfer-encoding", "chunked"),), "POST", end=False).count(b"chunked") == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"fields": (("a", "b\r\nEvil: 1"),)}, "line end"),
        ({"fields": (("a", "b\nc"),)}, "line end"),
        ({"fields": (("a", "b\0c"),)}, "NUL"),
        ({"fields": (("a b", "c"),)}, "field name"),
        ({"fields": (("a:", "c"),)}, "field name"),
        ({"fields": (("", "c"),)}, "field name"),
        ({"fields": (("a\r\nb", "c"),)}, "field name"),
        ({"fields": (("a\n", "c"),)}, "field name"),
        ({"fields": (("a", "\u2603"),)}, "U\\+00FF"),
        ({"fields": (("host", "a"), ("host", "b"))}, "more than one Host"),
        ({"fields": (("content-length", "1"), ("transfer-encoding", "chunked")), "end": False}, "both"),
        ({"fields": (("content-length", "1"), ("content-length", "1")), "end": False}, "one number"),
        ({"fields": (("content-length", "-1"),), "end": False}, "one number"),
        ({"fields": (("content-length", "1_0"),), "end": False}, "one number"),
        ({"fields": (("transfer-encoding", "gzip, chunked"),), "end": False}, "not chunked"),
        ({"fields": (("content-length", "4"),)}, "announces content and has none"),
        ({"fields": (("transfer-encoding", "chunked"),)}, "announces content and has none"),
        ({"target": "/a b"}, "target"),
        ({"target": "/a\r\nX: y"}, "target"),
        ({"target": "/\u00e9"}, "target"),
        ({"target": ""}, "target"),
        ({"method": "GE T"}, "method"),
        ({"method": ""}, "method"),
        ({"authority": "a.test\r\nX: y"}, "authority"),
        ({"authority": ""}, "authority"),
    ],
)
def test_what_would_break_the_framing_is_refused(change: dict[str, object], says: str) -> None:
    """Nothing is queued and the connection stays free for a proper request."""
    given = {"method": "GET", "scheme": "http", "authority": "a.test", "target": "/", "end": True, **change}
    end = bool(given.pop("end"))
    engine = Http1Engine()
    with pytest.raises(LocalProtocolError, match=says):
        engine.send_request(RequestHead(**given), end=end)  # type: ignore[arg-type]
    assert engine.data_to_send() == b""
    assert engine.free_streams == 1
