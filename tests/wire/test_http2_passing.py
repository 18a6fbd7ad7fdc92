"""HTTP/2 passed on between a browser and a server, interim heads withheld or not: nothing else changes."""

from __future__ import annotations

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import PriorityUpdated, RequestReceived, TrailersReceived
from h2.settings import SettingCodes
from jh2.connection import Encoder

from fetcher.errors import RemoteProtocolError
from fetcher.terms import Fields, Limits
from fetcher.wire.events import BodyData, InterimResponse, RequestHead, ResponseEnd, ResponseHead, WireEvent
from fetcher.wire.http2 import Http2Engine, frames, passing
from fetcher.wire.http2.passing import Passing

HINT = "</a.css>; rel=preload; as=style"


class Server:
    """An HTTP/2 server by h2: to each request a 103 (or several), a head with many fields, content and trailers."""

    def __init__(self, interim: int) -> None:
        self.connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.connection.initiate_connection()
        self.interim = interim
        self.asked: list[str] = []

    def take(self, data: bytes) -> bytes:
        for event in self.connection.receive_data(data):
            if not isinstance(event, RequestReceived):
                continue
            stream = event.stream_id
            self.asked.append(dict(event.headers)[":path"])
            for number in range(self.interim):
                self.connection.send_headers(stream, [(":status", "103"), ("link", HINT), ("x-number", str(number))])
            fields = [(f"x-field-{n}", "value " * 400) for n in range(20)]  # more than a frame: CONTINUATION
            self.connection.send_headers(stream, [(":status", "200"), ("link", HINT), *fields])
            self.connection.send_data(stream, b"x" * 1_000)
            self.connection.send_headers(stream, [("x-trailer", "1")], end_stream=True)
        return self.connection.data_to_send()


def carried(through: Passing, *, interim: int = 1, split: int = 100_000, requests: int = 3) -> list[WireEvent]:
    """What a browser reads that asks for several things through ``through``, pieces of ``split`` bytes at a time."""
    browser, server = Http2Engine(Limits()), Server(interim)
    events: list[WireEvent] = []
    for number in range(requests):
        head = RequestHead(
            "GET", "https", "a.test", f"/{number}", (("user-agent", "browser"), ("sec-fetch-dest", "script"))
        )
        browser.send_request(head, end=True)
        for _ in range(4):  # until neither has anything to say
            sent = browser.data_to_send()
            passed = b"".join(through.from_browser(piece, 1.0 + number) for piece in pieces(sent, split))
            answer = server.take(passed)
            for piece in pieces(answer, split):
                events += browser.receive(through.from_server(piece, 2.0 + number), 3.0)
    assert server.asked == [f"/{number}" for number in range(requests)]
    assert server.connection.remote_settings[SettingCodes.HEADER_TABLE_SIZE] == 0
    return events


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("split", [1, 7, 100_000])
@pytest.mark.parametrize("interim", [0, 1, 3])
def test_withheld_and_not(split: int, interim: int) -> None:
    """The same heads, content and trailers; every 103 where they pass, none where they do not, and all are known."""
    through, held = Passing(withheld=False), Passing(withheld=True)
    asked = 1 if split == 1 else 3  # so many single bytes take long enough
    passed, kept = (carried(each, interim=interim, split=split, requests=asked) for each in (through, held))
    assert sum(isinstance(event, InterimResponse) for event in passed) == asked * interim
    assert not any(isinstance(event, InterimResponse) for event in kept)
    for events in (passed, kept):
        assert [event.status for event in events if isinstance(event, ResponseHead)] == [200] * asked
        assert sum(len(event.data) for event in events if isinstance(event, BodyData)) == asked * 1_000
        assert [event.trailers for event in events if isinstance(event, ResponseEnd)] == [(("x-trailer", "1"),)] * asked
    for each in (through, held):
        assert [one.url for one in each.exchanges] == [f"https://a.test/{number}" for number in range(asked)]
        first = each.exchanges[0]
        assert first.destination == "script"
        assert [head.withheld for head in first.interim] == [each.withheld] * interim
        assert [head.fields[0] for head in first.interim] == [("link", HINT)] * interim
        assert first.final is not None
        assert (first.at, first.final.at, first.final.status) == (1.0, 2.0, 200)


def test_a_flood_is_withheld_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """More interim heads than are kept, and larger heads: memory is bounded, and what passes does not change."""
    many = Passing(withheld=True)
    events = carried(many, interim=passing.MOST_INTERIM + 20, requests=1)
    assert [event.status for event in events if isinstance(event, ResponseHead)] == [200]
    assert not any(isinstance(event, InterimResponse) for event in events)
    assert len(many.exchanges[0].interim) == passing.MOST_INTERIM
    monkeypatch.setattr(passing, "MOST_KEPT", 60_000)
    large = Passing(withheld=False)
    carried(large, interim=0, requests=2)
    assert [bool(one.final and one.final.fields) for one in large.exchanges] == [True, False]
    monkeypatch.setattr(passing, "MOST_KEPT", 20)
    named = Passing(withheld=False)
    carried(named, interim=0, requests=2)
    assert [one.url for one in named.exchanges] == ["https://a.test/0", ""]


