"""No bytes make the HTTP/2 engine raise, and no split changes what it says: random frames, mutated scripts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fetcher.wire.events import BodyData, ConnectionEnded, ResponseEnd, ResponseFailed, WireEvent
from tests.support.http2_frames import GET, POST, Script, engine, play, told

GOOD = (
    Script()
    .settings({3: 50, 4: 70_000})
    .head(1, 103, ("link", "</a.css>; rel=preload; as=style"))
    .ping()
    .head(1, 200, ("content-type", "text/html"), ("content-length", "11"))
    .head(3, 103, ("link", "</b.css>; rel=preload; as=style"))
    .data(1, b"hello ", pad=3)
    .window(5, 1_000)
    .section(3, [(":status", "200"), ("x", "y" * 50)], cut=16)
    .data(1, b"world", end=True)
    .data(3, b"abc")
    .section(3, [("digest", "z")], end=True)
    .reset(5, 8)
    .goaway(5)
    .wire
)

# (type, flags, stream, payload): known and unknown types, streams open, ended, idle and the server's.
FRAMES = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from([0, 1, 4, 5, 8, 9, 0x0C, 0x0D, 0x20, 0x24, 0x2D, 0xFF]),
        st.sampled_from([0, 1, 1, 1, 3, 3, 5, 2, 7]),
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from([b"\x88", b"\x08\x03103", b"\x08\x03103\x00\x01a\x01b", bytes(4), bytes(5), bytes(8)]),
        ),
    ),
    max_size=12,
)


def check(wire: bytes, cuts: list[int]) -> None:
    """Whole, cut, and byte by byte: equal events, in a legal order."""
    edges = [0, *sorted({cut % (len(wire) + 1) for cut in cuts}), len(wire)]
    ways = [
        [wire],
        [wire[a:b] for a, b in pairwise(edges)],
        [wire[i : i + 1] for i in range(len(wire))],
    ]
    results = []
    for pieces in ways:
        peer = engine(GET, GET, POST)
        events = play(peer, pieces, eof=True)
        legal(events)
        peer.acknowledge(1, 10)
        peer.cancel(1, 9.0)
        peer.data_to_send()
        results.append(told(events))
    assert results[0] == results[1] == results[2]


def legal(events: list[WireEvent]) -> None:
    """Each of the three exchanges ends exactly once, and the connection's end comes last."""
    ends = [event.stream_id for event in events if isinstance(event, ResponseEnd | ResponseFailed)]
    assert sorted(ends) == [1, 3, 5]
    assert [isinstance(event, ConnectionEnded) for event in events] == [False] * (len(events) - 1) + [True]
    over: set[int] = set()
    for event in events:
        stream_id = getattr(event, "stream_id", None)
        assert stream_id not in over
        if isinstance(event, ResponseEnd | ResponseFailed):
            over.add(event.stream_id)
        if isinstance(event, BodyData):
            assert event.flow >= len(event.data) > 0


@settings(max_examples=250, deadline=None)
@given(FRAMES, st.lists(st.integers(0, 500), max_size=4))
def test_random_frames(frames: list[tuple[int, int, int, bytes]], cuts: list[int]) -> None:
    """Well-formed frames with anything in them, after SETTINGS."""
    script = Script()
    for kind, flags, stream, payload in frames:
        script.frame(kind, flags, stream, payload)
    check(script.wire, cuts)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=3),
    st.integers(0, len(GOOD)),
    st.lists(st.integers(0, len(GOOD)), max_size=4),
)
def test_a_good_script_with_bytes_changed(changes: list[tuple[int, int]], stop: int, cuts: list[int]) -> None:
    """A few bytes replaced, the rest as a real server sends it, ended anywhere."""
    wire = bytearray(GOOD)
    for at, value in changes:
        wire[at] = value
    check(bytes(wire[:stop]), cuts)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120))
def test_random_bytes(noise: bytes) -> None:
    """Not even frames: with SETTINGS before and without."""
    check(noise, [3])
    check(Script().wire + noise, [3])
