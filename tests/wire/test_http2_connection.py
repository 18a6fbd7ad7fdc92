"""How HTTP/2 connections end and what bounds them: GOAWAY, RST_STREAM, EOF, faults of the whole, floods (RFC 9113)."""

from __future__ import annotations

import pytest
from hyperframe.frame import PingFrame, SettingsFrame, WindowUpdateFrame

from fetcher.errors import LocalProtocolError
from fetcher.terms import Limits
from fetcher.wire.http2 import Http2Engine
from tests.support.http2_frames import GET, POST, Script, engine, goaway_code, play, resets, sent_frames, told

PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR, COMPRESSION_ERROR, CALM = 1, 3, 5, 6, 9, 11

# name -> (script, GOAWAY's code, a part of the error). Each begins with a 103 that must not be lost.
START = Script().head(1, 103).wire
CONNECTION_FAULTS: dict[str, tuple[Script, int, str]] = {
    "DATA on stream 0": (Script(bare=True).frame(0, 0, 0, b"x"), PROTOCOL_ERROR, "DATA frame on stream 0"),
    "DATA on a stream never opened": (Script(bare=True).data(9, b"x"), PROTOCOL_ERROR, "which no request has opened"),
    "HEADERS on a stream never opened": (Script(bare=True).head(9), PROTOCOL_ERROR, "which no request has opened"),
    "HEADERS on a server's stream": (Script(bare=True).head(2), PROTOCOL_ERROR, "which no request has opened"),
    "WINDOW_UPDATE on an idle stream": (Script(bare=True).window(9, 1), PROTOCOL_ERROR, "no request has opened"),
    "a push": (Script(bare=True).frame(5, 4, 1, b"\0\0\0\2\x82"), PROTOCOL_ERROR, "pushed"),
    "CONTINUATION alone": (Script(bare=True).frame(9, 4, 1, b"\x88"), PROTOCOL_ERROR, "CONTINUATION without HEADERS"),
    "DATA inside a field block": (
        Script(bare=True).frame(1, 0, 1, b"\x88").data(1, b"x"),
        PROTOCOL_ERROR,
        "interrupted",
    ),
    "another stream's CONTINUATION": (
        Script(bare=True).frame(1, 0, 1, b"\x88").frame(9, 4, 3, b"\x88"),
        PROTOCOL_ERROR,
        "interrupted",
    ),
    "an unknown frame inside a field block": (
        Script(bare=True).frame(1, 0, 1, b"\x88").frame(0x42, 0, 1),
        PROTOCOL_ERROR,
        "interrupted",
    ),
    "more padding than frame": (Script(bare=True).frame(0, 8, 1, b"\x05abc"), PROTOCOL_ERROR, "more padding"),
    "padding without its length": (Script(bare=True).frame(1, 12, 1, b""), PROTOCOL_ERROR, "more padding"),
    "HEADERS too short for its priority": (Script(bare=True).frame(1, 0x24, 1, b"\0\0"), FRAME_SIZE_ERROR, "too short"),
    "a frame over 16 KiB": (Script(bare=True).frame(0, 0, 1, b"x" * 16_385), FRAME_SIZE_ERROR, "16385 bytes"),
    "SETTINGS of 5 bytes": (Script(bare=True).frame(4, 0, 0, b"12345"), FRAME_SIZE_ERROR, "SETTINGS frame of 5"),
    "SETTINGS ACK with content": (Script(bare=True).frame(4, 1, 0, b"123456"), FRAME_SIZE_ERROR, "SETTINGS frame of 6"),
    "SETTINGS on a stream": (Script(bare=True).frame(4, 0, 1), PROTOCOL_ERROR, "SETTINGS frame on stream 1"),
    "a window out of range": (Script(bare=True).frame(4, 0, 0, b"\0\4\x80\0\0\0"), FLOW_CONTROL_ERROR, "window"),
    "a frame size out of range": (Script(bare=True).settings({5: 16_383}), PROTOCOL_ERROR, "frame size of 16383"),
    "push enabled by a server": (Script(bare=True).settings({2: 1}), PROTOCOL_ERROR, "enable push"),
    "PING of 7 bytes": (Script(bare=True).frame(6, 0, 0, b"1234567"), FRAME_SIZE_ERROR, "PING frame of 7"),
    "RST_STREAM of 3 bytes": (Script(bare=True).frame(3, 0, 1, b"123"), FRAME_SIZE_ERROR, "RST_STREAM frame of 3"),
    "RST_STREAM on an idle stream": (Script(bare=True).reset(9, 8), PROTOCOL_ERROR, "no request has opened"),
    "GOAWAY of 7 bytes": (Script(bare=True).frame(7, 0, 0, b"1234567"), FRAME_SIZE_ERROR, "GOAWAY frame of 7"),
    "the connection's window opened by 0": (Script(bare=True).frame(8, 0, 0, bytes(4)), PROTOCOL_ERROR, "0 bytes"),
    "the connection's window overflowed": (Script(bare=True).window(0, 2**31 - 1), FLOW_CONTROL_ERROR, "2147483647"),
    "a stream's window overflowed by SETTINGS": (
        Script(bare=True).window(1, 2**31 - 1 - 65_535).settings({4: 65_536}),
        FLOW_CONTROL_ERROR,
        "overflow an",
    ),
    "HPACK that means nothing": (Script(bare=True).frame(1, 4, 1, b"\xbf"), COMPRESSION_ERROR, "cannot be undone"),
    "HPACK table larger than allowed": (
        Script(bare=True).frame(1, 4, 1, b"\x3f\xe2\xff\x7f\x88"),
        COMPRESSION_ERROR,
        "cannot be undone",
    ),
    "a flood of PING": (Script(bare=True).raw(Script(bare=True).ping().wire * 1_001), CALM, "more than 1000"),
    "a flood of SETTINGS": (Script(bare=True).raw(Script().wire * 1_001), CALM, "more than 1000"),
    "a flood of empty DATA": (
        Script(bare=True).frame(1, 4, 1, b"\x88").raw(Script(bare=True).data(1).wire * 1_001),
        CALM,
        "more than 1000",
    ),
    "a flood of frames not invented yet": (
        Script(bare=True).raw(Script(bare=True).frame(0x42, 0, 1).wire * 1_001),
        CALM,
        "more than 1000",
    ),
    "a flood of empty CONTINUATION": (
        Script(bare=True).frame(1, 0, 1).raw(Script(bare=True).frame(9, 0, 1).wire * 1_000),
        CALM,
        "129 frames",
    ),
    "a field block over the limit": (
        Script(bare=True).frame(1, 0, 1, bytes(16_000)).raw(Script(bare=True).frame(9, 0, 1, bytes(16_000)).wire * 17),
        CALM,
        "272000 compressed bytes",
    ),
}


