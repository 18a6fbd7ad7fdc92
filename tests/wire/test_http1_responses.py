"""What the HTTP/1.1 engine says to scripted bytes: each row whole, cut in two at every offset, and a byte at a time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fetcher.terms import Fields, Limits
from fetcher.wire.engine import field_too_large
from fetcher.wire.events import ConnectionEnded, ResponseFailed
from tests.support.http1_script import outcomes, play, request, told

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
OK_SAID = ["final 200 OK", "body hi", "end"]
CHUNKED_HEAD = "final 200 OK transfer-encoding=chunked"


@dataclass(frozen=True)
class Case:
    name: str
    data: bytes
    says: list[str]
    eof: bool = False
    method: str = "GET"
    fields: Fields = ()
    limits: Limits = Limits()  # noqa: RUF009 - frozen
    error: str = ""


def lost(name: str, data: bytes, says: list[str], error: str, **more: object) -> Case:
    return Case(name, data, [*says, "failed connection-lost", "ended connection-lost"], eof=True, error=error, **more)


def refused(name: str, data: bytes, says: list[str], error: str, **more: object) -> Case:
    return Case(name, data, [*says, "failed remote-protocol", "ended remote-protocol"], error=error, **more)


def limited(name: str, data: bytes, says: list[str], limit: str, **more: int) -> Case:
    return Case(
        name, data, [*says, f"failed {limit}", f"ended {limit}"], limits=Limits(**more), error="bytes|More than"
    )


INTERIM = [
    Case("a 103, then the answer (RFC 8297)", HINT + OK, ["103 Early Hints link=</a>", *OK_SAID]),
    *(
        Case(f"a {status} is read and the answer follows (EH 1.1)", b"HTTP/1.1 %d Any\r\n\r\n" % status + OK,
             [f"{status} Any", *OK_SAID])
        for status in (100, 102, 103, 104, 150, 199)
    ),
    Case(
        "several in any mix (EH 1.2)",
        b"HTTP/1.1 100 Continue\r\n\r\n" + HINT + b"HTTP/1.1 102 \r\n\r\n" + HINT
        + b"HTTP/1.1 199\r\nA: b\r\n\r\n" + OK,
        ["100 Continue", "103 Early Hints link=</a>", "102", "103 Early Hints link=</a>",
         "199 a=b [no-space-after-status]", *OK_SAID],
    ),
    Case("lengths in an interim head change nothing (EH 1.3)",
         b"HTTP/1.1 103 E\r\nContent-Length: 5\r\nContent-Length: 6\r\nTransfer-Encoding: gzip\r\n\r\n" + OK,
         ["103 E transfer-encoding=gzip", *OK_SAID]),
    Case("Connection: close in an interim head changes nothing",
         b"HTTP/1.1 103 E\r\nConnection: close\r\n\r\n" + OK, ["103 E connection=close", *OK_SAID]),
    Case("an HTTP/1.0 interim response", b"HTTP/1.0 103 E\r\n\r\n" + OK, ["103 E", *OK_SAID]),
    Case("a leniency in an interim head is named there", b"HTTP/1.1 103 E\nA: b\n\n" + OK,
         ["103 E a=b [bare-lf]", *OK_SAID]),
    Case("before an answer without content", HINT + b"HTTP/1.1 304 Not Modified\r\n\r\n",
         ["103 Early Hints link=</a>", "final 304 Not Modified", "end"]),
    refused("a 101 nobody asked for (EH 1.4)", HINT + b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nxyz",
            ["103 Early Hints link=</a>"], "switched protocols"),
    Case("a 101 that was asked for is final and a tunnel (RFC 9110 7.8)",
         b"HTTP/1.1 103 E\r\n\r\nHTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n\x00\x01HTTP/1.1",
         ["103 E", "final 101 Switching upgrade=x", "body \x00\x01HTTP/1.1", "end", "ended"],
         fields=(("connection", "keep-alive, Upgrade"), ("upgrade", "x")), eof=True),
    Case("an upgrade that was declined", OK, OK_SAID, fields=(("connection", "upgrade"), ("upgrade", "x"))),
    limited("one interim response too many", HINT * 3 + OK, ["103 Early Hints link=</a>"] * 2, "interim_heads",
            interim_heads=2),
    limited("interim responses too large in all", HINT * 3 + OK, ["103 Early Hints link=</a>"] * 2, "interim_bytes",
            interim_bytes=2 * len(HINT)),
]  # fmt: skip

CONTENT = [
    Case("by length", OK, OK_SAID),
    Case("of length 0", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ["final 200 OK", "end"]),
    Case("in chunks", CHUNKED + b"2\r\nhi\r\n00A\r\n, you all \r\n0\r\n\r\n",
         [CHUNKED_HEAD, "body hi, you all ", "end"]),
    Case("in chunks with extensions", CHUNKED + b'2;a="b;c"\r\nhi\r\n3 ;x\r\nabc\r\n0;last\r\n\r\n',
         [CHUNKED_HEAD, "body hiabc", "end"]),
    Case("in no chunk but the last", CHUNKED + b"0\r\n\r\n", [CHUNKED_HEAD, "end"]),
    Case("with trailers, kept apart (RFC 9110 6.5)", CHUNKED + b"1\r\nx\r\n0\r\nA: b\r\nServer-Timing: t\r\n\r\n",
         [CHUNKED_HEAD, "body x", "end a=b server-timing=t"]),
    Case("chunked named twice",
         b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         ["final 200 OK transfer-encoding=Chunked transfer-encoding=chunked [repeated-chunked]", "end", "ended"]),
    Case("until close", b"HTTP/1.1 200 OK\r\n\r\nhi",
         ["final 200 OK [until-close]", "body hi", "end", "ended"], eof=True),
    Case("until close and empty", b"HTTP/1.1 200 OK\r\n\r\n", ["final 200 OK [until-close]", "end", "ended"], eof=True),
    Case("until close on HTTP/1.0", b"HTTP/1.0 200 OK\r\n\r\nhi",
         ["final 1.0 200 OK", "body hi", "end", "ended"], eof=True),
    Case("none to HEAD", OK[:-2], ["final 200 OK", "end"], method="HEAD"),
    Case("none to HEAD though chunked", CHUNKED, [CHUNKED_HEAD, "end"], method="HEAD"),
    Case("none to HEAD without framing", b"HTTP/1.1 200 OK\r\n\r\n", ["final 200 OK", "end"], method="HEAD"),
    Case("none with 204", b"HTTP/1.1 204 No Content\r\n\r\n", ["final 204 No Content", "end"]),
    Case("none with 304, whatever its length", b"HTTP/1.1 304 N\r\nContent-Length: 9\r\n\r\n", ["final 304 N", "end"]),
    Case("none with 204, bytes after it are nobody's", b"HTTP/1.1 204 N\r\nContent-Length: 2\r\n\r\nhi",
         ["final 204 N", "end", "ended remote-protocol"]),
    Case("a tunnel after CONNECT", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc",
         ["final 200 OK", "body abc", "end", "ended"], method="CONNECT", eof=True),
    Case("a declined CONNECT is framed", b"HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\na",
         ["final 407 No", "body a", "end"], method="CONNECT"),
    limited("over the limit on content", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789",
            ["final 200 OK", "body 1234"], "body_bytes", body_bytes=4),
    limited("over the limit on content, in chunks", CHUNKED + b"3\r\n123\r\n3\r\n456\r\n0\r\n\r\n",
            [CHUNKED_HEAD, "body 1234"], "body_bytes", body_bytes=4),
]  # fmt: skip

PERSISTENCE = [
    Case("HTTP/1.1 persists", OK, OK_SAID),
    Case("Connection: close", b"HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\na",
         ["final 200 OK connection=x, Close", "body a", "end", "ended"]),
    Case("Connection: close in the request", OK, [*OK_SAID, "ended"], fields=(("connection", "close"),)),
    Case("HTTP/1.0 does not persist", b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
         ["final 1.0 200 OK", "body a", "end", "ended"]),
    Case("HTTP/1.0 keep-alive does", b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na",
         ["final 1.0 200 OK connection=Keep-Alive", "body a", "end"]),
    Case("close wins over keep-alive", b"HTTP/1.0 204 N\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
         ["final 1.0 204 N connection=keep-alive connection=close", "end", "ended"]),
    Case("bytes after the complete answer", OK + b"HTTP/1.1 200 OK\r\n", [*OK_SAID, "ended remote-protocol"]),
    Case("bytes after an answer that closes are ignored",
         b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nabc",
         ["final 200 OK connection=close", "body a", "end", "ended"]),
    Case("the connection ends while idle", OK, [*OK_SAID, "ended"], eof=True),
]  # fmt: skip

LENIENT = [
    Case("line ends without CR", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
         ["final 200 OK [bare-lf]", "body hi", "end"]),
    Case("line ends of both kinds", b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nhi",
         ["final 200 OK [bare-lf]", "body hi", "end"]),
    Case("both kinds, the other way", b"HTTP/1.1 200 OK\nContent-Length: 2\r\n\nhi",
         ["final 200 OK [bare-lf]", "body hi", "end"]),
    Case("no reason phrase", b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi", ["final 200", "body hi", "end"]),
    Case("no reason phrase and no space", b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
         ["final 200 [no-space-after-status]", "body hi", "end"]),
    Case("an unusual reason phrase", b"HTTP/1.1 200  Tr\xe8s: bien \r\nContent-Length: 2\r\n\r\nhi",
         ["final 200 Tr\xe8s: bien", "body hi", "end"]),
    Case("spaces before the status code", b"HTTP/1.1   200 OK\r\nContent-Length: 2\r\n\r\nhi",
         ["final 200 OK [status-line-spaces]", "body hi", "end"]),
    Case("HTTP in lower case", b"http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
         ["final 200 OK [status-line-case]", "body hi", "end"]),
    Case("a later minor version (RFC 9110 2.5)", b"HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nhi",
         ["final 200 OK [http-version]", "body hi", "end"]),
    Case("empty lines before the status line", b"\r\n\r\n" + OK, ["final 200 OK [leading-empty-lines]", *OK_SAID[1:]]),
    Case("an empty line before a 103", b"\n" + HINT + OK,
         ["103 Early Hints link=</a> [leading-empty-lines]", *OK_SAID]),
    Case("folded lines (RFC 9112 5.2)", b"HTTP/1.1 204 N\r\nA: b\r\n \tc\r\n  d\r\nE:\r\n f\r\n\r\n",
         ["final 204 N a=b c d e=f [obs-fold]", "end"]),
    Case("a folded line after the status line is no field", b"HTTP/1.1 204 N\r\n A: b\r\nC: d\r\n\r\n",
         ["final 204 N c=d [field-name]", "end"]),
    Case("white space around values (RFC 9112 5.1)", b"HTTP/1.1 204 N\r\nA:b\r\nC: \t d \t\r\nE:\r\n\r\n",
         ["final 204 N a=b c=d e=", "end"]),
    Case("a line without a colon", b"HTTP/1.1 204 N\r\nServer\r\nA: b\r\n\r\n",
         ["final 204 N a=b [line-without-colon]", "end"]),
    Case("a space before the colon", b"HTTP/1.1 204 N\r\nLink : x\r\nA: b\r\n\r\n",
         ["final 204 N a=b [space-before-colon]", "end"]),
    Case("names that are no tokens, once each kind", b"HTTP/1.1 204 N\r\n: x\r\na b: c\r\nd\xe9: e\r\nA: b\r\n\r\n",
         ["final 204 N a=b [field-name]", "end"]),
    Case("control characters stay in a value (RFC 9110 5.5)", b"HTTP/1.1 204 N\r\nA: \x1b[31m\r\n\r\n",
         ["final 204 N a=\x1b[31m [control-character]", "end"]),
    Case("names are lowered, order and duplicates kept", b"HTTP/1.1 204 N\r\nB: 1\r\na: 2\r\nETAG: 3\r\nb: 4\r\n\r\n",
         ["final 204 N b=1 a=2 etag=3 b=4", "end"]),
    Case("the same length twice (RFC 9112 6.3)", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
         ["final 200 OK [repeated-content-length]", "body hi", "end"]),
    Case("the same length twice in one field", b"HTTP/1.1 200 OK\r\nContent-Length: 2 , 2\r\n\r\nhi",
         ["final 200 OK [repeated-content-length]", "body hi", "end"]),
    Case("length and chunked: chunked wins and nothing follows",
         b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nHTTP/1.1",
         ["final 200 OK transfer-encoding=chunked [length-and-chunked]", "body a", "end", "ended"]),
    Case("chunked on HTTP/1.0 is not undone (RFC 9112 6.1)",
         b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n1\r\na",
         ["final 1.0 200 OK connection=keep-alive transfer-encoding=chunked [transfer-coding-http-1.0]",
          "body 1\r", "end", "ended"]),
    Case("transfer coding identity", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi",
         ["final 200 OK transfer-encoding=identity [transfer-coding-identity]", "body hi", "end", "ended"]),
    Case("spaces after a chunk size", CHUNKED + b"2  \r\nhi\r\n0 \r\n\r\n",
         [CHUNKED_HEAD, "body hi", "end [chunk-size-spaces]"]),
    Case("chunks with bare LF", CHUNKED + b"2\nhi\n0\n\n", [CHUNKED_HEAD, "body hi", "end [bare-lf]"]),
    Case("a broken trailer line is dropped", CHUNKED + b"0\r\nfoo\r\nA: b\r\n\r\n",
         [CHUNKED_HEAD, "end a=b [line-without-colon]"]),
    Case("a status the standard does not know", b"HTTP/1.1 999 Go\r\nContent-Length: 2\r\n\r\nhi",
         ["final 999 Go", "body hi", "end"]),
]  # fmt: skip


def with_head(lines: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n\r\nhi"


REFUSED = [
    refused("HTTP/0.9: a body and nothing else", b"<!doctype html><p>hi", [], "'<!doctyp'"),
    refused("another protocol", b"SSH-2.0-OpenSSH_9.6\r\n", [], "'SSH-2.0-'"),
    refused("HTTP/2 frames", b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\0" * 18, [], "HTTP/2 frames"),
    refused("five stray bytes", b"\r\n\r\n\n" + OK, [], "does not begin"),
    refused("stray content before the status line", b"hi" + OK, [], "does not begin"),
    refused("a short line", b"ICY\n", [], "'ICY\\n'"),
    *(
        refused(f"status line {line!r}", line + b"\r\nContent-Length: 2\r\n\r\nhi", [], "status line")
        for line in (
            b"HTTP/1.1", b"HTTP/1.1 ", b"HTTP/1.1 OK", b"HTTP/1.1 20 OK", b"HTTP/1.1 2000 OK", b"HTTP/1.1 200OK",
            b"HTTP/1.1 +20 OK", b"HTTP/1.1 2_0 OK", b"HTTP/1.1\t200 OK", b"HTTP/2 200 OK", b"HTTP/2.0 200 OK",
            b"HTTP/0.9 200 OK", b"HTTP/11.1 200 OK", b"HTTP/1. 200 OK", b"HTTP/1.1 099 OK", b"HTTP/1.1 2\xb20 OK",
        )
    ),
    refused("lengths that differ", with_head(b"Content-Length: 2\r\nContent-Length: 3"),
            [], "more than one Content-Length"),
    refused("lengths that differ in one field", with_head(b"Content-Length: 2, 3"), [], "more than one Content-Length"),
    refused("lengths of different spelling", with_head(b"Content-Length: 2\r\nContent-Length: 02"),
            [], "more than one"),
    refused("lengths that differ beside chunked", with_head(b"Transfer-Encoding: chunked\r\nContent-Length: 2,3"),
            [], "more"),
    refused("lengths that differ, to HEAD", with_head(b"Content-Length: 2, 3"), [], "more than one", method="HEAD"),
    *(
        refused(f"length {value!r}", with_head(b"Content-Length: " + value), [], "not a number of bytes")
        for value in (b"", b"-1", b"+2", b"0x2", b"2_0", b"2.0", b"2 2", b"\xb2", b"9223372036854775808", b"1" * 30)
    ),
    *(
        refused(f"transfer coding {value!r}", with_head(b"Transfer-Encoding: " + value), [], "Transfer-Encoding")
        for value in (b"", b"gzip", b"chunked, gzip", b"gzip, chunked", b"xchunked", b"chunked;q=1", b"\x0bchunked",
                      b"chunked, identity")
    ),
    refused("a space between Content-Length and its colon", with_head(b"Content-Length : 2"),
            [], "framing is not certain"),
    refused("a space between Transfer-Encoding and its colon", with_head(b"Transfer-encoding\t: chunked"),
            [], "framing"),
    refused("a bare CR in a value", with_head(b"A: b\rContent-Length: 2"), [], "CR"),
    refused("a bare CR before a line end", with_head(b"A: b\r"), [], "CR"),
    refused("a bare CR in an interim head", b"HTTP/1.1 103 E\r\nA: b\rc\r\n\r\n" + OK, [], "CR"),
    refused("a NUL in a value", with_head(b"A: b\0c"), [], "NUL"),
    refused("a NUL in the status line", b"HTTP/1.1 200 O\0K\r\n\r\n", [], "NUL"),
    *(
        refused(f"chunk size {size!r}", CHUNKED + b"1\r\na\r\n" + size + b"\r\nhi\r\n",
                [CHUNKED_HEAD, "body a"], "chunk size")
        for size in (b"", b" 2", b"+2", b"-2", b"0x2", b"2_0", b"2 2", b"g", b"2,", b"\xb2", b"8000000000000000",
                     b"fffffffffffffffff", b"2\t\x0b", b"\r2")
    ),
    refused("a chunk longer than its size", CHUNKED + b"2\r\nhi!\r\n0\r\n\r\n", [CHUNKED_HEAD, "body hi"], "longer"),
    refused("a chunk without its line end", CHUNKED + b"2\r\nhi0\r\n\r\n", [CHUNKED_HEAD, "body hi"], "longer"),
    refused("a chunk with half a line end", CHUNKED + b"2\r\nhi\r0\r\n\r\n", [CHUNKED_HEAD, "body hi"], "line end"),
    refused("a CR hidden in a chunk extension", CHUNKED + b"2;a\rb\r\nhi\r\n", [CHUNKED_HEAD], "extension"),
    refused("a bare CR in a trailer", CHUNKED + b"0\r\nA: b\rc\r\n\r\n", [CHUNKED_HEAD], "CR"),
    refused("the second head after a 103 is garbage", HINT + b"garbage!",
            ["103 Early Hints link=</a>"], "does not begin"),
]  # fmt: skip

LIMITS = [
    Case("a head of exactly the limit", OK, OK_SAID, limits=Limits(head_bytes=len(OK) - 2)),
    limited("a head over the limit", OK, [], "head_bytes", head_bytes=len(OK) - 3),
    limited("a head without end", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20, [], "head_bytes", head_bytes=99),
    limited("a field line over the limit", b"HTTP/1.1 204 N\r\nA: 23456789\r\nB: c\r\n\r\n",
            [], "field_bytes", field_bytes=10),
    Case("a field line of exactly the limit", b"HTTP/1.1 204 N\r\nA: 2345678\r\nB: c\r\n\r\n",
         ["final 204 N a=2345678 b=c", "end"], limits=Limits(field_bytes=10)),
    limited("a folded field over the limit", b"HTTP/1.1 204 N\r\nA: 2\r\n 345\r\n 678\r\n\r\n",
            [], "field_bytes", field_bytes=9),
    limited("a chunk extension over the limit", CHUNKED + b"1;" + b"x" * 40,
            [CHUNKED_HEAD], "field_bytes", field_bytes=40),
    limited("a chunk extension over the limit, with its end", CHUNKED + b"1;" + b"x" * 40 + b"\r\na\r\n0\r\n\r\n",
            [CHUNKED_HEAD], "field_bytes", field_bytes=40),
    limited("a trailer line over the limit, with its end", CHUNKED + b"0\r\nA: " + b"x" * 40 + b"\r\n\r\n",
            [CHUNKED_HEAD], "field_bytes", field_bytes=40),
    limited("extensions over the limit in all", CHUNKED + b"1;xxxxxxxxxxxxxxxxxx\r\na\r\n" * 9,
            [CHUNKED_HEAD, "body aaa"], "head_bytes", head_bytes=60),
    limited("a trailer line over the limit", CHUNKED + b"0\r\nA: " + b"x" * 40,
            [CHUNKED_HEAD], "field_bytes", field_bytes=40),
    limited("trailers over the limit", CHUNKED + b"0\r\n" + b"A: b\r\n" * 20,
            [CHUNKED_HEAD], "head_bytes", head_bytes=90),
]  # fmt: skip

LOST = [
    lost("before anything", b"", [], "closed the connection without answering."),
    lost("after an empty line", b"\r\n", [], "without answering"),
    lost("in a head", b"HTTP/1.1 200 OK\r\nA: b\r\n", [], "in the middle of a response head, 23 bytes into it"),
    lost("after an interim response", HINT, ["103 Early Hints link=</a>"], "after the 103 without a final response."),
    lost("in the head after two", HINT + b"HTTP/1.1 102 P\r\n\r\nHTTP/1.1 2", ["103 Early Hints link=</a>", "102 P"],
         "in the middle of a response head after the 102, 10 bytes"),
    lost("in the content", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234",
         ["final 200 OK", "body 1234"], "after 4 of 9 bytes"),
    lost("before the content", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", ["final 200 OK"], "after 0 of 9 bytes"),
    lost("between chunks", CHUNKED + b"2\r\nhi\r\n", [CHUNKED_HEAD, "body hi"], "before the last chunk, after 2 bytes"),
    lost("in a chunk", CHUNKED + b"5\r\nhi", [CHUNKED_HEAD, "body hi"], "before the last chunk, after 2 bytes"),
    lost("in the trailers", CHUNKED + b"2\r\nhi\r\n0\r\n", [CHUNKED_HEAD, "body hi"], "in the trailers, after 2 bytes"),
]  # fmt: skip

CASES = [*INTERIM, *CONTENT, *PERSISTENCE, *LENIENT, *REFUSED, *LIMITS, *LOST]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_says_what_the_row_expects_however_the_bytes_are_cut(case: Case) -> None:
    """Whole, cut in two anywhere, or a byte at a time: the same events, faults and offsets among them."""
    head = request(case.method, case.fields)
    whole = play([case.data], head=head, eof=case.eof, limits=case.limits)
    assert told(whole) == case.says
    expected = outcomes(whole)
    cuts = [[case.data[:at], case.data[at:]] for at in range(1, len(case.data))]
    cuts.append([case.data[at : at + 1] for at in range(len(case.data))])
    for pieces in cuts:
        assert outcomes(play(pieces, head=head, eof=case.eof, limits=case.limits)) == expected, pieces


@pytest.mark.parametrize("case", [case for case in CASES if case.error], ids=lambda case: case.name)
def test_the_fault_is_one_sentence_that_says_what_happened(case: Case) -> None:
    """The stream's and the connection's error are one object whose sentence names the fault, and nobody may retry."""
    *_, failed, ended = play([case.data], head=request(case.method, case.fields), eof=case.eof, limits=case.limits)
    assert isinstance(failed, ResponseFailed)
    assert isinstance(ended, ConnectionEnded)
    assert failed.error is ended.error
    assert failed.processed is None
    sentence = str(failed.error)
    assert sentence.startswith(("The ", "A ", "There ", "More ", "Chunk ")), sentence
    assert sentence.endswith("."), sentence
    assert any(part in sentence for part in case.error.split("|")), sentence


def test_a_field_that_is_too_large_is_named() -> None:
    """By its name, its size and the limit, so that a person finds it in the server."""
    said = str(field_too_large(" X-Big\x1b", 200_007, Limits()))
    assert said == (
        "The server sent the field X-Big\\x1b with 200,007 bytes; more than 131,072 are not read of one "
        "(field_bytes of Limits)."
    )
