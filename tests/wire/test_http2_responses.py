"""What comes out of the HTTP/2 engine for what a server sends, for every cut of it (EH 1, RFC 9113 8)."""

from __future__ import annotations

import pytest

from fetcher.terms import Limits
from fetcher.wire.events import InterimResponse, ResponseFailed, ResponseHead
from tests.support.http2_frames import GET, HEAD, POST, Script, engine, goaway_code, play, resets, told

LINK = ("link", "</a.css>; rel=preload; as=style")
FAILED = "1 failed RemoteProtocolError: The server sent "

# name -> (script, the lines told after it)
RESPONSES: dict[str, tuple[Script, list[str]]] = {
    "a final response": (
        Script().head(1, 200, ("server", "x")).data(1, b"hello", end=True),
        ["1 200 final server=x", "1 data hello", "1 end"],
    ),
    "a final response without content": (Script().head(1, 204, end=True), ["1 204 final", "1 end"]),
    "a 103, then the final response (EH 1.1)": (
        Script().head(1, 103, LINK).head(1, 200, ("a", "b"), end=True),
        [f"1 103 link={LINK[1]}", "1 200 final a=b", "1 end"],
    ),
    "several interim responses of any kind (EH 1.2)": (
        Script().head(1, 100).head(1, 103, LINK).head(1, 102).head(1, 199).head(1, 103).head(1, 200, end=True),
        ["1 100", f"1 103 link={LINK[1]}", "1 102", "1 199", "1 103", "1 200 final", "1 end"],
    ),
    "Content-Length in a 103 changes nothing (EH 1.3)": (
        Script().head(1, 103, ("content-length", "3")).head(1, 200).data(1, b"hello", end=True),
        ["1 103 content-length=3", "1 200 final", "1 data hello", "1 end"],
    ),
    "a Content-Length in a 103 that is no number changes nothing either": (
        Script().head(1, 103, ("content-length", "many")).head(1, 200, ("content-length", "0"), end=True),
        ["1 103 content-length=many", "1 200 final content-length=0", "1 end"],
    ),
    "a 103 cut into CONTINUATION frames": (
        Script().section(1, [(":status", "103"), LINK], cut=5).head(1, 200, end=True),
        [f"1 103 link={LINK[1]}", "1 200 final", "1 end"],
    ),
    "a section after the final head is trailers (EH 1.7)": (
        Script().head(1, 103).head(1, 200).data(1, b"x").section(1, [("digest", "y")], end=True),
        ["1 103", "1 200 final", "1 data x", "1 end digest=y"],
    ),
    "a 103 for one stream between the content of another": (
        Script().head(1).data(1, b"a").head(3, 103, LINK).data(1, b"b", end=True).head(3, 200, end=True),
        ["1 200 final", "1 data a", f"3 103 link={LINK[1]}", "1 data b", "1 end", "3 200 final", "3 end"],
    ),
    "padding and the deprecated priority fields are skipped": (
        Script().frame(1, 0x2C, 1, b"\x02" + b"\0\0\0\0\x10" + b"\x88" + b"\0\0").data(1, b"x", end=True, pad=7),
        ["1 200 final", "1 data x", "1 end"],
    ),
    "duplicate fields stay apart, in order; other bytes are latin-1": (
        Script().section(1, [(b":status", b"200"), (b"set-cookie", b"a"), (b"set-cookie", b"\xe9")], end=True),
        ["1 200 final set-cookie=a set-cookie=é", "1 end"],
    ),
    "connection-specific fields and stray white space are forgiven and named": (
        Script().section(1, [(":status", "103"), ("upgrade", "h2,h2c"), ("link", " <a> ")]).head(1, 200, end=True),
        [
            "1 103 upgrade=h2,h2c link=<a> (connection-specific field upgrade) (white space around the value of link)",
            "1 200 final",
            "1 end",
        ],
    ),
    "Content-Length that agrees twice": (
        Script().head(1, 200, ("content-length", "5"), ("content-length", "5")).data(1, b"hello", end=True),
        ["1 200 final content-length=5 content-length=5", "1 data hello", "1 end"],
    ),
    "frames nobody needs to know are skipped": (
        Script()
        .frame(0x0A, 0, 0, b"\0\0h3")
        .frame(0xFE, 7, 1, b"?")
        .frame(2, 0, 9, b"\0\0\0\0\1")
        .ping()
        .head(1, 200, end=True),
        ["1 200 final", "1 end"],
    ),
    # What ends one stream and no other.
    "END_STREAM on a 103": (
        Script().head(1, 103, LINK, end=True),
        [f"{FAILED}a 103 that ends the stream without a final response, before any response."],
    ),
    "END_STREAM on a second 103": (
        Script().head(1, 103).head(1, 103, end=True),
        [
            "1 103",
            f"{FAILED}a 103 that ends the stream without a final response, after the 103, before the final response.",
        ],
    ),
    "101 (EH 1.4)": (
        Script().head(1, 101),
        [f"{FAILED}101 Switching Protocols, which HTTP/2 does not have, before any response."],
    ),
    "LF in a 103's field (EH 1.9)": (
        Script().head(1, 103, ("x", "a\nb")),
        [f"{FAILED}the field 'x' with a NUL, CR or LF in its value, before any response."],
    ),
    "CR in a 103's field": (
        Script().head(1, 103, ("x", "a\r")),
        [f"{FAILED}the field 'x' with a NUL, CR or LF in its value, before any response."],
    ),
    "NUL in a 103's field": (
        Script().head(1, 103, ("x", "\0")),
        [f"{FAILED}the field 'x' with a NUL, CR or LF in its value, before any response."],
    ),
    "NUL in a final field after a 103": (
        Script().head(1, 103).head(1, 200, ("x", "\0")),
        [
            "1 103",
            f"{FAILED}the field 'x' with a NUL, CR or LF in its value, after the 103, before the final response.",
        ],
    ),
    "content before any head": (Script().data(1, b"x"), [f"{FAILED}content before any response."]),
    "content after a 103": (
        Script().head(1, 103).data(1, b"x", end=True),
        ["1 103", f"{FAILED}content after the 103, before the final response."],
    ),
    "an empty DATA that ends the stream after a 103": (
        Script().head(1, 103).head(1, 103).data(1, end=True),
        [
            "1 103",
            "1 103",
            f"{FAILED}an empty DATA frame after 2 interim responses, the last a 103, before the final response.",
        ],
    ),
    "trailers that do not end the stream": (
        Script().head(1).head(1, 200),
        [
            "1 200 final",
            f"{FAILED}:status in trailers, twice, or after other fields, after the 200 head and 0 bytes of content.",
        ],
    ),
    "a 103 after the final head": (
        Script().head(1).head(1, 103),
        [
            "1 200 final",
            f"{FAILED}:status in trailers, twice, or after other fields, after the 200 head and 0 bytes of content.",
        ],
    ),
    "plain trailers without END_STREAM": (
        Script().head(1, 200, ("content-length", "9")).data(1, b"abc").section(1, [("a", "b")]),
        [
            "1 200 final content-length=9",
            "1 data abc",
            f"{FAILED}a second head, or trailers that do not end the stream, "
            "after the 200 head and 3 of 9 bytes of content.",
        ],
    ),
    "a head without :status": (
        Script().section(1, [("a", "b")]),
        [f"{FAILED}a response head without :status, before any response."],
    ),
    ":status twice": (
        Script().section(1, [(":status", "200"), (":status", "200")]),
        [f"{FAILED}:status in trailers, twice, or after other fields, before any response."],
    ),
    ":status after a field": (
        Script().section(1, [("a", "b"), (":status", "200")]),
        [f"{FAILED}:status in trailers, twice, or after other fields, before any response."],
    ),
    "a request's pseudo-field": (
        Script().section(1, [(":status", "200"), (":path", "/")]),
        [f"{FAILED}a field named ':path', which no response may carry over HTTP/2, before any response."],
    ),
    "a name in capitals": (
        Script().section(1, [(":status", "103"), ("Link", "<a>")]),
        [f"{FAILED}a field named 'Link', which no response may carry over HTTP/2, before any response."],
    ),
    "an empty name": (
        Script().section(1, [(":status", "103"), ("", "x")]),
        [f"{FAILED}a field named '', which no response may carry over HTTP/2, before any response."],
    ),
    "a status of two digits": (
        Script().head(1, 99),
        [f"{FAILED}the status '99', which is no number from 100 to 999, before any response."],
    ),
    "a status that is no number": (
        Script().section(1, [(":status", "20x")]),
        [f"{FAILED}the status '20x', which is no number from 100 to 999, before any response."],
    ),
    "content beyond Content-Length": (
        Script().head(1, 200, ("content-length", "1")).data(1, b"xy", end=True),
        [
            "1 200 final content-length=1",
            "1 failed RemoteProtocolError: The server sent more content than the 1 bytes its Content-Length announced.",
        ],
    ),
    "content short of Content-Length": (
        Script().head(1, 200, ("content-length", "9")).data(1, b"xy", end=True),
        [
            "1 200 final content-length=9",
            "1 data xy",
            "1 failed RemoteProtocolError: The response ended after 2 bytes of content; its Content-Length "
            "announced 9.",
        ],
    ),
    "two Content-Lengths that differ": (
        Script().head(1, 200, ("content-length", "1"), ("content-length", "2")),
        [f"{FAILED}a Content-Length that is no number, or several that differ, before any response."],
    ),
}


