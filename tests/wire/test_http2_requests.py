"""What the HTTP/2 engine sends: preface, request sections, content within the peer's windows, windows of its own."""

from __future__ import annotations

import pytest
from hpack import Decoder, NeverIndexedHeaderTuple
from hyperframe.frame import ContinuationFrame, DataFrame, HeadersFrame, SettingsFrame, WindowUpdateFrame

from fetcher.errors import LocalProtocolError
from fetcher.terms import Fields
from fetcher.wire.events import BodyData, RequestHead
from fetcher.wire.http2.engine import CONNECTION_WINDOW, Http2Engine
from fetcher.wire.http2.exchange import STREAM_WINDOW
from tests.support.http2_frames import GET, POST, Script, engine, play, resets, sent_frames, told


def section(head: RequestHead) -> list[tuple[str, str]]:
    """The field section as a server decodes it."""
    peer = engine()
    peer.send_request(head, end=True)
    (frame,) = sent_frames(peer.data_to_send())
    assert isinstance(frame, HeadersFrame)
    assert {"END_STREAM", "END_HEADERS"} == set(frame.flags)
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in Decoder().decode(frame.data, raw=True)]


def test_the_preface_is_chromiums() -> None:
    """Push off and the large windows stand in the first SETTINGS; the connection's window is opened to 15 MiB."""
    data = Http2Engine().data_to_send()
    assert data.startswith(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    settings, window = sent_frames(data)
    assert isinstance(settings, SettingsFrame)
    assert settings.settings == {1: 65_536, 2: 0, 4: 6_291_456, 6: 262_144}
    assert isinstance(window, WindowUpdateFrame)
    assert (window.stream_id, window.window_increment) == (0, 15 * 1024 * 1024 - 65_535)


def test_a_request_section_in_order() -> None:
    """Pseudo-fields in Chromium's order, then the caller's fields in theirs, lower case, values as they are."""
    fields: Fields = (
        ("User-Agent", "x"),
        ("cookie", "a=1; b=2"),
        ("priority", "u=0, i"),
        ("x-latin", "é"),
        ("accept", " */* "),
        ("accept", "text/css"),
        ("empty", ""),
    )
    assert section(RequestHead("GET", "https", "a.example:8443", "/x?y", fields)) == [
        (":method", "GET"),
        (":authority", "a.example:8443"),
        (":scheme", "https"),
        (":path", "/x?y"),
        ("user-agent", "x"),
        ("cookie", "a=1; b=2"),
        ("priority", "u=0, i"),
        ("x-latin", "é"),
        ("accept", "*/*"),
        ("accept", "text/css"),
        ("empty", ""),
    ]


@pytest.mark.parametrize(
    "field",
    [
        ("Host", "b.example"),
        ("connection", "keep-alive"),
        ("Keep-Alive", "timeout=5"),
        ("proxy-connection", "close"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAA"),
        ("te", "gzip"),
    ],
)
def test_fields_that_cannot_be_sent_are_left_out(field: tuple[str, str]) -> None:
    """RFC 9113 8.2.2: they belong to an HTTP/1.1 connection; the rest of the request goes out."""
    assert section(RequestHead("GET", "https", "a", "/", (field, ("te", "trailers"))))[4:] == [("te", "trailers")]


def test_connect_has_no_scheme_and_no_path() -> None:
    """RFC 9113 8.5."""
    assert section(RequestHead("CONNECT", "https", "a:443", "")) == [(":method", "CONNECT"), (":authority", "a:443")]


def test_credentials_stay_out_of_compression_tables() -> None:
    """Authorization is sent never-indexed (RFC 7541 7.1.3), other fields are not."""
    peer = engine()
    peer.send_request(RequestHead("GET", "https", "a", "/", (("authorization", "Basic x"), ("accept", "y"))), end=True)
    (frame,) = sent_frames(peer.data_to_send())
    decoded = Decoder().decode(frame.data, raw=True)
    assert [pair[0] for pair in decoded if isinstance(pair, NeverIndexedHeaderTuple)] == [b"authorization"]


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (RequestHead("GET", "https", "a", "/", (("a", "b\r\nc: d"),)), "field a holds a NUL, CR or LF"),
        (RequestHead("GET", "https", "a", "/", (("a", "\0"),)), "field a holds a NUL, CR or LF"),
        (RequestHead("GET", "https", "a", "/", (("a b", "c"),)), "'a b' is not a token"),
        (RequestHead("GET", "https", "a", "/", ((":path", "c"),)), "':path' is not a token"),
        (RequestHead("GET", "https", "a", "/", (("", "c"),)), "'' is not a token"),
        (RequestHead("GET", "https", "a", "/", (("a", "☃"),)), "outside latin-1"),
        (RequestHead("G T", "https", "a", "/"), "'G T' is not a token"),
        (RequestHead("GET", "https", "a", "/ x"), "target '/ x'"),
        (RequestHead("GET", "https", "a\n", "/"), "authority"),
        (RequestHead("GET", "https", "é", "/"), "authority"),
    ],
)
def test_what_must_not_be_sent_is_refused_at_the_call(head: RequestHead, part: str) -> None:
    """The error names the field; nothing is queued and the next request is not disturbed."""
    peer = engine()
    with pytest.raises(LocalProtocolError, match=part):
        peer.send_request(head, end=True)
    assert peer.data_to_send() == b""
    assert peer.send_request(GET, end=True) == 1


