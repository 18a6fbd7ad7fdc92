"""fetcher.stdlib's connections over real sockets: every 1xx surfaced or skipped, the final response returned."""

from __future__ import annotations

import http.client
import ssl
import subprocess
import sys
import threading

import pytest
import trustme

from fetcher import stdlib
from fetcher.errors import LimitExceeded, RemoteProtocolError
from fetcher.wire.events import InterimResponse
from tests.support.scripted_http1 import CLOSE, hints, ok, scripted

STYLE = b"</style.css>; rel=preload; as=style"
SCRIPT = b"</script.js>; rel=preload; as=script"


def get(connection: http.client.HTTPConnection, path: str = "/") -> tuple[int, bytes]:
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read()


def test_http_client_alone_gets_it_wrong() -> None:
    """bpo-28570 still stands in this interpreter: 103 comes back as the answer, the 200 as the next request's."""
    with scripted([hints(STYLE), ok(b"one")], [hints(STYLE), ok(b"two")]) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        answer = get(connection, "/1")
        connection.close()
    if answer == (200, b"one"):
        pytest.skip("this interpreter's http.client has bpo-28570 mended")
    assert answer == (103, b"")


def test_changing_one_import_gets_it_right() -> None:
    """Three requests on one kept connection: each final response is its own, with the hints before it."""
    answers = [[hints(STYLE, SCRIPT), ok(body)] for body in (b"one", b"two", b"three")]
    with scripted(*answers) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        for body in (b"one", b"two", b"three"):
            connection.request("GET", "/")
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, body)
            (interim,) = response.interim
            assert interim.fields == (("link", STYLE.decode()), ("link", SCRIPT.decode()))
            assert interim.raw == hints(STYLE, SCRIPT)
            assert response.getheader("link") is None
        connection.close()
        assert server.connections == 1


def test_the_callback_is_told_before_the_final_response_exists() -> None:
    """The server sends its 200 only once the callback has run, so a late callback would time out."""
    told = threading.Event()
    seen: list[InterimResponse] = []

    def on_interim(interim: InterimResponse) -> None:
        seen.append(interim)
        told.set()

    with scripted([hints(STYLE), lambda: told.wait(5), ok(b"page")]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5, on_interim=on_interim)
        assert get(connection) == (200, b"page")
        connection.close()
    assert [(one.status, one.reason) for one in seen] == [(103, "Early Hints")]
    assert seen[0].at > 0


