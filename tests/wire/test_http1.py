"""The HTTP/1.1 engine as a connection: request after request, giving up, closing, and what it costs."""

from __future__ import annotations

import pytest

from fetcher.errors import ConnectionLost, LocalProtocolError, RemoteProtocolError
from fetcher.terms import HttpVersion, Limits
from fetcher.wire.engine import Engine
from fetcher.wire.events import BodyData, ConnectionEnded, InterimResponse, ResponseFailed, ResponseHead
from fetcher.wire.http1 import Http1Engine
from fetcher.wire.http1 import head as http1_head
from tests.support.http1_script import joined, request, told

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


def started(limits: Limits | None = None, **more: str) -> Http1Engine:
    """An engine whose first request has been sent."""
    engine = Http1Engine(limits or Limits())
    engine.send_request(request(**more), end=True)
    engine.data_to_send()
    return engine


def test_keeps_the_contract() -> None:
    """It is an Engine for the type checker and for readers, with one stream free at the start."""
    engine: Engine = Http1Engine()
    assert engine.version is HttpVersion.HTTP_1_1
    assert (engine.free_streams, engine.open_streams, engine.is_closed) == (1, 0, False)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_sequence_of_bpo_28570(size: int) -> None:
    """A 103, its 200, then a second request: each gets its own answer and nothing stays in a buffer for the next."""
    engine = Http1Engine()
    second = b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!"
    for number, answer, said in (
        (1, HINT + OK, ["103 Early Hints link=</a>", "final 200 OK", "body hi", "end"]),
        (2, second, ["final 404 Not Found", "body no!", "end"]),
        (3, HINT + HINT + OK, ["103 Early Hints link=</a>"] * 2 + ["final 200 OK", "body hi", "end"]),
    ):
        assert engine.send_request(request(), end=True) == number
        events = []
        for at in range(0, len(answer), size):
            assert engine.free_streams == 0
            events += engine.receive(answer[at : at + size], 1.0)
        assert engine.free_streams == 1
        assert told(joined(events)) == said
        assert {event.stream_id for event in events} == {number}


def test_a_stream_is_free_only_after_the_final_content() -> None:
    """Interim responses and the final head leave the connection busy; the last byte of content frees it."""
    engine = started()
    busy = []
    for piece in (HINT, HINT, OK[:-2], b"h"):
        engine.receive(piece, 1.0)
        busy.append((engine.free_streams, engine.open_streams))
        with pytest.raises(LocalProtocolError, match="busy"):
            engine.send_request(request(), end=True)
    assert busy == [(0, 1)] * 4
    engine.receive(b"i", 1.0)
    assert (engine.free_streams, engine.open_streams) == (1, 0)


def test_each_interim_response_has_its_bytes_and_its_place_on_the_connection() -> None:
    """``raw`` is the head as it stood and ``offset`` counts every byte received before it, earlier answers included."""
    engine = Http1Engine()
    stream = OK + HINT + b"HTTP/1.1 102 P\n\n" + OK
    places = []
    engine.send_request(request(), end=True)
    engine.receive(OK, 1.0)
    engine.send_request(request(), end=True)
    for event in [e for at in range(len(OK), len(stream)) for e in engine.receive(stream[at : at + 1], 1.0)]:
        if isinstance(event, InterimResponse):
            assert event.offset is not None
            assert stream[event.offset :].startswith(event.raw)
            places.append((event.status, event.offset, event.raw))
    assert places == [(103, len(OK), HINT), (102, len(OK + HINT), b"HTTP/1.1 102 P\n\n")]


def test_each_event_is_stamped_with_the_read_that_completed_it() -> None:
    """A head begun in one read and ended in the next carries the time of the next."""
    engine = started()
    assert engine.receive(HINT[:-1], 5.0) == []
    events = engine.receive(HINT[-1:] + OK[:-1], 7.0) + engine.receive(OK[-1:], 9.0)
    assert [(type(event).__name__, event.at) for event in events] == [
        ("InterimResponse", 7.0), ("ResponseHead", 7.0), ("BodyData", 7.0), ("BodyData", 9.0), ("ResponseEnd", 9.0),
    ]  # fmt: skip