def test_the_compression_table_is_as_small_as_the_server_asks() -> None:
    """SETTINGS_HEADER_TABLE_SIZE of 0: the encoder says so and refers to no entry (RFC 7541 4.2)."""
    peer = engine()
    play(peer, [Script().settings({1: 0}).wire])
    peer.data_to_send()
    decoder = Decoder()
    decoder.max_allowed_table_size = 0
    for _ in range(2):
        peer.send_request(RequestHead("GET", "https", "a", "/", (("x-same", "value"),)), end=True)
        (frame,) = sent_frames(peer.data_to_send())
        assert decoder.decode(frame.data, raw=True)[-1] == (b"x-same", b"value")


def test_a_large_head_is_continued() -> None:
    """More than a frame of fields goes out as HEADERS and CONTINUATION, nothing between."""
    peer = engine()
    peer.send_request(RequestHead("GET", "https", "a", "/", (("x", "\x7f" * 40_000),)), end=True)
    frames = sent_frames(peer.data_to_send())
    assert isinstance(frames[0], HeadersFrame)
    assert {type(frame) for frame in frames[1:]} == {ContinuationFrame}
    assert [("END_HEADERS" in frame.flags) for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert Decoder().decode(b"".join(frame.data for frame in frames), raw=True)[-1] == (b"x", b"\x7f" * 40_000)


def content(data: bytes, stream: int = 1) -> tuple[bytes, bool, int]:
    """Of DATA sent on a stream: the bytes, whether it ended, the number of frames."""
    found = [frame for frame in sent_frames(data) if isinstance(frame, DataFrame) and frame.stream_id == stream]
    return b"".join(f.data for f in found), any("END_STREAM" in f.flags for f in found), len(found)


def test_content_waits_for_the_peers_windows() -> None:
    """65,535 bytes at first, in frames of 16 KiB; the rest as stream and connection windows open, both needed."""
    peer = engine(POST)
    body = bytes(range(250)) * 400
    peer.send_data(1, body[:70_000], end=False)
    peer.send_data(1, body[70_000:], end=True)
    assert content(peer.data_to_send()) == (body[:65_535], False, 4)
    play(peer, [Script().window(1, 100_000).wire])
    assert content(peer.data_to_send())[0] == b""
    play(peer, [Script(bare=True).window(0, 10).wire])
    assert content(peer.data_to_send()) == (body[65_535:65_545], False, 1)
    play(peer, [Script(bare=True).window(0, 100_000).wire])
    assert content(peer.data_to_send()) == (body[65_545:], True, 3)
    with pytest.raises(LocalProtocolError, match="already ended"):
        peer.send_data(1, b"x", end=True)


def test_settings_change_the_windows_of_open_streams() -> None:
    """A smaller INITIAL_WINDOW_SIZE may make a window negative; a larger one lets content go; frame size counts."""
    peer = engine(POST)
    play(peer, [Script().settings({4: 5}).wire])
    peer.send_data(1, b"0123456789", end=True)
    assert content(peer.data_to_send())[0] == b"01234"
    play(peer, [Script(bare=True).settings({4: 2}).wire])
    play(peer, [Script(bare=True).settings({4: 7, 5: 20_000}).wire])
    assert content(peer.data_to_send())[0] == b"56"
    play(peer, [Script(bare=True).window(1, 50_000).wire])
    assert content(peer.data_to_send()) == (b"789", True, 1)
    peer.send_request(POST, end=False)
    play(peer, [Script(bare=True).settings({4: 60_000}).wire])
    peer.send_data(3, b"x" * 20_000, end=True)
    assert content(peer.data_to_send(), 3)[2] == 1


def test_content_can_end_empty_and_is_refused_for_no_request() -> None:
    """END_STREAM may come in an empty frame; a stream never opened is the caller's mistake."""
    peer = engine(POST, GET)
    peer.send_data(1, b"", end=True)
    assert content(peer.data_to_send()) == (b"", True, 1)
    for stream in (5, 2):
        with pytest.raises(LocalProtocolError, match=f"no request {stream}"):
            peer.send_data(stream, b"", end=True)
    with pytest.raises(LocalProtocolError, match="already ended"):
        peer.send_data(3, b"", end=True)


@pytest.mark.parametrize(("increment", "code"), [(2**31 - 1, 3), (0, 1)])
def test_a_stream_window_opened_wrongly_ends_that_stream(increment: int, code: int) -> None:
    """By nothing, or past the largest window: RST_STREAM, and the connection stays."""
    peer = engine(POST, GET)
    script = Script().frame(8, 0, 1, increment.to_bytes(4, "big")).head(3, end=True)
    lines = told(play(peer, [script.wire]))
    assert lines[0].startswith("1 failed RemoteProtocolError: The server opened an HTTP/2 window")
    assert lines[1:] == ["3 200 final", "3 end"]
    assert resets(peer.data_to_send()) == [(1, code)]


def increments(data: bytes, stream: int) -> list[int]:
    return [
        frame.window_increment
        for frame in sent_frames(data)
        if isinstance(frame, WindowUpdateFrame) and frame.stream_id == stream
    ]


def test_100_mb_stream_through_with_batched_window_updates() -> None:
    """A server that keeps to the windows is never stopped, and gets a WINDOW_UPDATE per half window, not per frame."""
    peer = engine(GET)
    play(peer, [Script().head(1).wire])
    frame = Script(bare=True).data(1, b"x" * 16_384).wire
    stream_left, connection_left, updates, total = STREAM_WINDOW, CONNECTION_WINDOW, 0, 0
    while total < 100_000_000:
        assert min(stream_left, connection_left) >= 16_384, f"stalled after {total} bytes"
        (event,) = peer.receive(frame, 1.0)
        assert isinstance(event, BodyData)
        peer.acknowledge(1, event.flow)
        total += event.flow
        out = peer.data_to_send()
        stream_left += sum(increments(out, 1)) - 16_384
        connection_left += sum(increments(out, 0)) - 16_384
        updates += bool(out)
    assert updates <= 2 * (total // (STREAM_WINDOW // 2))


def test_nothing_is_given_back_until_it_is_consumed() -> None:
    """Without ``acknowledge`` no WINDOW_UPDATE is sent, and content beyond the window fails the stream."""
    peer = engine(GET, GET)
    play(peer, [Script().head(1).wire])
    frame = Script(bare=True).data(1, b"x" * 16_384).wire
    for _ in range(STREAM_WINDOW // 16_384):
        assert len(peer.receive(frame, 1.0)) == 1
    assert peer.data_to_send() == sent_ack()
    lines = told(peer.receive(Script(bare=True).data(1, b"x").wire, 1.0))
    assert lines == [
        "1 failed RemoteProtocolError: The server sent more content than this HTTP/2 stream's window allows."
    ]
    out = peer.data_to_send()
    assert resets(out) == [(1, 3)]
    assert increments(out, 0) == []  # 6 of 15 MiB are not half


def sent_ack() -> bytes:
    return SettingsFrame(0, flags=["ACK"]).serialize()


def test_the_connections_window_is_kept_too() -> None:
    """Streams that together send more than 15 MiB unconsumed break the connection."""
    peer = engine(GET, GET, GET)
    script = Script().head(1).head(3).head(5)
    play(peer, [script.wire])
    lines: list[str] = []
    for at in range(CONNECTION_WINDOW // 16_384 + 1):
        lines = told(peer.receive(Script(bare=True).data((1, 3, 5)[at % 3], b"x" * 16_384).wire, 1.0))
    assert (
        lines[-1]
        == "ended RemoteProtocolError: The server sent more content than the HTTP/2 connection's window allows."
    )


@pytest.mark.parametrize("how", ["cancel", "reset", "malformed"])
def test_unconsumed_content_of_a_lost_stream_goes_back_to_the_connection(how: str) -> None:
    """However a stream is lost, the connection's window does not shrink by what was never acknowledged."""
    peer = engine()
    script = Script()
    lost = 0
    given = 0
    for stream in range(1, 60, 2):
        peer.send_request(GET, end=True)
        script.head(stream)
        for _ in range(60):
            script.data(stream, b"x" * 16_000, pad=3)
            lost += 16_004
        if how == "reset":
            script.reset(stream, 8)
        elif how == "malformed":
            script.head(stream, 200)
        for event in peer.receive(script.wire, 1.0):
            assert not told([event])[0].startswith("ended")
        if how == "cancel":
            peer.cancel(stream, 1.0)
        peer.acknowledge(stream, 16_004)  # a consumer that did not notice yet: nothing is given back twice
        given += sum(increments(peer.data_to_send(), 0))
        script.wire = b""
    assert lost > CONNECTION_WINDOW
    assert lost - CONNECTION_WINDOW // 2 <= given <= lost


def test_padding_alone_is_given_back_without_the_consumer() -> None:
    """DATA of nothing but padding makes no event, so nobody could acknowledge it."""
    peer = engine(GET)
    play(peer, [Script().head(1).wire])
    peer.data_to_send()
    data = Script(bare=True).data(1, b"", pad=255).wire * 500 + Script(bare=True).data(1, b"x").wire
    given = 0
    for _ in range(60):
        events = peer.receive(data, 1.0)
        assert [type(event) for event in events] == [BodyData]
        peer.acknowledge(1, 1)
        given += sum(increments(peer.data_to_send(), 1))
    assert given > STREAM_WINDOW // 2


def test_acknowledging_too_much_gives_back_only_what_was_received() -> None:
    """A consumer that counts wrongly cannot open the window beyond its size; after the end only the connection's."""
    peer = engine(GET)
    events = play(peer, [Script().head(1).data(1, b"x" * 10_000, end=True).wire])
    assert len(events) == 3
    peer.data_to_send()
    peer.acknowledge(1, 2**31)
    peer.acknowledge(7, 2**31)
    assert peer.data_to_send() == b""
