"""Requests that pass over HTTP/1.1, their heads written anew: in every split the same bytes, nothing else touched."""

from __future__ import annotations

import pytest

from fetcher.errors import FetcherError
from fetcher.terms import Fields
from fetcher.wire.http1.passing import LARGEST_HEAD, Passing

GET = b"GET http://a.test/x?y HTTP/1.1\r\nHost: a.test\r\nProxy-Connection: keep-alive\r\nX-Team: theirs\r\n\r\n"
POST = (
    b"POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\nContent-Length: 30\r\n\r\n"
    + b"GET / HTTP/1.1\r\n\r\n"
    + b"x" * 12
)
SOCKET = b"GET http://a.test/ws HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


def dress(scheme: str, authority: str) -> Fields:
    assert (scheme, authority) == ("http", "a.test")
    return (("x-team", "ours"),)


def passed(data: bytes, through: Passing, size: int = 100_000) -> bytes:
    return b"".join(through.from_client(data[at : at + size]) for at in range(0, len(data), size))


@pytest.mark.parametrize("size", [1, 3, 100_000])
def test_heads_are_written_anew_and_bodies_pass(size: int) -> None:
    """Also a body that looks like a request."""
    through = Passing("http", "a.test", dress, forward=True)
    got = passed(GET + POST + GET + SOCKET + GET, through, size)
    team = b"X-Team: ours\r\n\r\n"
    get = b"GET /x?y HTTP/1.1\r\nHost: a.test\r\n" + team
    post = POST.replace(b"http://a.test", b"").replace(b"30\r\n\r\n", b"30\r\n" + team)
    socket = SOCKET.replace(b"http://a.test", b"")[:-2] + team
    assert got == get + post + get + socket + GET  # after it asked for another protocol everything passes


def test_in_a_tunnel_the_target_stays() -> None:
    """And without a dress so do the fields."""
    request = b"GET /x HTTP/1.1\r\nHost: a.test\r\nProxy-Connection: odd\r\n\r\n"
    assert passed(request, Passing("http", "a.test", None)) == request


def test_a_proxy_beyond_gets_what_it_wants() -> None:
    """The whole URL, and its own credentials."""
    fields = (("proxy-authorization", "Basic eDp5"),)
    through = Passing("http", "a.test", None, forward=True, prefix="http://a.test", fields=fields)
    got = passed(GET, through)
    assert got.startswith(b"GET http://a.test/x?y HTTP/1.1\r\n")
    assert got.endswith(b"\r\nProxy-Authorization: Basic eDp5\r\n\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"GET http://b.test/ HTTP/1.1\r\n\r\n",
        b"GET https://a.test/ HTTP/1.1\r\n\r\n",
        b"GET /x HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"POST http://a.test/ HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST http://a.test/ HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST http://a.test/ HTTP/1.1\r\ncontent-length: 1, 1\r\n\r\n",
        b"GET http://a.test/ HTTP/1.1\r\nx: " + b"y" * LARGEST_HEAD,
        b"GET http://a.test/ HTTP/1.1\r\nx: " + b"y" * LARGEST_HEAD + b"\r\n\r\n",
    ],
)
def test_what_cannot_pass(data: bytes) -> None:
    """One sentence; a connection to one server is not used for another."""
    with pytest.raises(FetcherError):
        passed(data, Passing("http", "a.test", dress, forward=True))