@pytest.mark.parametrize(
    ("before", "statuses"),
    [
        ([b"HTTP/1.1 100 Continue\r\n\r\n"], [100]),
        ([b"HTTP/1.1 102 Processing\r\n\r\n", hints(STYLE), b"HTTP/1.1 100 \r\n\r\n"], [102, 103, 100]),
        ([b"HTTP/1.1 199 Later\r\nX: y\r\n\r\n", b"HTTP/1.1 110\r\n\r\n"], [199, 110]),
        ([b"HTTP/1.1 103 Early Hints\nLink: </a>\n\n"], [103]),
        ([b"HTTP/1.0 103 Early Hints\r\n\r\n"], [103]),
        ([b"HTTP/1.1 103 Hi\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"], [103]),
        ([hints()] * 100, [103] * 100),
        ([], []),
    ],
    ids=["continue", "mixed", "unknown", "bare-lf", "http-1.0", "framing-ignored", "a-hundred", "none"],
)
def test_any_mix_is_skipped_and_kept(before: list[bytes], statuses: list[int]) -> None:
    """Whatever interim heads come, in one write with the final response, the next request gets its own answer."""
    with scripted([b"".join(before) + ok(b"first")], [ok(b"second")]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/")
        response = connection.getresponse()
        assert [one.status for one in response.interim] == statuses
        assert (response.status, response.read()) == (200, b"first")
        assert get(connection) == (200, b"second")
        connection.close()
        assert server.connections == 1


def test_expect_continue_and_its_interim_response() -> None:
    """A PUT with Expect: the 100 is surfaced, the final status is the answer's."""
    with scripted([b"HTTP/1.1 100 Continue\r\n\r\n" + b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("PUT", "/", body=b"data", headers={"Expect": "100-continue"})
        response = connection.getresponse()
        assert (response.status, [one.status for one in response.interim]) == (201, [100])
        connection.close()


def test_a_final_status_in_place_of_the_100() -> None:
    """Nothing interim at all is fine too (EH 1.5)."""
    with scripted([b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("PUT", "/", body=b"data", headers={"Expect": "100-continue"})
        assert connection.getresponse().status == 417
        connection.close()


@pytest.mark.parametrize(
    ("before", "error", "ours", "words"),
    [
        (hints() * 101, stdlib.InterimLimitExceeded, LimitExceeded, "more than 100 interim"),
        (
            b"HTTP/1.1 103 x\r\n" + b"Link: %s\r\n" % (b"a" * 60_000) * 18 + b"\r\n",
            stdlib.InterimLimitExceeded,
            LimitExceeded,
            "larger than 1048576 bytes",
        ),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", stdlib.InterimError, RemoteProtocolError, "no upgrade"),
        (b"HTTP/1.1 103 x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", http.client.LineTooLong, Exception, "header line"),
    ],
    ids=["too-many", "too-large", "unasked-101", "long-line"],
)
def test_hostile_servers_end_in_an_error_http_clients_catch(
    before: bytes, error: type[Exception], ours: type[Exception], words: str
) -> None:
    """The error is an HTTPException and one of ours; the connection is closed and works again afterwards."""
    with scripted([before + ok(b"never")], [ok(b"fresh")]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/")
        with pytest.raises(error, match=words) as caught:
            connection.getresponse()
        assert isinstance(caught.value, http.client.HTTPException)
        assert isinstance(caught.value, ours)
        assert connection.sock is None
        assert get(connection) == (200, b"fresh")
        connection.close()
        assert server.connections == 2


@pytest.mark.parametrize("sent", [hints(STYLE), b"HTTP/1.1 103 Early Hints\r\nLink: </a"], ids=["after", "inside"])
def test_a_server_that_goes_away_before_the_final_response(sent: bytes) -> None:
    """After or inside an interim response: http.client's own RemoteDisconnected."""
    with scripted([sent, CLOSE]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/")
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
        connection.close()


def test_an_upgrade_that_was_asked_for_is_the_response() -> None:
    """As in http.client: 101 is returned, after a 103 that was skipped; and only for the request that asked."""
    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
    with scripted([hints(STYLE) + switching], [switching]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/", headers={"Connection": "Upgrade", "Upgrade": "x"})
        response = connection.getresponse()
        assert (response.status, response.getheader("upgrade")) == (101, "x")
        assert [one.status for one in response.interim] == [103]
        response.read()
        connection.request("GET", "/")
        with pytest.raises(stdlib.InterimError):
            connection.getresponse()
        connection.close()


def test_an_upgrade_asked_for_in_a_lost_exchange_is_not_asked_for_in_the_next() -> None:
    """The connection object is used again after a failure: its next request did not ask, so its 101 is refused."""
    with scripted([CLOSE], [b"HTTP/1.1 101 Switching Protocols\r\n\r\n"]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", "/", headers={"Upgrade": "x", "Connection": "upgrade"})
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
        with pytest.raises(stdlib.InterimError):
            get(connection)


def test_a_callback_that_raises_ends_the_exchange() -> None:
    """Its exception comes out of getresponse and the connection is closed, so nothing is read askew later."""

    def refuse(interim: InterimResponse) -> None:
        raise ValueError(interim.status)

    with scripted([hints(STYLE) + ok(b"never")], [ok(b"fresh")]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5, on_interim=refuse)
        connection.request("GET", "/")
        with pytest.raises(ValueError, match="103"):
            connection.getresponse()
        assert connection.sock is None
        assert get(connection) == (200, b"fresh")
        connection.close()


def test_a_callback_may_use_another_connection() -> None:
    """Fetching the hinted file inside the callback works, through a proxy too; its interim responses stay its own."""
    established = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 Connection established\r\n\r\n"
    with scripted([hints(STYLE) + ok(b"page")], [established], [hints(SCRIPT) + ok(b"style")]) as server:
        fetched: list[tuple[int, bytes]] = []
        seen: list[int] = []

        def fetch_hinted(interim: InterimResponse) -> None:
            seen.append(interim.status)
            other = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
            other.set_tunnel("origin.test", 80)
            fetched.append(get(other, "/style.css"))
            other.close()

        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5, on_interim=fetch_hinted)
        assert get(connection) == (200, b"page")
        connection.close()
    assert (seen, fetched) == ([103], [(200, b"style")])


def test_https_and_set_tunnel() -> None:
    """A proxy's 103 before its answer to CONNECT is passed over; the tunnelled server's comes to the callback."""
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    seen: list[InterimResponse] = []
    with scripted([hints(STYLE) + ok(b"secret")], context=server_side) as server:
        connection = stdlib.HTTPSConnection(
            "127.0.0.1", server.port, timeout=5, context=client_side, on_interim=seen.append
        )
        assert get(connection) == (200, b"secret")
        connection.close()
    assert [one.status for one in seen] == [103]

    seen.clear()
    established = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 Connection established\r\n\r\n"
    with scripted([established], [hints(STYLE) + ok(b"through")]) as proxy:
        plain = stdlib.HTTPConnection("127.0.0.1", proxy.port, timeout=5, on_interim=seen.append)
        plain.set_tunnel("origin.test", 80)
        assert get(plain) == (200, b"through")
        plain.close()
        assert proxy.requests[0].startswith(b"CONNECT origin.test:80 ")
    assert [one.status for one in seen] == [103]


def test_a_proxy_that_floods_the_tunnel_leaves_nothing_open() -> None:
    """Or the next request would go to the proxy in the clear as if it were the server."""
    with scripted([hints() * 101]) as proxy:
        connection = stdlib.HTTPConnection("127.0.0.1", proxy.port, timeout=5)
        connection.set_tunnel("origin.test", 80)
        with pytest.raises(stdlib.InterimLimitExceeded):
            connection.request("GET", "/")
        assert connection.sock is None


def test_head_and_http_1_0() -> None:
    """A HEAD has no content after its 103, and an HTTP/1.0 answer reads to the close."""
    old = b"HTTP/1.0 200 OK\r\n\r\nold"
    with scripted([hints(STYLE) + ok(b"")], [hints(STYLE) + old, CLOSE]) as server:
        connection = stdlib.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("HEAD", "/")
        assert connection.getresponse().read() == b""
        assert get(connection) == (200, b"old")
        connection.close()


def test_importing_it_is_light() -> None:
    """Only the standard library and our light modules: no asyncio, nothing third-party."""
    code = (
        "import sys, fetcher.stdlib; print('asyncio' in sys.modules, *sorted(m for m in sys.modules if '.' not in m))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    asyncio_loaded, *names = found.stdout.split()
    assert asyncio_loaded == "False"
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sorted(m for m in sys.modules if '.' not in m))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    foreign = set(names) - set(bare.stdout.split()) - set(sys.stdlib_module_names) - {"fetcher"}
    assert foreign == set()
