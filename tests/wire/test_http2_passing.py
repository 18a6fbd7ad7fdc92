"""HTTP/2 passed on between a browser and a server, interim heads withheld or not: nothing else changes."""

from __future__ import annotations

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived
from h2.settings import SettingCodes

from fetcher.errors import RemoteProtocolError
from fetcher.terms import Limits
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