def test_the_size_of_the_final_head_is_told() -> None:
    """``size`` counts the head from status line to empty line, not leading lines and not content."""
    head = next(e for e in started().receive(b"\r\n" + HINT + OK, 1.0) if isinstance(e, ResponseHead))
    assert head.size == len(OK) - 2


def test_content_is_passed_through_as_the_very_object_received() -> None:
    """No copy by length, in chunks or until close: a read that is all content comes out as itself."""
    block = b"x" * 65536
    for framing in (b"Content-Length: 1000000", b"Transfer-Encoding: chunked\r\n\r\n%x" % 1_000_000, b"A: b"):
        engine = started()
        engine.receive(b"HTTP/1.1 200 OK\r\n" + framing + (b"\r\n" if b"chunked" in framing else b"\r\n\r\n"), 1.0)
        for _ in range(3):
            (event,) = engine.receive(block, 1.0)
            assert isinstance(event, BodyData)
            assert event.data is block
            assert event.flow == len(block)


def test_a_head_that_comes_a_byte_at_a_time_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for a head's end resumes where it stopped: the bytes looked at grow with the head, not its square."""
    looked_at = 0
    search = http1_head._end_of_head

    def counted(data: bytes | bytearray, start: int) -> int:
        nonlocal looked_at
        looked_at += len(data) - start
        return search(data, start)

    monkeypatch.setattr(http1_head, "_end_of_head", counted)
    head = b"HTTP/1.1 204 N\r\n" + b"A: b\r\n" * 1000 + b"\r\n"
    engine = started()
    events = [event for byte in head for event in engine.receive(bytes([byte]), 1.0)]
    assert len(events) == 2
    assert looked_at <= 3 * len(head)


def test_a_thousand_heads_in_one_read_do_not_recurse() -> None:
    """However many interim responses one read holds, they are read in a loop."""
    events = started(Limits(interim_heads=20_000)).receive(b"HTTP/1.1 100 C\r\n\r\n" * 10_000 + OK, 1.0)
    assert len(events) == 10_003


def test_the_defaults_stop_at_the_hundred_and_first_interim_response() -> None:
    """A hundred are delivered; one more is LimitExceeded for the stream and the connection."""
    events = started().receive(b"HTTP/1.1 100 C\r\n\r\n" * 101 + OK, 1.0)
    assert told(events) == ["100 C"] * 100 + ["failed interim_heads", "ended interim_heads"]


def test_counts_of_interim_responses_start_again_with_each_request() -> None:
    """Limits on interim responses are for one exchange, not for a connection's life."""
    engine = Http1Engine(Limits(interim_heads=2, interim_bytes=2 * len(HINT)))
    for _ in range(3):
        engine.send_request(request(), end=True)
        assert len(engine.receive(HINT + HINT + OK, 1.0)) == 5
    assert not engine.is_closed


@pytest.mark.parametrize("later", [False, True])
def test_bytes_nobody_asked_for_end_the_connection(later: bool) -> None:
    """In the read that ends an answer or in a later one, they cannot be an answer, so nothing is sent after them."""
    engine = started()
    events = engine.receive(OK, 1.0) + engine.receive(b"!", 1.0) if later else engine.receive(OK + b"!", 1.0)
    ended = events[-1]
    assert isinstance(ended, ConnectionEnded)
    assert isinstance(ended.error, RemoteProtocolError)
    assert (engine.is_closed, engine.free_streams) == (True, 0)
    with pytest.raises(LocalProtocolError, match="closed"):
        engine.send_request(request(), end=True)


def test_bytes_before_the_first_request_end_the_connection() -> None:
    """A server that speaks first is not answering."""
    assert told(Http1Engine().receive(OK, 1.0)) == ["ended remote-protocol"]


def test_after_the_end_nothing_more_is_said() -> None:
    """One ConnectionEnded; later bytes, ends and cancellations are silent."""
    engine = started()
    assert told(engine.receive_eof(1.0)) == ["failed connection-lost", "ended connection-lost"]
    assert engine.receive(OK, 1.0) == engine.receive_eof(1.0) == engine.cancel(1, 1.0) == []
    assert engine.receive(b"", 1.0) == []