@pytest.mark.parametrize(("script", "lines"), RESPONSES.values(), ids=RESPONSES)
def test_a_script_in_every_cut(script: Script, lines: list[str]) -> None:
    """The same events come out whole, byte by byte and for every cut in two; nothing but the stream concerned ends,
    and it ends with RST_STREAM(PROTOCOL_ERROR)."""
    wire = script.wire
    cuts = [[wire], [wire[i : i + 1] for i in range(len(wire))], *([wire[:i], wire[i:]] for i in range(1, len(wire)))]
    for pieces in cuts:
        peer = engine(GET, GET)
        assert told(play(peer, pieces)) == lines
        out = peer.data_to_send()
        assert resets(out) == ([(1, 1)] if "failed" in lines[-1] else [])
        assert goaway_code(out) is None
        assert not peer.is_closed


@pytest.mark.parametrize(
    "bad",
    [script for script, lines in RESPONSES.values() if "failed" in lines[-1]],
    ids=[name for name, (_, lines) in RESPONSES.items() if "failed" in lines[-1]],
)
def test_other_streams_go_on_after_a_malformed_one(bad: Script) -> None:
    """After a stream error, what else the server sends for that stream is ignored and another stream completes."""
    peer = engine(GET, GET)
    play(peer, [bad.wire])
    more = Script(bare=True)
    more.encoder = bad.encoder
    more.data(1, b"late").head(1, 200, ("late", "yes"), end=True).head(3, 103, LINK).head(3, 200, end=True)
    assert told(play(peer, [more.wire])) == [f"3 103 link={LINK[1]}", "3 200 final", "3 end"]
    assert peer.free_streams == 100