@pytest.mark.parametrize(("script", "code", "part"), CONNECTION_FAULTS.values(), ids=CONNECTION_FAULTS)
def test_a_fault_of_the_connection(script: Script, code: int, part: str) -> None:
    """What came before is told, each open exchange fails, the connection ends with a GOAWAY that says why; the same
    events in one read and in many."""
    wire = START + script.wire
    step = 1 if len(wire) < 200 else 97
    lines = None
    for pieces in ([wire], [wire[at : at + step] for at in range(0, len(wire), step)]):
        peer = engine(GET, GET)
        events = told(play(peer, pieces))
        assert events[0] == "1 103"
        assert [line.split(":")[0].split(" ", 1)[0] for line in events[-3:]] == ["1", "3", "ended"]
        assert all(part in line for line in events[-3:])
        assert goaway_code(peer.data_to_send()) == code
        assert peer.is_closed
        assert (peer.free_streams, peer.open_streams) == (0, 0)
        assert peer.receive(b"more", 9.0) == [] == peer.receive_eof(9.0)
        assert lines in (None, events)
        lines = events


def test_a_decompression_bomb_is_refused_before_it_unpacks() -> None:
    """One byte per copy of a large table entry: the head limit stops it, and the limit is named."""
    script = Script().section(1, [(":status", "103"), ("x", "y" * 4_000)])
    script.frame(1, 4, 1, b"\x88" + b"\xbe" * 16_000)
    peer = engine(GET)
    events = play(peer, [script.wire])
    assert told(events)[0].startswith("1 103 x=yyy")
    assert told(events)[-1] == ("ended LimitExceeded: The server sent a head that unpacks to more than 262144 bytes.")
    assert goaway_code(peer.data_to_send()) == CALM