def test_what_is_no_http2_ends_it() -> None:
    """Said as an error, from either side: never passed on half read."""
    with pytest.raises(RemoteProtocolError, match=r"HTTP/1\.x"):
        Passing(withheld=True).from_server(b"HTTP/1.1 400 Bad Request\r\n\r\n", 1.0)
    half = Passing(withheld=True)
    half.from_browser(frames.PREFACE + frames.settings_frame({}), 1.0)
    with pytest.raises(RemoteProtocolError, match="cut off"):
        half.from_browser(frames.frame(frames.HEADERS, frames.END_HEADERS, 1, b"\x40\x05a"), 1.0)
    with pytest.raises(RemoteProtocolError):
        half.from_server(frames.settings_frame({}) + frames.frame(frames.PUSH_PROMISE, 4, 1, b"\0\0\0\2"), 1.0)


HEADERS, CONTINUATION = frames.HEADERS, frames.CONTINUATION


@pytest.mark.parametrize(
    "sent",
    [
        [(CONTINUATION, 0, 1)],
        [(HEADERS, 0, 1), (HEADERS, 0, 3)],
        [(HEADERS, 0, 1), (CONTINUATION, 0, 3)],
        [(HEADERS, 0, 1), (frames.DATA, 0, 1)],
        [(HEADERS, frames.END_HEADERS, 1), (CONTINUATION, 0, 1)],
    ],
)
def test_a_field_block_that_is_never_whole_ends_it(sent: list[tuple[int, int, int]]) -> None:
    """Of blocks that others interrupt, or that nothing began, there would be held whatever comes."""
    through = Passing(withheld=True)
    through.from_server(frames.settings_frame({}), 1.0)
    *before, last = [frames.frame(*each, b"\x88") for each in sent]
    through.from_server(b"".join(before), 1.0)
    with pytest.raises(RemoteProtocolError, match="follow each other"):
        through.from_server(last, 1.0)


# -- fields that requests get on the way


def dressed_asks(fields: Fields, *, table: int | None = None, large: bool = False) -> list[list[tuple[str, str]]]:
    """What a server reads (by h2) of three requests, with trailers in between, that a browser (by h2) sends."""
    browser = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
    server = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
    server.initiate_connection()
    if table is not None:
        server.update_settings({SettingCodes.HEADER_TABLE_SIZE: table})
    browser.initiate_connection()
    through = Passing(withheld=False, dress=lambda scheme, authority: fields if authority == "a.test" else ())
    found = []
    browser.receive_data(through.from_server(server.data_to_send(), 0.0))
    for number, host in enumerate(("a.test", "b.test", "a.test")):
        stream = 2 * number + 1
        head = [
            (":method", "POST"), (":scheme", "https"), (":authority", host), (":path", f"/{number}"),
            ("x-team", "theirs"), ("cookie", "a=" + "b" * (40_000 if large else 1)),
        ]  # fmt: skip
        browser.send_headers(stream, head, priority_weight=None if large else 200)
        browser.send_data(stream, b"body")
        browser.send_headers(stream, [("x-trailer", "1"), ("x-team", "theirs")], end_stream=True)
        for event in server.receive_data(through.from_browser(browser.data_to_send(), 1.0)):
            if isinstance(event, RequestReceived | TrailersReceived):
                found.append([(str(name), str(value)) for name, value in event.headers])
            if isinstance(event, PriorityUpdated):
                assert event.weight == 200
    assert [one.destination for one in through.exchanges] == [""] * 3
    return found


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("table", [None, 0, 100])
def test_requests_get_further_fields(large: bool, table: int | None) -> None:
    """In place of their own of the same name and for the named authority alone; trailers, priorities, all else stays,
    whatever table the server keeps, in heads of several frames, too."""
    asked = dressed_asks((("x-team", "ours"), ("authorization", "Basic x")), table=table, large=large)
    heads, trailers = asked[::2], asked[1::2]
    assert [dict(one)["x-team"] for one in heads] == ["ours", "theirs", "ours"]
    assert [dict(one).get("authorization") for one in heads] == ["Basic x", None, "Basic x"]
    assert [dict(one)[":path"] for one in heads] == ["/0", "/1", "/2"]
    assert {len(dict(one)["cookie"]) for one in heads} == {40_002 if large else 3}
    assert trailers == [[("x-trailer", "1"), ("x-team", "theirs")]] * 3


def test_when_content_was_complete_and_how_much_it_was() -> None:
    """As coded, without padding; a stream that was given up is not complete."""
    through = Passing(withheld=False)
    carried(through, requests=1)
    (one,) = through.exchanges
    assert (one.content, one.ended_at, one.reset_at) == (1_000, 2.0, None)
    assert one.final is not None
    assert 32_000 < one.final.size < 48_000  # twenty fields of 2,400 bytes, five or six bits a letter
    through = Passing(withheld=False)
    encoder = Encoder()
    browser = frames.PREFACE + frames.settings_frame({})
    for stream in (1, 3):
        block = encoder.encode([(b":method", b"GET", False), (b":path", b"/", False)])
        browser += frames.headers_frames(stream, block, end=True, size=16_384)
    through.from_browser(browser + frames.rst_stream(3, 8), 5.0)
    padded = frames.frame(frames.DATA, frames.PADDED | frames.END_STREAM, 1, b"\x03four\0\0\0")
    through.from_server(frames.settings_frame({}) + padded + frames.rst_stream(3, 8), 6.0)
    assert [(one.content, one.ended_at, one.reset_at) for one in through.exchanges] == [(4, 6.0, None), (0, None, 5.0)]