def test_a_request_still_in_the_queue_was_certainly_not_processed() -> None:
    """When the connection ends before ``data_to_send`` was called, any method may be tried again."""
    engine = Http1Engine()
    engine.send_request(request("POST"), end=True)
    failed, _ = engine.receive_eof(1.0)
    assert isinstance(failed, ResponseFailed)
    assert failed.processed is False
    assert isinstance(failed.error, ConnectionLost)
    assert engine.data_to_send() == b""


@pytest.mark.parametrize("so_far", [b"", HINT, OK[:-1]])
def test_cancel_ends_the_connection_without_a_word_from_the_stream(so_far: bytes) -> None:
    """HTTP/1.1 cannot skip an answer: no ResponseFailed, ConnectionEnded without error, and nothing left to send."""
    engine = Http1Engine()
    engine.send_request(request(), end=True)
    engine.receive(so_far, 1.0)
    assert engine.cancel(1, 4.0) == [ConnectionEnded(4.0, None)]
    assert (engine.is_closed, engine.open_streams, engine.data_to_send()) == (True, 0, b"")
    assert engine.receive(OK, 5.0) == []


def test_cancel_of_an_exchange_that_is_over_keeps_the_connection() -> None:
    """The answer was complete, so there is nothing to give up."""
    engine = started()
    engine.receive(OK, 1.0)
    assert engine.cancel(1, 1.0) == []
    assert engine.free_streams == 1


def test_close_lets_an_open_exchange_finish() -> None:
    """No new request after close(); the answer on its way still arrives and then the connection ends."""
    engine = started()
    engine.close()
    assert (engine.is_closed, engine.free_streams, engine.open_streams) == (True, 0, 1)
    assert told(engine.receive(HINT + OK, 1.0))[-2:] == ["end", "ended"]


def test_close_while_idle_is_quiet() -> None:
    """Nothing to send on HTTP/1.1, later bytes mean nothing, and the connection's end is told without error."""
    engine = Http1Engine()
    engine.close()
    assert engine.data_to_send() == b""
    assert engine.receive(b"HTTP/1.1 408 Too late\r\n\r\n", 1.0) == []
    assert told(engine.receive_eof(1.0)) == ["ended"]


def test_an_answer_before_the_request_was_sent_whole_ends_the_connection() -> None:
    """RFC 9112 9.3: the connection stands in the middle of a request, so nothing can follow."""
    engine = Http1Engine()
    engine.send_request(request("POST"), end=False)
    assert told(engine.receive(b"HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", 1.0)) == [
        "final 413 No",
        "end",
        "ended",
    ]
    with pytest.raises(LocalProtocolError, match="no open exchange"):
        engine.send_data(1, b"more", end=True)


def test_after_an_upgrade_both_directions_are_the_other_protocols() -> None:
    """Content sent after an asked 101 goes out as it is, and what comes in is content until the end."""
    engine = started(fields=(("connection", "upgrade"), ("upgrade", "echo")))
    engine.receive(b"HTTP/1.1 101 S\r\nUpgrade: echo\r\n\r\n", 1.0)
    engine.send_data(1, b"ping", end=False)
    assert engine.data_to_send() == b"ping"
    assert told(engine.receive(b"HTTP/1.1 103", 1.0)) == ["body HTTP/1.1 103"]
    assert engine.free_streams == 0


def test_acknowledge_changes_nothing() -> None:
    """Flow control is TCP's business on HTTP/1.1."""
    engine = started()
    engine.acknowledge(1, 10)
    assert engine.data_to_send() == b""


def test_other_buffers_are_taken_too() -> None:
    """A bytearray or memoryview is copied once, so a caller may reuse it."""
    buffer = bytearray(OK)
    events = started().receive(memoryview(buffer), 1.0)  # type: ignore[arg-type]
    buffer[:] = bytes(len(buffer))
    assert told(events) == ["final 200 OK", "body hi", "end"]