@pytest.mark.parametrize(
    "block",
    [
        b"\x40",
        b"\x40\x01",
        b"\x00\x01a",
        b"\x00\x01a\x05bc",
        b"\x0f",
        b"\x0f\x80",
        b"\x41\xff\x80",
        b"\xff\xff",
        b"\x3f",
    ],
)
def test_a_truncated_block_is_an_error_and_no_panic(block: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """jh2's compiled decoder panics on these and prints a trace; they never reach it."""
    peer = engine(GET)
    lines = told(play(peer, [Script().frame(1, 4, 1, b"\x88" + block).wire]))
    assert lines[-1] == "ended RemoteProtocolError: The server sent a head whose HPACK compression cannot be undone."
    assert goaway_code(peer.data_to_send()) == COMPRESSION_ERROR
    assert capfd.readouterr().err == ""


def test_a_panic_of_the_decoder_is_an_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should it panic on something else, what it raises is no ``Exception``, and still ends only the connection."""

    class PanicException(BaseException):
        pass

    class Panicking:
        def decode(self, block: bytes, raw: bool) -> None:
            raise PanicException(block)

    peer = engine(GET)
    monkeypatch.setattr(peer._decoder, "_decoder", Panicking())
    assert told(play(peer, [Script().head(1).wire]))[-1].endswith("HPACK compression cannot be undone.")


def test_a_smaller_head_limit_is_announced_and_kept() -> None:
    """``Limits.head_bytes`` goes into our SETTINGS and stops what is larger."""
    fresh = Http2Engine(Limits(head_bytes=1_000))
    assert sent_frames(fresh.data_to_send())[0].settings[6] == 1_000
    peer = engine(GET, limits=Limits(head_bytes=1_000))
    lines = told(play(peer, [Script().head(1, 103, ("x", "y" * 1_000)).wire]))
    assert "more than 1000 bytes" in lines[-1]


@pytest.mark.parametrize(
    ("wire", "part"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "answered in HTTP/1.x"),
        (b"\x15\x03\x03\x00\x02\x02\x28junkjunk", "first HTTP/2 frame is not SETTINGS"),
        (Script(bare=True).ping().wire, "first HTTP/2 frame is not SETTINGS"),
        (SettingsFrame(0, flags=["ACK"]).serialize(), "first HTTP/2 frame is not SETTINGS"),
    ],
)
def test_a_peer_that_does_not_speak_http2(wire: bytes, part: str) -> None:
    """A server that begins with anything but SETTINGS is told apart at its ninth byte, in every cut."""
    for pieces in ([wire], [wire[at : at + 1] for at in range(len(wire))]):
        lines = told(play(engine(GET), pieces))
        assert len(lines) == 2
        assert part in lines[0]
        assert part in lines[1]


def test_goaway_fails_only_what_was_not_processed() -> None:
    """Streams above the last id fail and may be sent again, no request is taken any more, the others finish."""
    peer = engine(GET, GET, GET)
    script = Script().head(1, 103).goaway(3, 0, b"maintenance").head(1, 200, end=True).head(3).data(3, b"x", end=True)
    assert told(play(peer, [script.wire])) == [
        "1 103",
        "goaway 3 0 maintenance",
        "5 failed ConnectionLost: The server said goodbye (NO_ERROR) without processing request 5. (may be sent again)",
        "1 200 final",
        "1 end",
        "3 200 final",
        "3 data x",
        "3 end",
    ]
    assert peer.is_closed
    assert peer.free_streams == 0
    with pytest.raises(LocalProtocolError, match="takes no new requests"):
        peer.send_request(GET, end=True)
    assert told(peer.receive_eof(1.0)) == ["ended"]


def test_a_second_goaway_can_only_lower_the_last_stream() -> None:
    """The usual shutdown: first the highest id possible, then the real one."""
    peer = engine(GET, GET)
    script = Script().goaway(2**31 - 1).goaway(1).goaway(3)
    lines = told(play(peer, [script.wire]))
    assert lines[:2] == [f"goaway {2**31 - 1} 0 ", "goaway 1 0 "]
    assert lines[2].startswith("3 failed")
    assert lines[3:] == ["goaway 1 0 "]
    assert peer.open_streams == 1


def test_goaway_with_an_error_explains_the_end_of_the_connection() -> None:
    """What the server announced is repeated in the sentences of those it then leaves unanswered."""
    peer = engine(GET)
    assert told(play(peer, [Script().goaway(1, 11, b"too many pings").wire], eof=True)) == [
        "goaway 1 11 too many pings",
        "1 failed ConnectionLost: The server closed the HTTP/2 connection before any response. "
        "It had announced ENHANCE_YOUR_CALM: too many pings.",
        "ended ConnectionLost: The server closed the HTTP/2 connection. "
        "It had announced ENHANCE_YOUR_CALM: too many pings.",
    ]


CLOSED = "failed ConnectionLost: The server closed the HTTP/2 connection"


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (Script(), f"1 {CLOSED} before any response."),
        (Script().head(1, 103), f"1 {CLOSED} after the 103, before the final response."),
        (Script().head(1, 103).raw(b"\0\0\5"), f"1 {CLOSED} after the 103, before the final response."),
        (
            Script().head(1, 100).head(1, 103),
            f"1 {CLOSED} after 2 interim responses, the last a 103, before the final response.",
        ),
        (Script().head(1).data(1, b"abc"), f"1 {CLOSED} after the 200 head and 3 bytes of content."),
        (
            Script().head(1, 200, ("content-length", "9")).data(1, b"abc"),
            f"1 {CLOSED} after the 200 head and 3 of 9 bytes of content.",
        ),
    ],
)
def test_eof_says_how_far_the_exchange_had_come(script: Script, line: str) -> None:
    """The end of the connection fails each open exchange, with what it had received."""
    lines = told(play(engine(GET), [script.wire], eof=True))
    assert lines[-2:] == [line, "ended ConnectionLost: The server closed the HTTP/2 connection."]


def test_eof_without_open_exchanges_is_clean_and_with_unsent_ones_they_may_be_sent_again() -> None:
    """A request that never left ``data_to_send`` was certainly not processed."""
    assert told(play(engine(), [Script().wire], eof=True)) == ["ended"]
    peer = engine(GET)
    peer.send_request(GET, end=True)
    lines = told(play(peer, [Script().wire], eof=True))
    assert ["sent again" in line for line in lines] == [False, True, False]


@pytest.mark.parametrize(
    ("code", "name", "again"),
    [
        (0, "NO_ERROR", ""),
        (2, "INTERNAL_ERROR", ""),
        (7, "REFUSED_STREAM", " (may be sent again)"),
        (99, "error 0x63", ""),
    ],
)
def test_reset_by_the_server(code: int, name: str, again: str) -> None:
    """RST_STREAM fails one exchange and is not answered with another."""
    peer = engine(GET, GET)
    assert told(play(peer, [Script().head(1, 103).reset(1, code).head(3, 200, end=True).wire])) == [
        "1 103",
        f"1 failed StreamReset: The server reset stream 1 with {name} after the 103, before the final response.{again}",
        "3 200 final",
        "3 end",
    ]
    assert resets(peer.data_to_send()) == []


def test_no_error_after_a_complete_answer_is_fine() -> None:
    """RFC 9113 8.1: answer, END_STREAM, RST_STREAM(NO_ERROR) means: stop sending your content."""
    peer = engine(POST)
    assert told(play(peer, [Script().head(1, 413, end=True).reset(1, 0).wire])) == ["1 413 final", "1 end"]


def test_cancelling_is_silent_and_answered_by_nothing_more() -> None:
    """CANCEL goes out once; what was under way is swallowed without a RST_STREAM for each frame."""
    peer = engine(GET, GET)
    play(peer, [Script().head(1).wire])
    peer.data_to_send()
    assert peer.cancel(1, 1.0) == [] == peer.cancel(1, 1.0)
    assert resets(peer.data_to_send()) == [(1, 8)]
    late = (
        Script(bare=True).raw(Script(bare=True).data(1, b"x" * 1_000).wire * 2_000).data(1, end=True).head(3, end=True)
    )
    assert told(play(peer, [late.wire])) == ["3 200 final", "3 end"]
    assert resets(peer.data_to_send()) == []


def test_what_comes_for_cancelled_streams_is_given_back_to_the_connection() -> None:
    """Or a client that cancels often would starve: 3 x 4 MB nobody reads open the connection's window again."""
    peer = engine(GET, GET, GET)
    play(peer, [Script().wire])
    for stream in (1, 3, 5):
        peer.cancel(stream, 1.0)
    peer.data_to_send()
    late = Script(bare=True)
    for stream in (1, 3, 5):
        late.raw(Script(bare=True).data(stream, bytes(16_000)).wire * 250)
    assert play(peer, [late.wire]) == []
    opened = [frame for frame in sent_frames(peer.data_to_send()) if isinstance(frame, WindowUpdateFrame)]
    assert [frame.stream_id for frame in opened] == [0]
    assert opened[0].window_increment >= 7_500_000


def test_heads_without_end_for_a_stream_that_is_over_are_a_flood() -> None:
    """A late head is swallowed as it was under way; a thousand in a row were not."""
    peer = engine(GET)
    play(peer, [Script().wire])
    peer.cancel(1, 1.0)
    peer.data_to_send()
    head = Script(bare=True).head(1).wire
    assert play(peer, [head * 999]) == []  # SETTINGS were the first
    assert told(play(peer, [head]))[-1].startswith("ended RemoteProtocolError: The server sent more than 1000")
    assert goaway_code(peer.data_to_send()) == CALM


def test_content_after_the_end_is_refused_beyond_what_could_be_under_way() -> None:
    """A server that goes on after END_STREAM breaks the connection; nothing was cancelled that could explain it."""
    script = Script().head(1, 200, end=True).data(1, b"x")
    lines = told(play(engine(GET), [script.wire]))
    assert lines[-1].startswith("ended RemoteProtocolError: The server went on sending content on stream 1")


def test_stream_limits() -> None:
    """100 requests until SETTINGS say otherwise; the change is told once; a full connection refuses the next."""
    peer = engine()
    assert peer.free_streams == 100
    assert told(play(peer, [Script().settings({3: 2}).settings({3: 2}).wire])) == ["streams 2"]
    peer.send_request(GET, end=True)
    peer.send_request(GET, end=True)
    assert (peer.free_streams, peer.open_streams) == (0, 2)
    with pytest.raises(LocalProtocolError, match="All 2 requests"):
        peer.send_request(GET, end=True)
    assert told(play(peer, [Script(bare=True).head(1, 200, end=True).settings({3: 0}).wire]))[-1] == "streams 0"
    assert peer.free_streams == 0
    assert told(play(peer, [Script(bare=True).settings({3: 2**32 - 1}).wire])) == [f"streams {2**32 - 1}"]


def test_settings_and_pings_are_answered() -> None:
    """Each SETTINGS is acknowledged, each PING echoed; a PING's acknowledgement is not."""
    peer = engine()
    wire = Script().settings({1: 0}).ping(b"abcdefgh").add(PingFrame(0, b"12345678"), "ACK").wire
    assert play(peer, [wire]) == []
    answers = sent_frames(peer.data_to_send())
    assert [type(frame) for frame in answers] == [SettingsFrame, SettingsFrame, PingFrame]
    assert all("ACK" in frame.flags for frame in answers)
    assert answers[2].opaque_data == b"abcdefgh"


def test_close_says_goodbye_once_and_open_exchanges_may_finish() -> None:
    """GOAWAY(NO_ERROR); no new requests; an answer that still comes is told."""
    peer = engine(GET)
    peer.close()
    peer.close()
    assert goaway_code(peer.data_to_send()) == 0
    assert peer.is_closed
    assert peer.data_to_send() == b""
    assert told(play(peer, [Script().head(1, end=True).wire], eof=True)) == ["1 200 final", "1 end", "ended"]