def test_events_carry_the_read_time_and_what_the_wire_had() -> None:
    """``at`` is the time given with the bytes that completed the event; interim fields are their own."""
    peer = engine(GET)
    wire = Script().head(1, 103, LINK).wire
    assert peer.receive(wire[:-1], 1.0) == []
    (interim,) = peer.receive(wire[-1:], 2.0)
    assert interim == InterimResponse(1, 2.0, 103, "", (LINK,), raw=b"", offset=None)
    block = Script(bare=True).head(1, 200, ("a", "b"))
    (head,) = peer.receive(block.wire, 3.0)
    assert head == ResponseHead(1, 3.0, 200, "", (("a", "b"),), "HTTP/2", size=len(block.wire))


def test_head_and_304_announce_content_without_having_any() -> None:
    """Content-Length in an answer to HEAD, or in a 304, is not waited for; content after HEAD is refused."""
    peer = engine(HEAD, GET, HEAD)
    script = Script().head(1, 200, ("content-length", "9"), end=True).head(3, 304, ("content-length", "9"), end=True)
    lines = told(play(peer, [script.head(5, 200).data(5, b"x").wire]))
    assert [line for line in lines if "final" not in line] == [
        "1 end",
        "3 end",
        "5 failed RemoteProtocolError: The server sent content in answer to HEAD.",
    ]


def test_an_answer_before_the_request_is_sent_ends_the_request() -> None:
    """A complete answer while our content still waits for window: the rest is dropped and the stream reset."""
    peer = engine(POST)
    peer.send_data(1, b"x" * 100_000, end=True)
    peer.data_to_send()
    assert told(play(peer, [Script().head(1, 413, end=True).wire])) == ["1 413 final", "1 end"]
    assert resets(peer.data_to_send()) == [(1, 8)]
    peer.send_data(1, b"more", end=True)  # the caller may not have looked yet
    assert peer.data_to_send() == b""


LIMITS = [
    ("interim_heads", Limits(interim_heads=2), Script().head(1, 103).head(1, 103).head(1, 103), 2, 11),
    ("interim_bytes", Limits(interim_bytes=30), Script().head(1, 103, ("a", "b")).head(1, 103, LINK), 1, 11),
    ("field_bytes", Limits(field_bytes=20), Script().head(1, 103, ("a", "b")).head(1, 200, LINK), 1, 8),
    ("body_bytes", Limits(body_bytes=4), Script().head(1, 200).data(1, b"1234").data(1, b"5"), 2, 8),
]


@pytest.mark.parametrize(("name", "limits", "script", "before", "code"), LIMITS, ids=[row[0] for row in LIMITS])
def test_a_limit_ends_its_stream(name: str, limits: Limits, script: Script, before: int, code: int) -> None:
    """Everything up to the limit is told, then one failure names the limit, and only this stream is reset."""
    peer = engine(GET, GET, limits=limits)
    events = play(peer, [script.wire])
    assert len(events) == before + 1
    failed = events[-1]
    assert isinstance(failed, ResponseFailed)
    assert getattr(failed.error, "limit", None) == name
    assert resets(peer.data_to_send()) == [(1, code)]
    assert peer.open_streams == 1
